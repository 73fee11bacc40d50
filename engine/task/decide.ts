// What to do next, from what has been done: pure, so that the native loop and a durable workflow share it.
// It never waits, never looks at a clock, and answers the same board with the same intents.
//
//   explore? → plan? → per candidate: implement → test? → check ─green→ settled
//                                        ↑                  └red→ repair (≤ K) → review → restart (≤ 1) → settled
//   all settled → adopt the best (when isolated) → finish
//
// Law 1: nothing but a green check makes a run "done". Law 2: each step is asked for once, by key.
// Law 3: the same diagnosis for the same failure twice ends the repairs of that conversation.

import type {Board, CandidateState, StepState} from '../contract/board.ts'
import type {Outcome} from '../contract/outcome.ts'
import {strongest} from '../contract/outcome.ts'
import type {Handed, Intent, Limits, Phase, Step} from '../contract/task.ts'

const stepKey = (phase: Phase, candidate: number, attempt: number): string => `${phase}/${candidate}/${attempt}`

const assign = (phase: Phase, role: string, candidate: number, attempt: number, fresh: boolean): Intent => {
  const step: Step = {key: stepKey(phase, candidate, attempt), phase, role, attempt, candidate, fresh}
  return {do: 'assign', ...step}
}

const find = (board: Board, key: string): StepState | undefined => board.steps.find((step) => step.key === key)

/** Undefined when the step is done; else the intents that bring it about (none while somebody works on it). */
const first = (board: Board, phase: Phase, role: string): Intent[] | undefined => {
  const step = find(board, stepKey(phase, 0, 1))
  if (!step) return [assign(phase, role, 0, 1, true)]
  return step.handed === null ? [] : undefined
}

/** The endings after which a candidate's agent has no more to give. */
const spent: readonly Handed[] = ['capped', 'provider', 'stopped', 'failed']

const settledAfter = (step: StepState): boolean => spent.includes(step.handed as Handed)

/** Its own grant ended this agent's part; the run has not reached a cap, and the others can do without what it had left to say. */
const onlyItsOwn = (step: StepState, board: Board): boolean => step.handed === 'capped' && board.exceeded.length === 0 && step.role !== 'coder'

const stateOf = (board: Board, candidate: number): CandidateState =>
  board.candidates.get(candidate) ?? {candidate, checked: [], restarts: 0, adopted: false, dropped: false}

/** Steps of a candidate since its last fresh start. */
const stepsOf = (board: Board, candidate: number): StepState[] => board.steps.filter((step) => step.candidate === candidate && step.candidate !== 0)

const wantsCheck = (limits: Limits, last: StepState, board: Board): boolean => {
  if (limits.checks === 0 && limits.gate !== 'never') return changedBy(board, last.candidate)
  if (limits.gate === 'never' || last.handed === 'stopped') return false
  if (settledAfter(last) && !changedBy(board, last.candidate)) return false
  return limits.gate === 'always' || changedBy(board, last.candidate)
}

const changedBy = (board: Board, candidate: number): boolean => stepsOf(board, candidate).findLast((step) => step.handed !== null)?.changed === true

/** Candidates that are worked on at the same time; each of the others begins when one has settled. */
const maxAtOnce = 32

/** null = settled; [] = somebody is at work. */
const nextOf = (board: Board, limits: Limits, candidate: number): Intent[] | null => {
  const steps = stepsOf(board, candidate)
  const last = steps.at(-1)
  if (!last) return candidate > maxAtOnce && (board.exceeded.length > 0 || isWon(board, limits)) ? null : [assign('implement', 'coder', candidate, 1, true)]
  if (last.handed === null) return []
  const state = stateOf(board, candidate)
  if (last.phase === 'review') return board.exceeded.length > 0 || isWon(board, limits) ? null : afterReview(board, state, last)
  const builds = steps.filter((step) => step.role === 'coder')
  const build = builds.at(-1) ?? last
  if (last.role === 'coder' && last.handed === 'finished' && last.changed && limits.crew.tester && !find(board, stepKey('test', candidate, last.attempt)))
    return [assign('test', 'tester', candidate, last.attempt, true)]
  const checked = state.checked.at(-1)
  if (!checked || checked.attempt < build.attempt) {
    if (!wantsCheck(limits, build, board)) return null
    return [{do: 'check', key: `check/${candidate}/${build.attempt}`, candidate, attempt: build.attempt}]
  }
  // Where another one's work is good already, and where no cap leaves room for it, nothing is begun again.
  if (board.exceeded.length > 0 || isWon(board, limits)) return null
  return afterCheck(limits, state, build, checked.state)
}

/** Has a candidate finished its work with green checks? */
const isWon = (board: Board, limits: Limits): boolean =>
  limits.candidates > 1 &&
  [...board.candidates.values()].some(({candidate, checked}) => {
    const build = stepsOf(board, candidate).findLast((step) => step.role === 'coder')
    return checked.at(-1)?.state === 'green' && build?.handed === 'finished'
  })

const afterReview = (board: Board, state: CandidateState, last: StepState): Intent[] | null => {
  if (settledAfter(last) && !onlyItsOwn(last, board)) return null
  const attempt = last.attempt + 1
  if (state.restarts === 0) return [{do: 'restart', key: `restart/${state.candidate}/1`, candidate: state.candidate}]
  return find(board, stepKey('implement', state.candidate, attempt)) ? [] : [assign('implement', 'coder', state.candidate, attempt, true)]
}

