// Looking at git. The cards are light and come along; what they do is loaded on first use.

import type {Plugin} from '../../engine/plugin.ts'
import git from './git.ts'

const plugin: Plugin = {
  name: 'git',
  about: 'looks at the history and state of the repository',
  tools: {
    git: async () => ({default: git}),
  },
}

export default plugin
