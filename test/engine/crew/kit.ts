// A crew over fake ports: agents are the far ends of pairs that the test plays, files are a map, checks answer what the
// test says, and time moves only when it is told to.

import type {Clock} from '../../../engine/base/clock.ts'
import type {AgentId, RunId, SpanId, TraceId} from '../../../engine/base/id.ts'
import type {StepState} from '../../../engine/contract/board.ts'
import type {BodyOf, Draft, Event, EventType} from '../../../engine/contract/event.ts'
import {good} from '../../../engine/contract/fault.ts'
import type {Gate, GateResult} from '../../../engine/contract/gate.ts'
import type {Journal} from '../../../engine/contract/journal.ts'
import type {AgentLink, Assignment, Down} from '../../../engine/contract/link.ts'
import type {Limits} from '../../../engine/contract/task.ts'
import type {Check} from '../../../engine/contract/tool.ts'
import type {CandidateSite, Change, Tracker, Tree} from '../../../engine/contract/workspace.ts'
import {type Crew, openCrew} from '../../../engine/crew/conductor.ts'
import type {CrewPorts} from '../../../engine/crew/ports.ts'
import {openScribe} from '../../../engine/crew/scribe.ts'
import {openVolatile} from '../../../engine/journal/volatile.ts'
import {linkPair} from '../../../engine/link/pair.ts'
import {type MemoryBlobs, memoryBlobs} from '../../kit/blobs.ts'

export interface HandClock extends Clock {
  /** Moves time on and wakes who has slept enough. */
  pass(ms: number): void
}

export const handClock = (): HandClock => {
  let at = 0
  const sleepers = new Set<{until: number; wake: () => void}>()
  return {
    now: () => at,
    tick: () => at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = {until: at + ms, wake: resolve}
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && reject(signal.reason))
      }),
    pass: (ms) => {
      at += ms
      for (const sleeper of [...sleepers]) if (sleeper.until <= at && sleepers.delete(sleeper)) sleeper.wake()
    },
  }
}

/** Files in memory, and the tracker that watches them. */
export const memoryFiles = (blobs: MemoryBlobs, files: Record<string, string>) => {
  const held = new Map(Object.entries(files))
  const tree = (): Tree => new Map([...held].map(([path, text]) => [path, {mode: '100644', sha256: blobs.put(text), sizeBytes: text.length}]))
  let before: Tree = new Map()
  const side = (entry: {sha256: string} | undefined) => (entry ? {mode: '100644', sha256: entry.sha256} : null)
  const tracker: Tracker = {
    tree,
    treeSha256: () => blobs.put(JSON.stringify([...tree()].sort())),
    gaps: () => [],
    before: () => {
      before = tree()
    },
    after: () => {
      const now = tree()
      const paths = [...new Set([...before.keys(), ...now.keys()])]
      return paths.flatMap((path) => {
        const [old, new_] = [before.get(path), now.get(path)]
        return old?.sha256 === new_?.sha256 ? [] : [{path, before: side(old), after: side(new_)} as Change]
      })
    },
  }
  return {held, tracker}
}

export interface Player {
  agent: string
  assignments: (Assignment & {step: StepState})[]
  down: Down[]
  link: AgentLink
  report<T extends EventType>(type: T, body: BodyOf<T>, span?: string): void
  /** Reports and waits for the host's word. */
  clear<T extends EventType>(type: T, body: BodyOf<T>, span?: string): Promise<Extract<Down, {say: 'go'}>>
  handOver(more?: Partial<BodyOf<'phase.handed'>>): void
  ask(text: string, kind?: 'permission' | 'question'): void
  /** Its process is gone. */
  die(): void
}

const check: Check = {gate: 'tests', command: 'test', from: 'kit', dir: '', runner: 'command', required: true}
export const limits: Limits = {
  candidates: 1,
  crew: {explorer: false, planner: false, tester: false},
  repairs: 1,
  restarts: 1,
  gate: 'changed',
  checks: 1,
  isolated: false,
}

