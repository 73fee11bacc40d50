// The conversation as data, free of any provider's shape. Providers translate at their edge.

import type {CallId} from '../base/id.ts'

export interface Call {
  id: CallId
  tool: string
  /** The arguments as the model wrote them: JSON text, possibly broken; repair happens in `engine/tool`. */
  input: string
}

/** An image that a person named, as it goes to a model. */
export interface ImagePart {
  path: string
  mime: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp'
  base64: string
}

export type Message =
  | {from: 'system'; text: string}
  | {from: 'user'; text: string /** Only on the way to a model that can see. */; images?: ImagePart[]}
  | {
      from: 'model'
      text: string
      calls: Call[] /** Opaque items a provider wants back (reasoning), by provider name. */
      keep?: {provider: string; items: unknown[]}
    }
  | {from: 'tool'; call: CallId; tool: string; ok: boolean; text: string}
