// How good a model is, 0 to 1, where its card does not say: by its price where it has one, by its size where its name
// tells that. A guess that only orders routes; a card's own `quality` and what is learned stand before it.

import type {ModelCard} from '../contract/model.ts'

/** usd per 1e6 tokens of output at which half of the scale is reached. */
const halfUsd = 4
/** Billions of parameters at which half of the scale is reached. */
const halfBillions = 30

const billionsIn = (model: string): number | undefined => {
  const found = /(?:^|[^a-z0-9.])(\d+(?:\.\d+)?)\s*b(?![a-z0-9])/i.exec(model)
  return found ? Number(found[1]) : undefined
}

/** Of which nothing is known; what a user's own machine runs is seldom the best there is. */
const unknown = {remote: 0.5, local: 0.3}

export const qualityOf = (model: string, card: Partial<Pick<ModelCard, 'quality' | 'price' | 'local'>>): number => {
  if (card.quality !== undefined) return Math.min(1, Math.max(0, card.quality))
  const billions = billionsIn(model)
  if (billions !== undefined && billions > 0) return Math.min(0.9, billions / (billions + halfBillions))
  if (card.price && card.price.usdOut > 0) return card.price.usdOut / (card.price.usdOut + halfUsd)
  return card.local ? unknown.local : unknown.remote
}
