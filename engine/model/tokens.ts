// How many tokens a request will have, cheaply: counted without a vocabulary, corrected by what providers
// reported for earlier requests on the same route. An estimate reserves budget; it never bills.

import type {Message} from '../contract/message.ts'
import type {ToolSpec} from '../contract/model.ts'
import {estimateTokens} from './count.ts'
import {familyOf} from './family.ts'

export {estimateTokens} from './count.ts'

/** What a message costs beside its text. */
const framing = 4

/** About what a screenshot costs with most providers. */
const imageTokens = 1500

// Messages are values that never change, so each is counted once.
const counted = new WeakMap<Message, number>()

const sizeOfMessage = (message: Message): number => {
  const known = counted.get(message)
  if (known !== undefined) return known
  const calls = message.from === 'model' ? message.calls.reduce((sum, call) => sum + framing + estimateTokens(call.tool) + estimateTokens(call.input), 0) : 0
  const kept = message.from === 'model' && message.keep ? estimateTokens(JSON.stringify(message.keep.items)) : 0
  const images = message.from === 'user' ? (message.images?.length ?? 0) * imageTokens : 0
  const size = framing + estimateTokens(message.text) + calls + kept + images
  counted.set(message, size)
  return size
}

export const sizeOfMessages = (messages: readonly Message[]): number => messages.reduce((sum, message) => sum + sizeOfMessage(message), 0)

const toolSizes = new WeakMap<readonly ToolSpec[], number>()

export const sizeOfTools = (tools: readonly ToolSpec[]): number => {
  const known = toolSizes.get(tools)
  if (known !== undefined) return known
  const size = tools.reduce((sum, tool) => sum + 8 + estimateTokens(JSON.stringify(tool)), 0)
  toolSizes.set(tools, size)
  return size
}

/** By route, as learned in earlier runs: facts of the user's models, the same for every agent of this process. */
const learned = new Map<string, number>()

/** Meters that are opened from now on begin with these ratios instead of the family's. */
export const rememberRatios = (ratios: Readonly<Record<string, number>> = {}): void => {
  for (const [route, ratio] of Object.entries(ratios)) learned.set(route, ratio)
}

/** Learns per route how far the estimates are off: the tokenizer's family first, then what servers have counted. */
export const openMeter = () => {
  const ratios = new Map(learned)
  return {
    corrected: (route: string, tokens: number): number => Math.ceil(tokens * (ratios.get(route) ?? familyOf(route).factor)),
    /** `estimated` is the uncorrected estimate of the request that cost `input` tokens. */
    observe: (route: string, estimated: number, input: number): void => {
      if (estimated <= 0 || input <= 0) return
      const seen = Math.min(4, Math.max(0.25, input / estimated))
      ratios.set(route, ((ratios.get(route) ?? seen) + seen) / 2)
    },
  }
}

export type Meter = ReturnType<typeof openMeter>
