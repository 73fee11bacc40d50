// Questions that only a person can answer. Each is on record when raised and when answered; without anyone to
// ask, or after the waiting time, the answer is a denial that says what would have allowed it.

import type {Clock} from '../base/clock.ts'
import type {SpanId} from '../base/id.ts'
import {type Envelope, fault} from '../contract/fault.ts'
import type {Up} from '../contract/link.ts'
import type {Agent} from './roster.ts'
import type {Scribe} from './scribe.ts'

type Ask = Extract<Up, {say: 'ask'}>

export interface Asks {
  raise(agent: Agent, ask: Ask): void
  /** False when no such ask is open. */
  answer(id: string, choice: string, text?: string): boolean
  /** Nobody can answer any more: what is open is denied, and so is whatever is asked from here on. */
  unattended(): void
  dropOf(agent: string): void
  /** A person stopped the agent: what it asks is denied. */
  denyOf(agent: string): void
}

/** Rules that a person wants written down, for this run and all later ones. */
export interface Lasting {
  /** Answers the file that they stand in now. Fails with: config.invalid and whatever writing fails with. */
  keep(rules: readonly string[]): Promise<Envelope<string>>
  /** Would what was written in this run allow what these rules would? */
  covers(rules: readonly string[]): boolean
}

/** As it is typed into a shell. */
const quoted = (word: string): string => (/["$`\\!\n]/.test(word) ? `'${word.replace(/'/g, "'\\''")}'` : `"${word}"`)

const answerHint = 'answer it in the full screen, or with --input stream-json'

/** What would have let it through; no rule does where another rule says that a person is asked. */
const unasked = (ask: Ask): ReturnType<typeof fault> => {
  if (ask.kind !== 'permission') return fault('permission.asked', {what: `the question "${ask.text}"`, act: 'answer', hint: answerHint})
  const hint = ask.rule && ask.rules ? `allow it with --allow ${quoted(ask.rule)}, or ${answerHint}` : answerHint
  return fault('permission.asked', {what: ask.rule ?? ask.text, act: 'allow', hint})
}

const plainly: Readonly<Record<string, string>> = {
  once: 'once',
  run: 'run',
  always: 'run',
  deny: 'deny',
  yes: 'once',
  y: 'once',
  allow: 'once',
  no: 'deny',
  n: 'deny',
  '': 'deny',
}

/** A question may be answered in any words. A permission is given or refused in those that were offered, or plainly: anything else is no answer. */
const knownChoice = (ask: Ask, choice: string): string | undefined => {
  if (ask.kind !== 'permission' || ask.choices.includes(choice)) return choice
  return plainly[choice.toLowerCase()]
}

interface Open {
  agent: Agent
  ask: Ask
  span: SpanId
  stop: AbortController
}

/** `waitMs`: null when nobody can be asked, Infinity when a person will answer in their own time. */
export const openAsks = (scribe: Scribe, clock: Clock, waitMs: number | null, lasting: Lasting): Asks => {
  let askMs = waitMs
  const open = new Map<string, Open>()
  /** What a person has allowed for the rest of the run: whoever asks next is not put to them again. */
  const allowed = new Set<string>()

  const deny = (agent: Agent, ask: Ask, id: string, span: SpanId, by: 'nobody' | 'timeout'): void => {
    scribe.note('ask.answered', {ask: id, choice: 'deny', by}, {agent: agent.id, role: agent.role, span})
    agent.link?.send({say: 'answer', id: ask.id, choice: 'deny', error: unasked(ask)})
  }

  const answer = (id: string, choice: string, text?: string): boolean => {
    const found = open.get(id)
    if (!found) return false
    const known = knownChoice(found.ask, choice)
    if (known === undefined) {
      scribe.note('notice', {
        code: 'input.unknown',
        text: `${id} is answered with ${found.ask.choices.join(', ')}, not with ${JSON.stringify(choice.slice(0, 60))}`,
      })
      return true
    }
    open.delete(id)
    found.stop.abort()
    take(found, id, known, text)
    return true
  }
  const take = (found: Open, id: string, choice: string, text?: string): void => {
    if (choice === 'always' && found.ask.rules) void keep(found, id, text)
    else settle(found, id, choice, text)
  }
  const settle = (found: Open, id: string, choice: string, text?: string): void => {
    const isLasting = choice === 'run' || choice === 'always'
    if (found.ask.kind === 'permission' && isLasting && found.ask.rule) allowed.add(found.ask.rule)
    scribe.note('ask.answered', {ask: id, choice, ...(text ? {text} : {}), by: 'person'}, {agent: found.agent.id, role: found.agent.role, span: found.span})
    found.agent.link?.send({say: 'answer', id: found.ask.id, choice, ...(text ? {text} : {})})
  }
  /** `text`: the rules as the person wants them, one in a line. What cannot be written holds for the run. */
  const keep = async (found: Open, id: string, text?: string): Promise<void> => {
    const own = (text ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
    const rules = own.length > 0 ? own : (found.ask.rules ?? [])
    const kept = await lasting.keep(rules)
    if (kept.ok) scribe.note('policy.changed', {change: 'allowed', rules, file: kept.result}, {agent: found.agent.id, role: found.agent.role, span: found.span})
    else scribe.note('notice', {code: 'policy.unkept', text: `The rule was not written and holds for this run only: ${kept.error.msg}`})
    settle(found, id, kept.ok ? 'always' : 'run', text)
  }

  return {
    raise: (agent, ask) => {
      const isAllowed = (ask.rule !== undefined && allowed.has(ask.rule)) || (ask.rules !== undefined && lasting.covers(ask.rules))
      if (ask.kind === 'permission' && isAllowed) {
        agent.link?.send({say: 'answer', id: ask.id, choice: 'run'})
        return
      }
      const id = `q_${scribe.board().asks + 1}`
      const span = scribe.newSpan()
      scribe.note(
        'ask.raised',
        {
          ask: id,
          kind: ask.kind,
          text: ask.text,
          choices: ask.choices,
          ...(ask.rule ? {rule: ask.rule} : {}),
          ...(ask.rules ? {rules: ask.rules} : {}),
          ...(ask.preview ? {preview: ask.preview} : {}),
          ...(ask.call ? {call: ask.call} : {}),
        },
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
    unattended: () => {
      askMs = null
      for (const [id, found] of open) {
        found.stop.abort()
        open.delete(id)
        deny(found.agent, found.ask, id, found.span, 'nobody')
      }
    },
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
