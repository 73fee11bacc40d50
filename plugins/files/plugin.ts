// Reading and changing files. The cards are light and come along; what they do is loaded on first use.

import type {Plugin} from '../../engine/plugin.ts'
import applyPatch from './apply-patch.ts'
import edit from './edit.ts'
import read from './read.ts'
import write from './write.ts'

const plugin: Plugin = {
  name: 'files',
  about: 'reads and changes text files of the project',
  tools: {
    read: async () => ({default: read}),
    edit: async () => ({default: edit}),
    write: async () => ({default: write}),
    apply_patch: async () => ({default: applyPatch}),
  },
}

export default plugin
