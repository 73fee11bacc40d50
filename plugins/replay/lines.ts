// The lines of a recording, read once. Format: docs/replay.md.

import {readFileSync} from 'node:fs'
import {type Envelope, type FaultCode, fault, faults, type Turn, type Usage} from '../../engine/plugin.ts'

export interface Line {
  key?: Turn['key']
  reply: {
    text?: string
    thought?: string
    calls?: {id?: string; tool: string; input: unknown}[]
    why?: 'stop' | 'calls' | 'length'
    usage?: Partial<Usage>
    keep?: unknown[]
    delayMs?: number
    fault?: {code: FaultCode; msg?: string; hint?: string; waitMs?: number}
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with a line; '' when nothing is. */
const wrongWith = (value: unknown): string => {
  if (!isRecord(value) || !isRecord(value.reply)) return 'there is no `reply`'
  const {key, reply} = value
  if (key !== undefined && !(isRecord(key) && typeof key.role === 'string' && Number.isInteger(key.agent) && Number.isInteger(key.call)))
    return '`key` needs role, agent and call'
  const {calls, fault: failed} = reply as Record<string, unknown>
  if (calls !== undefined && !(Array.isArray(calls) && calls.every((call) => isRecord(call) && typeof call.tool === 'string')))
    return '`calls` must be a list of {tool, input}'
  if (failed !== undefined && !(isRecord(failed) && typeof failed.code === 'string' && failed.code in faults)) return '`fault` needs a known code'
  return ''
}

const parse = (text: string): {value: unknown; wrong: string} => {
  try {
    const value: unknown = JSON.parse(text)
    return {value, wrong: wrongWith(value)}
  } catch (thrown) {
    return {value: undefined, wrong: (thrown as Error).message}
  }
}

export const readLines = (file: string): Envelope<Line[]> => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    return {ok: false, error: fault('replay.unreadable', {file, why: (thrown as Error).message})}
  }
  const lines: Line[] = []
  for (const [at, one] of text.split('\n').entries()) {
    if (one.trim() === '') continue
    const {value, wrong} = parse(one)
    if (wrong) return {ok: false, error: fault('replay.unreadable', {file, why: `line ${at + 1}: ${wrong}`})}
    lines.push(value as Line)
  }
  return {ok: true, result: lines}
}
