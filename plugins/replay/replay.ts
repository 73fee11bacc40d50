// Answers from a recording. Which line answers depends on the key of the call alone (and on how often this process
// has asked with it), so a run that was killed and goes on meets the same answers.

import {resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {
  type CallId,
  type Envelope,
  type Fault,
  fault,
  type ModelCard,
  type ModelClient,
  type ModelMaker,
  noUsage,
  type Part,
  type Turn,
} from '../../engine/plugin.ts'
import {type Line, readLines} from './lines.ts'

type Ask = (key: Turn['key']) => Line | undefined

const nameOf = ({role, agent, call}: Turn['key']): string => `${role} ${agent}, call ${call}`

/** Lines of one key answer its attempts in order; lines without a key answer the calls 1, 2, 3 … of anyone. */
const answerer = (lines: readonly Line[]): Ask => {
  const keyed = Map.groupBy(
    lines.filter((line) => line.key),
    (line) => nameOf(line.key as Turn['key']),
  )
  const unkeyed = lines.filter((line) => !line.key)
  const asked = new Map<string, number>()
  return (key) => {
    const name = nameOf(key)
    const attempt = asked.get(name) ?? 0
    asked.set(name, attempt + 1)
    return keyed.has(name) ? keyed.get(name)?.[attempt] : unkeyed[key.call - 1]
  }
}

const ending = (error: Fault, waitMs?: number): Part => ({is: 'end', why: 'fault', usage: noUsage, error, ...(waitMs === undefined ? {} : {waitMs})})

const partsOf = function* (line: Line, turn: Turn): Generator<Part> {
  const {text, thought, calls = [], why, usage, keep, fault: failed} = line.reply
  if (thought) yield {is: 'thought', text: thought}
  if (text) yield {is: 'text', text}
  if (failed) {
    const {code, msg, hint, waitMs} = failed
    const made = fault(code, {route: `replay/${turn.model}`, why: msg ?? 'as recorded'})
    return yield ending({...made, ...(msg === undefined ? {} : {msg}), ...(hint === undefined ? {} : {hint})}, waitMs)
  }
  for (const [index, {id, tool, input}] of calls.entries()) {
    const own = id ?? `c_${turn.key.agent}_${turn.key.call}_${index + 1}`
    yield {is: 'call', call: {id: own as CallId, tool, input: typeof input === 'string' ? input : JSON.stringify(input ?? {})}}
  }
  const kept = keep ? {keep: {provider: `replay/${turn.model}`, items: keep}} : {}
  yield {is: 'end', why: why ?? (calls.length > 0 ? 'calls' : 'stop'), usage: {...noUsage, ...usage}, ...kept}
}

const card: ModelCard = {window: 1_000_000, output: 100_000, price: {usdIn: 0, usdCached: 0, usdOut: 0}, tools: true, edits: 'calls', local: true}

/** `settings.baseUrl` is the folder that FILE is relative to. */
const make: ModelMaker = (settings): ModelClient => {
  const files = new Map<string, Envelope<Ask>>()
  const open = (file: string): Envelope<Ask> => {
    const known = files.get(file)
    if (known) return known
    const lines = readLines(file)
    const made: Envelope<Ask> = lines.ok ? {ok: true, result: answerer(lines.result)} : lines
    files.set(file, made)
    return made
  }

  const stream = async function* (turn: Turn, signal: AbortSignal): AsyncGenerator<Part> {
    const file = resolve(settings.baseUrl || '.', turn.model)
    const recording = open(file)
    if (!recording.ok) return yield ending(recording.error)
    const line = recording.result(turn.key)
    if (!line) return yield ending(fault('replay.exhausted', {file: turn.model, key: nameOf(turn.key)}))
    const {delayMs} = line.reply
    if (delayMs) await sleep(delayMs, undefined, {signal}).catch(() => undefined)
    if (signal.aborted) return yield ending(fault('model.stopped'))
    yield* partsOf(line, turn)
  }

  return {card: (model) => ({...card, ...settings.models?.[model]}), stream, probe: async () => ({ok: true, wallMs: 0, models: []})}
}

export default make
