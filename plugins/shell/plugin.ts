// Running commands. The cards are light and come along; what they do is loaded on first use.

import type {Plugin} from '../../engine/plugin.ts'
import shell from './shell.ts'

const plugin: Plugin = {
  name: 'shell',
  about: 'runs commands in the sandbox',
  tools: {
    shell: async () => ({default: shell}),
  },
}

export default plugin
