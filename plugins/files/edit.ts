// edit: replace lines of a file by others.

import type {Tool} from '../../engine/plugin.ts'
import type {EditInput} from './input.ts'
import {needsOf, writablePlace} from './place.ts'

const edit: Tool<EditInput> = {
  name: 'edit',
  does: 'Replace text in a file: old must be there once (or all: true). Give whole lines, without line numbers.',
  takes: (z) => z.object({path: z.string(), old: z.string(), new: z.string(), all: z.boolean().optional()}),
  needs: (input, site) => needsOf('write', writablePlace(input.path, site)),
  touches: (input, site) => [writablePlace(input.path, site).real],
  preview: async (input, site) => (await import('./preview.ts')).previewEdit(input, site),
  run: async (input, site) => (await import('./edit-file.ts')).editFile(input, site),
}

export default edit
