// The conversation as data, free of any provider's shape. Providers translate at their edge.

import type {CallId} from '../base/id.ts'

export interface Call {
  id: CallId
  tool: string
  /** The arguments as the model wrote them: JSON text, possibly broken; repair happens in `engine/tool`. */
  input: string
}

export type Message =
  | {from: 'system'; text: string}
  | {from: 'user'; text: string}
  | {
      from: 'model'
      text: string
      calls: Call[] /** Opaque items a provider wants back (reasoning), by provider name. */
      keep?: {provider: string; items: unknown[]}
    }
  | {from: 'tool'; call: CallId; tool: string; ok: boolean; text: string}
