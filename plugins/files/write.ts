// write: a whole file, new or in place of the one that is there.

import type {Tool} from '../../engine/plugin.ts'
import type {WriteInput} from './input.ts'
import {needsOf, writablePlace} from './place.ts'

const write: Tool<WriteInput> = {
  name: 'write',
  does: 'Write a whole file; makes folders. For new or short files; else edit.',
  takes: (z) => z.object({path: z.string(), text: z.string()}),
  needs: (input, site) => needsOf('write', writablePlace(input.path, site)),
  touches: (input, site) => [writablePlace(input.path, site).real],
  preview: async (input, site) => (await import('./preview.ts')).previewWrite(input, site),
  run: async (input, site) => (await import('./write-file.ts')).writeFile(input, site),
}

export default write
