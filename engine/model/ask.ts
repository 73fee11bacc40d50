// Many clients as one: a chain of routes, each attempt reserved before it is sent, failures retried or handed to
// the next route, and one reply at the end. Deltas of an attempt that failed are void with the next `model.asked`.
// Nothing is asked again once calls were handed on, because they are handed on only here, at the very end.

import {createHash} from 'node:crypto'
import type {Clock} from '../base/clock.ts'
import type {Envelope, Fault} from '../base/envelope.ts'
import type {Dice} from '../base/id.ts'
import {fault} from '../contract/fault.ts'
import {noUsage, type Route, routeName, type Usage} from '../contract/grant.ts'
import type {Call, Message} from '../contract/message.ts'
import type {ModelCard, ModelClient, Part, Sampling, ToolSpec, Turn} from '../contract/model.ts'
import {type BreakerState, openBreakers} from './breaker.ts'
import {type Collected, collect} from './collect.ts'
import {fromGrammar, grammarSampling} from './grammar.ts'
import {plainTurn} from './plain.ts'
import {usdOf} from './price.ts'
import {type Next, nextAfter} from './retry.ts'
import {samplingFor} from './sampling.ts'
import {isByGrammar, learnedFrom, samplingTaken, type Takes, takesOf} from './takes.ts'
import {estimateTokens, openMeter, sizeOfMessages, sizeOfTools} from './tokens.ts'

export interface Reply extends Omit<Collected, 'waitMs'> {
  route: string
  calls: Call[]
  usd: number
  wallMs: number
}

export interface AskHooks {
  /** Resolves once the attempt is on record and its cost set aside; a refusal ends the call. */
  reserve(asked: {route: string; attempt: number; tokens: number; usd: number; requestSha256: string; sampling: Sampling}): Promise<Envelope<void>>
  onText(text: string, thought: boolean): void
  /** `retryInMs` is set when the same route is tried again. */
  onFailed(failed: {route: string; attempt: number; error: Fault; usage: Usage; usd: number; wallMs: number; retryInMs?: number}): void
  onRoute(chosen: {route: string; why: string; others: string[]}): void
  onBreaker(turned: {route: string; state: BreakerState; why: string}): void
}

export interface Wired {
  route: Route
  client: ModelClient
  /** Longest Retry-After that is obeyed, s. */
  callSec: number
  /** Reads the key again after it was refused; true when there is another one now. */
  renew?(): Promise<boolean>
}

export interface Asker {
  /** Never throws; a failure is `reply.error`. */
  ask(turn: Turn, hooks: AskHooks, signal: AbortSignal): Promise<Reply>
  /** The card of the route that would be asked now. */
  card(): ModelCard
  /** Tokens of a request on that route, by estimate. */
  sizeOf(messages: readonly Message[], tools?: readonly ToolSpec[]): number
}

interface Candidate {
  name: string
  model: string
  client: ModelClient
  callMs: number
  renew(): Promise<boolean>
  takes: Takes
}

/** A key that is refused although it was just read again is no good. */
const mostRenewals = 2

/** Output that is set aside for a call that names no limit, tokens. */
const expectedOutput = 1024

/** So much was written and so little came: more than the end of a turn. */
const leastSwallowed = 8

/**
 * Some servers lose a reply in their stream only: after an empty one the next is asked for in one piece. Others drop a call
 * that they cannot read: one's own server is asked to hold the model to a call.
 */
const askedAgain = (turn: Turn, {error, usage}: Reply, {client, model}: Candidate): Turn => {
  const isEmpty = error?.code === 'model.empty'
  const isUnread = (isEmpty && usage.output >= leastSwallowed) || (error?.code === 'model.garbled' && /tool.?call/i.test(error.msg))
  if (isUnread && client.card(model).local) return {...turn, byGrammar: true, ...(isEmpty ? {whole: true} : {})}
  return isEmpty ? {...turn, whole: true} : turn
}

