// Fuzzy search in a list of paths: the letters of the query in their order, better where they begin a word, stand together
// or lie in the file's name. Made for 50,000 paths at every key: a path is first asked by its letters as bits, then rated
// roughly, and only the best are rated exactly; a longer query looks only at what the shorter one found.

export interface Found {
  path: string
  score: number
  /** Offsets of the letters that were found, for showing. */
  at: readonly number[]
}

export interface Finder {
  readonly size: number
  /** More paths, a slice at a time where there are many. */
  add(paths: readonly string[]): void
  /** Best first. Small letters match any, a capital only itself; blanks separate parts that must all be found. */
  find(query: string, limit: number): Found[]
  /** The same in slices: whoever has keys to read reads them in between. What is left alone half way is forgotten. */
  findSlowly(query: string, limit: number): Generator<void, Found[]>
}

/** One bit for a letter, shared bits for the rest; 30 bits, which the engine keeps as plain numbers. */
const bitOf = (code: number): number => {
  if (code >= 97 && code <= 122) return 1 << (code - 97)
  if (code >= 65 && code <= 90) return 1 << (code - 65)
  return code >= 48 && code <= 57 ? 1 << 26 : code === 46 || code === 47 ? 1 << 27 : code < 128 ? 1 << 28 : 1 << 29
}

const bitsOf = (text: string): number => {
  let bits = 0
  for (let at = 0; at < text.length; at += 1) bits |= bitOf(text.charCodeAt(at))
  return bits
}

const isCapital = (code: number): boolean => code >= 65 && code <= 90
const isSmall = (code: number): boolean => code >= 97 && code <= 122
const isSeparator = (code: number): boolean => code === 47 || code === 46 || code === 45 || code === 95 || code === 32

/** A letter that begins a word: after a separator, or a capital after a small one. */
const beginsWord = (path: string, at: number): boolean => {
  if (at === 0) return true
  const before = path.charCodeAt(at - 1)
  return isSeparator(before) || (isCapital(path.charCodeAt(at)) && isSmall(before))
}

interface Query {
  text: string
  /** Whether capitals matter. */
  exact: boolean
  bits: number
}

const queryOf = (text: string): Query => {
  const exact = text !== text.toLowerCase()
  return {text, exact, bits: bitsOf(text)}
}

const pointsWhole = 40
const pointsTogether = 8
const pointsWord = 7
const pointsName = 3

/** Where the letters lie when each is taken as late as it can be, read from the end: that keeps them in the file's name. */
const lateFit = (text: string, query: string): number[] | undefined => {
  const at: number[] = new Array(query.length)
  let place = text.length
  for (let index = query.length - 1; index >= 0; index -= 1) {
    place = place <= 0 ? -1 : text.lastIndexOf(query[index] as string, place - 1)
    if (place < 0) return undefined
    at[index] = place
  }
  return at
}

const earlyFit = (text: string, query: string, from: number): number[] | undefined => {
  const at: number[] = new Array(query.length)
  let place = from - 1
  for (let index = 0; index < query.length; index += 1) {
    place = text.indexOf(query[index] as string, place + 1)
    if (place < 0) return undefined
    at[index] = place
  }
  return at
}

/** Letters at the beginnings of words first: `fbt` finds `foo-bar.test`. */
const wordFit = (path: string, text: string, query: string): number[] | undefined => {
  const at: number[] = new Array(query.length)
  let place = -1
  for (let index = 0; index < query.length; index += 1) {
    const sign = query[index] as string
    const next = text.indexOf(sign, place + 1)
    if (next < 0) return undefined
    let start = next
    while (start >= 0 && start !== place + 1 && !beginsWord(path, start)) start = text.indexOf(sign, start + 1)
    place = start >= 0 ? start : next
    at[index] = place
  }
  return at
}

const scoreOf = (path: string, at: readonly number[], name: number): number => {
  let score = 0
  for (let index = 0; index < at.length; index += 1) {
    const place = at[index] as number
    const together = index > 0 && place === (at[index - 1] as number) + 1
    score += 1 + (together ? pointsTogether : 0) + (beginsWord(path, place) ? pointsWord : 0) + (place >= name ? pointsName : 0)
  }
  const gap = (at.at(-1) as number) - (at[0] as number) + 1 - at.length
  return score - Math.min(gap, 20) * 0.25
}

/** The best of a few ways to lay the letters out; -1 without any. */
const rating = (path: string, text: string, query: string, out: {at: readonly number[]}): number => {
  const name = path.lastIndexOf('/') + 1
  const whole = text.indexOf(query, name)
  const inside = whole >= 0 ? whole : text.indexOf(query)
  const ways = [
    inside >= 0 ? Array.from({length: query.length}, (_, index) => inside + index) : undefined,
    earlyFit(text, query, name),
    wordFit(path, text, query),
    lateFit(text, query),
  ]
  let best = -1
  for (const at of ways) {
    const score = at ? scoreOf(path, at, name) : -1
    if (at && score > best) {
      best = score
      out.at = at
    }
  }
  if (best < 0) return -1
  // All of the file's name, or all but its ending.
  const rest = whole === name ? path.length - name - query.length : -1
  const exact = rest === 0 || (rest > 0 && path[name + query.length] === '.' && path.indexOf('.', name + query.length + 1) < 0)
  return best + (exact ? pointsWhole : 0) - path.length * 0.02
}

