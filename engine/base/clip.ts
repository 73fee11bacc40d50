// Shortening text without lying about it: the receipt says how much there was and what was cut.
// Logs fail at their end and explain themselves at their start, so both are kept.

export interface Clip {
  text: string
  /** Characters of the whole. */
  totalChars: number
  /** Characters left out; 0 when whole. */
  cutChars: number
}

/** Keeps the first third and the last two thirds of `maxChars`, cut at line ends where one is near. */
export const clip = (text: string, maxChars: number): Clip => {
  if (text.length <= maxChars) return {text, totalChars: text.length, cutChars: 0}
  const headAim = Math.floor(maxChars / 3)
  const headEnd = nearestLineEnd(text, headAim)
  const tailStart = nearestLineStart(text, text.length - (maxChars - headAim))
  const cutChars = tailStart - headEnd
  return {text: `${text.slice(0, headEnd)}\n[… ${cutChars} characters left out …]\n${text.slice(tailStart)}`, totalChars: text.length, cutChars}
}

const slack = 200

const nearestLineEnd = (text: string, aim: number): number => {
  const at = text.lastIndexOf('\n', aim)
  return at > aim - slack && at > 0 ? at : whole(text, aim)
}

const nearestLineStart = (text: string, aim: number): number => {
  const at = text.indexOf('\n', aim)
  return at !== -1 && at < aim + slack ? at + 1 : whole(text, aim)
}

// Never cut a surrogate pair in two.
const whole = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}
