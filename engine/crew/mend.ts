// Repairs that ask no model, tried between a red check and the model that would be asked to repair: what the linter can
// fix, a missing import, the search over small edits. What may be proposed, and whether trying is cheaper than asking, is
// the port's business; what becomes of a proposal is decided here, on evidence alone.
//
//   red ─wants─▶ propose ─▶ trial on a copy ─all checks green─▶ adopted in place ─▶ green
//                   └ none, or none that is green ─▶ the model is asked as before
//
// Law 1: a proposal touches only files that the task has changed. Law 2: nothing is adopted before every required check
// is green on a copy that holds it. Law 3: each red check is mended at most once, and a mend that breaks costs the run nothing.

import {asFault} from '../contract/fault.ts'
import type {Failure, GateReport} from '../contract/gate.ts'
import type {Intent} from '../contract/task.ts'
import type {Check} from '../contract/tool.ts'
import type {BlobStore, CandidateSite, Change, FileMode, Path} from '../contract/workspace.ts'
import {nothingSpent} from '../fold/ledger.ts'
import {changedPaths} from './checklist.ts'
import type {Effects} from './effects.ts'
import type {Scribe} from './scribe.ts'
import type {Checked, Verifier} from './verify.ts'

export interface Red {
  check: Check
  report: GateReport
  failures: Failure[]
}

export interface MendAsk {
  candidate: number
  site: CandidateSite
  /** What the task has changed and what still stands: nothing else may be touched. */
  files: Path[]
  red: Red[]
  /** Why a way led nowhere, for the record. */
  say(why: string): void
  signal: AbortSignal
}

export interface Proposal {
  /** Who made it: `embedded/search`, `lint`, `imports`. */
  by: string
  why: string
  /** Whole new contents by path. */
  writes: ReadonlyMap<Path, string>
  confidence?: 'high' | 'medium' | 'low'
  wallMs: number
  tried?: number
  space?: number
}

/** What the coder's step has cost on average, in this run. */
export interface StepCost {
  usd: number
  wallMs: number
}

export interface MendPorts {
  /** Is trying cheaper than asking the coder once more? */
  isWorth(red: readonly Red[], step: StepCost): boolean
  propose(ask: MendAsk): AsyncIterable<Proposal>
  /** A throwaway copy of the site that holds the proposal. */
  trial(site: CandidateSite, writes: Proposal['writes']): {site: CandidateSite; dispose(): void}
  /** Makes the changes in place; none of them when one path is not what it was. */
  apply(changes: readonly Change[], site: CandidateSite): {changes: Change[]; conflicts: string[]}
  summarize(changes: Change[]): {path: string; change: 'added' | 'changed' | 'deleted'; add: number; del: number}[]
}

export interface Mender {
  wants(intent: Extract<Intent, {do: 'assign'}>): boolean
  mend(intent: Extract<Intent, {do: 'assign'}>, signal: AbortSignal): Promise<void>
}

interface MenderFacts {
  ports: MendPorts | undefined
  scribe: Scribe
  verifier: Verifier
  effects: Effects
  blobs: BlobStore
  site(candidate: number): CandidateSite
}

const task = 't_1'
const phases: readonly string[] = ['repair', 'review']

