// read: a bounded view of a text file with numbered lines.

import type {Tool} from '../../engine/plugin.ts'
import type {ReadInput} from './input.ts'
import {needsOf, placeFor} from './place.ts'

const read: Tool<ReadInput> = {
  name: 'read',
  does: 'Read a text file with line numbers; long files in parts, by line range.',
  takes: (z) => z.object({path: z.string(), from: z.number().int().optional(), to: z.number().int().optional()}),
  needs: (input, site) => needsOf('read', placeFor(input.path, site)),
  touches: () => [],
  run: async (input, site) => (await import('./read-file.ts')).readFile(input, site),
  parallel: true,
}

export default read
