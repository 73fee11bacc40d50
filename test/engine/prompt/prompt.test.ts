// What a model is sent, word for word: one golden file per role. A change of these files is a change of behaviour and
// is to be read as one; `UPDATE_GOLDEN=1` writes them anew.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import type {StepState} from '../../../engine/contract/board.ts'
import type {Assignment} from '../../../engine/contract/link.ts'
import type {Message} from '../../../engine/contract/message.ts'
import type {Role} from '../../../engine/contract/role.ts'
import {briefFor} from '../../../engine/crew/briefs.ts'
import {handoff, lastWords} from '../../../engine/crew/handoff.ts'
import {boardFold} from '../../../engine/fold/board.ts'
import {ledgerFold} from '../../../engine/fold/ledger.ts'
import {hypothesisOf, redText, repairBrief, restartBrief, reviewBrief, withFindings} from '../../../engine/prompt/brief.ts'
import {parseRole} from '../../../engine/prompt/card.ts'
import {compileMessages, compileSystem} from '../../../engine/prompt/compile.ts'
import {evictInto} from '../../../engine/prompt/evict.ts'

const roles = join(import.meta.dirname, '../../../plugins/roles')
const golden = join(import.meta.dirname, 'golden')
const cards = readdirSync(roles).filter((name) => name.endsWith('.md'))
const roleOf = (card: string): Role => parseRole(readFileSync(join(roles, card), 'utf8'), card)

const assignment = (role: Role, more: Partial<Assignment> = {}): Assignment =>
  ({
    role,
    root: '/home/me/project',
    addDirs: [],
    permissions: {mode: 'auto', rules: [], canAsk: false},
    checks: [{gate: 'tests', command: 'npm test', from: 'package.json', dir: '', runner: 'node:test', required: true}],
    instructions: [{path: 'AGENTS.md', text: 'Say please.\n'}],
    ...more,
  }) as Assignment

const text = (messages: readonly Message[]): string => messages.map((message) => `--- ${message.from}\n${message.text}\n`).join('\n')

const held = (name: string, now: string): void => {
  const file = join(golden, name)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, now)
  expect(now).toBe(readFileSync(file, 'utf8'))
}

const report = redText({
  gate: 'tests',
  command: 'npm test',
  summary: '1 of 3 failed',
  failures: [{test: 'adds', file: 'test/sum.test.js', line: 4, message: 'expected 6, got -4'}],
  output: '',
})

describe('what a model is sent', () => {
  it.each(cards)('by the card %s', (card) => {
    const role = roleOf(card)
    const brief = role.name === 'reviewer' ? reviewBrief('fix sum', report, ['off by one']) : 'fix sum'
    held(`${role.name}.txt`, text(compileMessages(assignment(role), [{from: 'user', text: brief}])))
  })
  it('for a repair', () => held('repair.txt', text([{from: 'user', text: repairBrief(report, ['off by one'])}])))
  it('for a fresh start', () => held('restart.txt', text([{from: 'user', text: restartBrief('fix sum', 'it subtracts', ['off by one'])}])))

  it('does not hang on time, turn or attempt, so that a provider can keep it', () => {
    const role = roleOf('coder.md')
    const one = compileSystem(assignment(role, {attempt: 1, turn: 1, seed: 1, span: 'a'}))
    expect(compileSystem(assignment(role, {attempt: 3, turn: 9, seed: 2, span: 'b', brief: 'else'}))).toBe(one)
  })
  it('says what may not be done', () => {
    const role = roleOf('coder.md')
    const mode = (mode: 'ask' | 'edit' | 'plan') => compileSystem(assignment(role, {permissions: {mode, rules: [], canAsk: false}}))
    expect(mode('plan')).toContain('Read only')
    expect(mode('ask')).toContain('Every write')
    expect(mode('edit')).toContain('commands need a person')
    expect(compileSystem(assignment({...role, writes: false}))).toContain('You may not change files.')
  })
  it('names other folders, checks of packages and how to write edits only where there are any', () => {
    const role = roleOf('coder.md')
    const check = {gate: 'tests:a', command: 'go test', from: '', dir: 'a', runner: 'go', required: true}
    const all = compileSystem(assignment(role, {addDirs: ['/data'], checks: [check]}), 'Edit in blocks.')
    expect(all).toContain('Also open: /data.')
    expect(all).toContain('tests:a = go test (in a)')
    expect(all).toContain('Edit in blocks.')
    expect(compileSystem(assignment(role, {checks: [], instructions: []}))).not.toContain('Checks that decide')
  })
})

describe('a role card', () => {
  const card = '---\nname: cook\npurpose: cooks\ntools: read, write\nwrites: true\n---\nYou cook.\n'
  it('is read', () => expect(parseRole(card, 'x')).toEqual({name: 'cook', purpose: 'cooks', prompt: 'You cook.', tools: ['read', 'write'], writes: true}))
  it('is read with the line ends of Windows', () => expect(parseRole(card.replaceAll('\n', '\r\n'), 'x').name).toBe('cook'))
  it('may not write unless it says so', () => expect(parseRole('---\nname: cook\n---\nx', 'x')).toMatchObject({writes: false, tools: []}))
  it.each([
    ['without a head', 'You cook.', 'begins with a head'],
    ['with a key that is none', '---\nname: a\ncolour: red\n---\nx', '"colour: red"'],
    ['with half a line', '---\nname\n---\nx', '"name"'],
    ['without a name', '---\npurpose: x\n---\nx', 'has no name'],
  ])('is refused %s', (_name, text, why) => expect(() => parseRole(text, 'cook.md')).toThrow(why))
})

