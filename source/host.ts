// Composition root 1, and the face for embedding: a host owns one run. It opens the project's journal, hires the
// crew, and ends with `run.closed`, whatever happens. The screen, `--json` and programs that embed Penguin all
// hold this same `Host`.
//
//   openHost ─▶ opening (project, trust, config, journal, sandbox, checks, routes) ─▶ crew ─▶ closing
//                  └ refused ─▶ run.opened, error, run.closed
//
// Law 1: every run that is opened is closed, and its last line is `run.closed`. Law 2: nothing here decides what
// the crew does next.

import {newRunId, newSpanId, newTraceId, type RunId} from '../engine/base/id.ts'
import type {BodyOf, Event} from '../engine/contract/event.ts'
import {asFault, bad, type Envelope, type Fault, FaultError, fault, good, outcomeOf} from '../engine/contract/fault.ts'
import type {Journal} from '../engine/contract/journal.ts'
import type {Outcome} from '../engine/contract/outcome.ts'
import type {StartInTerminal} from '../engine/crew/hire.ts'
import {openScribe, type Scribe} from '../engine/crew/scribe.ts'
import {sweep} from '../engine/journal/gc.ts'
import {openJournal} from '../engine/journal/open.ts'
import {openVolatile} from '../engine/journal/volatile.ts'
import {startTimeOf} from '../engine/sandbox/proc.ts'
import {type ClosingFacts, closeRun} from './closing.ts'
import type {Context} from './context.ts'
import {gather} from './gather.ts'
import {type Hiring, openHiring} from './hiring.ts'
import {type Manned, manCrew} from './man-crew.ts'
import type {Gathered, Refusal} from './opening.ts'
import {askedOf} from './past.ts'
import {resumeRun} from './resuming.ts'
import {routeWords} from './route-words.ts'
import type {HostRequest} from './run-options.ts'
import {openKeyring} from './secrets.ts'
import {cleanedJournal, openCleaner} from './secrets-find.ts'

export type {HostRequest} from './run-options.ts'

export interface Host {
  run: RunId
  journal: Journal
  /** From this host's first event to `run.closed`, live; passing events among them. */
  events(): AsyncIterable<Event>
  /** Words for every agent, or for one of them. */
  say(text: string, to?: string): void
  /** Stops what an agent, or every one, does at this moment; false when none was at work. */
  interrupt(agent?: string): boolean
  answer(ask: string, choice: string, text?: string): boolean
  /** Nobody can answer any more: what is asked, now and from here on, is denied at once. */
  unattended(): void
  notice(code: string, text: string): void
  /** Ends the run in order. The first call stands. */
  end(outcome: Outcome, reason: string): void
  /** Ends every process of the run at once, without order. */
  kill(): void
  /** Resolves once the run is closed and everything is put away. */
  close(): Promise<void>
}

const capabilities = ['json', 'resume', 'checkpoints', 'candidates', 'answers', 'schema', 'record', 'replay']

const openedBody = (facts: Partial<Gathered>, context: Context, request: HostRequest): BodyOf<'run.opened'> => ({
  version: context.version,
  capabilities,
  cwd: facts.project?.cwd ?? request.dir,
  root: facts.project?.root ?? request.dir,
  configSha256: facts.configSha256 ?? '',
  routes: facts.routes ?? {},
  sandbox: facts.sandboxState ?? {level: 'off', writes: 'open', network: 'open', why: 'not reached'},
  checks: [...(facts.checks ?? []), ...(facts.byPackage ?? [])].map((check) => ({...check})),
  instructions: (facts.instructions ?? []).map((one) => one.path),
  trusted: facts.trusted ?? false,
  isolated: facts.isolated ?? false,
  failedToLoad: facts.failedToLoad ?? [],
  ...(facts.unpriced && facts.unpriced.length > 0 ? {unpriced: facts.unpriced} : {}),
  ...(facts.resumes ? {resumes: facts.resumes} : {}),
  asked: askedOf(request),
})

