// A recorded model: answers from a file, by key, and never goes to the network.

import type {Plugin} from '../../engine/plugin.ts'

const plugin: Plugin = {
  name: 'replay',
  about: 'Answers from a recording (replay/FILE), made with --record or by hand',
  models: {replay: () => import('./replay.ts')},
}

export default plugin
