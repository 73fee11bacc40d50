// Which of a list fits what is typed: letters in their order, better at the beginning of words. Pure.

const score = (query: string, text: string): number => {
  const [wanted, found] = [query.toLowerCase(), text.toLowerCase()]
  if (found === wanted) return 1000
  if (found.startsWith(wanted)) return 800 - found.length
  const whole = found.indexOf(wanted)
  if (whole >= 0) return (/[\s/._-]/.test(found[whole - 1] ?? ' ') ? 600 : 400) - whole
  let at = -1
  let gaps = 0
  for (const letter of wanted) {
    const to = found.indexOf(letter, at + 1)
    if (to === -1) return -1
    gaps += to - at - 1
    at = to
  }
  return 200 - gaps
}

/** Those that fit, the best first; equal ones keep their order. */
export const best = <T>(query: string, items: readonly T[], textOf: (item: T) => string): T[] => {
  const wanted = query.trim()
  if (wanted === '') return [...items]
  return items
    .map((item) => ({item, points: score(wanted, textOf(item))}))
    .filter(({points}) => points >= 0)
    .sort((left, right) => right.points - left.points)
    .map(({item}) => item)
}
