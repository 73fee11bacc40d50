// OpenAI's two protocols: Responses for OpenAI itself, Chat Completions for every compatible server.

import type {Plugin} from '../../engine/plugin.ts'

const plugin: Plugin = {
  name: 'openai',
  about: 'Models behind the Responses API and behind Chat Completions (OpenAI, vLLM, SGLang, llama.cpp and other servers)',
  models: {
    'openai-responses': () => import('./responses.ts'),
    'openai-chat': () => import('./chat.ts'),
  },
}

export default plugin
