// The crew's lead: folds the board, lets `decide` say what to do, does it, and writes down what came of it. It
// has no opinion of its own about what should happen next.
//
//   begin ─▶ [ board ─decide▶ intents ─act▶ events ─▶ board ] … ─▶ ending ─▶ ended
//
// Law 1: an intent whose key is on record is not acted on twice. Law 2: after `end` nothing is hired, asked or
// changed. Law 3: every agent is gone, by its own will or killed, before the run is closed.

import type {StepState} from '../contract/board.ts'
import {asFault, outcomeOf} from '../contract/fault.ts'
import type {Outcome} from '../contract/outcome.ts'
import type {Intent} from '../contract/task.ts'
import type {CandidateSite} from '../contract/workspace.ts'
import {decide} from '../task/decide.ts'
import {openAccounts} from './accounts.ts'
import {openAsks} from './asks.ts'
import {briefFor} from './briefs.ts'
import {type Effects, openEffects} from './effects.ts'
import {openIntake} from './intake.ts'
import {openMender} from './mend.ts'
import type {CrewPorts} from './ports.ts'
import type {Scribe} from './scribe.ts'
import {openStaff, type Staff} from './staff.ts'
import {openVerifier, type Verifier} from './verify.ts'

export interface Ending {
  outcome: Outcome
  reason: string
  candidate: number
}

export interface Crew {
  begin(): void
  steer(text: string, to?: string): void
  /** Stops what an agent, or every one, does at this moment; false when none was at work. */
  interrupt(agent?: string): boolean
  answer(ask: string, choice: string, text?: string): boolean
  /** Nobody can answer any more. */
  unattended(): void
  /** Ends the run from outside: signals, time, a closed stdout. The first one stands. */
  end(outcome: Outcome, reason: string): void
  /** Resolves once all agents are gone and nothing is under way. */
  ended: Promise<Ending>
  verifier: Verifier
  effects: Effects
  site(candidate: number): CandidateSite
  /** Where the candidate's work stands now: its own tree, or the user's once it is adopted. */
  standing(candidate: number): CandidateSite
  /** Kills every process at once, without order. */
  kill(): void
}

/** How long checks and the like may take to notice that the run is ending. */
const unwindMs = 3000
/** Checks made again because the tree changed under them, before the run is given up. */
const maxRechecks = 2
const wellEnded: readonly Outcome[] = ['done', 'answered']

