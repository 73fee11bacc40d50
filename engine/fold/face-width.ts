// How many cells a text takes in a terminal that measures whole graphemes, as our panes do. Never measures by
// code units: a flag, a family or a letter with its accents is one thing of one width.

/** East Asian wide and fullwidth blocks; emoji are known by their property. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const bare = /^[\p{M}\p{Cf}\u1160-\u11ff]/u
const plain = /^[\x20-\x7e]*$/

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'})

export const graphemesOf = (text: string): string[] => (plain.test(text) ? [...text] : Array.from(segmenter.segment(text), ({segment}) => segment))

/** 0, 1 or 2. */
const graphemeWidth = (grapheme: string): number => {
  const first = String.fromCodePoint(grapheme.codePointAt(0) ?? 0)
  if (bare.test(first)) return 0
  return wide.test(first) || grapheme.includes('\ufe0f') ? 2 : 1
}

export const widthOf = (text: string): number =>
  plain.test(text) ? text.length : graphemesOf(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)

/** A beginning of at most so many cells; an ellipsis says that there was more. */
export const fitted = (text: string, cells: number): string => {
  if (widthOf(text) <= cells) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemesOf(text)) {
    used += graphemeWidth(grapheme)
    if (used > cells - 1) break
    kept += grapheme
  }
  return cells > 0 ? `${kept}…` : ''
}
