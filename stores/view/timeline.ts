// The run as a row of phases, each with who did what and how long it took.

import type {Event} from '../../engine/contract/event.ts'
import {keep} from './ring.ts'

export interface Span {
  key: string
  /** `implement`, `repair`, `check tests`, … */
  phase: string
  role: string
  agent: string
  attempt: number
  candidate: number
  startedAt: number
  /** 0 while it goes on. */
  endedAt: number
  /** How it ended: `finished`, `stuck`, `passed`, `failed`, …; '' while it goes on. */
  outcome: string
  modelMs: number
  toolMs: number
  calls: number
  tools: number
}

export type Timeline = readonly Span[]

const most = 500

const begun = (event: Event, phase: string, more: Partial<Span> = {}): Span => ({
  key: event.span,
  phase,
  role: event.role ?? '',
  agent: event.agent ?? '',
  attempt: 1,
  candidate: 0,
  startedAt: event.at,
  endedAt: 0,
  outcome: '',
  modelMs: 0,
  toolMs: 0,
  calls: 0,
  tools: 0,
  ...more,
})

const changeLast = (line: Timeline, fits: (span: Span) => boolean, change: (span: Span) => Span): Timeline => {
  const at = line.findLastIndex(fits)
  return at === -1 ? line : line.with(at, change(line[at] as Span))
}

export const stepTimeline = (line: Timeline, event: Event): Timeline => {
  const ofAgent = (span: Span): boolean => span.agent === (event.agent ?? '') && span.endedAt === 0 && !span.phase.startsWith('check ')
  switch (event.type) {
    case 'run.opened':
      return line.length === 0 ? line : []
    case 'task.started': {
      const {phase, attempt, candidate, role} = event.body
      return keep(line, begun(event, phase, {attempt, candidate, role}), most)
    }
    case 'phase.handed':
      return changeLast(line, ofAgent, (span) => ({...span, endedAt: event.at, outcome: event.body.outcome}))
    case 'model.replied':
      return changeLast(line, ofAgent, (span) => ({...span, modelMs: span.modelMs + event.body.wallMs, calls: span.calls + 1}))
    case 'tool.done':
      return changeLast(line, ofAgent, (span) => ({...span, toolMs: span.toolMs + event.body.wallMs, tools: span.tools + 1}))
    case 'gate.started':
      return keep(line, begun(event, `check ${event.body.gate}`), most)
    case 'gate.passed':
    case 'gate.failed': {
      const outcome = event.type === 'gate.passed' ? 'passed' : 'failed'
      return changeLast(
        line,
        (span) => span.phase === `check ${event.body.gate}` && span.endedAt === 0,
        (span) => ({...span, endedAt: event.at, outcome}),
      )
    }
    case 'run.closed':
      return line.map((span) => (span.endedAt ? span : {...span, endedAt: event.at, outcome: 'stopped'}))
    default:
      return line
  }
}

/** Spans by phase, in the order in which the phases began. */
export const byPhase = (line: Timeline): {phase: string; spans: Span[]; wallMs: (now: number) => number}[] =>
  [...Map.groupBy(line, (span) => span.phase)].map(([phase, spans]) => ({
    phase,
    spans,
    wallMs: (now) => spans.reduce((sum, span) => sum + Math.max(0, (span.endedAt || now) - span.startedAt), 0),
  }))
