// One turn over the wire, whatever the protocol: send, split, read, and failure as the last part of the stream.
// A protocol is a `Reader` (pieces in, parts out); it says when its own end was seen, and only then is there an answer.

import {FaultError, fault} from '../contract/fault.ts'
import type {Usage} from '../contract/grant.ts'
import type {Part, Turn} from '../contract/model.ts'
import {WireError} from './fault.ts'
import type {WireRequest, WireResponse} from './post.ts'
import {openTally, type Tally} from './tally.ts'

export interface Reader {
  /** What one piece (an event's data, a line) brings for the caller, if anything. Throws WireError. */
  take(piece: string): Part | readonly Part[] | undefined
  /** Nothing more is to come. */
  isDone(): boolean
  /** The answer is whole, though more (its usage) may come. */
  isWhole(): boolean
  /** False while the model has begun nothing, or thinks without showing it. */
  isMoving(): boolean
  /** The parts that close the reply. Throws WireError model.cut when its end was not seen. */
  end(): Part[]
  usage(): Usage
}

export interface Talk {
  /** PROVIDER/MODEL */
  route: string
  turn: Turn
  signal: AbortSignal
  /** Throws WireError when the request need not even be sent. */
  request(): WireRequest
  /** Pieces out of the text as it comes; throws RangeError when one grows past all bounds. */
  split(chunk: string): Iterable<string>
  /** What came after the last piece and lacks only the mark that would close it; '' when nothing did. */
  rest(): string
  /** Content types that cannot be the protocol's stream, though the status is 200. */
  notType: RegExp
  /** An answer that came in one piece as the pieces a stream of it would have; undefined when it is none. */
  whole(answer: Record<string, unknown>): object[] | undefined
  refuse(status: number, headers: Record<string, string | undefined>, body: string): WireError
  openReader(tally: Tally): Reader
}

const checkStatus = async (talk: Talk, response: WireResponse): Promise<void> => {
  if (response.status !== 200) throw talk.refuse(response.status, response.headers, await response.text())
}

const recordIn = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The pieces of a body that does not call itself a stream: a whole answer, a stream under a wrong name, or an error. */
const piecesOf = (talk: Talk, response: WireResponse, body: string): string[] => {
  const record = recordIn(body)
  if (record?.error) throw talk.refuse(500, response.headers, body)
  const pieces = record ? talk.whole(record)?.map((piece) => JSON.stringify(piece)) : [...talk.split(body), talk.rest()].filter(isJson)
  if (pieces && pieces.length > 0) return pieces
  throw new WireError(fault('model.garbled', {route: talk.route, why: `${response.headers['content-type'] || 'no type'} instead of a stream`}))
}

const readWhole = async function* (talk: Talk, response: WireResponse, reader: Reader): AsyncGenerator<Part> {
  const chunks: string[] = []
  for await (const chunk of response.body) chunks.push(chunk)
  const parts: Part[] = []
  for (const piece of piecesOf(talk, response, chunks.join(''))) take(talk, reader, piece, parts)
  yield* parts
}

/** Text of one network chunk, however many tokens it holds, goes up as one part. */
const join = (parts: Part[], part: Part): void => {
  const last = parts.at(-1)
  if (last && (last.is === 'text' || last.is === 'thought') && part.is === last.is) parts[parts.length - 1] = {is: last.is, text: last.text + part.text}
  else parts.push(part)
}

/** What a server sends may have any shape, and is its fault where the reader stumbles over it. */
const shaped = <T>({route}: Talk, what: string, read: () => T): T => {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    throw new WireError(fault('model.garbled', {route, why: `a piece of no known shape: ${what.slice(0, 80)}`}))
  }
}

const take = (talk: Talk, reader: Reader, piece: string, parts: Part[]): void => {
  const taken = shaped(talk, piece, () => reader.take(piece))
  for (const part of taken === undefined ? [] : [taken].flat()) join(parts, part as Part)
}

const readInto = async function* (talk: Talk, response: WireResponse, reader: Reader): AsyncGenerator<Part> {
  for await (const chunk of response.body) {
    const parts: Part[] = []
    for (const piece of talk.split(chunk)) take(talk, reader, piece, parts)
    response.expect(reader.isMoving() ? 'next' : 'first')
    yield* parts
    if (!reader.isDone()) continue
    response.release()
    return
  }
  // A last piece without its newline is taken when it is whole by itself; half of one is what a cut leaves.
  const left = talk.rest()
  const parts: Part[] = []
  if (left && isJson(left)) take(talk, reader, left, parts)
  yield* parts
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const asWire = (thrown: unknown, route: string): unknown => {
  if (thrown instanceof RangeError) return new WireError(fault('model.garbled', {route, why: thrown.message}))
  return thrown instanceof FaultError && !(thrown instanceof WireError) ? new WireError(thrown.fault) : thrown
}

export const talk = async function* (plan: Talk): AsyncGenerator<Part> {
  const tally = openTally(plan.route, plan.turn)
  const reader = plan.openReader(tally)
  try {
    const request = plan.request()
    // Of an answer in one piece nothing comes before all of it was written.
    const timeouts = plan.turn.whole ? {...request.timeouts, firstTokenSec: request.timeouts.callSec} : request.timeouts
    const {post} = await import('./post.ts')
    const response = await post({...request, timeouts}, plan.signal)
    await checkStatus(plan, response)
    const isStream = !plan.turn.whole && !plan.notType.test(response.headers['content-type'] ?? '')
    try {
      yield* isStream ? readInto(plan, response, reader) : readWhole(plan, response, reader)
    } catch (thrown) {
      // What was lost after a whole answer was its bookkeeping.
      if (!reader.isWhole() || plan.signal.aborted) throw thrown
    }
    yield* shaped(plan, 'its end', () => reader.end())
  } catch (thrown) {
    yield tally.failed(asWire(thrown, plan.route), reader.usage())
  }
}
