// How a tool call reads: a command as it would be typed, any other call as one line when it is over. Never the whole
// of a result: that is the model's to read; a person sees what was done, how long it took and how it ended.

import type {BodyOf} from '../contract/event.ts'
import {cleaned} from './face-clean.ts'
import {amber, flat, green, type Pen, red, saying, seconds} from './face-line.ts'
import {bold, dim} from './face-prose.ts'

type Called = BodyOf<'tool.called'>
type Done = BodyOf<'tool.done'>

const resultOf = (body: Done): Record<string, unknown> =>
  typeof body.result === 'object' && body.result !== null ? (body.result as Record<string, unknown>) : {}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const commandsAllowed = /^shell\((.*)\)$/s

/** The command that a call runs as its whole purpose; '' for other calls. */
export const commandOf = ({tool, input, needs}: Called): string => {
  if (tool === 'shell') return textOf((input as {command?: unknown} | null)?.command)
  return tool === 'run_tests' ? (commandsAllowed.exec(needs[0] ?? '')?.[1] ?? '') : ''
}

/** They speak for themselves: a plan, a question and a last word have lines of their own. */
export const isQuiet = ({tool, ok}: Done): boolean => ok && (tool === 'finish' || tool === 'plan' || tool === 'ask')

/** What a command printed, when it was not streamed; what a red check has to say. */
export const leftOver = (body: Done): string => {
  const told = textOf(body.told)
  if (!body.ok || (body.tool !== 'shell' && resultOf(body).passed !== false)) return ''
  // How it ended has a line of its own, and the command stands already.
  const rest = told.slice(told.indexOf('\n') + 1 || told.length)
  return body.tool === 'shell' ? rest : rest.replace(/^\$ .*\n*/, '')
}

/** `typed`: a command; else the name of a tool that began to print. */
export const callLine = (pen: Pen, what: string, typed = false): void => {
  const rows = cleaned(what).trim().split('\n')
  const more = rows.length > 1 ? ` … ${rows.length - 1} more lines` : ''
  saying(pen, typed ? '$' : '▸', amber, `${flat(rows[0] ?? '', 300)}${more}`, typed ? bold : '')
}

const wentWell = (body: Done): boolean => {
  const {passed, exitCode} = resultOf(body)
  if (!body.ok) return false
  if (typeof passed === 'boolean') return passed
  return exitCode === undefined || exitCode === 0
}

const editLine = (body: Done): string => {
  const {path, line, add, del} = resultOf(body)
  if (typeof path !== 'string' || typeof add !== 'number' || typeof del !== 'number') return ''
  return `${body.tool} ${path}${typeof line === 'number' ? `:${line}` : ''}`
}

/** `begun`: a line for it stands already. */
export const endLine = (pen: Pen, body: Done, begun: boolean): void => {
  const took = `(${seconds(body.wallMs)})`
  const line = textOf(body.line)
  if (!body.ok) {
    const {msg = 'failed', hint = ''} = body.error ?? {}
    return saying(pen, '✗', red, `${body.tool}: ${flat(msg, 300)}${hint ? ` — ${flat(hint, 200)}` : ''} ${took}`)
  }
  const edited = editLine(body)
  if (edited) {
    const {add, del} = resultOf(body)
    saying(pen, '▸', amber, edited, '', [
      [`+${add}`, green],
      [`−${del}`, red],
      [took, dim],
    ])
    return
  }
  const well = wentWell(body)
  const sign = begun ? (well ? '✓' : '✗') : well ? '▸' : '✗'
  const ending = line.startsWith('$ ') ? line.slice(line.lastIndexOf(' → ') + 3) : ''
  if (begun && ending) return saying(pen, sign, well ? green : red, flat(ending, 200))
  saying(pen, sign, well ? (begun ? green : amber) : red, flat(line || body.tool, 300), '', [[took, dim]])
}
