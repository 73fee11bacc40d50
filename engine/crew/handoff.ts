// What a run that did not get there leaves behind for a person: what changed, what still fails, what was tried,
// what it cost and how to go on. Facts only, from the board and the record.

import {many} from '../base/many.ts'
import type {Board} from '../contract/board.ts'
import type {Outcome} from '../contract/outcome.ts'
import type {Ledger} from '../fold/ledger.ts'
import {hypothesisOf} from '../prompt/brief.ts'

export interface HandoffFacts {
  outcome: Outcome
  reason: string
  board: Board
  ledger: Ledger
  candidate: number
  /** What stands in the user's files. */
  diff: string
  /** What was done in a copy and not adopted, and where it is kept. */
  patch: {diff: string; where: string}
  resume: string
}

/** Beyond this a diff is read better with `penguin checkpoint diff`. */
const maxDiffChars = 6000

/** The last words of the agent that worked on the winning candidate. */
export const lastWords = (board: Board, candidate: number): string => {
  const mine = board.steps.filter((step) => step.candidate === candidate || step.candidate === 0)
  return mine.findLast((step) => step.role === 'coder' && step.text)?.text ?? mine.findLast((step) => step.text)?.text ?? ''
}

const clipped = (diff: string): string =>
  diff.length > maxDiffChars ? `${diff.slice(0, maxDiffChars)}\n[… ${diff.length - maxDiffChars} more characters]` : diff

const unadopted = ({diff, where}: HandoffFacts['patch']): string =>
  diff ? `Not adopted, your files are as they were${where ? `; take it over with: git apply ${where}` : ''}\n${clipped(diff)}` : ''

export const handoff = (facts: HandoffFacts): string => {
  const {board, ledger, candidate, outcome, reason} = facts
  const checked = board.candidates.get(candidate)?.checked.at(-1)
  const last = board.steps.findLast((step) => step.candidate === candidate && step.role === 'coder')
  const broke = last?.handed && last.handed !== 'finished' && last.why && !reason.includes(last.why) ? `The ${last.role} did not finish: ${last.why}` : ''
  const tried = board.steps.map((step) => hypothesisOf(step.text)).filter(Boolean)
  const {total} = ledger
  return [
    lastWords(board, candidate),
    `Not finished (${outcome}): ${reason}`,
    broke,
    checked?.report ? `What still fails:\n${checked.report}` : '',
    tried.length > 0 ? `Tried: ${tried.map((one) => `"${one}"`).join('; ')}` : '',
    facts.diff ? `Changes so far:\n${clipped(facts.diff)}` : unadopted(facts.patch) || 'No file of the project was changed.',
    `Spent: ${many(total.calls, 'call')}, ${total.input + total.output} tokens, $${total.usd.toFixed(4)}.`,
    `Go on with: ${facts.resume}`,
  ]
    .filter(Boolean)
    .join('\n\n')
}
