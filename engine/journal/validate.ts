// Is this a whole, well-formed log of one run? Reads lines as they come, holds none, and names the first that is
// not right. Everything that the contract says of lines is checked here, so whatever passes can be folded.

import type {z as zodNamespace} from 'zod'
import {lineSplitter} from '../base/jsonl.ts'
import {envelope, events} from '../contract/event.ts'
import {maxLineBytes} from './bound.ts'
import {foreignKind, idPatterns} from './schema.ts'

export interface ValidateOptions {
  /** A run that is still going on: `run.closed` may be missing. Default false. */
  unfinished?: boolean
}

export type Verdict = {ok: true; events: number} | {ok: false; line: number; why: string}

type Body = Record<string, unknown>

interface Line {
  seq: number
  type: string
  run: string
  trace: string
  span: string
  parent?: string
  passing?: true
  body: Body
  [field: string]: unknown
}

interface State {
  run: string
  lastSeq: number
  closed: boolean
  /** That have begun. */
  traces: Set<string>
}

/** '' when there is nothing to say against it. */
type Check<In> = (found: In) => string

const patterns = Object.entries(idPatterns).map(([field, pattern]): [string, RegExp] => [field, new RegExp(pattern)])
const foreign = new RegExp(foreignKind)
const blobPattern = new RegExp(idPatterns.blob as string)
const kinds = events as Readonly<Record<string, {kept: boolean; body: (z: typeof zodNamespace) => zodNamespace.ZodType} | undefined>>

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)

const sayIssue = (issue: zodNamespace.core.$ZodIssue | undefined, within: string): string => {
  const path = [within, ...(issue?.path ?? [])].filter((part) => part !== '').join('.')
  return `${path || 'the line'}: ${issue?.message ?? 'not valid'}`
}

/** A field that stands in a blob. */
const isSpilled = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false
  const {blob, bytes, ...rest} = value as Body
  return typeof blob === 'string' && blobPattern.test(blob) && Number.isInteger(bytes) && (bytes as number) > 0 && Object.keys(rest).length === 0
}

const openShapes = (z: typeof zodNamespace) => {
  const outer = envelope(z)
  const bodies = new Map<string, zodNamespace.ZodType>()
  const bodySchema = (type: string): zodNamespace.ZodType | undefined => {
    const known = bodies.get(type) ?? kinds[type]?.body(z)
    if (known) bodies.set(type, known)
    return known
  }
  const envelopeWhy: Check<unknown> = (value) => {
    const parsed = outer.safeParse(value)
    if (!parsed.success) return sayIssue(parsed.error.issues[0], '')
    const line = value as Line
    const bad = patterns.find(([field, pattern]) => line[field] !== undefined && !pattern.test(String(line[field])))
    return bad ? `${bad[0]}: ${quoted(String(line[bad[0]]))} is no such id` : ''
  }
  const bodyWhy: Check<Line> = ({type, body}) => {
    const parsed = bodySchema(type)?.safeParse(body)
    const issues = parsed?.error?.issues.filter((issue) => !isSpilled(body[String(issue.path[0])])) ?? []
    return issues.length > 0 ? sayIssue(issues[0], `body of ${type}`) : ''
  }
  return {envelopeWhy, bodyWhy}
}

const kindWhy: Check<Line> = ({type, passing}) => {
  const kind = kinds[type]
  if (!kind) return foreign.test(type) ? '' : `${quoted(type)} is an unknown kind`
  if (kind.kept && passing) return `${type} is kept and cannot be passing`
  return kind.kept || passing ? '' : `${type} passes and must say so`
}

const openingWhy: Check<Line> = ({type, seq, body}) => {
  if (type === 'run.opened') return seq === 1 ? '' : `run.opened has seq ${seq}, not 1`
  if (type !== 'run.resumed') return `missing opening: the first line is ${type}, not run.opened or run.resumed`
  return seq === Number(body.lastSeq) + 1 ? '' : `run.resumed has seq ${seq} after lastSeq ${body.lastSeq}`
}

const placeWhy = (state: State, line: Line): string => {
  const {type, seq, run, passing, body} = line
  if (state.run === '') return openingWhy(line)
  if (run !== state.run) return `run ${run} in a log of ${state.run}`
  if (state.closed) return type === 'run.closed' ? 'a second run.closed' : `${type} after run.closed`
  if (type === 'run.opened') return 'a second run.opened'
  if (passing) return seq === state.lastSeq ? '' : `a passing line has seq ${seq} after ${state.lastSeq}`
  if (seq !== state.lastSeq + 1) return `${seq <= state.lastSeq ? 'a repeat' : 'a gap'} in seq: ${seq} after ${state.lastSeq}`
  return type === 'run.resumed' && body.lastSeq !== state.lastSeq ? `run.resumed says lastSeq ${body.lastSeq} after ${state.lastSeq}` : ''
}

/** Only the first line of a trace has nothing above it. */
const parentWhy = (state: State, {trace, parent}: Line): string =>
  parent === undefined && state.traces.has(trace) ? 'parent is missing, and this is not the first line of its trace' : ''

const parse = (text: string): {value: unknown} | undefined => {
  try {
    return {value: JSON.parse(text)}
  } catch {
    return undefined
  }
}

const openChecker = (z: typeof zodNamespace, state: State): Check<string> => {
  const {envelopeWhy, bodyWhy} = openShapes(z)
  return (text) => {
    if (Buffer.byteLength(text) > maxLineBytes) return `longer than ${maxLineBytes} bytes`
    if (text.endsWith('\r')) return 'ends in CR LF, not LF'
    const parsed = parse(text)
    if (!parsed) return text === '' ? 'an empty line' : 'not JSON'
    const outerWhy = envelopeWhy(parsed.value)
    if (outerWhy) return outerWhy
    const line = parsed.value as Line
    const why = kindWhy(line) || placeWhy(state, line) || bodyWhy(line) || parentWhy(state, line)
    if (why) return why
    state.run = line.run
    state.lastSeq = line.seq
    state.closed = line.type === 'run.closed'
    state.traces.add(line.trace)
    return ''
  }
}

/** `text`: the log in pieces of any size, LF included. */
export const validateLines = async (text: AsyncIterable<string> | Iterable<string>, {unfinished = false}: ValidateOptions = {}): Promise<Verdict> => {
  const {z} = await import('zod')
  const state: State = {run: '', lastSeq: 0, closed: false, traces: new Set()}
  const check = openChecker(z, state)
  const splitter = lineSplitter(maxLineBytes)
  let count = 0
  try {
    for await (const piece of text) {
      for (const line of splitter.feed(piece)) {
        count += 1
        const why = check(line)
        if (why) return {ok: false, line: count, why}
      }
    }
  } catch (thrown) {
    if (thrown instanceof RangeError) return {ok: false, line: count + 1, why: `longer than ${maxLineBytes} bytes`}
    throw thrown
  }
  if (splitter.rest() !== '') return {ok: false, line: count + 1, why: 'part of a line: the last LF is missing'}
  if (count === 0) return {ok: false, line: 1, why: 'missing opening: there is no line'}
  if (!state.closed && !unfinished) return {ok: false, line: count, why: 'missing run.closed'}
  return {ok: true, events: count}
}
