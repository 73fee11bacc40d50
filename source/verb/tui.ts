// `penguin` in a terminal: the full screen. This file is loaded before anything heavy: it takes the terminal, paints a
// first frame by hand and only then loads the rest, so that the place to type is there at once and no key is lost.

import type {Context, VerbRun} from '../context.ts'
import {firstFrame} from '../first-frame.ts'
import {beginKeeper} from '../keeper/begin.ts'
import {foldsAs} from '../keeper/folds-as.ts'
import {projectHere} from '../project-here.ts'
import {showScreen} from '../screen/show.ts'
import {openTty} from '../screen/tty.ts'
import {wantsPlain} from '../terminal-kind.ts'

const plainly = async (context: Context, first: string | undefined): Promise<number> => {
  const begun = beginKeeper(context)
  const [{plainScreen}, {reachKeeper}] = await Promise.all([import('../screen/plain.ts'), import('../screen/reach.ts')])
  return plainScreen(context, await reachKeeper(context, {size: {columns: 80, rows: 24}}, begun), first)
}

export const tui: VerbRun = async (context) => {
  const first = context.words.join(' ').trim() || undefined
  const tty = wantsPlain(context) ? null : openTty(process.stdout)
  if (!tty) return plainly(context, first)
  // A folder where nothing may be done is said before the terminal is taken.
  projectHere(context)
  if (!context.painted) tty.put(firstFrame(tty.size(), 'penguin'))
  const begun = beginKeeper(context)
  return showScreen(context, {
    tty,
    isEntered: true,
    first,
    reach: async (size) => (await import('../screen/reach.ts')).reachKeeper(context, {size, folds: foldsAs}, begun),
    again: async (size, lost) => (await import('../screen/reach.ts')).reachAgain(context, size, lost),
  })
}
