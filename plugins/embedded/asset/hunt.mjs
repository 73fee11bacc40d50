// The search itself, whatever the language: candidates by rank through a driver until the budget is spent, the space
// is exhausted, or enough patches pass; pairs of edits where one of them helped without harm.

import {noValues} from './asked.mjs'
import {candidatesOf, commonOf, fileOf} from './generate.mjs'
import {biasOf, isHinted, usesOf} from './hint.mjs'
import {surfaceOf} from './parse.mjs'

export const mostRegions = 24
const mostPlausible = 12

// Tests judge with these: changing them is the cheapest way to be judged well.
const oracles =
  /^(__eq__|__ne__|__hash__|__repr__|__str__|__bool__|__len__|__contains__|size|length|isEmpty|is_empty|equals?|isEqual|compareTo|toString|toJSON|valueOf|inspect)$/
export const isOracle = (name) => oracles.test(name)
const oraclePenalty = 0.8
// A file that the person named is looked at first.
const namedBonus = 0.6

// What a failing test is called says what it is about.
const hintedBonus = 0.2

/** Ranked candidates of the regions: cost plus what little suspicion there is. `hints`: words of the failing tests, `asked`: their values. */
export const spaceOf = (regions, files, slice, isNamed = () => false, hints = new Set(), asked = noValues) => {
  const known = new Map()
  const uses = usesOf([...files.values()])
  const common = {...commonOf([...files.values()]), asked, uses}
  const evidence = {hints, uses}
  const all = []
  for (const region of regions.slice(0, mostRegions)) {
    const {source} = files.get(region.path)
    const own = (isOracle(region.name) ? oraclePenalty : 0) - (isNamed(region.path) ? namedBonus : 0) - (isHinted(region.name, hints) ? hintedBonus : 0)
    if (!known.has(region.path)) known.set(region.path, fileOf(region.path, files.get(region.path), surfaceOf(region.path), [], common))
    for (const one of candidatesOf(known.get(region.path), region.node))
      all.push({
        ...one,
        region: region.name,
        rank: one.cost + 1.5 * (1 - region.lineScore(one.line)) + own + biasOf(one.edits, source, evidence),
      })
  }
  const best = new Map()
  for (const one of all) {
    const key = `${one.path}\n${one.key}`
    if (!best.has(key) || best.get(key).rank > one.rank) best.set(key, one)
  }
  const sorted = [...best.values()].sort((a, b) => a.rank - b.rank || a.start - b.start || (a.key < b.key ? -1 : 1))
  return slice && slice.of > 1 ? sorted.filter((_, at) => at % slice.of === slice.index % slice.of) : sorted
}

/** Which tests a candidate of a file must pass: those that fail first, then those that run the file, grouped by test file. */
export const planFor = (tests, runsFile) => {
  const group = (chosen, must) => {
    const byFile = new Map()
    for (const one of chosen) byFile.set(one.file, [...(byFile.get(one.file) ?? []), one.name])
    return [...byFile].map(([file, names]) => ({file, names, must}))
  }
  // Only clearly slow tests go last: the order must not hang on chance.
  const slowness = (one) => (one.ms < 40 ? 0 : Math.floor(Math.log2(one.ms / 20)))
  const byTime = (a, b) => slowness(a) - slowness(b)
  return [...group(tests.filter((one) => !one.ok).sort(byTime), true), ...group(tests.filter((one) => one.ok && runsFile(one)).sort(byTime), false)]
}

/** How many more to try once one patch passes: as many as it took, within bounds, and for at most so long. The first to pass is often not the best. */
const moreAfter = (tried) => Math.min(800, Math.max(250, tried))
const mostMoreMs = 7000

/** Most repairs are found before a further copy of the project would be ready. */
const growAfter = 30
const growAfterMs = 1000

/** Where pairs are looked for between single edits, once one of these helped without harm. */
const singlesFirst = 400
const pairShare = 3

/**
 * Tries candidates in order until the budget is spent, the space is exhausted or enough patches pass. Where a single edit
 * fixes a part of the failing tests and breaks none, pairs with it are tried in between. `budget`: {until(tried), patient, stepAt}:
 * such an edit ends the hunt in time (`from` is where a later one goes on), at the latest some time after `stepAt`, since the rest is better sought with it in place.
 * `lanes` give verdicts; `grow()` is called once where the search turns out to be a long one.
 */
