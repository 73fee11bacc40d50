// Noticing that an agent goes round in circles, by facts alone: the same call with the same result, a few calls
// taking turns, one failure after another. First it is told; if it goes on, its work ends with a report. Pure.

export interface Move {
  tool: string
  input: string
  ok: boolean
  /** What the model was told: the same call with another result is progress. */
  told: string
}

export type Verdict = {is: 'fine'} | {is: 'nudge'; why: string} | {is: 'stop'; why: string}

type Same = (a: Move, b: Move) => boolean

const sameCall: Same = (a, b) => a.tool === b.tool && a.input === b.input
const sameResult: Same = (a, b) => sameCall(a, b) && a.told === b.told
// Times, sizes and counts differ from run to run of the very same thing.
const withoutNumbers = (text: string): string => text.replace(/\d+/g, '#')
const likeResult: Same = (a, b) => sameCall(a, b) && withoutNumbers(a.told) === withoutNumbers(b.told)

/** How many repetitions are told, and how many end the work: the less alike the results, the more of them. */
const patience: readonly {same: Same; nudge: number; stop: number; words: string}[] = [
  {same: sameResult, nudge: 3, stop: 4, words: 'with the same result'},
  {same: likeResult, nudge: 5, stop: 8, words: 'with a result that differs only in its numbers'},
  {same: sameCall, nudge: 8, stop: 12, words: 'in a row'},
]
/** Calls taking turns, in periods of two to this many: told after two rounds, stopped after three. */
const longestPeriod = 4
const roundsToNudge = 2
/** Failed calls in a row. */
const failuresToNudge = 5
const failuresToStop = 10

/** How often the last `period` moves have come round, whole rounds only. */
const rounds = (moves: readonly Move[], period: number, same: Same): number => {
  let length = Math.min(period, moves.length)
  if (length < period) return 0
  while (length < moves.length && same(moves[moves.length - 1 - length] as Move, moves[moves.length - 1 - length + period] as Move)) length += 1
  return Math.floor(length / period)
}

const repeated = (moves: readonly Move[]): Verdict => {
  const tool = moves.at(-1)?.tool ?? ''
  let told: Verdict = {is: 'fine'}
  for (const {same, nudge, stop, words} of patience) {
    const times = rounds(moves, 1, same)
    if (times >= stop) return {is: 'stop', why: `the same ${tool} call was made ${times} times ${words}`}
    if (times === nudge && told.is === 'fine')
      told = {is: 'nudge', why: `You have made this same ${tool} call ${times} times ${words}. Do something else, or finish.`}
  }
  return told
}

const takingTurns = (moves: readonly Move[]): Verdict => {
  for (let period = 2; period <= longestPeriod; period += 1) {
    const last = moves.slice(-period)
    if (last.every((move) => sameCall(move, last[0] as Move))) continue
    const names = last.map((move) => move.tool).join(', ')
    const times = rounds(moves, period, sameResult)
    if (times > roundsToNudge) return {is: 'stop', why: `the same calls (${names}) took turns ${times} times with the same results`}
    if (times === roundsToNudge && moves.length >= period * roundsToNudge && rounds(moves.slice(0, -1), period, sameResult) < roundsToNudge)
      return {is: 'nudge', why: `You are going round in the same calls (${names}) with the same results. Do something else, or finish.`}
  }
  return {is: 'fine'}
}

const failing = (moves: readonly Move[]): Verdict => {
  const failures = moves.length - 1 - moves.findLastIndex((move) => move.ok)
  if (failures >= failuresToStop) return {is: 'stop', why: `${failures} calls in a row failed`}
  if (failures === failuresToNudge) return {is: 'nudge', why: `${failures} calls in a row have failed. Read the errors, then change your approach.`}
  return {is: 'fine'}
}

/** Looks at the whole history of one piece of work after each call. */
export const judge = (moves: readonly Move[]): Verdict => {
  const found = [repeated(moves), takingTurns(moves), failing(moves)]
  return found.find((one) => one.is === 'stop') ?? found.find((one) => one.is === 'nudge') ?? {is: 'fine'}
}
