// How the person likes their screen, from the configuration. What is wrong in it is the run's to say; the screen then
// has the defaults.

import type {Config} from '../../engine/contract/config.ts'
import {loadConfig} from '../config.ts'
import type {Context} from '../context.ts'
import {projectHere} from '../project-here.ts'

const plain: Config['ui'] = {motion: true, mouse: true, vim: false}

export const tasteOf = async (context: Context): Promise<Config['ui']> => {
  try {
    const loaded = await loadConfig({context, root: projectHere(context).root, trusted: false})
    return loaded.ok ? {...plain, ...loaded.result.ui} : plain
  } catch {
    return plain
  }
}
