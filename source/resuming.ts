// Going on with a run whose host is gone: the events are read back, what was cut off is named, and every effect
// whose end is not on record is answered in words. Nothing that may have happened is done again.

import type {BlobId, RunId, SpanId, TraceId} from '../engine/base/id.ts'
import type {Event} from '../engine/contract/event.ts'
import {candidateOfPatch} from '../engine/contract/task.ts'
import type {Change} from '../engine/contract/workspace.ts'
import type {Gathered} from './opening.ts'

export interface CutOff {
  span: string
  call: string
  tool: string
  agent: string
  role: string
  candidate: number
  touches: readonly string[] | 'any'
}

export interface Resumed {
  run: RunId
  trace: TraceId
  rootSpan: SpanId
  events: Event[]
  /** Spans that were under way. */
  interrupted: string[]
  effects: CutOff[]
  start?: {checkpoint: string; manifest: BlobId}
  made: {candidate: number; changes: Change[]}[]
  /** Taken from a candidate's copy into the user's tree. */
  adopted: Change[][]
}

const isEffect = (event: Event): boolean => event.type === 'tool.called' && event.body.effect

/** Undefined when a new run is to be opened. */
export const resumeRun = (facts: Gathered): Resumed | undefined => {
  const run = facts.goesOn
  if (!run) return undefined
  const events = [...facts.journal.read({run, whole: true})]
  const first = events[0]
  if (!first) return undefined
  const under = new Map<string, Event>()
  const candidates = new Map<string, number>()
  const made: Resumed['made'] = []
  const adopted: Change[][] = []
  let start: Resumed['start']
  for (const event of events) {
    const at = `${event.span}`
    if (event.type === 'model.asked' || event.type === 'tool.called' || event.type === 'gate.started') under.set(at, event)
    if (['model.replied', 'model.failed', 'tool.done', 'gate.passed', 'gate.failed'].includes(event.type)) under.delete(at)
    if (event.type === 'task.started' && event.agent) candidates.set(event.agent, event.body.candidate)
    if (event.type === 'checkpoint.saved' && event.body.why === 'start') {
      const {checkpoint, tree} = event.body as typeof event.body & {tree?: string}
      if (tree) start = {checkpoint, manifest: tree as BlobId}
    }
    const changes = (event.body as {changes?: Change[]}).changes
    if (event.type === 'patch.adopted' && changes) {
      if (candidateOfPatch(event.body.patch) !== undefined) adopted.push(changes)
      else made.push({candidate: event.body.candidate ?? 1, changes})
    }
    if (event.type === 'tool.done' && changes) made.push({candidate: candidates.get(event.agent ?? '') ?? 1, changes})
    if (event.type === 'checkpoint.restored' && changes) made.push({candidate: (event.body as {candidate?: number}).candidate ?? 1, changes})
  }
  const effects = [...under.values()].filter(isEffect).map((event): CutOff => {
    const body = event.body as {call: string; tool: string; touches?: readonly string[] | 'any'}
    const agent = event.agent ?? ''
    return {
      span: event.span,
      call: body.call,
      tool: body.tool,
      agent,
      role: event.role ?? '',
      candidate: candidates.get(agent) || 1,
      touches: body.touches ?? 'any',
    }
  })
  return {run, trace: first.trace, rootSpan: first.span, events, interrupted: [...under.keys()], effects, start, made, adopted}
}
