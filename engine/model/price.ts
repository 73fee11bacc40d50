// What a call costs. A model without a price costs 0, and the run says that it is unpriced.

import type {Usage} from '../contract/grant.ts'
import type {ModelCard} from '../contract/model.ts'

/** Prices are usd per 1e6 tokens; cached input is part of the input, reasoning part of the output. */
export const usdOf = (card: Pick<ModelCard, 'price'>, usage: Usage): number => {
  if (!card.price) return 0
  const cached = Math.min(usage.cached, usage.input)
  return ((usage.input - cached) * card.price.usdIn + cached * card.price.usdCached + usage.output * card.price.usdOut) / 1e6
}
