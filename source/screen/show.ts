// A screen on a terminal that is there: what has to be asked of the terminal before it is ours, then everything heavy.

import type {Size} from '../../engine/contract/screen.ts'
import type {Context} from '../context.ts'
import type {KeeperClient} from '../keeper/client.ts'
import type {ScreenStart} from './run.ts'
import type {Tty} from './tty.ts'

export interface Showing {
  tty: Tty
  /** The alternate screen is on already, by the first frame. */
  isEntered?: boolean
  first?: string
  before?: ScreenStart['before']
  again?: ScreenStart['again']
  reach(size: Size): Promise<KeeperClient>
}

/** Resolves with the exit code. */
export const showScreen = async (context: Context, {tty, isEntered = false, first, before, reach, again}: Showing): Promise<number> => {
  const settings = context.painted?.settings || (await (await import('../keeper/guard.ts')).terminalSettings())
  tty.raw(true)
  const [{openScreen}, {tasteOf}] = await Promise.all([import('./run.ts'), import('./taste.ts')])
  return openScreen(context, {tty, settings, isEntered, taste: await tasteOf(context), first, before, reach, again})
}
