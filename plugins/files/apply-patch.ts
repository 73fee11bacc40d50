// apply_patch: several files at once, all or nothing.

import type {Tool} from '../../engine/plugin.ts'
import type {PatchInput} from './input.ts'
import {parsePatch} from './patch-parse.ts'
import {needsOf, writablePlace} from './place.ts'

const pathsIn = (patch: string): string[] => [...new Set(parsePatch(patch).flatMap(({path, moveTo}) => (moveTo === undefined ? [path] : [path, moveTo])))]

const applyPatch: Tool<PatchInput> = {
  name: 'apply_patch',
  does: 'Change several files at once, all or nothing: a unified diff, or *** Begin Patch format.',
  takes: (z) => z.object({patch: z.string()}),
  needs: (input, site) => pathsIn(input.patch).flatMap((path) => needsOf('write', writablePlace(path, site))),
  touches: (input, site) => pathsIn(input.patch).map((path) => writablePlace(path, site).real),
  run: async (input, site) => (await import('./patch-files.ts')).patchFiles(input, site),
}

export default applyPatch