/** JSON is nothing to show while it comes: thoughts are shown, and the words at its end. */
const collectByGrammar = async (stream: AsyncIterable<Part>, wanted: Turn, name: string, onText: AskHooks['onText']): Promise<Collected> => {
  const got = fromGrammar(await collect(stream, name, (text, thought) => thought && onText(text, true)), wanted, name)
  if (got.text && !got.error) onText(got.text, false)
  return got
}

const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** For providers that report no usage: what was sent and what came. */
const countedUsage = (got: Collected, input: number, provider: string): Usage => {
  // A search has no tokens to count.
  if (provider === 'embedded') return noUsage
  if (got.usage.input > 0 || got.usage.output > 0) return got.usage
  if (got.error && got.text === '' && got.thought === '') return noUsage
  const calls = got.calls.reduce((sum, call) => sum + estimateTokens(call.tool + call.input), 0)
  return {...noUsage, input, output: estimateTokens(got.text) + estimateTokens(got.thought) + calls}
}

const samplingOf = ({client, model, takes}: Candidate, {sampling, tools}: Turn): Sampling =>
  samplingTaken(samplingFor(client.card(model), sampling, tools.length > 0), takes)

export const openAsker = ({clients, clock, dice}: {clients: readonly Wired[]; clock: Clock; dice: Dice}): Asker => {
  const chain = clients.map(
    ({route, client, callSec, renew = async () => false}): Candidate => ({
      name: routeName(route),
      model: route.model,
      client,
      callMs: callSec * 1000,
      renew,
      takes: takesOf(client.card(route.model)),
    }),
  )
  const meter = openMeter()
  let onBreaker: AskHooks['onBreaker'] = () => undefined
  const breakers = openBreakers(clock.tick, (route, state, why) => onBreaker({route, state, why}))
  let current = ''

  const choose = (candidate: Candidate, before: Fault | undefined, hooks: AskHooks): void => {
    if (candidate.name === current) return
    const why = current === '' ? 'first choice' : before ? `${current}: ${before.msg}` : 'it is healthy again'
    current = candidate.name
    hooks.onRoute({route: candidate.name, why, others: chain.map(({name}) => name).filter((name) => name !== candidate.name)})
  }

  /** One attempt: reserved, sent, collected. */
  const attempt = async (
    candidate: Candidate,
    wanted: Turn,
    count: number,
    hooks: AskHooks,
    signal: AbortSignal,
  ): Promise<{refused?: Fault; got?: Collected; reply: Reply}> => {
    const {name, model, client} = candidate
    const card = client.card(model)
    const byGrammar = isByGrammar(wanted, candidate.takes)
    const usual = samplingOf(candidate, wanted)
    const sampling = byGrammar ? grammarSampling(usual, card.local, candidate.takes.grammar === 'warm') : usual
    const turn = plainTurn(wanted, candidate.takes)
    const raw = sizeOfMessages(turn.messages) + sizeOfTools(turn.tools)
    const input = meter.corrected(name, raw)
    const output = Math.min(card.output, sampling.maxOutputTokens ?? expectedOutput)
    const began = clock.tick()
    const replyOf = (got: Collected, usage: Usage): Reply => {
      const {waitMs: _, ...rest} = got
      return {...rest, route: name, usage, usd: usdOf(card, usage), wallMs: Math.round(clock.tick() - began)}
    }
    const none: Collected = {text: '', thought: '', calls: [], why: 'fault', usage: noUsage}
    const usd = usdOf(card, {...noUsage, input, output})
    const requestSha256 = sha256([name, turn.messages, turn.tools, sampling, turn.answer])
    const cleared = await hooks.reserve({route: name, attempt: count, tokens: input + output, usd, requestSha256, sampling})
    if (!cleared.ok) return {refused: cleared.error, reply: replyOf({...none, error: cleared.error}, noUsage)}
    const stream = client.stream({...turn, model, sampling}, signal)
    const got = await (byGrammar ? collectByGrammar(stream, wanted, name, hooks.onText) : collect(stream, name, hooks.onText))
    const usage = countedUsage(got, input, candidate.name.split('/')[0] ?? '')
    if (!got.error) meter.observe(name, raw, got.usage.input)
    return {got, reply: replyOf(got, usage)}
  }

  /** Is there a healthy route that comes after this one? */
  const hasOther = (order: readonly Candidate[], {name}: Candidate): boolean =>
    order.slice(order.findIndex((one) => one.name === name) + 1).some((one) => breakers.stateOf(one.name) !== 'open')

  /** Can the same route be asked in another way: with a key that was exchanged meanwhile, without what it does not take? */
  const mend = async (candidate: Candidate, error: Fault, turn: Turn, tries: number): Promise<boolean> => {
    if (error.code === 'model.credentials') return tries <= mostRenewals && candidate.renew()
    const {takes} = candidate
    candidate.takes = learnedFrom(error, turn, takes, samplingOf(candidate, turn), candidate.name)
    return candidate.takes !== takes
  }

  const pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
    if (ms > 0) await clock.sleep(ms, signal).catch(() => undefined)
    return !signal.aborted
  }

  const ask: Asker['ask'] = async (turn, hooks, signal) => {
    onBreaker = hooks.onBreaker
    let count = 0
    let last: Reply | undefined
    const order = breakers.order(chain)
    for (const candidate of order) {
      const onTrial = breakers.stateOf(candidate.name) !== 'closed' && order.length > 1
      for (let tries = 1; ; tries++) {
        choose(candidate, last?.error, hooks)
        // Some servers lose a reply in their stream only: after an empty one the next is asked for in one piece.
        const asked = tries > 1 && last ? askedAgain(turn, last, candidate) : turn
        const {refused, got, reply} = await attempt(candidate, asked, ++count, hooks, signal)
        if (refused || !got) return reply
        if (!got.error) {
          breakers.good(candidate.name)
          return reply
        }
        last = reply
        const {error, waitMs} = got
        const mended = !signal.aborted && (await mend(candidate, error, asked, tries))
        const next: Next = signal.aborted
          ? {do: 'stop'}
          : mended
            ? {do: 'again', waitMs: 0}
            : nextAfter({error, tries, waitMs, callMs: candidate.callMs, onTrial, others: hasOther(order, candidate), dice: (dice(1)[0] ?? 0) / 255})
        const {usage, usd, wallMs} = reply
        hooks.onFailed({route: candidate.name, attempt: count, error, usage, usd, wallMs, ...(next.do === 'again' ? {retryInMs: next.waitMs} : {})})
        if (next.do === 'stop') return reply
        if (next.do === 'other') {
          if (next.blame !== 'none')
            breakers.bad(candidate.name, {why: error.msg, lasting: next.blame === 'lasting', ...(waitMs === undefined ? {} : {waitMs})})
          break
        }
        if (!(await pause(next.waitMs, signal))) return {...reply, error: fault('model.stopped')}
      }
    }
    return last ?? noRoute()
  }

  const now = (): Candidate | undefined => chain.find(({name}) => name === current) ?? chain[0]
  return {
    ask,
    card: () => now()?.client.card(now()?.model ?? '') ?? {window: 0, output: 0, tools: false, edits: 'calls', local: true},
    sizeOf: (messages, tools = []) => meter.corrected(now()?.name ?? '', sizeOfMessages(messages) + sizeOfTools(tools)),
  }
}

const noRoute = (): Reply => ({
  route: '',
  text: '',
  thought: '',
  calls: [],
  why: 'fault',
  usage: noUsage,
  usd: 0,
  wallMs: 0,
  error: fault('model.unreachable', {route: 'the model', why: 'there is no route', hint: 'name one with --model PROVIDER/MODEL'}),
})
