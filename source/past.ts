// What a run takes over from one that was there before: its words, its conversation, and how it was asked for.
// A run without its last line goes on as it was begun; one that was closed lends its model and checks, no more.

import type {RunId} from '../engine/base/id.ts'
import type {Event} from '../engine/contract/event.ts'
import type {Journal, RunInfo} from '../engine/contract/journal.ts'
import type {Message} from '../engine/contract/message.ts'
import {candidateOfPatch} from '../engine/contract/task.ts'
import {conversationOf} from '../engine/fold/conversation.ts'
import {orderly} from '../engine/fold/orderly.ts'
import {readLineage} from '../engine/journal/lineage.ts'
import type {HostRequest} from './run-options.ts'

export interface Past {
  /** What was asked for first. */
  request: string
  conversation: Message[]
  asked: Partial<HostRequest>
  isolated: boolean
  candidates: number
}

const lasting = ['model', 'roleModels', 'checks', 'noCheck', 'testEdits', 'addDirs'] as const
const ofTheRun = ['candidates', 'permission', 'rules', 'sandbox', 'isolate', 'onFail', 'seed', 'answer', 'record'] as const

const isSaid = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)

/** The part of a request that another host may need to go on with it. */
export const askedOf = (request: HostRequest): Record<string, unknown> => {
  const {timeoutSec: _, ...caps} = request.caps
  const said = Object.entries({...Object.fromEntries([...lasting, ...ofTheRun].map((name) => [name, request[name]])), caps: withoutGaps(caps)})
  return Object.fromEntries(said.filter(([, value]) => isSaid(value)))
}

const withoutGaps = (values: object): Record<string, unknown> => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

/** What was said now stands; the rest as it was said before. `onFail` and `seed` have defaults that say nothing. */
export const takenOver = (request: HostRequest, {asked}: Past, sameRun: boolean): Partial<HostRequest> => {
  const names: readonly (keyof HostRequest)[] = sameRun ? [...lasting, ...ofTheRun] : lasting
  const silent = (name: keyof HostRequest): boolean => !isSaid(request[name]) || (name === 'onFail' && request.onFail === 'keep')
  // Checks given now replace all that was said of checks before.
  const checksNow = request.checks.length > 0 || request.noCheck
  const taken = names.filter((name) => name in asked && silent(name) && !(checksNow && (name === 'checks' || name === 'noCheck')))
  const caps = sameRun ? {caps: {...asked.caps, ...withoutGaps(request.caps)}} : {}
  return {...Object.fromEntries(taken.map((name) => [name, asked[name]])), ...caps}
}

const eventsOf = (journal: Journal, info: Pick<RunInfo, 'run' | 'parent'>): Event[] => [
  ...(info.parent ? readLineage(journal, info.run, {whole: true}) : journal.read({run: info.run, whole: true})),
]

/** The coder whose work was adopted, or else the last one. */
const coderOf = (events: readonly Event[]): string => {
  const candidate = events
    .map((event) => (event.type === 'patch.adopted' ? candidateOfPatch(event.body.patch) : undefined))
    .findLast((one) => one !== undefined)
  const steps = events.filter((event) => event.type === 'task.started' && event.body.role === 'coder')
  const mine = candidate === undefined ? steps : steps.filter((event) => event.type === 'task.started' && event.body.candidate === candidate)
  return mine.at(-1)?.agent ?? ''
}

/** A session is a run and those that resume it: what was said in all of them, oldest first. */
const conversationIn = (journal: Journal, events: readonly Event[], seen: readonly RunId[]): Message[] => {
  const opened = events.find((event) => event.type === 'run.opened' && event.body.resumes !== undefined)
  const from = opened?.type === 'run.opened' ? (opened.body.resumes as RunId) : undefined
  const earlier = from === undefined || seen.includes(from) ? [] : inheritedFrom(journal, from, seen)
  const coder = coderOf(events)
  return [...earlier, ...(coder ? orderly(conversationOf(coder, events).messages, 'all') : [])]
}

const inheritedFrom = (journal: Journal, run: RunId, seen: readonly RunId[]): Message[] => {
  const info = journal.runs().find((one) => one.run === run)
  return info ? conversationIn(journal, eventsOf(journal, info), [...seen, run]) : []
}

/** More than a window holds. A session may go on for ever; what is sent to its agents may not grow with it. */
const mostChars = 4 * 1024 * 1024
const leftOut: Message = {from: 'user', text: 'What was said before this is long ago and left out.'}

/** The newest of it, from a person's words on, or from a reply: what a tool said never stands without its call. */
export const recent = (conversation: readonly Message[], most = mostChars): Message[] => {
  let [chars, from] = [0, conversation.length]
  for (let at = conversation.length - 1; at >= 0; at -= 1) {
    const message = conversation[at] as Message
    chars += JSON.stringify(message).length
    if (chars > most) return [leftOut, ...conversation.slice(from)]
    if (message.from !== 'tool') from = at
  }
  return [...conversation]
}

const textOf = (event: Event | undefined): string => (event?.type === 'user.said' && typeof event.body.text === 'string' ? event.body.text : '')

/** For a run that goes on, `conversation` is what was said before it began. */
export const pastOf = (journal: Journal, info: RunInfo): Past => {
  const events = eventsOf(journal, info)
  const opened = events.find((event) => event.type === 'run.opened')?.body as {asked?: Partial<HostRequest>; isolated?: boolean; resumes?: RunId} | undefined
  const candidates = events.reduce((most, event) => (event.type === 'task.started' ? Math.max(most, event.body.candidate) : most), 1)
  const before = opened?.resumes ? inheritedFrom(journal, opened.resumes, [info.run]) : []
  return {
    request: textOf(events.find((event) => event.type === 'user.said')),
    conversation: recent(info.closedAt === null ? before : conversationIn(journal, events, [info.run])),
    asked: opened?.asked ?? {},
    isolated: opened?.isolated ?? false,
    candidates,
  }
}
