// What a line of Markdown may begin with, or be: list and heading signs, quotes, fences, rules. Each with what may still become
// one, for a line comes in pieces.

/** A line that begins so may still become a mark; what is longer is text. */
export const mark = /^([ \t]{0,12})(#{1,6}|[-*+]|\d{1,9}[.)]|>)[ \t]/
export const perhapsMark = /^[ \t]{0,12}(?:#{0,6}|[-*+]|\d{1,9}[.)]?|>)$/
export const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/
export const perhapsRule = /^ {0,3}([-*_])(?:[ \t]*\1)*[ \t]*$/
export const perhapsFence = /^[ \t]{0,12}(?:`{1,2}$|~{1,2}$|`{3}|~{3})/
export const fence = /^[ \t]{0,12}(`{3,}|~{3,})/
/** Its sign; one of backticks has none of them behind it, else it is inline code. */
export const fenceOf = (row: string): string | undefined => {
  const sign = fence.exec(row)?.[1]
  return sign?.startsWith('`') && row.trim().slice(sign.length).includes('`') ? undefined : sign
}
