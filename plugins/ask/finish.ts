// finish: the agent's work is done; its text is what it hands over. That it is true is the gate's to say.

import type {Tool} from '../../engine/plugin.ts'

interface FinishInput {
  text: string
}

const finish: Tool<FinishInput> = {
  name: 'finish',
  does: 'End your work with a short final answer.',
  takes: (z) => z.object({text: z.string()}),
  needs: () => [],
  touches: () => [],
  run: async ({text}) => ({model: text, line: 'finished', result: {finish: true}}),
}

export default finish
