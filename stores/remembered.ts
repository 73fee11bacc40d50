// What was reckoned lately, up to so many characters of keys: the oldest goes first. A key that only grows, as a text that
// streams in does, stands once.

export interface Remembered<T> {
  /** Reckons at most once while it is remembered. */
  of(key: string, reckon: () => T): T
  readonly chars: number
}

export const remember = <T>(mostChars: number): Remembered<T> => {
  const known = new Map<string, T>()
  let chars = 0
  let latest = ''
  const drop = (key: string): void => {
    if (known.delete(key)) chars -= key.length
  }
  return {
    get chars() {
      return chars
    },
    of: (key, reckon) => {
      const found = known.get(key)
      if (found !== undefined) return found
      const value = reckon()
      if (latest !== '' && key.length > latest.length && key.startsWith(latest)) drop(latest)
      if (key.length > mostChars) return value
      known.set(key, value)
      chars += key.length
      latest = key
      for (const oldest of known.keys()) {
        if (chars <= mostChars) break
        drop(oldest)
      }
      return value
    },
  }
}
