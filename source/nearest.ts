// The nearest known word to a wrong one, for "did you mean". Pure; small lists only.

const distance = (left: string, right: string): number => {
  let row = Array.from({length: right.length + 1}, (_, at) => at)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
    }
    row = next
  }
  return row[right.length] ?? 0
}

/** undefined when there is nothing to choose from. A word that begins with `word`, or holds it, is nearer than its letters say. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const low = word.toLowerCase()
  const score = (candidate: string): number => {
    const other = candidate.toLowerCase()
    const bonus = low.length > 2 && (other.startsWith(low) || low.startsWith(other)) ? 3 : 0
    return distance(low, other) - bonus
  }
  return [...known].sort((left, right) => score(left) - score(right))[0]
}

/** Near enough to be what was meant: a third of its letters may be wrong, or it is cut short. */
export const isNear = (word: string, known: string): boolean =>
  distance(word.toLowerCase(), known.toLowerCase()) <= Math.floor(known.length / 3) || (word.length > 3 && known.toLowerCase().startsWith(word.toLowerCase()))
