// The mouse over the real screen, as a terminal reports it: focus, borders, scrolling, selecting and copying, lists and
// cards. A session of earlier days has the panes for it.

import {expect, it} from 'vitest'
import {calculator, fix, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {screenPlace} from '../kit/screen.ts'
import type {Terminal} from '../kit/terminal.ts'

const corner = (terminal: Terminal, text: string): {x: number; y: number} => {
  for (let y = 0; y < terminal.rows; y += 1) {
    const x = terminal.row(y).indexOf(text)
    if (x >= 0) return {x, y}
  }
  throw new Error(`${text} is not on the screen\n${terminal.frame()}`)
}
const click = (terminal: Terminal, at: {x: number; y: number}): void => {
  terminal.mouse({what: 'press', ...at})
  terminal.mouse({what: 'release', ...at})
}
const drag = (terminal: Terminal, from: {x: number; y: number}, to: {x: number; y: number}): void => {
  terminal.mouse({what: 'press', ...from})
  terminal.mouse({what: 'drag', x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2)})
  terminal.mouse({what: 'drag', ...to})
  terminal.mouse({what: 'release', ...to})
}

it('focuses by a click, moves borders, scrolls, selects and copies, takes a row of a list', async () => {
  using where = screenPlace(calculator)
  const ran = await where.run(['run', '--json', 'fix the failing test'])
  expect(ran.code).toBe(0)
  await using terminal = where.screen(['--continue'])
  await terminal.until((frame) => /1 explorer/.test(frame) && frame.includes('handed over'), 20_000)

  // A click gives the focus: the frame of the pane grows thick.
  click(terminal, {x: corner(terminal, '2 planner').x + 4, y: corner(terminal, '2 planner').y + 3})
  await terminal.until(/┏━ 2 planner/)

  // The border between the two is dragged, and the panes follow.
  const edge = corner(terminal, '┏━ 2 planner').x
  drag(terminal, {x: edge, y: 5}, {x: edge - 12, y: 5})
  await terminal.until(() => corner(terminal, '━ 2 planner').x < edge - 6)

  // The wheel scrolls the pane it is over, which stands still until it is scrolled back.
  const explorer = corner(terminal, '1 explorer')
  const before = terminal.row(explorer.y + 2)
  for (let turns = 0; turns < 4; turns += 1) terminal.mouse({what: 'wheel-up', x: explorer.x + 5, y: explorer.y + 4})
  await terminal.until(() => terminal.row(explorer.y + 2) !== before)
  for (let turns = 0; turns < 8; turns += 1) terminal.mouse({what: 'wheel-down', x: explorer.x + 5, y: explorer.y + 4})
  await terminal.until(() => terminal.row(explorer.y + 2) === before)

  // What is dragged over is copied.
  const word = corner(terminal, 'Run the project')
  drag(terminal, word, {x: word.x + 'Run the project'.length - 1, y: word.y})
  await terminal.until(() => terminal.heard.clipboard.some((text) => text.includes('Run the project')))

  // A row of a list is taken by a click.
  terminal.type('/theme')
  terminal.key('enter')
  await terminal.until('for a light background')
  click(terminal, corner(terminal, 'no colours; weight'))
  await terminal.until(() => terminal.cell(0, 0).fg === 'default' && !terminal.frame().includes('Which colours'))
})

it('marks a choice of a card by a click and takes it by another', async () => {
  await using server = await modelServer(fix)
  const way = ways.chat(server)
  using where = screenPlace(calculator, way.env)
  await using terminal = where.screen(way.args)
  await terminal.until('what shall be done?')
  terminal.type('make sum add')
  terminal.key('enter')
  await terminal.until('asks for permission', 20_000)
  const choice = corner(terminal, 'allow for this run')
  click(terminal, choice)
  await terminal.until(() => terminal.cell(choice.x, choice.y).bg !== 'default')
  expect(where.read('sum.js')).toBe(calculator['sum.js'])
  // Its first moment is over once somebody has seen it.
  for (let tries = 0; tries < 10 && terminal.frame().includes('asks for permission'); tries += 1) {
    click(terminal, choice)
    await terminal.until((frame) => !frame.includes('asks for permission'), 400).catch(() => undefined)
  }
  await terminal.until(/^ ✓ done/m, 20_000)
})