export const hunt = async ({space, lanes, grow, failing, budget, onProgress, from = 0}) => {
  const state = {
    tried: 0,
    space: space.length,
    reached: from,
    timeouts: 0,
    crashed: 0,
    plausible: [],
    partial: [],
    stopAt: Number.POSITIVE_INFINITY,
    firstMs: null,
    stopAfter: Number.POSITIVE_INFINITY,
  }
  const started = performance.now()
  const pairs = pairsOf(state, space)
  const run = (candidate, next = []) => tryOne(state, candidate, {lanes, next, failing, started})
  let grown = false
  for (const [index, candidate] of space.slice(from).entries()) {
    const at = from + index
    if (isOver(state, candidate, budget, failing)) break
    state.reached = at + 1
    if (isCrowded(state, candidate)) continue
    if (!grown && state.tried >= growAfter && performance.now() - started > growAfterMs) {
      grown = true
      grow(candidate.path)
    }
    await run(candidate, space.slice(at + 1, at + 1 + lanes.ahead()))
    onProgress(state)
    if (at >= singlesFirst && at % pairShare === 0 && state.plausible.length === 0) {
      const pair = pairs.next()
      if (pair) await run(pair)
    }
  }
  for (let pair = pairs.next(); pair && state.plausible.length === 0 && !isOver(state, pair, budget, failing); pair = pairs.next()) {
    await run(pair)
    onProgress(state)
  }
  return state
}

/** Edits that fix a part of what fails and break nothing, best first: the first step of two. */
export const basesOf = (state) =>
  state.partial.filter((one) => one.done && one.broke === 0).sort((a, b) => b.fixed.length - a.fixed.length || a.candidate.rank - b.candidate.rank)

// An edit that fixes most of what fails is likely one of two faults; one that fixes little may be chance.
const isStepTime = (state, {stepAt, until}, failing) => {
  if (state.tried < singlesFirst || stepAt === Number.POSITIVE_INFINITY) return false
  const [best] = basesOf(state)
  if (!best) return false
  const fixesMost = best.fixed.length * 2 >= failing.length
  if (fixesMost && state.tried > Math.max(leastBefore, patience * best.at)) return true
  return performance.now() > (fixesMost ? stepAt : stepAt + (until(state.tried) - stepAt) * 0.6)
}
/** So many times the candidates that led to a first step are tried before that step is taken. */
const patience = 6
/** And never fewer than these: most often there is one fault, and its repair comes later. */
const leastBefore = 1200

const isOver = (state, candidate, budget, failing) => {
  if (performance.now() > Math.min(state.stopAt, budget.until(state.tried)) || state.tried >= state.stopAfter || state.plausible.length >= mostPlausible)
    return true
  if (state.plausible.length === 0) return isStepTime(state, budget, failing)
  return !budget.patient || candidate.rank > state.plausible[0].candidate.rank + 1.3
}

// Where almost any edit passes, a further one on the line says nothing new.
const mostOfLine = 6
const isCrowded = (state, {path, line}) => state.plausible.filter(({candidate}) => candidate.path === path && candidate.line === line).length >= mostOfLine

const tryOne = async (state, candidate, {lanes, next, failing, started}) => {
  const verdict = await lanes.evaluate(candidate, next)
  state.tried += 1
  if (verdict.late) state.timeouts += 1
  if (verdict.crashed) state.crashed += 1
  const fixed = failing.filter((id) => verdict.passed?.includes(id))
  if (verdict.done && fixed.length === failing.length) {
    state.plausible.push({candidate, fixed})
    if (state.firstMs === null) {
      state.firstMs = performance.now() - started
      state.stopAt = performance.now() + mostMoreMs
      state.stopAfter = state.tried + moreAfter(state.tried)
    }
  } else if (fixed.length > 0 && !verdict.late) state.partial.push({candidate, fixed, broke: verdict.broke?.length ?? 0, done: verdict.done, at: state.tried})
}

const overlaps = (a, b) => a.path === b.path && a.edits.some((one) => b.edits.some((other) => one.start <= other.end && other.start <= one.end))
const mostBases = 4
const mostSeconds = 3000

/** Pairs of edits in one file, only with a first edit that fixes a strict part of the failing tests and breaks none. */
const pairsOf = (state, space) => {
  let second = 0
  let queue = []
  const bases = () => basesOf(state).slice(0, mostBases)
  return {
    next() {
      while (queue.length === 0 && second < Math.min(space.length, mostSeconds)) {
        const other = space[second]
        const firsts = bases()
        if (firsts.length === 0) return null
        second += 1
        queue = firsts.filter(({candidate}) => candidate.path === other.path && !overlaps(candidate, other)).map(({candidate}) => joined(candidate, other))
      }
      return queue.shift() ?? null
    },
  }
}

const joined = (first, second) => ({
  ...second,
  edits: [...first.edits, ...second.edits],
  template: `${first.template} + ${second.template}`,
  say: `${first.say}; ${second.say}`,
  cost: first.cost + second.cost,
  rank: first.rank + second.rank,
  key: `${first.key}\n${second.key}`,
})
