// The agent loop, as short as it can be: ask the model, run its calls, tell it the results, until it has
// nothing more to call. Every way out is a `Handover`; nothing throws for expected trouble.
// The main line: `work` below. Variety (permissions, steering, retries) comes in through ports.

import type {Fault} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {Assignment} from '../contract/link.ts'
import type {Call, Message} from '../contract/message.ts'
import type {Handed} from '../contract/task.ts'
import {goOn, orderly} from '../fold/orderly.ts'
import type {Brake} from './brake.ts'
import {type CallOutcome, openPermitter, runCalls} from './calls.ts'
import {judge, type Move} from './stuck.ts'
import {takeTurn, type Voice} from './turn.ts'

export interface Handover {
  outcome: Handed
  text: string
  why?: string
  error?: Fault
  confidence?: 'high' | 'medium' | 'low'
}

export interface Session {
  voice: Voice
  conversation: Message[]
  /** What a person said meanwhile; taken before the next turn. */
  steered: string[]
  brake: Brake
  /** Of the agent's life. */
  signal: AbortSignal
}

/** What a model is told of an interrupt; what the person says next stands behind it. */
const interrupted = 'The user interrupted you here.'

/** How often an answer that was cut at the output limit, or does not match its schema, is asked for again. */
const corrections = 2

/** What a model is told whose call, or whose thinking alone, went beyond the output limit: there is nothing to go on with. */
const tooLong =
  'Your reply reached the output limit before it was whole, and nothing of it was run. Make it shorter: think less, and write a long file in several calls.'

const endings: readonly [prefix: string, outcome: Handed][] = [
  ['budget.', 'capped'],
  ['model.stopped', 'stopped'],
  ['tool.stopped', 'stopped'],
  ['tool.cut', 'stopped'],
  ['permission.', 'person'],
  ['model.length', 'failed'],
]

const outcomeFor = (error: Fault): Handed => endings.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 'provider'

/** With what to do about it: this is what the last line of the run says. */
const wordsOf = ({msg, hint}: Fault): string => (hint ? `${msg} (${hint})` : msg)

const confidenceOf = (keep: {provider: string; items: unknown[]} | undefined): Handover['confidence'] => {
  const found = keep?.provider === 'embedded' ? (keep.items[0] as {confidence?: Handover['confidence']} | undefined) : undefined
  return found?.confidence
}

const unanswered = (conversation: readonly Message[]): Call[] => {
  const at = conversation.findLastIndex((message) => message.from === 'model')
  const last = conversation[at]
  if (last?.from !== 'model') return []
  const answered = new Set(conversation.slice(at + 1).flatMap((message) => (message.from === 'tool' ? [message.call] : [])))
  return last.calls.filter((call) => !answered.has(call.id))
}

const nudge = (session: Session, text: string): void => {
  session.voice.up.report('notice', {code: 'loop.nudge', text})
  session.conversation.push({from: 'user', text})
}

/** The text of a reply that called nothing and that nobody has answered yet: an agent that was lost right after it has its answer already. */
const answerIn = (conversation: readonly Message[]): string | undefined => {
  const last = conversation.at(-1)
  return last?.from === 'model' && last.calls.length === 0 ? last.text : undefined
}

/** An answer that did not fit into one reply, as far as it was written before: its pieces, each told to go on. `end`: where the last was told. */
const begunIn = (conversation: readonly Message[], end: number): string => {
  const [piece, told] = conversation.slice(Math.max(0, end - 2), end)
  if (piece?.from !== 'model' || piece.calls.length > 0 || told?.from !== 'user' || told.text !== goOn) return ''
  return begunIn(conversation, end - 2) + piece.text
}

/** The same call several times in one reply is one move: the model has not seen its result in between. */
const movesOf = (outcomes: readonly CallOutcome[]): Move[] => {
  const seen = new Map<string, Move>()
  for (const {move} of outcomes) seen.set(`${move.tool}\0${move.input}`, move)
  return [...seen.values()]
}

const lastText = (conversation: readonly Message[]): string => {
  const last = conversation.findLast((message) => message.from === 'model' && message.text)
  return last?.from === 'model' ? last.text : ''
}

