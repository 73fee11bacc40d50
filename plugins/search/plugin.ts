// Looking around in the project. The cards are light and come along; what they do is loaded on first use.

import type {Plugin} from '../../engine/plugin.ts'
import list from './list.ts'
import search from './search.ts'

const plugin: Plugin = {
  name: 'search',
  about: 'lists files and searches their contents',
  tools: {
    list: async () => ({default: list}),
    search: async () => ({default: search}),
  },
}

export default plugin
