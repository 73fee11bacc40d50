// What happened up to now, folded as a screen would fold it: a screen that comes to a session of ten thousand events is
// sent what they come to, a hundredth of what they are. It is made in pages, between which everybody else has a turn.
//
// Law: a screen that is sent the fold shows the same as one that was told each event.

import {setImmediate as turn} from 'node:timers/promises'
import type {KeeperSays} from '../../engine/contract/screen.ts'
import {charsOf, packed, unpacked} from '../../stores/view/packed.ts'
import {inOneGo} from '../../stores/view/ring.ts'
import {type View, viewFold} from '../../stores/view/view.ts'
import {forScreen} from './for-screens.ts'
import type {Known, Past} from './past.ts'

/** A line of the wire holds sixteen million characters, and each of these may take two there. */
const mostChars = 4 * 1024 * 1024

/** Fewer are folded again at once. */
const worthEvents = 500

export interface Folded {
  story: Extract<KeeperSays, {tell: 'story'}>
  /** For the next time. */
  keep(): void
}

/** What was kept, where it can be read as a fold at all. */
const begun = (past: Past): {known?: Known; view: View} => {
  try {
    const known = past.known()
    if (known) return {known, view: unpacked(known.view)}
  } catch {
    // Written by somebody else: everything is folded again.
  }
  return {view: viewFold.empty}
}

/** Undefined when it would be too long for a line: then it has to be told. */
export const foldStory = async (past: Past): Promise<Folded | undefined> => {
  const {known, view: first} = begun(past)
  let [view, at, fresh] = [first, known?.at ?? 0, 0]
  for (const page of past.pages(known)) {
    fresh += page.length
    view = inOneGo(() => page.reduce((folded, event) => viewFold.step(folded, forScreen(event, true)), view))
    at = page.reduce((newest, event) => Math.max(newest, event.at), at)
    await turn()
  }
  if (charsOf(view) > mostChars) return undefined
  const whole = packed(view)
  return {story: {tell: 'story', view: whole, at}, keep: () => fresh >= worthEvents && past.keep(whole, at)}
}
