// More inputs from those that were seen: small changes that keep what all seen values have in common (whole numbers,
// signs, order, alphabet, never empty). Deterministic by seed.

/** mulberry32: numbers in [0, 1). */
export const diceOf = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const isPlain = (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
const isSorted = (list) => list.every((one, at) => at === 0 || !(one < list[at - 1]))

/** What the values seen at one place have in common. */
const lawsOf = (values) => {
  const numbers = values.filter((one) => typeof one === 'number')
  const texts = values.filter((one) => typeof one === 'string')
  const lists = values.filter(Array.isArray)
  return {
    whole: numbers.every(Number.isInteger),
    positive: numbers.every((one) => one >= 0),
    nonZero: numbers.every((one) => one !== 0),
    letters: [...new Set(texts.join(''))],
    emptyText: texts.includes(''),
    emptyList: lists.some((one) => one.length === 0),
    sorted: lists.every((one) => isSorted(one)),
    items: lists.flat(),
  }
}

const number = (value, laws, dice) => {
  const steps = [1, -1, 2, -2, value, -value, Math.round(value / 2), 10, -10, ...(laws.whole ? [] : [0.5, -0.25])]
  let next = value + steps[Math.floor(dice() * steps.length)]
  if (laws.whole) next = Math.round(next)
  if (laws.positive && next < 0) next = Math.abs(next)
  return laws.nonZero && next === 0 ? value + 1 : next
}

const text = (value, laws, dice) => {
  const at = Math.floor(dice() * (value.length + 1))
  const letter = laws.letters[Math.floor(dice() * laws.letters.length)] ?? 'a'
  const choice = Math.floor(dice() * 5)
  const made = [
    value.slice(0, at) + letter + value.slice(at),
    value.slice(0, at) + value.slice(at + 1),
    value.slice(0, at) + letter + value.slice(at + 1),
    value + value.slice(0, at),
    [...value].reverse().join(''),
  ][choice]
  return made === '' && !laws.emptyText ? value : made
}

const list = (value, laws, dice) => {
  const next = [...value]
  const at = Math.floor(dice() * Math.max(1, next.length))
  const choice = Math.floor(dice() * 5)
  if (choice === 0) next.splice(at, 1)
  else if (choice === 1 && next.length > 0) next.splice(at, 0, structuredClone(next[Math.floor(dice() * next.length)]))
  else if (choice === 2 && next.length > 1) [next[at], next[(at + 1) % next.length]] = [next[(at + 1) % next.length], next[at]]
  else if (choice === 3 && laws.items.length > 0) next.splice(at, 0, structuredClone(laws.items[Math.floor(dice() * laws.items.length)]))
  else if (next.length > 0) next[at] = mutated(next[at], lawsOf(laws.items), dice)
  if (next.length === 0 && !laws.emptyList) return value
  return laws.sorted && next.every((one) => typeof one === 'number') ? next.sort((a, b) => a - b) : next
}

const record = (value, dice, seen) => {
  const keys = Object.keys(value)
  if (keys.length === 0) return value
  const key = keys[Math.floor(dice() * keys.length)]
  return {...value, [key]: mutated(value[key], lawsOf(seen.filter(isPlain).map((one) => one[key])), dice)}
}

const mutated = (value, laws, dice, seen = [value]) => {
  if (typeof value === 'number') return number(value, laws, dice)
  if (typeof value === 'string') return text(value, laws, dice)
  if (typeof value === 'boolean') return !value
  if (Array.isArray(value)) return list(value, laws, dice)
  if (isPlain(value)) return record(value, dice, seen)
  return value
}

/** `calls`: [{args, self?}] as they were seen → up to `most` calls, the seen ones first, each once. */
export const inputsFrom = (calls, most, seed) => {
  const found = new Map()
  const add = (call) => {
    const key = keyOf(call)
    if (key !== undefined && !found.has(key)) found.set(key, call)
  }
  for (const call of calls) add(call)
  const dice = diceOf(seed + 1)
  const places = Math.max(0, ...calls.map((call) => call.args.length))
  const laws = Array.from({length: places}, (_, at) => lawsOf(calls.map((call) => call.args[at])))
  for (let round = 0; round < most * 6 && found.size < most && calls.length > 0; round += 1) add(vary(calls, laws, dice))
  return [...found.values()].slice(0, most)
}

const vary = (calls, laws, dice) => {
  const call = structuredClone(calls[Math.floor(dice() * calls.length)])
  const other = calls[Math.floor(dice() * calls.length)]
  const slots = call.args.length + (call.self ? 1 : 0)
  const at = Math.floor(dice() * slots)
  if (at >= call.args.length) {
    if (call.self) call.self = record(call.self, dice, calls.map((one) => one.self).filter(Boolean))
  } else if (dice() < 0.2 && at < other.args.length) call.args[at] = structuredClone(other.args[at])
  else
    for (let times = dice() < 0.3 ? 2 : 1; times > 0; times -= 1)
      call.args[at] = mutated(
        call.args[at],
        laws[at],
        dice,
        calls.map((one) => one.args[at]),
      )
  return call
}

const keyOf = (call) => {
  try {
    return JSON.stringify(call, (_, value) => (value instanceof Map || value instanceof Set ? [...value] : typeof value === 'bigint' ? String(value) : value))
  } catch {
    return undefined
  }
}
