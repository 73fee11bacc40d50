// Questions that only a person can answer. Each is on record when raised and when answered; without anyone to
// ask, or after the waiting time, the answer is a denial that says what would have allowed it.

import type {Clock} from '../base/clock.ts'
import type {SpanId} from '../base/id.ts'
import {fault} from '../contract/fault.ts'
import type {Up} from '../contract/link.ts'
import type {Agent} from './roster.ts'
import type {Scribe} from './scribe.ts'

type Ask = Extract<Up, {say: 'ask'}>

export interface Asks {
  raise(agent: Agent, ask: Ask): void
  /** False when no such ask is open. */
  answer(id: string, choice: string, text?: string): boolean
  dropOf(agent: string): void
  /** A person stopped the agent: what it asks is denied. */
  denyOf(agent: string): void
}

const ruleFor = (ask: Ask): string => ask.rule ?? 'RULE'

/** `askMs`: null when nobody can be asked, Infinity when a person will answer in their own time. */
export const openAsks = (scribe: Scribe, clock: Clock, askMs: number | null): Asks => {
  const open = new Map<string, {agent: Agent; ask: Ask; span: SpanId; stop: AbortController}>()
  /** What a person has allowed for the rest of the run: whoever asks next is not put to them again. */
  const allowed = new Set<string>()

  const deny = (agent: Agent, ask: Ask, id: string, span: SpanId, by: 'nobody' | 'timeout'): void => {
    scribe.note('ask.answered', {ask: id, choice: 'deny', by}, {agent: agent.id, role: agent.role, span})
    const error =
      ask.kind === 'permission'
        ? fault('permission.asked', {what: ask.rule ?? ask.text, rule: ruleFor(ask)})
        : fault('permission.asked', {what: `the question "${ask.text}"`, rule: ''})
    agent.link?.send({say: 'answer', id: ask.id, choice: 'deny', error})
  }

  const answer = (id: string, choice: string, text?: string): boolean => {
    const found = open.get(id)
    if (!found) return false
    open.delete(id)
    found.stop.abort()
    if (found.ask.kind === 'permission' && choice === 'run' && found.ask.rule) allowed.add(found.ask.rule)
    scribe.note('ask.answered', {ask: id, choice, ...(text ? {text} : {}), by: 'person'}, {agent: found.agent.id, role: found.agent.role, span: found.span})
    found.agent.link?.send({say: 'answer', id: found.ask.id, choice, ...(text ? {text} : {})})
    return true
  }

  return {
    raise: (agent, ask) => {
      if (ask.kind === 'permission' && ask.rule && allowed.has(ask.rule)) {
        agent.link?.send({say: 'answer', id: ask.id, choice: 'run'})
        return
      }
      const id = `q_${scribe.board().asks + 1}`
      const span = scribe.newSpan()
      scribe.note(
        'ask.raised',
        {ask: id, kind: ask.kind, text: ask.text, choices: ask.choices, ...(ask.rule ? {rule: ask.rule} : {}), ...(ask.call ? {call: ask.call} : {})},
        {agent: agent.id, role: agent.role, span},
      )
      if (askMs === null) return deny(agent, ask, id, span, 'nobody')
      const stop = new AbortController()
      open.set(id, {agent, ask, span, stop})
      if (askMs === Number.POSITIVE_INFINITY) return
      clock.sleep(askMs, stop.signal).then(
        () => {
          if (open.delete(id)) deny(agent, ask, id, span, 'timeout')
        },
        () => undefined,
      )
    },
    answer,
    dropOf: (agent) => {
      for (const [id, found] of open) {
        if (found.agent.id !== agent) continue
        found.stop.abort()
        open.delete(id)
      }
    },
    denyOf: (agent) => {
      for (const [id, found] of [...open]) if (found.agent.id === agent) answer(id, 'deny', 'interrupted')
    },
  }
}
