// The card of a model whose client is not loaded: what its settings say of it, over what can be said of any model in
// that place. Clients know their own models better; this is enough to weigh routes against each other.

import type {ModelCard, ProviderSettings} from '../contract/model.ts'
import {isLocal} from './settings.ts'

const withoutModel = {window: 1_000_000, output: 100_000, price: {usdIn: 0, usdCached: 0, usdOut: 0}, tools: true, edits: 'calls', local: true} as const
const localServer = {window: 32_768, output: 8192, tools: true, edits: 'calls', local: true} as const
const farAway = {window: 128_000, output: 16_384, tools: true, edits: 'calls', local: false} as const

export const cardOf = ({protocol, baseUrl, models}: Pick<ProviderSettings, 'protocol' | 'baseUrl' | 'models'>, model: string): ModelCard => {
  const usual = protocol === 'embedded' || protocol === 'replay' ? withoutModel : isLocal(protocol, baseUrl) ? localServer : farAway
  // A dated snapshot is priced as its family.
  return {...usual, ...(models?.[model] ?? models?.[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')])}
}
