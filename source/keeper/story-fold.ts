// What happened up to now, folded as a screen would fold it: a screen that comes to a session of ten thousand events is
// sent what they come to, a hundredth of what they are. It is made in pages, between which everybody else has a turn; where
// these are many, what can be seen at once is made and sent before the rest.
//
// Law: a screen that is sent the fold shows the same as one that was told each event.

import {setImmediate as turn} from 'node:timers/promises'
import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays} from '../../engine/contract/screen.ts'
import {charsOf, packed, unpacked} from '../../stores/view/packed.ts'
import {inOneGo} from '../../stores/view/ring.ts'
import {type View, viewFold} from '../../stores/view/view.ts'
import {forScreen} from './for-screens.ts'
import type {Begun, Known, Past} from './past.ts'

/** A line of the wire holds sixteen million characters, and each of these may take two there. */
const mostChars = 4 * 1024 * 1024

/** Fewer are folded again at once. */
const worthEvents = 500

type Story = Extract<KeeperSays, {tell: 'story'}>

/** Of the log: it is opened to be read, and not at first. */
const gistLines = 200
/** What the gist shows is drawn by then, and the panes beside it. */
const restMs = 200

export interface Folded {
  story: Story
  /** For the next time. */
  keep(): void
}

/** What was kept, where it can be read as a fold at all. */
const kept = (past: Past): {known?: Known; view: View} => {
  try {
    const known = past.known()
    if (known) return {known, view: unpacked(known.view)}
  } catch {
    // Written by somebody else: everything is folded again.
  }
  return {view: viewFold.empty}
}

type Told = NonNullable<Begun['gist']>

const withPage = ({view, at}: Told, page: readonly Event[]): Told => ({
  view: inOneGo(() => page.reduce((folded, event) => viewFold.step(folded, forScreen(event, true)), view)),
  at: page.reduce((newest, event) => Math.max(newest, event.at), at),
})

export const beginStory = (past: Past): Begun => {
  const {known, view} = kept(past)
  const first: Told = {view, at: known?.at ?? 0}
  let gist = first
  for (const page of past.gist(known)) gist = withPage(gist, page)
  return {known, view, ...(gist === first || charsOf(gist.view) > mostChars ? {} : {gist})}
}

const gistStory = ({view, at}: Told): Story => ({tell: 'story', view: packed({...view, log: view.log.slice(-gistLines)}), at})

/**
 * Undefined when it would be too long for a line: then it has to be told. `soon` takes the gist of a long one, which is
 * there in a fraction of the time; all of it, or an empty one and each event, comes after it.
 */
export const foldStory = async (past: Past, soon?: (gist: Story) => void): Promise<Folded | undefined> => {
  // What was said to the screen before is on its way first: it lays out its panes meanwhile.
  await turn()
  const {known, view, gist}: Begun = past.begun ?? (soon ? beginStory(past) : kept(past))
  let told: Told = {view, at: known?.at ?? 0}
  let fresh = 0
  if (gist && soon) {
    soon(gistStory(gist))
    await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  for (const page of past.pages(known)) {
    await turn()
    fresh += page.length
    told = withPage(told, page)
  }
  if (charsOf(told.view) <= mostChars) {
    const {at} = told
    const whole = packed(told.view)
    return {story: {tell: 'story', view: whole, at}, keep: () => fresh >= worthEvents && past.keep(whole, at)}
  }
  if (gist) soon?.({tell: 'story', view: packed(viewFold.empty), at: 0})
  return undefined
}
