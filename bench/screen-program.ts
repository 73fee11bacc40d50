// The glass with panes and nothing else, as a program: what bench/screen.ts sets beside tmux. Each argument is a command
// for a pane; keys go to the first. On SIGTERM it writes what it measured of itself to the file in PENGUIN_BENCH_FIGURES.

import {writeFileSync} from 'node:fs'
import {openGlass} from '../components/screen/glass.ts'
import {enter, leave} from '../components/screen/modes.ts'
import type {Scene, ScreenFeatures} from '../components/screen/scene.ts'
import type {Rect} from '../engine/contract/screen.ts'
import {spawnPty} from '../source/keeper/pty.ts'
import {openTerminal} from '../stores/terminals.ts'

const size = {columns: process.stdout.columns, rows: process.stdout.rows}
const features: ScreenFeatures = {colours: 'true', synchronized: true, clusters: 'on', underlines: true, kitty: false}
const stopAbove = 128 * 1024
const goBelow = 32 * 1024

/** Equal tiles with a line between them, and one row below for the state. */
const tiles = (count: number): Rect[] => {
  const across = Math.ceil(Math.sqrt(count))
  const down = Math.ceil(count / across)
  const [width, height] = [Math.floor((size.columns - across + 1) / across), Math.floor((size.rows - down) / down)]
  return Array.from({length: count}, (_, n) => ({x: (n % across) * (width + 1), y: Math.floor(n / across) * (height + 1), width, height}))
}

const commands = process.argv.slice(2)
const chrome = openTerminal(size, {scrollbackLines: 0})
const rects = tiles(commands.length)
for (const {x, y, width, height} of rects) {
  for (let row = y; row < y + height && x + width < size.columns; row += 1) chrome.write(`\x1b[${row + 1};${x + width + 1}H│`)
  if (y + height < size.rows) chrome.write(`\x1b[${y + height + 1};${x + 1}H${'─'.repeat(width)}`)
}

const panes = commands.map((command, n) => {
  const {width, height} = rects[n] as Rect
  const terminal = openTerminal({columns: width, rows: height})
  const pty = spawnPty('/bin/sh', ['-c', command], {
    name: 'xterm-256color',
    cols: width,
    rows: height,
    cwd: '/',
    env: {PATH: process.env.PATH ?? '', TERM: 'xterm-256color'},
  })
  let isStopped = false
  pty.onData((data) => {
    terminal.write(data, () => {
      if (isStopped && terminal.waitingBytes < goBelow) pty.resume()
      isStopped &&= terminal.waitingBytes >= goBelow
    })
    if (isStopped || terminal.waitingBytes < stopAbove) return
    isStopped = true
    pty.pause()
  })
  return {terminal, pty, rect: rects[n] as Rect}
})

const scene = (): Scene => {
  const [first] = panes
  const cursor = first && {x: first.rect.x + first.terminal.cursor.x, y: first.rect.y + first.terminal.cursor.y}
  return {panes, overlays: [], cursor: cursor ?? null}
}

process.stdin.setRawMode(true)
process.stdout.write(enter({features, mouse: false}))
const glass = openGlass({fd: 1, size, features, chrome, scene})
panes.forEach(({terminal}, n) => {
  terminal.onDamage(() => glass.damage(n === 0))
})
process.stdin.on('data', (data) => {
  glass.key()
  panes[0]?.pty.write(data.toString())
})
process.on('SIGTERM', () => {
  for (const {pty} of panes) process.kill(-pty.pid, 'SIGKILL')
  const {frames, bytes, frameMs} = glass.stats()
  writeFileSync(process.env.PENGUIN_BENCH_FIGURES ?? '/dev/null', JSON.stringify({frames, bytes, frameMs}))
  process.stdout.write(leave({features}))
  process.exit(0)
})
glass.damage()
