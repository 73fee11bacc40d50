// A beginning of a text that fits, with a sign that there was more. How wide text is stands in engine/base/width.ts.

import {cellsOf, graphemesOf, widthOf} from '../base/width.ts'

/** A beginning of at most so many cells; an ellipsis says that there was more. */
export const fitted = (text: string, cells: number): string => {
  if (widthOf(text) <= cells) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemesOf(text)) {
    used += cellsOf(grapheme)
    if (used > cells - 1) break
    kept += grapheme
  }
  return cells > 0 ? `${kept}…` : ''
}
