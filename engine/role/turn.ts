// One model turn: compile, fit, ask (each attempt reserved with the host), report. The reply comes back as
// data, failure included; nothing here throws for provider trouble.

import type {Clock} from '../base/clock.ts'
import {bad, type Envelope, good} from '../base/envelope.ts'
import type {CallId} from '../base/id.ts'
import type {Assignment} from '../contract/link.ts'
import type {Message} from '../contract/message.ts'
import type {Turn} from '../contract/model.ts'
import {compileMessages} from '../prompt/compile.ts'
import {evictInto} from '../prompt/evict.ts'
import type {AskHooks, Reply, Work} from './ports.ts'
import type {Uplink} from './uplink.ts'

export interface Voice {
  assignment: Assignment
  work: Work
  up: Uplink
  clock: Clock
  /** Ordinal of the next model call of this agent. */
  call: number
  /** Tool results that were left out of the last request, the oldest first. */
  evicted?: number
}

/** Room for one delta on the wire: many tokens arrive in one tick, and one message for all of them is enough. */
const deltaMs = 40

const deltas = (up: Uplink, span: ReturnType<Uplink['newSpan']>, clock: Clock) => {
  let text = ''
  let thought = false
  let last = Number.NEGATIVE_INFINITY
  const flush = (): void => {
    if (text) up.report('model.delta', thought ? {text, thought} : {text}, span)
    text = ''
    last = clock.tick()
  }
  return {
    add: (more: string, isThought: boolean): void => {
      if (isThought !== thought) flush()
      thought = isThought
      text += more
      if (clock.tick() - last >= deltaMs) flush()
    },
    flush,
  }
}

const hooksFor = (voice: Voice, span: ReturnType<Uplink['newSpan']>, messages: readonly Message[]): AskHooks & {flush(): void} => {
  const {up, call, work} = voice
  const shown = deltas(up, span, voice.clock)
  return {
    flush: shown.flush,
    reserve: async (asked): Promise<Envelope<void>> => {
      const answer = await up.clear(
        'model.asked',
        {
          route: asked.route,
          call,
          attempt: asked.attempt,
          messages: messages.length,
          reserved: asked.tokens,
          ...(asked.estimated === undefined ? {} : {estimated: asked.estimated}),
          requestSha256: asked.requestSha256,
          sampling: {...asked.sampling},
          tools: work.specs.map((spec) => spec.name),
        },
        span,
        {reserve: {tokens: asked.tokens, usd: asked.usd}},
      )
      return answer.ok ? good(undefined) : bad(answer.error)
    },
    onText: shown.add,
    onFailed: (failed) => {
      // What is still held belongs to the attempt that failed, not to the one that follows.
      shown.flush()
      up.report('model.failed', {...failed, call}, span)
    },
    onRoute: (chosen) => up.report('route.chosen', {...chosen, ...voice.assignment.grant.reason}, span),
    onBreaker: (turned) => up.report('breaker.turned', turned, span),
  }
}

const turnOf = (voice: Voice, messages: Message[]): Turn => {
  const {assignment, work, call} = voice
  return {
    model: '',
    messages,
    tools: work.specs,
    sampling: assignment.sampling,
    answer: assignment.answer,
    envelope: {
      role: assignment.role.name,
      goal: assignment.goal,
      phase: assignment.phase,
      root: assignment.root,
      attempt: assignment.attempt,
      slice: assignment.slice,
      seed: assignment.seed,
      checks: assignment.checks.map(({gate, command, dir, runner}) => ({gate, command, dir, runner})),
    },
    key: {role: assignment.role.name, agent: assignment.ordinal, call},
  }
}

/** Some weak models write their calls into the text; those become calls, with ids of ours. */
const withRecovered = (reply: Reply, voice: Voice): Reply => {
  if (reply.calls.length > 0 || reply.error) return reply
  const recovered = voice.work.recover(reply.text)
  if (recovered.calls.length === 0) return reply
  const calls = recovered.calls.map((call, index) => ({...call, id: `c_${voice.call}_${index + 1}` as CallId}))
  return {...reply, text: recovered.text, calls, why: 'calls'}
}

/** Asks once (retries and other routes included) and reports the reply. */
export const takeTurn = async (voice: Voice, conversation: readonly Message[]): Promise<Reply> => {
  const {assignment, work, up} = voice
  const span = up.newSpan()
  const before = voice.evicted ?? 0
  const fitted = evictInto(compileMessages(assignment, conversation, work.guide), work.budgetTokens, work.sizeOf, before)
  voice.evicted = fitted.droppedMessages
  if (fitted.droppedMessages > before)
    up.report('context.condensed', {droppedMessages: fitted.droppedMessages, droppedChars: fitted.droppedChars, why: 'the window of the model'})
  const hooks = hooksFor(voice, span, fitted.messages)
  const raw = await work.ask(turnOf(voice, fitted.messages), hooks)
  hooks.flush()
  if (raw.error) return raw
  const reply = withRecovered(raw, voice)
  up.report(
    'model.replied',
    {
      route: reply.route,
      call: voice.call,
      text: reply.text,
      calls: reply.calls.map(({id, tool, input}) => ({id, tool, input})),
      why: reply.why === 'fault' ? 'stop' : reply.why,
      usage: reply.usage,
      usd: reply.usd,
      wallMs: reply.wallMs,
      firstMs: reply.firstMs,
      thinkingMs: reply.thinkingMs,
      ...(reply.told ? {told: reply.told} : {}),
      ...(reply.keep ? {keep: reply.keep} : {}),
    },
    span,
  )
  voice.call += 1
  return reply
}
