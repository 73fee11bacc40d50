// How this build's screens and keepers speak to each other: a sum over the source of that, set by the build. A program that
// is updated while a session lives leaves the two of two builds, and neither must guess what the other means.

import type {Hello, ScreenLink} from '../../engine/link/screens.ts'

declare const PENGUIN_WIRE: string

const source = 'source'

export const wireAs = typeof PENGUIN_WIRE === 'string' ? PENGUIN_WIRE : source

/** Both say how they speak, and it is not the same. What was not built speaks as whatever it meets. */
export const speaksOtherwise = (wire: string | undefined): boolean => wire !== undefined && ![wireAs, source].includes(wire) && wireAs !== source

/** To a person whose screen cannot go on. */
export const updatedWords = 'penguin was updated; start it again to go on'

/** A screen of another build is told so, and comes no further. */
export const turnedAway = (link: ScreenLink, {wire}: Hello): boolean => {
  if (!speaksOtherwise(wire)) return false
  link.send({tell: 'over', why: updatedWords})
  link.close()
  return true
}
