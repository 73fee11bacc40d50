// The embedded search engine as a plugin: the model protocol `embedded` and the tool `eval_candidates`.

import type {AnyTool, ModelMaker, Plugin} from '../../engine/plugin.ts'

export const embedded: Plugin = {
  name: 'embedded',
  about: 'search-based repair of small bugs that failing tests show; no key, no GPU, no weights',
  tools: {eval_candidates: () => import('./eval-candidates.ts') as Promise<{default: AnyTool}>},
  models: {embedded: () => import('./client.ts') as Promise<{default: ModelMaker}>},
}

export default embedded
