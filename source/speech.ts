// An agent's voice: its routes as clients, joined into one asker, with recording where it was asked for. Clients
// are made when the agent first speaks; a provider that is never asked is never loaded.

import type {Clock} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import {fault} from '../engine/contract/fault.ts'
import {type Route, routeName} from '../engine/contract/grant.ts'
import type {Assignment} from '../engine/contract/link.ts'
import type {Message} from '../engine/contract/message.ts'
import type {ModelClient, ToolSpec, Turn} from '../engine/contract/model.ts'
import {type Asker, openAsker} from '../engine/model/ask.ts'
import {rememberRatios, sizeOfMessages, sizeOfTools} from '../engine/model/tokens.ts'
import type {AskHooks, Reply} from '../engine/role/ports.ts'
import {type Images, openImages} from './images.ts'
import {makerFor} from './plugins.ts'
import {type Keyring, openKeyring} from './secrets.ts'
import {type Cleaner, openCleaner, openPieces} from './secrets-find.ts'
import {formsOf} from './secrets-forms.ts'
import {withSight} from './sight.ts'

export interface Speech {
  ask(turn: Turn, hooks: AskHooks, signal: AbortSignal): Promise<Reply>
  /** Tokens that messages may take: the window less output, tools and a margin. */
  budgetTokens: number
  sizeOf(messages: readonly Message[], tools: readonly ToolSpec[]): number
  /** Does the model write its edits as plain-text blocks? */
  blocks: boolean
  /** A server of one's own, which can be trusted to decode under a schema. */
  local: boolean
  /** Takes secrets out of what tools and servers say. */
  clean: Cleaner
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

/** Some servers repeat the key that they refuse, whole or cut off; it is taken out where it comes in. */
const withCleanFaults = (client: ModelClient, clean: Cleaner): ModelClient => ({
  ...client,
  stream: async function* (turn, signal) {
    for await (const part of client.stream(turn, signal)) {
      const error = part.is === 'end' ? part.error : undefined
      yield error ? {...part, error: clean.value({...error, msg: clean.cut(error.msg)})} : part
    }
  },
})

/** A client whose key can be exchanged under it, and what its provider is reached with now. */
const clientFor = async (
  route: Route,
  assignment: Assignment,
  ring: Keyring,
  images: Images,
  clean: Cleaner,
): Promise<{client: ModelClient; renew(): Promise<boolean>}> => {
  const settings = assignment.providers[route.provider]
  if (!settings) throw new Error(`no settings for ${routeName(route)}`)
  const make = await makerFor(settings.protocol)
  // A key that another piece of work has read anew stands before the one that came with this one.
  let {apiKey} = settings
  if (settings.keyFrom) apiKey = ring.latest(settings.keyFrom) ?? apiKey
  let current = make({...settings, apiKey})
  const bare: ModelClient = {
    card: (model) => current.card(model),
    stream: withSight({card: (model) => current.card(model), stream: (turn, signal) => current.stream(turn, signal)}, images),
    probe: (signal) => current.probe(signal),
  }
  const client = withCleanFaults(bare, clean)
  const renew = async (): Promise<boolean> => {
    const another = settings.keyFrom && (await ring.renew(settings.keyFrom))
    if (!another || another === apiKey) return false
    apiKey = another
    current = make({...settings, apiKey})
    return true
  }
  if (!assignment.record) return {client, renew}
  const {recorded} = await import('../engine/model/record.ts')
  return {client: recorded(client, assignment.record, () => ring.secrets().flatMap(formsOf)), renew}
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

export const openSpeech = async (assignment: Assignment, edges: Edges): Promise<Speech> => {
  const {routes, ratios} = assignment.grant
  rememberRatios(ratios)
  const ring = openKeyring(Object.values(assignment.providers))
  const clean = openCleaner(ring.secrets)
  const images = openImages([assignment.dir, assignment.root])
  const wired = await Promise.all(
    routes.map(async (route) => ({
      route,
      ...(await clientFor(route, assignment, ring, images, clean)),
      callSec: assignment.providers[route.provider]?.timeouts.callSec ?? 600,
    })),
  )
  const asker: Asker = openAsker({clients: wired, ...edges})
  const card = asker.card()
  const shown = new WeakMap<Message, Message>()
  /** A message as the model may see it; the same one each time, for what is known of it. */
  const cleaned = (message: Message): Message => {
    const known = shown.get(message)
    if (known) return known
    // What a provider wants back is signed: it goes as it came.
    const kept = message.from === 'model' && message.keep ? {keep: message.keep} : {}
    const made = Object.keys(kept).length > 0 ? {...clean.value({...message, keep: undefined}), ...kept} : clean.value(message)
    shown.set(message, made)
    return made
  }
  const embedded = routes[0]?.provider === 'embedded'
  return {
    budgetTokens: Math.floor(card.window * (1 - marginShare)) - Math.min(card.output, mostReserved),
    sizeOf: (messages, tools) => asker.sizeOf(messages) + sizeOfTools(tools as ToolSpec[]),
    blocks: card.edits === 'blocks',
    local: card.local && !embedded,
    clean,
    // Without a check there is nothing to search against.
    offers: (tool) => embedded || tool !== 'eval_candidates' || assignment.checks.length > 0,
    ask: async (turn, hooks, signal) => {
      if (wired.length === 0) return silent('none', 'there is no route')
      const asked = {...turn, messages: turn.messages.map(cleaned)}
      const estimated = sizeOfMessages(asked.messages) + sizeOfTools(turn.tools)
      const reserve: AskHooks['reserve'] = (asked) => hooks.reserve({...asked, estimated})
      const shown = {text: openPieces(ring.secrets, clean), thought: openPieces(ring.secrets, clean)}
      const show = (text: string, thought: boolean): void => {
        if (text) hooks.onText(text, thought)
      }
      const onText: AskHooks['onText'] = (text, thought) => show(shown[thought ? 'thought' : 'text'].feed(text), thought)
      const rest = (): void => {
        show(shown.thought.rest(), true)
        show(shown.text.rest(), false)
      }
      const failed: AskHooks['onFailed'] = (how) => {
        rest()
        hooks.onFailed(how)
      }
      const reply = await asker.ask(asked, {...hooks, reserve, onText, onFailed: failed}, signal)
      rest()
      return reply
    },
  }
}
