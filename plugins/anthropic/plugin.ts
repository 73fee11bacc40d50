// Anthropic's Messages API, for Anthropic itself and for every server that speaks it.

import type {Plugin} from '../../engine/plugin.ts'

const plugin: Plugin = {
  name: 'anthropic',
  about: 'Models behind the Messages API (Anthropic and compatible servers)',
  models: {anthropic: () => import('./anthropic.ts')},
}

export default plugin