/** Works on one assignment until it can be handed over. */
export const work = async (session: Session): Promise<Handover> => {
  const {voice, conversation, brake, signal} = session
  const permit = openPermitter(voice.assignment, voice.up)
  const moves: Move[] = []
  let corrected = 0
  const answered = answerIn(conversation)
  /** An answer that did not fit into one reply, so far; an agent that was lost meanwhile goes on with it. */
  let begun = begunIn(conversation, conversation.length - (answered === undefined ? 0 : 1))
  const stopped = (): Handover => ({outcome: 'stopped', text: lastText(conversation), why: 'stopped'})

  const takeResults = async (outcomes: readonly CallOutcome[]): Promise<Handover | undefined> => {
    for (const {message} of outcomes) conversation.push(message)
    const finish = outcomes.find((outcome) => outcome.finish !== undefined)?.finish
    if (finish !== undefined) return settle(finish || lastText(conversation))
    let advice = ''
    for (const move of movesOf(outcomes)) {
      moves.push(move)
      const verdict = judge(moves)
      if (verdict.is === 'stop') return {outcome: 'stuck', text: lastText(conversation), why: verdict.why}
      if (verdict.is === 'nudge') advice = verdict.why
    }
    // Only after all results: nothing may come between calls and their answers.
    if (advice) nudge(session, advice)
    return undefined
  }

  const runAll = (calls: readonly Call[]): Promise<CallOutcome[]> => runCalls(calls, voice.work, voice.assignment, voice.up, permit, brake.signal())

  /** Hands the text over, or says what is still wrong with it and answers nothing. `cutBy`: the route whose output limit cut it. */
  const settle = async (piece: string, cutBy?: string): Promise<Handover | undefined> => {
    const text = begun + piece
    const wrong = cutBy ? goOn : await voice.work.checkAnswer(text)
    begun = cutBy ? text : ''
    if (wrong && corrected < corrections) {
      corrected += 1
      conversation.splice(0, conversation.length, ...orderly(conversation, 'all'))
      nudge(session, wrong)
      return undefined
    }
    if (session.steered.length > 0) return undefined
    if (!cutBy) return {outcome: 'finished', text}
    // Half an answer is none, however often it was asked for.
    const error = fault('model.length', {route: cutBy})
    return {outcome: outcomeFor(error), text, why: wordsOf(error), error}
  }

  /** Stopped by a person: what was called and not run is answered, and nothing happens before there are words. */
  const hold = async (): Promise<void> => {
    begun = ''
    conversation.splice(0, conversation.length, ...orderly(conversation, 'all'))
    nudge(session, interrupted)
    voice.up.report('role.idle', {})
    await brake.released(() => session.steered.length > 0)
  }

  const early = answered === undefined ? await takeResults(await runAll(unanswered(conversation))) : await settle(answered)
  if (early && !brake.pulled()) return early

  while (!signal.aborted) {
    if (brake.pulled()) {
      await hold()
      continue
    }
    for (const text of session.steered.splice(0)) conversation.push({from: 'user', text})
    voice.up.turn += 1
    const reply = await takeTurn(voice, conversation)
    if (reply.error && brake.pulled()) continue
    if (reply.error?.code === 'model.length' && corrected < corrections && !signal.aborted) {
      corrected += 1
      begun = ''
      nudge(session, tooLong)
      continue
    }
    if (reply.error)
      return {outcome: signal.aborted ? 'stopped' : outcomeFor(reply.error), text: lastText(conversation), why: wordsOf(reply.error), error: reply.error}
    conversation.push({from: 'model', text: reply.text, calls: reply.calls, ...(reply.keep ? {keep: reply.keep} : {})})
    if (brake.pulled()) continue
    if (reply.calls.length > 0) begun = ''
    const ended =
      reply.calls.length > 0 ? await takeResults(await runAll(reply.calls)) : await settle(reply.text, reply.why === 'length' ? reply.route : undefined)
    if (ended && !brake.pulled()) return {...ended, confidence: confidenceOf(reply.keep)}
  }
  return stopped()
}

/** What an agent that is given `keep` goes on with: its own conversation, or the one read back from the journal. */
export const conversationFor = (assignment: Assignment, own: Message[] | undefined): Message[] => {
  const before = assignment.keep && own ? own : assignment.history
  if (!assignment.brief) return orderly(before, 'past')
  return [...orderly(before, 'all'), {from: 'user', text: assignment.brief}]
}