export const resultOf = (passed: boolean, summary = passed ? 'green' : 'red', more: Partial<GateResult> = {}): GateResult => ({
  passed,
  report: {gate: 'tests', command: 'test', exitCode: passed ? 0 : 1, outputSha256: '', treeSha256: '', startedAt: 0, wallMs: 1, summary, counts: null},
  output: '',
  failures: passed ? [] : [{test: summary, message: `it is ${summary}`}],
  ...more,
})

export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve()
  await new Promise<void>((resolve) => setImmediate(resolve))
}

export interface SceneOptions {
  files?: Record<string, string>
  ports?: Partial<CrewPorts>
  /** What each check of the run answers, in order; the last for ever. */
  checks?: (GateResult | ((files: Map<string, string>) => GateResult))[]
  /** Agents that never say hello. */
  mute?: boolean
  /** The crew's journal, made from the one in memory. */
  journal?: (under: Journal) => Journal
  before?: Draft[]
}

/** Plays a crew. `start()` begins; `turn(role)` is the newest player of that role. */
export const scene = (options: SceneOptions = {}) => {
  const clock = handClock()
  const blobs = memoryBlobs()
  const under = openVolatile(clock)
  const journal = options.journal?.(under) ?? under
  const run = 'r_test' as RunId
  let dice = 0
  const throwDice = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(++dice % 256)
  const scribe = openScribe(journal, run, throwDice, 't'.repeat(32) as TraceId, 'r'.repeat(16) as SpanId)
  const files = memoryFiles(blobs, options.files ?? {'a.js': 'one'})
  const site: CandidateSite = {candidate: 1, dir: '/r', root: '/r', overlays: [], tracker: files.tracker, inPlace: true}
  const players: Player[] = []
  const gated: string[] = []
  const answers = [...(options.checks ?? [resultOf(true)])]
  let swept = 0
  const gate: Gate = {
    detect: async () => [],
    check: async (one, at) => {
      gated.push(one.gate)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      const result = typeof answer === 'function' ? answer(files.held) : (answer as GateResult)
      return {...result, report: {...result.report, gate: one.gate, treeSha256: at.treeSha256}}
    },
  }
  const hire: CrewPorts['hire'] = (agent) => {
    const {host, agent: link} = linkPair()
    const {promise: gone, resolve: buried} = Promise.withResolvers<string>()
    let spans = 0
    let waits = 0
    const waiting = new Map<number, (go: Extract<Down, {say: 'go'}>) => void>()
    const draft = (type: EventType, body: unknown, span = `${agent}-${++spans}`): Draft =>
      ({
        type,
        body,
        agent: agent as AgentId,
        role: player.assignments.at(-1)?.role.name,
        trace: scribe.trace,
        span,
        parent: scribe.rootSpan,
      }) as unknown as Draft
    const player: Player = {
      agent,
      assignments: [],
      down: [],
      link,
      report: (type, body, span) => link.send({say: 'event', draft: draft(type, body, span)}),
      clear: (type, body, span) =>
        new Promise((resolve) => {
          waits += 1
          waiting.set(waits, resolve)
          link.send({say: 'event', draft: draft(type, body, span), wait: waits, reserve: {tokens: 1, usd: 0}})
        }),
      handOver: (more = {}) => player.report('phase.handed', {outcome: 'finished', text: 'done', ...more}),
      ask: (text, kind = 'permission') =>
        link.send({say: 'ask', id: 1, kind, text, choices: ['once', 'deny'], rule: text.replace(/^(\w+) (.*)$/, '$1($2)'), call: 'c1'}),
      die: () => {
        link.close()
        buried('exit code 0')
      },
    }
    link.onMessage((message) => {
      player.down.push(message)
      if (message.say === 'assign') player.assignments.push(message.assignment as Assignment & {step: StepState})
      if (message.say === 'go') waiting.get(message.id)?.(message)
      // What it waits for may still come.
      if (message.say === 'stop') setImmediate(player.die)
    })
    link.onClose(() => buried('exit code 0'))
    players.push(player)
    return {pid: 0, linked: options.mute ? new Promise(() => undefined) : Promise.resolve(host), gone}
  }
  const ports: CrewPorts = {
    journal,
    blobs,
    clock,
    dice: throwDice,
    limits,
    caps: {},
    request: 'make it two',
    inherited: [],
    hire,
    sweep: () => {
      swept += 1
    },
    assignment: (work) => ({...work, role: {name: work.step.role}}) as unknown as Assignment,
    byPackage: [],
    detect: async () => [],
    openSite: (candidate) => ({...site, candidate}),
    restoreStart: () => ({changes: [], conflicts: []}),
    adopt: () => ({changes: [], conflicts: []}),
    askMs: null,
    lasting: {keep: async () => good('.penguin/config.local.yml'), covers: () => false},
    inProcess: true,
    summarize: (changes) => changes.map(({path}) => ({path, change: 'changed', add: 1, del: 1})),
    checks: [check],
    testEdits: [],
    wallMs: 1000,
    gateFor: async () => gate,
    lay: () => ({dir: '/laid', dispose: () => undefined}),
    layStart: () => ({dir: '/laid', dispose: () => undefined}),
    readFile: (_site, path) => Buffer.from(files.held.get(path) ?? ''),
    runJob: async () => ({exitCode: 0, stdout: '', stderr: '', cutBytes: 0, wallMs: 1}),
    ...options.ports,
  }
  const crew: Crew = openCrew(ports, scribe)
  const events = (): Event[] => [...under.read({run})]
  const opened = {version: '', capabilities: [], cwd: '', root: '', configSha256: '', routes: {}, checks: [], instructions: [], trusted: true, failedToLoad: []}
  return {
    crew,
    clock,
    blobs,
    files,
    site,
    players,
    gated,
    scribe,
    journal: under,
    events,
    sweeps: () => swept,
    bodies: <T extends EventType>(type: T): BodyOf<T>[] => events().flatMap((event) => (event.type === type ? [event.body as BodyOf<T>] : [])),
    start: async (): Promise<Player> => {
      scribe.note('run.opened', {...opened, sandbox: {level: 'off', writes: 'open', network: 'open'}})
      for (const one of options.before ?? []) scribe.take(one)
      crew.begin()
      await settled()
      return players.at(-1) as Player
    },
    /** An effect from its record to its end. */
    edit: async (player: Player, call: string, change: () => void) => {
      const go = await player.clear('tool.called', called(call), call)
      if (go.refused) return go.refused
      change()
      player.report('tool.done', done(call), call)
      await settled()
      return undefined
    },
  }
}

const state = {level: 'off', writes: 'open', network: 'open'} as const
export const called = (call: string): BodyOf<'tool.called'> => ({call, tool: 'write', input: {}, needs: [], effect: true, sandbox: state, touches: 'any'})
export const done = (call: string): BodyOf<'tool.done'> => ({call, tool: 'write', ok: true, wallMs: 1, sandbox: state, told: `${call} ok`, line: call})

export const asked = (call: number): BodyOf<'model.asked'> => ({
  route: 'x/y',
  call,
  attempt: 1,
  messages: 1,
  reserved: 1,
  requestSha256: '',
  sampling: {},
  tools: [],
})
export const replied = (call: number, text: string, calls: {id: string; tool: string; input: string}[] = []): BodyOf<'model.replied'> => ({
  route: 'x/y',
  call,
  text,
  calls,
  why: calls.length > 0 ? 'calls' : 'stop',
  usage: {input: 1, output: 1, reasoning: 0, cached: 0},
  usd: 0,
  wallMs: 1,
})
