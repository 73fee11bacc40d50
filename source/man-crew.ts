// Joins the crew to its world: processes, trees, sandboxes, gates. Wiring only; each port below names the
// implementation that stands behind it.

import {mkdirSync, readFileSync, rmSync} from 'node:fs'
import {availableParallelism} from 'node:os'
import {join, relative} from 'node:path'
import type {Overlay} from '../engine/contract/sandbox.ts'
import type {CandidateSite, Change, Laid} from '../engine/contract/workspace.ts'
import {type Crew, openCrew} from '../engine/crew/conductor.ts'
import {noteInterrupted} from '../engine/crew/effects.ts'
import type {CrewPorts} from '../engine/crew/ports.ts'
import type {Scribe} from '../engine/crew/scribe.ts'
import {sweep} from '../engine/sandbox/reap.ts'
import {netChanges, summarize, unifiedDiff} from '../engine/workspace/patch.ts'
import {assignmentMaker, roleCapsOf} from './assignments.ts'
import type {Context} from './context.ts'
import type {Hiring} from './hiring.ts'
import {openLasting} from './lasting.ts'
import {openMends} from './mends/open.ts'
import {watchGpus} from './models/gpus.ts'
import type {Gathered} from './opening.ts'
import {gateFor} from './plugins.ts'
import type {Resumed} from './resuming.ts'
import type {HostRequest} from './run-options.ts'
import {takeRenewed} from './secrets.ts'
import {openSites, type Sites} from './sites.ts'

export interface Manned extends Crew {
  kill(): void
  /** Takes back everything that the run changed in the user's tree. */
  restoreAll(): void
  /** What was adopted from a copy into the user's tree. */
  adopted(): Change[][]
  net(made: readonly (readonly Change[])[]): Change[]
  diff(changes: readonly Change[]): string
  summarize(changes: readonly Change[]): ReturnType<CrewPorts['summarize']>
  /** Removes scratch folders and sockets. */
  putAway(): Promise<void>
}

export interface CrewFacts {
  context: Context
  request: HostRequest
  facts: Gathered
  scribe: Scribe
  again: Resumed | undefined
  hiring: Hiring
}

/** Test runners use several cores each. */
const coresPerCheck = 4

const askMs = (request: HostRequest, facts: Gathered): number | null => {
  if (request.attended) return Number.POSITIVE_INFINITY
  return request.input === 'stream-json' ? facts.config.timeouts.askSec * 1000 : null
}

const withOverlays = (laid: Laid): Overlay[] => (laid as Laid & {overlays?: Overlay[]}).overlays ?? []

