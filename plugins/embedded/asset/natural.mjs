// How usual an edit looks in its project: trigrams of tokens, counted over the sources that are at hand. Seeded and
// real bugs alike tend to be less usual than what belongs there. It only orders patches that already pass.

const tokensOf = (text) => text.match(/[A-Za-z_$][\w$]*|\d+(?:\.\d+)?|'[^'\n]*'|"[^"\n]*"|[^\s\w]/g) ?? []

const bump = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)

/** Counts over `texts`; gives a function from (text before, text after) to the gain in mean log probability around the edit. */
export const naturalnessOf = (texts) => {
  const [ones, twos, threes] = [new Map(), new Map(), new Map()]
  let total = 0
  for (const text of texts) {
    const tokens = tokensOf(text)
    total += tokens.length
    for (let at = 0; at < tokens.length; at++) {
      bump(ones, tokens[at])
      if (at > 0) bump(twos, `${tokens[at - 1]}\u0001${tokens[at]}`)
      if (at > 1) bump(threes, `${tokens[at - 2]}\u0001${tokens[at - 1]}\u0001${tokens[at]}`)
    }
  }
  const chance = (a, b, c) => {
    const pair = `${b}\u0001${c}`
    const three = (threes.get(`${a}\u0001${pair}`) ?? 0) / ((twos.get(`${a}\u0001${b}`) ?? 0) + 1)
    const two = (twos.get(pair) ?? 0) / ((ones.get(b) ?? 0) + 1)
    const one = (ones.get(c) ?? 0) / (total + 1)
    return Math.log(0.45 * three + 0.35 * two + 0.19 * one + 1e-4)
  }
  const mean = (tokens, from, to) => {
    let sum = 0
    let count = 0
    for (let at = Math.max(2, from); at < Math.min(tokens.length, to); at++) {
      sum += chance(tokens[at - 2], tokens[at - 1], tokens[at])
      count += 1
    }
    return count === 0 ? 0 : sum / count
  }
  return (before, after) => {
    const a = tokensOf(before)
    const b = tokensOf(after)
    let head = 0
    while (head < a.length && head < b.length && a[head] === b[head]) head += 1
    let tail = 0
    while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
    return mean(b, head, b.length - tail + 2) - mean(a, head, a.length - tail + 2)
  }
}
