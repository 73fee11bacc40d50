// Ollama through its native protocol: only that one takes num_ctx, keep_alive and truncate with each request.

import type {Plugin} from '../../engine/plugin.ts'

const plugin: Plugin = {
  name: 'ollama',
  about: 'Models of an Ollama server (native /api/chat)',
  models: {ollama: () => import('./ollama.ts')},
}

export default plugin