interface Stage {
  scribe: Scribe
  journal: Journal
  firstSeq: number
  crew: Manned | null
  /** Events that could not be written to the journal; none when all is on record. */
  finished: Promise<Event[]>
  /** Frees what the project's storage takes beyond its cap. */
  keepSmall(): void
}

/** Answers a fault only for a misuse of the command line; every other trouble is a run that says how it ended. With terminals, each role process runs on one. */
export const openHost = async (context: Context, asked: HostRequest, terminals?: StartInTerminal): Promise<Envelope<Host>> => {
  // A run that goes on takes over what it was asked with before.
  const request = {...asked}
  const hiring = openHiring(context, request, terminals)
  // Told when it is waited for: until then the run has no line to say it with.
  hiring.catch(() => undefined)
  const dismiss = (): Promise<void> =>
    hiring.then(
      (open) => open.close(),
      () => undefined,
    )
  const gathered = await gather(context, request)
  const facts = gathered.facts
  const refusal = gathered.refusal
  if (refusal) await dismiss()
  if (refusal && outcomeOf(refusal.fault) === 'usage') return bad(refusal.fault)
  const journal = facts.journal ?? openVolatile(context.clock)
  try {
    return good(hostOf(await open(context, request, journal, facts, refusal, hiring)))
  } catch (thrown) {
    const found = asFault(thrown)
    await dismiss()
    if (outcomeOf(found) === 'usage') return bad(found)
    if (!found.code.startsWith('journal.')) throw thrown
    // Damaged where nobody had looked yet: the run that says so is the first of a new journal.
    facts.release?.()
    const anew = journalAnew(facts, context)
    return good(hostOf(await open(context, request, anew.journal ?? openVolatile(context.clock), anew, {fault: found}, hiring)))
  }
}

const journalAnew = (facts: Partial<Gathered>, {clock}: Context): Partial<Gathered> => {
  facts.journal?.close()
  const opened = facts.project && openJournal({dir: facts.project.dataDir, clock})
  return {...facts, journal: opened?.ok ? opened.result : undefined, blobs: opened?.ok ? opened.result.blobs : undefined}
}

const open = async (
  context: Context,
  request: HostRequest,
  journal: Journal,
  facts: Partial<Gathered>,
  refusal: Refusal | undefined,
  hiring: Promise<Hiring>,
): Promise<Stage> => {
  const {dice} = context
  const run = (refusal ? undefined : facts.goesOn) ?? newRunId(dice)
  // Taken before it is read: nobody else may write to it from here on.
  const mine = journal.claim(run, {pid: process.pid, startedAt: String(startTimeOf(process.pid) ?? '')})
  if (!mine) throw new FaultError(fault('usage.nothing', {why: `another process has just taken ${run}`, hint: 'wait for it, or end it'}))
  const again = refusal ? undefined : resumeRun(facts as Gathered)
  if (again?.events.at(-1)?.type === 'run.closed')
    throw new FaultError(fault('usage.nothing', {why: `${run} has just been ended by another process`, hint: ''}))
  // Whatever a tool, a gate, a server or the user said: no secret goes on record.
  const clean = openCleaner(openKeyring(Object.values(facts.providers ?? {})).secrets)
  const scribe = openScribe(cleanedJournal(journal, clean), run, dice, again?.trace ?? newTraceId(dice), again?.rootSpan ?? newSpanId(dice))
  const firstSeq = journal.lastSeq(run)
  const closing = (more: Partial<ClosingFacts>): ClosingFacts => ({
    scribe,
    journal,
    context,
    request,
    facts,
    crew: null,
    outcome: 'failed',
    reason: '',
    candidate: 1,
    ...more,
  })
  if (again) {
    scribe.remember(again.events)
    scribe.note('run.resumed', {lastSeq: firstSeq, interrupted: again.interrupted})
  } else {
    scribe.note('run.opened', openedBody(facts, context, request))
    if (!refusal) begin(scribe, facts as Gathered)
  }
  const refuse = async (found: Fault): Promise<Stage> => {
    scribe.note('error', {...found})
    const extra = await closeRun(closing({outcome: outcomeOf(found), reason: found.hint ? `${found.msg} (${found.hint})` : found.msg}))
    return {scribe, journal, firstSeq, crew: null, finished: Promise.resolve(extra), keepSmall: () => undefined}
  }
  if (refusal) return refuse(refusal.fault)
  let crew: Manned
  try {
    crew = await manCrew({context, request, facts: facts as Gathered, scribe, again, hiring: await hiring})
  } catch (thrown) {
    await (await hiring.catch(() => undefined))?.close()
    return refuse(asFault(thrown))
  }
  const finished = crew.ended.then(
    (ending) => closeRun(closing({crew, ...ending})),
    (thrown: unknown) => closeRun(closing({crew, outcome: 'failed', reason: fault('internal', {why: String(thrown)}).msg})),
  )
  clockOut(context, request, facts as Gathered, crew)
  if (again && request.prompt) crew.steer(request.prompt)
  crew.begin()
  try {
    // Its first lines are what finds damage that nobody has come upon so far; of a journal that was set aside no reader hears anything.
    journal.lastSeq(run)
  } catch (thrown) {
    crew.kill()
    await crew.putAway()
    throw thrown
  }
  return {scribe, journal, firstSeq, crew, finished, keepSmall: () => keepWithin(facts as Gathered, context)}
}

