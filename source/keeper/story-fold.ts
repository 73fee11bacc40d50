// What happened up to now, folded as a screen would fold it: a screen that comes to a session of ten thousand events is
// sent what they come to, a hundredth of what they are. It is made in pages, between which everybody else has a turn.
//
// Law: a screen that is sent the fold shows the same as one that was told each event.

import {setImmediate as turn} from 'node:timers/promises'
import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays} from '../../engine/contract/screen.ts'
import {charsOf, packed} from '../../stores/view/packed.ts'
import {inOneGo} from '../../stores/view/ring.ts'
import {viewFold} from '../../stores/view/view.ts'
import {forScreen} from './for-screens.ts'

/** A line of the wire holds sixteen million characters, and each of these may take two there. */
const mostChars = 4 * 1024 * 1024

/** Undefined when it would be too long for a line: then it has to be told. */
export const foldStory = async (pages: Iterable<readonly Event[]>): Promise<Extract<KeeperSays, {tell: 'story'}> | undefined> => {
  let view = viewFold.empty
  let at = 0
  for (const page of pages) {
    view = inOneGo(() => page.reduce((folded, event) => viewFold.step(folded, forScreen(event, true)), view))
    at = page.at(-1)?.at ?? at
    await turn()
  }
  return charsOf(view) > mostChars ? undefined : {tell: 'story', view: packed(view), at}
}
