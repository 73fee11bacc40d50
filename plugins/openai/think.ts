// Some servers leave a model's thoughts in its text, between <think> and </think> at the very start. They are
// taken out as they stream; a tag may be cut anywhere.

const opening = '<think>'
const closing = '</think>'

/** How much of the end of `text` may be the beginning of `tag`. */
const tailOf = (text: string, tag: string): number => {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) if (text.endsWith(tag.slice(0, length))) return length
  return 0
}

export const thoughtSplitter = () => {
  let state: 'start' | 'inside' | 'gap' | 'after' = 'start'
  let held = ''
  // Empty lines between the thought and the answer belong to neither.
  const afterGap = (text: string): string => {
    const begun = text.trimStart()
    state = begun === '' ? 'gap' : 'after'
    return begun
  }
  const inside = (text: string): {thought: string; text: string} => {
    const at = text.indexOf(closing)
    if (at !== -1) {
      held = ''
      return {thought: text.slice(0, at), text: afterGap(text.slice(at + closing.length))}
    }
    const tail = tailOf(text, closing)
    held = tail > 0 ? text.slice(-tail) : ''
    return {thought: tail > 0 ? text.slice(0, -tail) : text, text: ''}
  }
  return {
    feed: (piece: string): {thought: string; text: string} => {
      if (state === 'after') return {thought: '', text: piece}
      if (state === 'gap') return {thought: '', text: afterGap(piece)}
      const text = held + piece
      if (state === 'inside') return inside(text)
      const begun = text.trimStart()
      if (begun.startsWith(opening)) {
        state = 'inside'
        return inside(begun.slice(opening.length))
      }
      if (opening.startsWith(begun)) {
        held = text
        return {thought: '', text: ''}
      }
      state = 'after'
      held = ''
      return {thought: '', text}
    },
    /** What was held back when the stream ended: text, unless a thought never closed. */
    rest: (): {thought: string; text: string} => (state === 'inside' ? {thought: held, text: ''} : {thought: '', text: held}),
  }
}
