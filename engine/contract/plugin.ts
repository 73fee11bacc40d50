// What a plugin is: names of capabilities, each loaded only when used. Ours are no different from yours.

import type {Gate} from './gate.ts'
import type {ModelMaker} from './model.ts'
import type {AnyTool} from './tool.ts'

/** One dynamic import per capability, so that nothing is loaded before it is needed. */
export type Lazy<T> = Record<string, () => Promise<{default: T}>>

export interface Plugin {
  name: string
  about: string
  tools?: Lazy<AnyTool>
  /** By protocol: `openai-responses`, `ollama` … */
  models?: Lazy<ModelMaker>
  gates?: Lazy<Gate>
}
