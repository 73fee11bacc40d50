// The verb `attach`: the screen of a session that lives, whoever began it. Several screens may show one session.

import {asFault} from '../../engine/contract/fault.ts'
import type {VerbRun} from '../context.ts'
import {foldsAs} from '../keeper/folds-as.ts'
import {joinKeeper, reachAgain} from '../screen/reach.ts'
import {showScreen} from '../screen/show.ts'
import {openTty} from '../screen/tty.ts'
import {wantsPlain} from '../terminal-kind.ts'

const usage = 2

export const attach: VerbRun = async (context) => {
  const [named] = context.words
  try {
    const tty = wantsPlain(context) ? null : openTty(process.stdout)
    const client = await joinKeeper(context, tty ? {size: tty.size(), folds: foldsAs} : {size: {columns: 80, rows: 24}}, named)
    if (!tty) {
      const {plainScreen} = await import('../screen/plain.ts')
      return await plainScreen(context, client, undefined)
    }
    return await showScreen(context, {tty, reach: async () => client, again: (size, lost) => reachAgain(context, size, lost)})
  } catch (thrown) {
    const found = asFault(thrown)
    context.err(`penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`)
    return usage
  }
}
