// What the gates have shown: command, exit code, counts, hashes and times, word for word as the events say.

import type {Event} from '../../engine/contract/event.ts'
import {keep} from './ring.ts'

export interface GateView {
  key: string
  gate: string
  command: string
  state: 'running' | 'passed' | 'failed' | 'stale'
  exitCode: number | null
  counts: {passed: number; failed: number; skipped: number; failedBefore: number | null} | null
  outputSha256: string
  treeSha256: string
  startedAt: number
  wallMs: number
  summary: string
  /** Where it ran, when not at the project's own path. */
  site: string
  why: string
}

export type Evidence = readonly GateView[]

const most = 200

export const stepEvidence = (gates: Evidence, event: Event): Evidence => {
  switch (event.type) {
    case 'run.opened':
      return gates.length === 0 ? gates : []
    case 'gate.started': {
      const {gate, command, treeSha256, site} = event.body
      const one: GateView = {
        key: event.span,
        gate,
        command,
        state: 'running',
        exitCode: null,
        counts: null,
        outputSha256: '',
        treeSha256,
        startedAt: event.at,
        wallMs: 0,
        summary: '',
        site: site ?? '',
        why: '',
      }
      return keep(gates, one, most)
    }
    case 'gate.passed':
    case 'gate.failed': {
      const {gate, command, exitCode, counts, outputSha256, treeSha256, startedAt, wallMs, summary} = event.body
      const at = gates.findLastIndex((one) => one.gate === gate && one.state === 'running')
      const before = gates[at]
      const state = event.type === 'gate.passed' ? 'passed' : 'failed'
      const one: GateView = {
        key: before?.key ?? event.span,
        gate,
        command,
        state,
        exitCode,
        counts,
        outputSha256,
        treeSha256,
        startedAt,
        wallMs,
        summary,
        site: before?.site ?? '',
        why: '',
      }
      return before ? gates.with(at, one) : keep(gates, one, most)
    }
    case 'gate.stale': {
      const at = gates.findLastIndex((one) => one.gate === event.body.gate && one.state !== 'running')
      return at === -1 ? gates : gates.with(at, {...(gates[at] as GateView), state: 'stale', why: event.body.why})
    }
    case 'run.closed':
      return gates.map((one) => (one.state === 'running' ? {...one, state: 'stale', why: 'the run ended before it'} : one))
    default:
      return gates
  }
}
