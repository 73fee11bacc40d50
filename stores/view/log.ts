// The events as lines: the newest two thousand, told by the same words as everywhere else.

import type {Event} from '../../engine/contract/event.ts'
import {tell} from '../../engine/fold/transcript.ts'
import {keep} from './ring.ts'

export interface LogLine {
  run: string
  seq: number
  at: number
  type: string
  role: string
  agent: string
  text: string
  tone: 'plain' | 'good' | 'bad' | 'warn'
}

export const logMost = 2000

const bad = new Set(['error', 'gate.failed', 'model.failed', 'role.lost', 'task.failed', 'budget.exceeded', 'patch.dropped'])
const good = new Set(['gate.passed', 'task.done', 'patch.adopted'])
const warn = new Set(['ask.raised', 'notice', 'gate.stale', 'task.held', 'task.stale', 'breaker.turned'])

const toneOf = (event: Event): LogLine['tone'] => {
  if (bad.has(event.type) || (event.type === 'tool.done' && !event.body.ok)) return 'bad'
  return good.has(event.type) ? 'good' : warn.has(event.type) ? 'warn' : 'plain'
}

export const stepLog = (lines: readonly LogLine[], event: Event): readonly LogLine[] => {
  if (event.passing) return lines
  const line: LogLine = {
    run: event.run,
    seq: event.seq,
    at: event.at,
    type: event.type,
    role: event.role ?? '',
    agent: event.agent ?? '',
    text: tell(event),
    tone: toneOf(event),
  }
  return keep(lines, line, logMost)
}