/** What the run begins with: the request, and in one line each what a person should know of the choices made. */
const begin = (scribe: Scribe, facts: Gathered): void => {
  scribe.note('user.said', {text: facts.goal, files: []})
  scribe.note('notice', {code: 'route', text: routeWords(facts)})
  for (const notice of facts.notices) scribe.note('notice', notice)
}

/** Looking through all blobs takes some milliseconds: every so many runs is often enough for a cap. */
const runsBetweenSweeps = 16

const keepWithin = ({journal, config}: Gathered, {clock}: Context): void => {
  if (journal.runs().length % runsBetweenSweeps !== 0) return
  try {
    sweep(journal, {maxBytes: config.storage.maxBytes, now: clock.now(), onlyWhenOver: true})
  } catch {
    // A cap that cannot be held now is held by the next run; `penguin gc` says why.
  }
}

/** `--timeout` counts from the start of the process. */
const clockOut = (context: Context, request: HostRequest, facts: Gathered, crew: Manned): void => {
  const limit = request.caps.timeoutSec ?? facts.config.budgets.timeoutSec
  if (limit === undefined) return
  const left = limit * 1000 - (context.clock.tick() - context.startedTick)
  const over = new AbortController()
  void crew.ended.finally(() => over.abort())
  context.clock.sleep(Math.max(0, left), over.signal).then(
    () => crew.end('timeout', `the time of ${limit} s is over`),
    () => undefined,
  )
}

const hostOf = ({scribe, journal, firstSeq, crew, finished, keepSmall}: Stage): Host => ({
  run: scribe.run,
  journal,
  events: async function* () {
    const over = new AbortController()
    void finished.then((extra) => extra.length > 0 && over.abort())
    let seen = firstSeq
    try {
      for await (const event of journal.follow({run: scribe.run, after: firstSeq}, over.signal)) {
        yield event
        seen = event.seq
        if (event.type === 'run.closed') return
      }
    } finally {
      over.abort()
    }
    // Only a journal that could not take its last lines gets here: what it did take comes first.
    yield* journal.read({run: scribe.run, after: seen})
    yield* await finished
  },
  say: (text, to) => crew?.steer(text, to),
  interrupt: (agent) => crew?.interrupt(agent) ?? false,
  answer: (ask, choice, text) => crew?.answer(ask, choice, text) ?? false,
  unattended: () => crew?.unattended(),
  notice: (code, text) => void scribe.note('notice', {code, text}),
  end: (outcome, reason) => crew?.end(outcome, reason),
  kill: () => crew?.kill(),
  close: async () => {
    await finished
    await crew?.putAway()
    keepSmall()
    journal.close()
  },
})
