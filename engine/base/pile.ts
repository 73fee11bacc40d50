// A long text that comes in a great many small pieces, held about as small as it is. A list of a million tokens, or a rope of
// them, is several times the text; here they are made one flat string whenever some thousands have come.

/** Few enough to be copied in no time, many enough that their own heads weigh nothing. */
const flatChars = 64 * 1024

export interface Pile {
  add(text: string): void
  whole(): string
}

export const openPile = (): Pile => {
  const flat: string[] = []
  let loose: string[] = []
  let chars = 0
  return {
    add: (text) => {
      loose.push(text)
      chars += text.length
      if (chars < flatChars) return
      flat.push(loose.join(''))
      loose = []
      chars = 0
    },
    whole: () => [...flat, ...loose].join(''),
  }
}
