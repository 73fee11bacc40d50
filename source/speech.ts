// An agent's voice: its routes as clients, joined into one asker, with recording where it was asked for. Clients
// are made when the agent first speaks; a provider that is never asked is never loaded.

import type {Clock} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import {type Fault, fault} from '../engine/contract/fault.ts'
import {type Route, routeName} from '../engine/contract/grant.ts'
import type {Assignment} from '../engine/contract/link.ts'
import type {Message} from '../engine/contract/message.ts'
import type {ModelClient, ToolSpec, Turn} from '../engine/contract/model.ts'
import {type Asker, openAsker} from '../engine/model/ask.ts'
import {rememberRatios, sizeOfMessages, sizeOfTools} from '../engine/model/tokens.ts'
import type {AskHooks, Reply} from '../engine/role/ports.ts'
import {makerFor} from './plugins.ts'

export interface Speech {
  ask(turn: Turn, hooks: AskHooks, signal: AbortSignal): Promise<Reply>
  /** Tokens that messages may take: the window less output, tools and a margin. */
  budgetTokens: number
  sizeOf(messages: readonly Message[], tools: readonly ToolSpec[]): number
  /** Does the model write its edits as plain-text blocks? */
  blocks: boolean
  /** Tools that only some models can use are not offered to the others. */
  offers(tool: string): boolean
}

interface Edges {
  clock: Clock
  dice: Dice
}

/** Part of the window that no estimate may fill: estimates are off by some. */
const marginShare = 0.05
/** Room for a reply where a card claims half its window for output. */
const mostReserved = 16_384

const clientFor = async (route: Route, assignment: Assignment): Promise<ModelClient> => {
  const settings = assignment.providers[route.provider]
  if (!settings) throw new Error(`no settings for ${routeName(route)}`)
  const client = (await makerFor(settings.protocol))(settings)
  if (!assignment.record) return client
  const {recorded} = await import('../engine/model/record.ts')
  return recorded(client, assignment.record, settings.apiKey ? [settings.apiKey] : [])
}

const silent = (route: string, why: string): Reply => ({
  route,
  text: '',
  thought: '',
  calls: [],
  why: 'fault',
  usage: {input: 0, output: 0, reasoning: 0, cached: 0},
  usd: 0,
  wallMs: 0,
  error: fault('model.unreachable', {route, why}),
})

/** Some servers repeat the key that they refuse; it must not reach the journal. */
const withoutKeys = (text: string, keys: readonly string[]): string =>
  keys.reduce((clean, key) => (key.length >= 8 ? clean.replaceAll(key, '[key]') : clean), text)

export const openSpeech = async (assignment: Assignment, edges: Edges): Promise<Speech> => {
  const {routes, ratios} = assignment.grant
  rememberRatios(ratios)
  const wired = await Promise.all(
    routes.map(async (route) => ({route, client: await clientFor(route, assignment), callSec: assignment.providers[route.provider]?.timeouts.callSec ?? 600})),
  )
  const asker: Asker = openAsker({clients: wired, ...edges})
  const card = asker.card()
  const keys = Object.values(assignment.providers).flatMap((settings) => (settings.apiKey ? [settings.apiKey] : []))
  const hide = (error: Fault): Fault => ({...error, msg: withoutKeys(error.msg, keys), hint: withoutKeys(error.hint, keys)})
  const embedded = routes[0]?.provider === 'embedded'
  return {
    budgetTokens: Math.floor(card.window * (1 - marginShare)) - Math.min(card.output, mostReserved),
    sizeOf: (messages, tools) => asker.sizeOf(messages) + sizeOfTools(tools as ToolSpec[]),
    blocks: card.edits === 'blocks',
    // Without a check there is nothing to search against.
    offers: (tool) => embedded || tool !== 'eval_candidates' || assignment.checks.length > 0,
    ask: async (turn, hooks, signal) => {
      if (wired.length === 0) return silent('none', 'there is no route')
      const estimated = sizeOfMessages(turn.messages) + sizeOfTools(turn.tools)
      const reserve: AskHooks['reserve'] = (asked) => hooks.reserve({...asked, estimated})
      const reply = await asker.ask(turn, {...hooks, reserve, onFailed: (failed) => hooks.onFailed({...failed, error: hide(failed.error)})}, signal)
      return reply.error ? {...reply, error: hide(reply.error)} : reply
    },
  }
}