const afterCheck = (limits: Limits, state: CandidateState, build: StepState, checked: CandidateState['checked'][number]['state']): Intent[] | null => {
  if (checked !== 'red' || build.handed !== 'finished' || !build.changed) return null
  const {candidate} = state
  const sinceRestart = state.checked.filter((check) => check.state === 'red')
  const repairs = state.restarts === 0 ? sinceRestart.length - 1 : Number.POSITIVE_INFINITY
  if (repairs < limits.repairs && !repeatsItself(sinceRestart)) return [assign('repair', 'coder', candidate, build.attempt + 1, false)]
  if (state.restarts < limits.restarts) return [assign('review', 'reviewer', candidate, build.attempt, true)]
  return null
}

/** Law 3, by what failed: twice the very same failure after a repair means the diagnosis did not move. */
const repeatsItself = (reds: readonly {signature: string}[]): boolean => {
  const [before, last] = reds.slice(-2)
  return reds.length >= 3 && before !== undefined && before.signature !== '' && before.signature === last?.signature
}

const redLines = 50

const evidenceOf = (checked: {state: string; signature: string} | undefined): number => {
  if (checked?.state === 'green') return 1000
  if (checked?.state === 'none') return 200
  return checked?.state === 'red' ? redLines - Math.min(redLines, checked.signature.split('\n').length) : 0
}

/** The better of two candidates: green first, then the one that changed something, then less that fails, then finished; then the earlier. */
export const rankOf = (board: Board, candidate: number): number => {
  const build = stepsOf(board, candidate).findLast((step) => step.role === 'coder')
  return evidenceOf(stateOf(board, candidate).checked.at(-1)) + (build?.changed ? 100 : 0) + (build?.handed === 'finished' ? 0.5 : 0)
}

const best = (board: Board, limits: Limits): number => {
  let winner = 1
  for (let candidate = 2; candidate <= limits.candidates; candidate += 1) if (rankOf(board, candidate) > rankOf(board, winner)) winner = candidate
  return winner
}

const outcomeOfHanded: Readonly<Record<Handed, Outcome | null>> = {
  finished: null,
  capped: 'capped',
  stuck: 'failed',
  provider: 'provider',
  person: 'needs_person',
  stopped: 'interrupted',
  failed: 'failed',
}

const finish = (board: Board, limits: Limits, candidate: number): Intent => {
  const state = stateOf(board, candidate)
  const build = stepsOf(board, candidate).findLast((step) => step.role === 'coder') ?? board.steps.findLast((step) => step.handed !== null)
  const checked = state.checked.at(-1)
  const found: {outcome: Outcome; reason: string}[] = []
  const ended = build?.handed ? outcomeOfHanded[build.handed] : 'failed'
  if (ended) found.push({outcome: ended, reason: build?.why || `the ${build?.role ?? 'crew'} could not finish`})
  const review = stepsOf(board, candidate).at(-1)
  if (review?.phase === 'review' && review.handed === 'provider') found.push({outcome: 'provider', reason: review.why || 'the reviewer could not be asked'})
  if (board.exceeded.length > 0)
    found.push({outcome: board.exceeded.includes('time') ? 'timeout' : 'capped', reason: `the cap on ${board.exceeded[0]} was reached`})
  if (board.unanswered > 0) found.push({outcome: 'needs_person', reason: 'something needed a person to allow or answer it, and nobody could be asked'})
  if (checked?.state === 'person') found.push({outcome: 'needs_person', reason: checked.summary})
  if (checked?.state === 'red') found.push({outcome: 'gate_failed', reason: checked.summary})
  if (checked?.state === 'none') found.push({outcome: 'gate_failed', reason: 'files changed and no check could run: unverified'})
  const quiet: Outcome = build?.changed ? 'done' : 'answered'
  if (found.length === 0)
    return {
      do: 'finish',
      key: 'finish',
      outcome: quiet,
      reason: checked?.summary ?? (limits.gate === 'never' ? 'no check was asked for' : 'nothing to check'),
      candidate,
    }
  const outcome = strongest(found.map((one) => one.outcome))
  return {do: 'finish', key: 'finish', outcome, reason: found.find((one) => one.outcome === outcome)?.reason ?? '', candidate}
}

/** Everything that may be started now; [] means: wait for what is running. */
export const decide = (board: Board, limits: Limits): Intent[] => {
  if (!board.opened || board.closed) return []
  const early = board.steps.find((step) => step.candidate === 0 && step.handed !== null && settledAfter(step) && !onlyItsOwn(step, board))
  if (early) return [finish(board, limits, 1)]
  if (limits.crew.explorer) {
    const intents = first(board, 'explore', 'explorer')
    if (intents) return intents
  }
  if (limits.crew.planner) {
    const intents = first(board, 'plan', 'planner')
    if (intents) return intents
  }
  const all = Array.from({length: limits.candidates}, (_, index) => nextOf(board, limits, index + 1))
  const begun = new Set(board.steps.map((step) => step.candidate))
  let free = maxAtOnce - all.filter((intents, index) => intents !== null && begun.has(index + 1)).length
  const open = all.flatMap((intents, index) => (intents === null || (!begun.has(index + 1) && --free < 0) ? [] : intents))
  if (all.some((intents) => intents !== null)) return open
  const winner = best(board, limits)
  const state = stateOf(board, winner)
  const build = stepsOf(board, winner).findLast((step) => step.role === 'coder')
  const worthAdopting = build?.changed && state.checked.at(-1)?.state !== 'red' && state.checked.at(-1)?.state !== 'person'
  if (limits.isolated && worthAdopting && !state.adopted) return [{do: 'adopt', key: `adopt/${winner}`, candidate: winner}]
  return [finish(board, limits, winner)]
}
