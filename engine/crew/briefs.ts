// Which words each step begins with, from what is on the board.

import type {Board} from '../contract/board.ts'
import type {Step} from '../contract/task.ts'
import {hypothesisOf, repairBrief, restartBrief, reviewBrief, withFindings} from '../prompt/brief.ts'

/** Diagnoses of this candidate that did not turn the checks green. */
const triedBy = (board: Board, candidate: number): string[] => {
  const said = board.steps.filter((step) => step.candidate === candidate && step.handed !== null).map((step) => hypothesisOf(step.text))
  return [...new Set(said.filter(Boolean))]
}

export const briefFor = (step: Step, board: Board, request: string): string => {
  const checked = board.candidates.get(step.candidate)?.checked.at(-1)
  const tried = triedBy(board, step.candidate)
  const report = checked?.report ?? ''
  if (step.phase === 'repair') return repairBrief(report, tried)
  if (step.phase === 'review') return reviewBrief(request, report, tried)
  if (step.phase === 'implement' && step.attempt > 1) {
    const review = board.steps.findLast((one) => one.phase === 'review' && one.candidate === step.candidate)
    return restartBrief(request, review?.text ?? '', tried)
  }
  return withFindings(request, board.steps)
}
