// Talking with the person, and saying what one is about to do or has done. The cards are light and come along; what they do is loaded on first use.

import type {Plugin} from '../../engine/plugin.ts'
import ask from './ask.ts'
import finish from './finish.ts'
import plan from './plan.ts'

const plugin: Plugin = {
  name: 'ask',
  about: 'asks, plans and finishes',
  tools: {
    ask: async () => ({default: ask}),
    plan: async () => ({default: plan}),
    finish: async () => ({default: finish}),
  },
}

export default plugin