export const openCrew = (ports: CrewPorts, scribe: Scribe): Crew => {
  const {clock, journal, limits} = ports
  const sites = new Map<number, CandidateSite>()
  const busy = new Map<string, Promise<void>>()
  const work = new AbortController()
  const lanes = Array.from({length: ports.lanes ?? 1}, () => Promise.resolve())
  let checks = 0
  let rechecks = 0
  const {promise: ended, resolve: settle} = Promise.withResolvers<Ending>()
  let ending: Ending | undefined

  const site = (candidate: number): CandidateSite => {
    const found = sites.get(candidate) ?? ports.openSite(candidate, effects.of(candidate))
    sites.set(candidate, found)
    return found
  }
  const effects = openEffects(
    scribe,
    ports.blobs,
    (candidate) => site(candidate || 1),
    () => journal.lastSeq(scribe.run),
  )
  const verifier = openVerifier({...ports, site, start: effects.start}, scribe)
  const mender = openMender({ports: ports.mends, scribe, verifier, effects, blobs: ports.blobs, site})
  const accounts = openAccounts(ports, scribe)
  const {purse} = accounts
  const asks = openAsks(scribe, clock, ports.askMs, ports.lasting)

  const end = (outcome: Outcome, reason: string, candidate = 1): void => {
    if (ending) return
    ending = {outcome, reason, candidate}
    work.abort()
    purse.stop('run')
    intake.release()
    void Promise.all([staff.leaveAll(reason).catch(() => undefined), unwound()]).then(() => settle(ending as Ending))
  }
  const unwound = async (): Promise<void> => {
    const over = new AbortController()
    await Promise.race([Promise.allSettled(busy.values()), clock.sleep(unwindMs, over.signal).catch(() => undefined)])
    over.abort()
  }
  const broken = (thrown: unknown): void => {
    const found = asFault(thrown)
    end(outcomeOf(found), found.msg)
  }

  const go = (): void => {
    if (ending) return
    try {
      for (const intent of decide(scribe.board(), limits)) if (!busy.has(intent.key)) act(intent)
    } catch (thrown) {
      broken(thrown)
    }
  }
  const later = (key: string, doing: Promise<void>): void => {
    busy.set(key, doing)
    doing.then(
      () => {
        busy.delete(key)
        go()
      },
      (thrown: unknown) => {
        busy.delete(key)
        broken(thrown)
      },
    )
  }
  const act = (intent: Intent): void => {
    switch (intent.do) {
      case 'assign':
        // Between a red check and the model: what needs none is tried first, where it is cheaper.
        if (!mender.wants(intent)) return start(intent)
        return later(
          intent.key,
          queued(() => mender.mend(intent, work.signal)),
        )
      case 'check':
        return later(
          intent.key,
          queued(() => check(intent)),
        )
      case 'restart':
        return restart(intent)
      case 'adopt':
        return adopt(intent)
      case 'finish':
        return finish(intent)
    }
  }

  const start = (intent: Extract<Intent, {do: 'assign'}>): void => {
    if (intent.candidate > 0) site(intent.candidate)
    const before = intent.fresh ? undefined : scribe.board().steps.findLast((step) => step.role === intent.role && step.candidate === intent.candidate)?.agent
    const agent = staff.find(intent.role, intent.candidate, before)
    const brief = briefFor(intent, scribe.board(), ports.request)
    const span = scribe.newSpan()
    const {role, attempt, phase, candidate, fresh} = intent
    scribe.note('task.started', {role, attempt, phase, candidate, fresh, brief}, {task: 't_1', role, agent: agent.id, span, key: intent.key})
    staff.give(agent, scribe.board().steps.at(-1) as StepState, !fresh, brief)
  }

  const intake = openIntake({
    scribe,
    accounts,
    effects,
    asks,
    ending: () => ending !== undefined,
    here: (agent) => staff.has(agent),
    broken,
    renewed: (agent, message) => {
      ports.keyRenewed?.(message.source, message.key)
      staff.tellOthers(agent, message)
    },
    handed: (agent) => {
      agent.step = null
      go()
    },
  })
  const staff: Staff = openStaff({ports, scribe, effects, asks, purse, take: (agent, message) => intake.take(agent, message), moved: () => go(), broken})

  /** Checks that crowd each other run into their time limits: they queue up. */
  const queued = (doing: () => Promise<void>): Promise<void> => {
    const lane = checks++ % lanes.length
    const done = (lanes[lane] as Promise<void>).then(doing)
    lanes[lane] = done.catch(() => undefined)
    return done
  }
  const check = async ({candidate, attempt}: Extract<Intent, {do: 'check'}>): Promise<void> => {
    if (ending) return
    const checked = await verifier.checkAll(candidate, work.signal)
    if (ending) return
    scribe.note('task.phase', {phase: 'verify', attempt, candidate, checked}, {task: 't_1', key: `check/${candidate}/${attempt}`})
  }
  const restart = ({candidate, key}: Extract<Intent, {do: 'restart'}>): void => {
    const where = site(candidate)
    const {changes, conflicts} = ports.restoreStart(where, effects.of(candidate))
    effects.add(candidate, changes)
    scribe.note('checkpoint.restored', {checkpoint: effects.startCheckpoint() ?? '', changes, conflicts, candidate} as never, {task: 't_1'})
    scribe.note('task.phase', {phase: 'restart', attempt: 0, candidate, why: 'repairs did not help'}, {task: 't_1', key})
    go()
  }
  const adopt = ({candidate, key}: Extract<Intent, {do: 'adopt'}>): void => {
    const where = site(candidate)
    const {changes, conflicts} = ports.adopt(where, effects.of(candidate))
    const patch = `p_${candidate}`
    if (conflicts.length > 0) {
      scribe.note('patch.dropped', {patch, why: `these files changed meanwhile: ${conflicts.join(', ')}`}, {task: 't_1'})
      return end('needs_person', `the result could not be adopted: ${conflicts.join(', ')} changed meanwhile`, candidate)
    }
    scribe.note('patch.adopted', {patch, files: ports.summarize(changes), changes}, {task: 't_1', key})
    for (const other of scribe.board().candidates.keys())
      if (other !== candidate && other !== 0)
        scribe.note('patch.dropped', {patch: `p_${other}`, why: `candidate ${candidate} has the better evidence`}, {task: 't_1', key: `drop/${other}`})
    go()
  }

  /** A good end needs evidence of the files as they are now; somebody may have changed them after the checks. */
  const finish = (intent: Extract<Intent, {do: 'finish'}>): void => {
    const {outcome, reason, candidate, key} = intent
    const where = standing(candidate)
    const stale = wellEnded.includes(outcome) ? verifier.stale(candidate, where) : []
    if (stale.length === 0) return end(outcome, reason, candidate)
    rechecks += 1
    if (rechecks > maxRechecks) return end('gate_failed', 'the files keep changing while they are checked', candidate)
    const treeSha256 = where.tracker.treeSha256()
    for (const gate of stale) scribe.note('gate.stale', {gate, why: 'the files changed after the check', treeSha256}, {task: 't_1'})
    later(key, recheck(candidate, where))
  }
  const recheck = async (candidate: number, where: CandidateSite): Promise<void> => {
    const checked = await verifier.checkAll(candidate, work.signal, where)
    if (ending || checked.state === 'green') return
    const attempt = scribe.board().candidates.get(candidate)?.checked.at(-1)?.attempt ?? 1
    scribe.note('task.phase', {phase: 'verify', attempt, candidate, why: 'the files changed after the check', checked}, {task: 't_1'})
    end('gate_failed', checked.summary, candidate)
  }
  const standing = (candidate: number): CandidateSite =>
    ports.limits.isolated && scribe.board().candidates.get(candidate)?.adopted ? site(0) : site(candidate || 1)

  /** Steps that were under way when an earlier host died go on with new processes. */
  const resumeOpenSteps = (): void => {
    for (const step of scribe.board().steps) {
      if (step.handed !== null) continue
      if (step.candidate > 0) site(step.candidate)
      staff.resume(step)
    }
  }

  return {
    begin: () => {
      try {
        resumeOpenSteps()
        go()
      } catch (thrown) {
        broken(thrown)
      }
    },
    steer: (text, to) => {
      scribe.note('user.steered', {text, ...(to === undefined ? {} : {to})})
      staff.steer(text, to)
    },
    interrupt: (agent) => {
      // First: what is refused below must not look to the agent like the end of its work.
      const stopped = staff.interrupt(agent)
      intake.drop(agent)
      return stopped
    },
    answer: asks.answer,
    unattended: asks.unattended,
    end,
    ended,
    verifier,
    effects,
    site,
    standing,
    kill: staff.kill,
  }
}