/** Cheap, for every path: where the query stands whole, else the letters as early as can be; below 0 when it is not there. */
const rough = (path: string, text: string, query: string): number => {
  const name = path.lastIndexOf('/') + 1
  const length = query.length
  let whole = text.indexOf(query, name)
  if (length === 1 && whole > name && text[0] === query) whole = beginsWord(path, whole) ? whole : -1
  if (whole >= 0)
    return length * (pointsTogether + pointsName) + (whole === name ? pointsWord + 2 : beginsWord(path, whole) ? pointsWord : 0) - path.length * 0.02
  const inside = text.indexOf(query)
  if (inside >= 0) return length * pointsTogether + (beginsWord(path, inside) ? pointsWord : 0) - path.length * 0.02
  let place = -1
  let score = 0
  for (let index = 0; index < length; index += 1) {
    const next = text.indexOf(query[index] as string, place + 1)
    if (next < 0) return -1e9
    score += next === place + 1 ? pointsTogether : beginsWord(path, next) ? pointsWord : 0
    place = next
  }
  return score + (place >= name ? pointsName : 0) - path.length * 0.02
}

/** The indexes with the highest scores, in no order. */
const highest = (indexes: readonly number[], scores: Float64Array, count: number): readonly number[] => {
  if (indexes.length <= count) return indexes
  const bar = scores.slice(0, indexes.length).sort()[indexes.length - count] as number
  return indexes.filter((_, place) => (scores[place] as number) >= bar).slice(0, 2 * count)
}

/** So many are rated exactly for each one that is asked for. */
const share = 8

/** A millisecond's worth, or less. */
const slicePaths = 1_000
const sliceRated = 50

export const openFinder = (first: readonly string[] = []): Finder => {
  const paths: string[] = []
  const small: string[] = []
  const bits: number[] = []
  /** What the last query left over, for a longer one. */
  let last: {query: string; left: readonly number[]} | undefined

  const add = (more: readonly string[]): void => {
    for (const path of more) {
      const text = path.toLowerCase()
      paths.push(path)
      small.push(text)
      bits.push(bitsOf(text))
    }
    last = undefined
  }
  add(first)

  const textOf = (index: number, {exact}: Query): string => (exact ? paths : small)[index] as string

  /** All that match, the rough scores beside them. */
  const matching = function* (parts: readonly Query[], query: string): Generator<void, {left: readonly number[]; scores: Float64Array}> {
    const wanted = parts.reduce((sum, part) => sum | part.bits, 0)
    const from = last && query.startsWith(last.query) ? last.left : undefined
    const count = from ? from.length : paths.length
    const left: number[] = []
    const scores = new Float64Array(count)
    for (let place = 0; place < count; place += 1) {
      if (place % slicePaths === slicePaths - 1) yield
      const index = from ? (from[place] as number) : place
      if (((bits[index] as number) & wanted) !== wanted) continue
      let score = 0
      for (const part of parts) score += rough(paths[index] as string, textOf(index, part), part.text)
      if (score < -1e8) continue
      scores[left.length] = score
      left.push(index)
    }
    last = {query, left}
    return {left, scores}
  }

  const scored = (index: number, parts: readonly Query[]): Found => {
    const path = paths[index] as string
    const places = new Set<number>()
    let score = 0
    for (const part of parts) {
      const out: {at: readonly number[]} = {at: []}
      score += rating(path, textOf(index, part), part.text, out)
      for (const place of out.at) places.add(place)
    }
    return {path, score, at: [...places].sort((left, right) => left - right)}
  }

  const better = (left: Found, right: Found): number => right.score - left.score || left.path.length - right.path.length || (left.path < right.path ? -1 : 1)

  const findSlowly = function* (text: string, limit: number): Generator<void, Found[]> {
    const query = text.trim()
    const parts = query.split(/\s+/).filter(Boolean).map(queryOf)
    if (parts.length === 0) return paths.slice(0, limit).map((path) => ({path, score: 0, at: []}))
    const {left, scores} = yield* matching(parts, query)
    yield
    const rated: Found[] = []
    for (const index of highest(left, scores, share * limit)) {
      rated.push(scored(index, parts))
      if (rated.length % sliceRated === 0) yield
    }
    return rated.sort(better).slice(0, limit)
  }

  return {
    get size() {
      return paths.length
    },
    add,
    find: (text, limit) => {
      const slices = findSlowly(text, limit)
      for (;;) {
        const {done, value} = slices.next()
        if (done) return value
      }
    },
    findSlowly,
  }
}
