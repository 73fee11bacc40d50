// The lines of a face for everything that is neither streamed nor a tool: headings, briefs, plans, checks, questions,
// troubles, endings. Texts are made plain and bounded here; nothing is asked of the clock.

import {many} from '../base/many.ts'
import type {BodyOf, EventType} from '../contract/event.ts'
import {cleaned} from './face-clean.ts'
import type {Flow} from './face-flow.ts'
import {bold, dim} from './face-prose.ts'
import {fitted} from './face-width.ts'

export interface Pen {
  flow: Flow
  colour: boolean
  /** Ends what streams; the pen then stands at the beginning of a line. */
  settle(): void
  /** Says a text as the model's. */
  speak(text: string): void
}

export const red = '31'
export const green = '32'
export const amber = '33'
/** The bright one: the plain one cannot be read on black. */
export const blue = '94'

export const seconds = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** One line without control characters. */
export const flat = (text: string, most: number): string => {
  const one = cleaned(text).replace(/\s+/g, ' ').trim()
  return one.length > most ? `${one.slice(0, most - 1)}…` : one
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const words = ({flow}: Pen, text: string, style: string): void => {
  // Also what a caller took for harmless: a tool's name may be the model's invention.
  for (const [index, word] of cleaned(text)
    .split(/[ \n\t]/)
    .entries()) {
    if (index > 0) flow.space(style)
    if (word) flow.word(word, style)
  }
}

/** A sign, then the text, hung behind it; then words in other styles. */
export const saying = (pen: Pen, sign: string, signStyle: string, text: string, style = '', more: readonly (readonly [string, string])[] = []): void => {
  pen.settle()
  pen.flow.word(sign, signStyle)
  pen.flow.indent(2)
  pen.flow.space()
  words(pen, text, style)
  for (const [word, wordStyle] of more) {
    pen.flow.space()
    pen.flow.word(word, wordStyle)
  }
  pen.flow.newline()
  pen.flow.indent(0)
}

const headline = (pen: Pen, text: string): void => {
  pen.settle()
  pen.flow.gap()
  pen.flow.word(fitted(`── ${text} ──`, pen.flow.columns()), bold)
  pen.flow.newline()
}

const quiet = (pen: Pen, text: string): void => saying(pen, '·', dim, flat(text, 300), dim)
const trouble = (pen: Pen, text: string): void => saying(pen, '✗', red, flat(text, 400))

const briefRows = 3

const started = (pen: Pen, {phase, attempt, brief}: BodyOf<'task.started'>): void => {
  headline(pen, `${phase}${attempt > 1 ? ` · attempt ${attempt}` : ''}`)
  // The findings of others follow behind an empty line; they stand in the panes of those who found them.
  const text = flat(
    textOf(brief)
      .trim()
      .split(/\n[ \t]*\n/, 1)[0] ?? '',
    2000,
  )
  if (!text) return
  words(pen, fitted(text, pen.flow.columns() * briefRows - 4), dim)
  pen.flow.newline()
}

const planned = (pen: Pen, {tasks, note}: BodyOf<'plan.updated'>): void => {
  saying(pen, '▪', blue, tasks.length === 0 ? 'plan: empty' : 'plan', bold)
  for (const [index, task] of tasks.entries()) {
    const over = task.state === 'done'
    saying(pen, over ? '✓' : `${index + 1}`, over ? green : blue, flat(task.title, 200), over ? dim : '')
  }
  if (note) quiet(pen, note)
}

const asked = (pen: Pen, {text, choices, kind}: BodyOf<'ask.raised'>): void => {
  const listed = choices.length > 0 ? `[${choices.map((one) => flat(one, 60)).join(' | ')}]` : `(${kind})`
  saying(
    pen,
    '?',
    amber,
    flat(text, 600),
    bold,
    listed.split(' ').map((word) => [word, dim]),
  )
}

const modelFailed = (pen: Pen, {route, error, retryInMs}: BodyOf<'model.failed'>): void => {
  const what = error.msg.startsWith(route) ? error.msg : `${route}: ${error.msg}`
  trouble(pen, `${what}${retryInMs === undefined ? (error.hint ? ` — ${error.hint}` : '') : `; again in ${seconds(retryInMs)}`}`)
}

const handed = (pen: Pen, {outcome, why, error, confidence}: BodyOf<'phase.handed'>): void => {
  if (outcome === 'finished') quiet(pen, `handed over${confidence ? `, confidence ${confidence}` : ''}`)
  else trouble(pen, `${outcome}${error || why ? `: ${error?.msg ?? why}` : ''}`)
}

type Gate = BodyOf<'gate.passed'>
const gate =
  (sign: string, style: string) =>
  (pen: Pen, {gate: name, summary, wallMs}: Gate): void =>
    saying(pen, sign, style, `${flat(name, 60)}: ${flat(summary, 300)}`, '', [[`(${seconds(wallMs)})`, dim]])

type Lines = {[T in EventType]?: (pen: Pen, body: BodyOf<T>) => void} & {notice?: (pen: Pen, body: BodyOf<'notice'> | string) => void}

/** For one agent. */
export const says: Lines = {
  'task.started': started,
  'plan.updated': planned,
  'user.steered': (pen, {text}) => saying(pen, '›', blue, `you: ${flat(text, 600)}`, bold),
  'run.resumed': (pen, {lastSeq}) => quiet(pen, `resumed after event ${lastSeq}`),
  'role.lost': (pen, {why, replaced}) => trouble(pen, `lost: ${why}${replaced ? '; a new process goes on' : ''}`),
  'role.left': (pen, {why}) => quiet(pen, `left: ${why}`),
  'model.failed': modelFailed,
  'phase.handed': handed,
  'ask.raised': asked,
  'ask.answered': (pen, {choice, text, by}) => saying(pen, '→', amber, `${flat(choice, 80)}${text ? `: ${flat(text, 300)}` : ''} (${by})`),
  'gate.started': (pen, {gate: name, command}) => quiet(pen, `check ${name}: ${command}`),
  'gate.passed': gate('✓', green),
  'gate.failed': gate('✗', red),
  'gate.stale': (pen, {gate: name, why}) => quiet(pen, `${name} is stale: ${why}`),
  'patch.scored': (pen, {why}) => quiet(pen, why),
  'patch.adopted': (pen, {files}) => saying(pen, '✓', green, `adopted: ${flat(files.map((file) => file.path).join(', '), 300)}`),
  'patch.dropped': (pen, {why}) => quiet(pen, `dropped: ${why}`),
  'budget.exceeded': (pen, {cap, used, limit}) => trouble(pen, `the cap on ${cap} is reached: ${used} of ${limit}`),
  'context.condensed': (pen, {droppedMessages, why}) => quiet(pen, `context condensed by ${droppedMessages} messages: ${why}`),
  'checkpoint.restored': (pen, {changes}) => quiet(pen, `restored ${many(changes.length, 'file')}`),
  'task.held': (pen, {why}) => quiet(pen, `held: ${why}`),
  'task.failed': (pen, {why}) => trouble(pen, why),
  notice: (pen, body) => quiet(pen, typeof body === 'string' ? body : body.text),
  error: (pen, {msg, hint}) => trouble(pen, `${msg}${hint ? ` — ${hint}` : ''}`),
}

const opened = (pen: Pen, {routes, sandbox, checks}: BodyOf<'run.opened'>): void => {
  const names = [...new Set(Object.values(routes).flat())].join(', ')
  quiet(pen, `model ${names || 'none'} · sandbox ${sandbox.level} · checks ${checks.map((check) => check.command).join(', ') || 'none'}`)
}

const closed = (pen: Pen, {outcome, reason, files, usage}: BodyOf<'run.closed'>): void => {
  headline(pen, outcome)
  const well = outcome === 'done' || outcome === 'answered'
  const {input, output, usd} = usage.total
  saying(pen, well ? '✓' : '✗', well ? green : red, flat(reason, 300))
  for (const file of files.slice(0, 20))
    saying(pen, ' ', '', flat(file.path, 200), '', [
      [`+${file.add}`, green],
      [`−${file.del}`, red],
    ])
  quiet(pen, `${files.length} ${files.length === 1 ? 'file' : 'files'} · ${input}+${output} tokens${usd > 0 ? ` · $${usd.toFixed(4)}` : ''}`)
}

/** For the whole run. */
export const runSays: Lines = {
  ...says,
  'run.opened': opened,
  'user.said': (pen, {text}) => {
    pen.flow.gap()
    saying(pen, '›', blue, flat(textOf(text), 2000), bold)
  },
  'role.left': undefined,
  'run.closed': closed,
}
