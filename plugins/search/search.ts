// search: a regular expression over the files that are not ignored.

import type {Tool} from '../../engine/plugin.ts'
import type {SearchInput} from './input.ts'
import {placeFor} from './place.ts'

const search: Tool<SearchInput> = {
  name: 'search',
  does: 'Search file contents by regular expression, in a path, by glob.',
  takes: (z) => z.object({pattern: z.string(), path: z.string().optional(), glob: z.string().optional()}),
  needs: (input, site) => [{kind: 'read', what: placeFor(input.path ?? '', site).real || '.'}],
  touches: () => [],
  run: async (input, site) => (await import('./search-files.ts')).searchFiles(input, site),
  parallel: true,
}

export default search
