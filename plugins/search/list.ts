// list: what files there are, in a folder or by a glob.

import type {Tool} from '../../engine/plugin.ts'
import type {ListInput} from './input.ts'
import {isGlob, placeFor, splitGlob} from './place.ts'

const list: Tool<ListInput> = {
  name: 'list',
  does: 'List files, ignored ones left out. path: a folder or a glob.',
  takes: (z) => z.object({path: z.string().optional()}),
  needs: (input, site) => {
    const asked = input.path ?? ''
    return [{kind: 'read', what: placeFor(isGlob(asked) ? splitGlob(asked).folder : asked, site).real || '.'}]
  },
  touches: () => [],
  run: async (input, site) => (await import('./list-files.ts')).listFiles(input, site),
  parallel: true,
}

export default list