describe('the words of a step', () => {
  const step = (more: Partial<StepState>): StepState => ({
    key: '',
    phase: 'implement',
    role: 'coder',
    attempt: 1,
    candidate: 1,
    fresh: true,
    agent: 'a_1',
    span: '',
    brief: '',
    handed: 'finished',
    why: '',
    text: '',
    changed: true,
    ...more,
  })
  const checked = {attempt: 1, state: 'red' as const, signature: 's', summary: 'red', report}
  const board = {
    ...boardFold.empty,
    steps: [
      step({role: 'explorer', candidate: 0, text: 'it is in sum.js'}),
      step({text: '**Hypothesis**: off by one'}),
      step({text: 'Hypothesis: off by one'}),
      step({phase: 'review', role: 'reviewer', text: 'Hypothesis: it subtracts'}),
      step({candidate: 2, text: 'Hypothesis: of another'}),
    ],
    candidates: new Map([[1, {candidate: 1, checked: [checked], restarts: 0, adopted: false, dropped: false}]]),
  }
  it('are the request with what was found', () => expect(briefFor(step({}), board, 'fix sum')).toBe('fix sum\n\nFrom the explorer:\nit is in sum.js'))
  it('are what failed and what was tried, each once and of this candidate', () => {
    expect(briefFor(step({phase: 'repair', attempt: 2}), board, 'fix sum')).toBe(repairBrief(report, ['off by one', 'it subtracts']))
  })
  it('are the request and the evidence for a review', () => expect(briefFor(step({phase: 'review'}), board, 'fix sum')).toContain('The request was: fix sum'))
  it('are the root cause for a fresh start', () => expect(briefFor(step({attempt: 3}), board, 'fix sum')).toContain('Hypothesis: it subtracts'))
  it('show the end of the output when no test is named, and five failures at most', () => {
    const bare = {gate: 'build', command: 'make', summary: 'exit 2', failures: [], output: `${'x'.repeat(5000)}the end`}
    expect(redText(bare)).toMatch(/^The check "build" \(make\) failed: exit 2\nx+the end$/)
    expect(redText(bare).length).toBeLessThan(3100)
    const failures = Array.from({length: 8}, (_, at) => ({test: `t${at}`, message: 'm'.repeat(3000)}))
    const many = redText({...bare, failures})
    expect(many).toContain('… and 3 more')
    expect(many.length).toBeLessThan(8000)
  })
  it('leave out what there is none of', () => {
    expect(repairBrief('red', [])).not.toContain('tried')
    expect(restartBrief('fix', '', [])).not.toContain('reviewer')
    expect(withFindings('fix', [])).toBe('fix')
    expect(hypothesisOf('I think')).toBe('')
  })

  const closed = {outcome: 'gate_failed' as const, reason: 'red', board, ledger: ledgerFold.empty, candidate: 1, resume: 'penguin run --resume r_1'}
  it('of a run that did not get there are facts for a person', () => {
    const words = handoff({...closed, diff: '-a\n+b', patch: {diff: '', where: ''}})
    for (const part of [
      'Not finished (gate_failed): red',
      'What still fails:',
      'Tried: "off by one"',
      'Changes so far:\n-a\n+b',
      'Go on with: penguin run --resume r_1',
    ])
      expect(words).toContain(part)
    expect(handoff({...closed, diff: '', patch: {diff: '', where: ''}})).toContain('No file of the project was changed.')
    expect(handoff({...closed, diff: '', patch: {diff: '+b', where: '.penguin/x.patch'}})).toContain('git apply .penguin/x.patch')
    expect(handoff({...closed, diff: 'x'.repeat(7000), patch: {diff: '', where: ''}})).toContain('[… 1000 more characters]')
  })
  it('that are last are those of the coder, or else of anybody', () => {
    expect(lastWords(board, 1)).toBe('Hypothesis: off by one')
    expect(lastWords({...board, steps: board.steps.slice(0, 1)}, 1)).toBe('it is in sum.js')
    expect(lastWords({...board, steps: []}, 1)).toBe('')
  })
})

describe('a conversation that is too long', () => {
  const result = (at: number, chars: number): Message => ({from: 'tool', call: `c${at}` as CallId, tool: 'read', ok: true, text: 'x'.repeat(chars)})
  const size = (messages: readonly Message[]): number => messages.reduce((sum, message) => sum + message.text.length, 0)
  const talk: Message[] = [{from: 'user', text: 'u'.repeat(500)}, ...[1, 2, 3, 4, 5, 6].map((at) => result(at, 1000)), result(7, 100)]
  it('is left alone while it fits', () => expect(evictInto(talk, 10_000, size)).toMatchObject({droppedMessages: 0, messages: talk}))
  it('loses its oldest large results first, a step of them at once, and says so in their place', () => {
    const {messages, droppedMessages, droppedChars} = evictInto(talk, 6000, size)
    expect([droppedMessages, droppedChars]).toEqual([2, 2000])
    for (const at of [1, 2]) expect(messages[at]?.text).toContain('1000 characters of this older result')
    expect(messages.slice(3)).toEqual(talk.slice(3))
    const longer = [...talk, ...[8, 9, 10, 11].map((at) => result(at, 1000))]
    expect(evictInto(longer, 10_000, size).droppedMessages).toBe(6)
    expect(evictInto(longer, 10_000, size, 2).droppedMessages, 'what is out stays out; the rest fits').toBe(2)
  })
  it('keeps prose and the newest results whatever happens', () => {
    const {messages, droppedMessages} = evictInto(talk, 10, size)
    expect(droppedMessages).toBe(2)
    expect(messages[0]).toEqual(talk[0])
    expect(messages.slice(3)).toEqual(talk.slice(3))
  })
})
