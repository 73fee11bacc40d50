// What every protocol's reply has in common: times, calls with usable ids, and when a reply that ended well is
// none all the same (empty, or cut at the output limit inside a call). Calls are handed on only here, at the end.

import type {CallId} from '../base/id.ts'
import {fault} from '../contract/fault.ts'
import type {Usage} from '../contract/grant.ts'
import type {Part, Turn} from '../contract/model.ts'
import {WireError} from './fault.ts'
import type {Told} from './options.ts'

export interface Ending {
  why: 'stop' | 'length'
  calls: {id: string; tool: string; input: string}[]
  usage: Usage
  keep?: unknown[]
  told?: Told
}

export interface Tally {
  text(text: string): Part
  thought(text: string): Part
  /** Something of the answer came that is neither text nor thought: a piece of a call. */
  moved(): void
  /** The model thinks without showing it. */
  thinking(): void
  /** The parts that close the reply, in order. */
  end(ending: Ending): Part[]
  /** The last part of a reply that failed. Anything that is no WireError is a bug and is thrown on. */
  failed(thrown: unknown, usage: Usage): Part
}

/** Text and thoughts of one reply; it is held in memory, whatever a server sends. */
const mostChars = 32 * 1024 * 1024

const round = (ms: number): number => Math.round(ms * 10) / 10

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))

/** What a server counts is a number of tokens or nothing. */
const counted = (usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).map(([name, count]) => [name, Number.isFinite(count) && count > 0 ? count : 0])) as unknown as Usage

/** Ids of calls must be unique in the conversation; servers that send none, or the same ones again, get ours. */
const withIds = (calls: Ending['calls'], turn: Turn) => {
  const taken = new Set(turn.messages.flatMap((message) => (message.from === 'model' ? message.calls.map((call) => call.id as string) : [])))
  return calls.map(({id, tool, input}, index) => {
    const own = id && !taken.has(id) ? id : `c_${turn.key.agent}_${turn.key.call}_${index + 1}`
    taken.add(own)
    return {id: own as CallId, tool: wordOf(tool), input: wordOf(input)}
  })
}

/** `route` is PROVIDER/MODEL; the clock starts now. */
export const openTally = (route: string, turn: Turn): Tally => {
  const began = performance.now()
  let firstMs: number | undefined
  let thinkingFrom: number | undefined
  let thinkingMs = 0
  let said = false
  let chars = 0
  const count = (text: unknown): void => {
    if (typeof text !== 'string') throw new TypeError('no text')
    chars += text.length
    if (chars > mostChars) throw new WireError(fault('model.garbled', {route, why: `a reply of more than ${mostChars} characters`}))
  }
  const moved = (): void => {
    firstMs ??= performance.now() - began
    if (thinkingFrom === undefined) return
    thinkingMs += performance.now() - thinkingFrom
    thinkingFrom = undefined
  }
  const thinking = (): void => {
    thinkingFrom ??= performance.now()
  }
  const times = () => ({...(firstMs === undefined ? {} : {firstMs: round(firstMs)}), ...(thinkingMs > 0 ? {thinkingMs: round(thinkingMs)} : {})})
  const broken = (usage: Usage, error: WireError): Part => ({
    is: 'end',
    why: 'fault',
    usage: counted(usage),
    error: error.fault,
    ...(error.waitMs === undefined ? {} : {waitMs: error.waitMs}),
    ...times(),
  })
  return {
    moved,
    thinking,
    text: (text) => {
      moved()
      count(text)
      said ||= text.trim() !== ''
      return {is: 'text', text}
    },
    thought: (text) => {
      firstMs ??= performance.now() - began
      thinking()
      count(text)
      return {is: 'thought', text}
    },
    end: ({why, calls, usage, keep, told}) => {
      if (thinkingFrom !== undefined) moved()
      if (why === 'length' && (calls.length > 0 || !said)) return [broken(usage, new WireError(fault('model.length', {route})))]
      if (calls.length === 0 && !said) return [broken(usage, new WireError(fault('model.empty', {route})))]
      const kept = keep && keep.length > 0 ? {keep: {provider: route, items: keep}} : {}
      const parts: Part[] = withIds(calls, turn).map((call) => ({is: 'call', call}))
      return [...parts, {is: 'end', why: calls.length > 0 ? 'calls' : why, usage: counted(usage), ...kept, ...(told ? {told} : {}), ...times()}]
    },
    failed: (thrown, usage) => {
      if (thrown instanceof WireError) return broken(usage, thrown)
      throw thrown
    },
  }
}