export const openMender = (facts: MenderFacts): Mender => {
  const {ports, scribe, verifier, effects, blobs} = facts
  const tried = new Set<string>()
  let patches = 0

  const redOf = (candidate: number): Red[] =>
    verifier.evidence(candidate).flatMap(({check, report, passed, failures}) => (passed || !check.required ? [] : [{check, report, failures}]))
  const filesOf = (site: CandidateSite): Path[] => {
    const now = site.tracker.tree()
    return changedPaths(effects.start(), now).filter((path) => now.has(path) && now.get(path)?.mode !== '120000')
  }
  const stepCost = (): StepCost => {
    const {usd = 0, wallMs = 0} = scribe.ledger().roles.coder ?? {}
    const steps = Math.max(1, scribe.board().steps.filter((step) => step.role === 'coder').length)
    return {usd: usd / steps, wallMs: wallMs / steps}
  }
  const lastChecked = (candidate: number) => scribe.board().candidates.get(candidate)?.checked.at(-1)

  const changesOf = ({writes}: Proposal, site: CandidateSite): Change[] =>
    [...writes].map(([path, text]) => {
      const entry = site.tracker.tree().get(path)
      const mode: FileMode = entry?.mode ?? '100644'
      return {path, before: entry ? {mode, sha256: entry.sha256} : null, after: {mode, sha256: blobs.put(text)}}
    })

  /** The checks on a copy; undefined when they were not run to their end. */
  const tryOut = async (site: CandidateSite, proposal: Proposal, signal: AbortSignal): Promise<Checked | undefined> => {
    const copy = (ports as MendPorts).trial(site, proposal.writes)
    try {
      const checked = await verifier.checkAll(site.candidate, signal, copy.site)
      return signal.aborted ? undefined : checked
    } finally {
      copy.dispose()
    }
  }

  const adopt = (proposal: Proposal, patch: string, site: CandidateSite, checked: Checked): boolean => {
    const {changes, conflicts} = (ports as MendPorts).apply(changesOf(proposal, site), site)
    const {candidate} = site
    const {by, why, confidence} = proposal
    if (conflicts.length > 0) {
      scribe.note('patch.dropped', {patch, by, why: `these files changed meanwhile: ${conflicts.join(', ')}`}, {task})
      return false
    }
    effects.add(candidate, changes)
    scribe.note('patch.adopted', {patch, by, candidate, files: (ports as MendPorts).summarize(changes), changes}, {task})
    scribe.note('notice', {code: 'mended', text: `Repaired without a model (${by}): ${why}`})
    const attempt = lastChecked(candidate)?.attempt ?? 1
    const summary = `${checked.summary}; repaired without a model: ${why}`
    scribe.note('task.phase', {phase: 'mend', attempt, candidate, why, ...(confidence ? {confidence} : {}), checked: {...checked, summary}}, {task})
    return true
  }

  /** True when the candidate's work is green with it. */
  const weigh = async (site: CandidateSite, proposal: Proposal, signal: AbortSignal): Promise<boolean> => {
    const {candidate} = site
    const {by, why, wallMs} = proposal
    const patch = `m_${candidate}_${++patches}`
    const files = (ports as MendPorts).summarize(changesOf(proposal, site))
    scribe.note('patch.proposed', {patch, candidate, by, files, why, usage: {...nothingSpent, wallMs: Math.round(wallMs)}} as never, {task})
    const checked = await tryOut(site, proposal, signal)
    if (!checked) return false
    const green = checked.state === 'green'
    const passed = verifier.evidence(candidate).filter((one) => one.passed).length
    const failed = verifier.evidence(candidate).length - passed
    const {confidence, tried, space} = proposal
    scribe.note('patch.scored', {patch, by, passed, failed, score: green ? 1 : 0, why: green ? why : checked.summary, confidence, tried, space}, {task})
    if (green) return adopt(proposal, patch, site, checked)
    scribe.note('patch.dropped', {patch, by, why: `the checks are not green with it: ${checked.summary}`.slice(0, 600)}, {task})
    return false
  }

  const tryAll = async (candidate: number, say: MendAsk['say'], signal: AbortSignal): Promise<boolean> => {
    const site = facts.site(candidate)
    const allowed = new Set(filesOf(site))
    for await (const proposal of (ports as MendPorts).propose({candidate, site, files: [...allowed], red: redOf(candidate), say, signal})) {
      if (signal.aborted) return false
      if (proposal.writes.size === 0 || [...proposal.writes.keys()].some((path) => !allowed.has(path))) continue
      if (await weigh(site, proposal, signal)) return true
    }
    return false
  }

  return {
    wants: ({key, phase, candidate}) => {
      if (!ports || !phases.includes(phase) || tried.has(key) || lastChecked(candidate)?.state !== 'red') return false
      tried.add(key)
      const red = redOf(candidate)
      return red.length > 0 && filesOf(facts.site(candidate)).length > 0 && ports.isWorth(red, stepCost())
    },
    mend: async ({candidate}, signal) => {
      const before = scribe.board().candidates.get(candidate)?.checked.length
      const said: string[] = []
      try {
        await tryAll(candidate, (why) => void said.push(why), signal)
      } catch (thrown) {
        const found = asFault(thrown)
        if (found.code.startsWith('journal.')) throw thrown
        scribe.note('notice', {code: 'mend.broken', text: `Repairs without a model were given up: ${found.msg}`})
      }
      if (signal.aborted || scribe.board().candidates.get(candidate)?.checked.length !== before) return
      const attempt = lastChecked(candidate)?.attempt ?? 1
      scribe.note('task.phase', {phase: 'mend', attempt, candidate, why: said.join('; ').slice(0, 600) || 'no repair without a model fits'}, {task})
      // The evidence is again that of the tree as it stands; it is known, so nothing runs.
      await verifier.checkAll(candidate, signal)
    },
  }
}