export const manCrew = async (crew: CrewFacts): Promise<Manned> => {
  const {context, request, facts, scribe, again, hiring} = crew
  const {root} = facts.project
  mkdirSync(facts.scratch, {recursive: true})
  const sites: Sites = openSites({
    run: scribe.run,
    root,
    dataDir: facts.project.dataDir,
    trees: facts.trees,
    blobs: facts.blobs,
    level: facts.sandboxState.level,
    isolated: facts.isolated,
    nested: facts.nested,
    openedAt: again?.events[0]?.at ?? performance.timeOrigin,
  })
  let people: Crew | undefined
  const opened = (): Crew => people as Crew
  const make = assignmentMaker(facts, request, scribe, (candidate) => opened().site(candidate), facts.scratch)
  const adopted: Change[][] = [...(again?.adopted ?? [])]

  const files: Pick<CrewPorts, 'readFile' | 'runJob' | 'summarize'> = {
    summarize: (changes) => summarize(changes, facts.blobs),
    readFile: (site, path) => {
      try {
        return readFileSync(join(site.dir, path))
      } catch {
        return undefined
      }
    },
    runJob: (site, laid, job, signal) => {
      const overlays = withOverlays(laid)
      const moved = overlays.length > 0 ? job : {...job, cwd: job.cwd.replace(site.root, laid.dir)}
      return facts.sandbox.run({...moved, overlays}, signal)
    },
  }
  const ports: CrewPorts = {
    ...files,
    journal: facts.journal,
    blobs: facts.blobs,
    clock: context.clock,
    dice: context.dice,
    limits: facts.limits,
    caps: facts.caps,
    roleCaps: roleCapsOf(facts.config),
    request: facts.goal,
    inherited: facts.inherited,
    hire: hiring.hire,
    sweep: () => void sweep(join(facts.sandboxSettings.cache, 'live')),
    assignment: make,
    openSite: sites.open,
    restoreStart: (site, made) => sites.restore(site, made),
    adopt: (site, made) => {
      const done = sites.adopt(site, made)
      if (done.changes.length > 0) adopted.push(done.changes)
      return done
    },
    askMs: askMs(request, facts),
    lasting: openLasting(context, root),
    inProcess: request.inProcess,
    keyRenewed: takeRenewed,
    lanes: Math.max(1, Math.floor(availableParallelism() / coresPerCheck)),
    mends: openMends({context, request, facts, sites, ...files}),
    checks: facts.checks,
    byPackage: facts.byPackage,
    detect: async (site, changed) => {
      // Commands that were given stand for everything.
      if (request.checks.length > 0) return []
      const {detect} = await import('../plugins/gates/detect.ts')
      return detect({dir: site.dir, cwd: relative(root, facts.project.cwd), tree: site.tracker.tree(), changed})
    },
    testEdits: [...request.testEdits, ...facts.config.verification.testEdits],
    wallMs: facts.config.verification.wallSec * 1000,
    gateFor,
    lay: (site, fromStart) => sites.lay(site, fromStart, opened().effects.start()),
    layStart: (site) => sites.layStart(site, opened().effects.start()),
  }
  people = openCrew(ports, scribe)
  const gpus = watchGpus(context, request, facts.providers, scribe)
  const killAgents = people.kill
  if (again) remember(people, again, scribe, facts)

  return Object.assign(people, {
    kill: () => {
      killAgents()
      hiring.kill()
    },
    restoreAll: () => {
      const made = facts.isolated ? adopted : opened().effects.of(1)
      if (made.length === 0) return
      const {changes, conflicts} = sites.restore(opened().site(facts.isolated ? 0 : 1), made)
      if (facts.isolated) adopted.push(changes)
      else opened().effects.add(1, changes)
      scribe.note('checkpoint.restored', {checkpoint: opened().effects.startCheckpoint() ?? '', changes, conflicts})
    },
    adopted: () => adopted,
    net: (made: readonly (readonly Change[])[]) => netChanges(made.map((changes) => [...changes])),
    diff: (changes: readonly Change[]) => unifiedDiff([...changes], facts.blobs),
    summarize: (changes: readonly Change[]) => summarize([...changes], facts.blobs),
    putAway: async () => {
      gpus.close()
      hiring.close()
      sites.close()
      await facts.sandbox.close()
      facts.release()
      rmSync(facts.scratch, {recursive: true, force: true})
    },
  })
}

/** What an earlier host had on record, and what of it has no end: told in words, never done again. */
const remember = (people: Crew, again: Resumed, scribe: Scribe, facts: Gathered): void => {
  people.verifier.remember(again.events)
  if (again.start) people.effects.remember(again.start.checkpoint, again.start.manifest)
  for (const {candidate, changes} of again.made) people.effects.add(candidate, changes)
  for (const cut of again.effects) {
    const changes = changesSince(people, people.site(cut.candidate), cut.touches, facts)
    people.effects.add(cut.candidate, changes)
    noteInterrupted(scribe, {id: cut.agent, role: cut.role}, cut, changes, 'the program was ended')
  }
}

/** What differs from the last recorded state, among the paths that the cut-off call could touch. */
const changesSince = (people: Crew, site: CandidateSite, touches: readonly string[] | 'any', facts: Gathered): Change[] => {
  const expected = new Map([...people.effects.start()].map(([path, {mode, sha256}]) => [path, {mode, sha256}] as const))
  for (const changes of people.effects.of(site.candidate))
    for (const change of changes) {
      if (change.after) expected.set(change.path, change.after)
      else expected.delete(change.path)
    }
  const now = site.tracker.tree()
  site.tracker.before(touches)
  const paths = touches === 'any' ? new Set([...expected.keys(), ...now.keys()]) : new Set(touches)
  return [...paths].flatMap((path): Change[] => {
    const before = expected.get(path) ?? null
    const entry = now.get(path)
    const after = entry ? {mode: entry.mode, sha256: entry.sha256} : null
    if (before?.sha256 === after?.sha256 && before?.mode === after?.mode) return []
    // Without the earlier content the change can be told but not undone; then it is left out of undo's reach.
    return before && !facts.blobs.has(before.sha256) ? [] : [{path, before, after}]
  })
}
