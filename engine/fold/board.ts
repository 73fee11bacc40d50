// What the crew has done so far, as far as deciding needs to know it. Folds board events only, so the same
// board can be built in a workflow that has no disk and no clock. Pure and total: unknown events change nothing.

import type {Board, CandidateState, StepState} from '../contract/board.ts'
import type {Event} from '../contract/event.ts'
import type {Fold} from '../contract/journal.ts'
import {candidateOfPatch} from '../contract/task.ts'

const emptyCandidate = (candidate: number): CandidateState => ({candidate, checked: [], restarts: 0, adopted: false, dropped: false})

const withCandidate = (board: Board, candidate: number, change: (state: CandidateState) => CandidateState): Board => {
  const candidates = new Map(board.candidates)
  candidates.set(candidate, change(candidates.get(candidate) ?? emptyCandidate(candidate)))
  return {...board, candidates}
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A single edit within a candidate's work (a mend) is not its adoption. */
const withPatch = (board: Board, patch: string, change: (state: CandidateState) => CandidateState): Board => {
  const candidate = candidateOfPatch(patch)
  return candidate === undefined ? board : withCandidate(board, candidate, change)
}

export const boardFold: Fold<Board> = {
  empty: {opened: false, steps: [], candidates: new Map(), exceeded: [], unanswered: 0, asks: 0, agents: 0, closed: null},
  step(board: Board, event: Event): Board {
    switch (event.type) {
      case 'run.opened':
        return {...board, opened: true}
      case 'role.hired':
        return {...board, agents: Math.max(board.agents, event.body.ordinal)}
      case 'task.started': {
        const {role, attempt, phase, candidate, fresh, brief} = event.body
        const step: StepState = {
          key: `${phase}/${candidate}/${attempt}`,
          phase: phase as StepState['phase'],
          role,
          attempt,
          candidate,
          fresh,
          agent: event.agent ?? '',
          span: event.span,
          brief: text(brief),
          handed: null,
          why: '',
          text: '',
          changed: false,
        }
        return {...board, steps: [...board.steps, step]}
      }
      case 'phase.handed': {
        const at = board.steps.findLastIndex((step) => step.agent === event.agent && step.handed === null)
        if (at === -1) return board
        const {outcome, why, changed, confidence} = event.body as typeof event.body & {changed?: boolean}
        const steps = [...board.steps]
        steps[at] = {
          ...(steps[at] as StepState),
          handed: outcome,
          why: why ?? event.body.error?.msg ?? '',
          text: text(event.body.text),
          changed: changed === true,
          confidence,
        }
        return {...board, steps}
      }
      case 'task.phase': {
        const {checked, candidate, attempt, phase, confidence} = event.body
        if (checked) {
          const found = {attempt, ...checked, ...(confidence ? {confidence} : {})}
          return withCandidate(board, candidate, (state) => ({...state, checked: [...state.checked, found]}))
        }
        if (phase === 'restart') return withCandidate(board, candidate, (state) => ({...state, restarts: state.restarts + 1}))
        return board
      }
      case 'patch.adopted':
        return withPatch(board, event.body.patch, (state) => ({...state, adopted: true}))
      case 'patch.dropped':
        return withPatch(board, event.body.patch, (state) => ({...state, dropped: true}))
      case 'budget.exceeded':
        // An agent that has spent its own grant hands over; the others go on.
        return (event.body.node ?? 'run') === 'run' ? {...board, exceeded: [...board.exceeded, event.body.cap]} : board
      case 'ask.raised':
        return {...board, asks: board.asks + 1}
      case 'ask.answered':
        return event.body.by === 'nobody' || event.body.by === 'timeout' ? {...board, unanswered: board.unanswered + 1} : board
      case 'run.closed':
        return {...board, closed: event.body.outcome}
      default:
        return board
    }
  },
}

/** The candidate's state, an untouched one when nothing has happened to it. */
export const candidateState = (board: Board, candidate: number): CandidateState => board.candidates.get(candidate) ?? emptyCandidate(candidate)
