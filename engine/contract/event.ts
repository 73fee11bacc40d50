// Every event there is: its version, its body, and whether it is kept, decided where it is born. The journal,
// the wire, `--json`, the published JSON Schema and the docs are readings of this table.
// A body must stay readable for ever: fields are added, never changed; a change of meaning is a new version in upcast.ts.
// Bodies marked `board` are what `task/decide` may fold: small, no blobs, no clock but the event's `at`.

import type {z} from 'zod'
import type {AgentId, RunId, SpanId, TaskId, TraceId} from '../base/id.ts'
import type {Shape, Zod} from './schema.ts'

interface Kind<S> {
  v: number
  kept: boolean
  board: boolean
  body: S
}

const kept = <S>(v: number, body: S, board = false): Kind<S> => ({v, kept: true, board, body})
const board = <S>(v: number, body: S): Kind<S> => kept(v, body, true)
const passing = <S>(v: number, body: S): Kind<S> => ({v, kept: false, board: false, body})

/** A text that may have been moved to a blob because its line grew past 64 KiB. */
const big = (z: Zod) => z.union([z.string(), z.object({blob: z.string(), bytes: z.number()})])
const anyRecord = (z: Zod) => z.record(z.string(), z.unknown())
const route = (z: Zod) => z.string()
const usage = (z: Zod) => z.object({input: z.number(), output: z.number(), reasoning: z.number(), cached: z.number()})
const spent = (z: Zod) => usage(z).extend({usd: z.number(), calls: z.number(), wallMs: z.number(), thinkingMs: z.number()})
const sandbox = (z: Zod) =>
  z.object({
    level: z.enum(['bwrap', 'srt', 'docker', 'unshare', 'limits', 'off']),
    writes: z.enum(['confined', 'open']),
    network: z.enum(['off', 'allowlist', 'open']),
    why: z.string().optional(),
  })
const faultBody = (z: Zod) => z.object({code: z.string(), msg: z.string(), hint: z.string(), again: z.boolean()})
const counts = (z: Zod) => z.object({passed: z.number(), failed: z.number(), skipped: z.number(), failedBefore: z.number().nullable()}).nullable()
const gateBody = (z: Zod) =>
  z.object({
    gate: z.string(),
    command: z.string(),
    exitCode: z.number().nullable(),
    outputSha256: z.string(),
    treeSha256: z.string(),
    startedAt: z.number(),
    wallMs: z.number(),
    summary: z.string(),
    counts: counts(z),
  })
const side = (z: Zod) => z.object({mode: z.string(), sha256: z.string(), bits: z.number().optional()}).nullable()
const change = (z: Zod) => z.object({path: z.string(), before: side(z), after: side(z)})
const files = (z: Zod) => z.array(z.object({path: z.string(), change: z.enum(['added', 'changed', 'deleted']), add: z.number(), del: z.number()}))
const outcome = (z: Zod) =>
  z.enum([
    'done',
    'answered',
    'failed',
    'usage',
    'gate_failed',
    'capped',
    'needs_person',
    'provider',
    'sandbox',
    'config',
    'schema',
    'timeout',
    'interrupted',
    'terminated',
  ])
const call = (z: Zod) => z.object({id: z.string(), tool: z.string(), input: z.string()})

export const events = {
  // the run
  'run.opened': board(1, (z: Zod) =>
    z
      .object({
        version: z.string(),
        capabilities: z.array(z.string()),
        cwd: z.string(),
        root: z.string(),
        configSha256: z.string(),
        routes: z.record(z.string(), z.array(route(z))),
        sandbox: sandbox(z),
        checks: z.array(z.object({gate: z.string(), command: z.string(), from: z.string()}).loose()),
        instructions: z.array(z.string()),
        trusted: z.boolean(),
        failedToLoad: z.array(z.string()),
        resumes: z.string().optional(),
        /** How the run was asked for, as far as another host needs to know it to go on. */
        asked: anyRecord(z).optional(),
        unpriced: z.array(z.string()).optional(),
      })
      .loose(),
  ),
  'run.resumed': board(1, (z: Zod) => z.object({lastSeq: z.number(), interrupted: z.array(z.string())}).loose()),
  'run.paused': kept(1, (z: Zod) => z.object({why: z.string()})),
  'run.closed': board(1, (z: Zod) =>
    z
      .object({
        outcome: outcome(z),
        reason: z.string(),
        exitCode: z.number(),
        text: big(z),
        gates: z.array(gateBody(z).extend({state: z.enum(['passed', 'failed', 'stale', 'skipped']), required: z.boolean()})),
        files: files(z),
        usage: z.object({total: spent(z), models: z.record(z.string(), spent(z)), roles: z.record(z.string(), spent(z))}),
        dropped: z.record(z.string(), z.number()),
        checkpoint: z.string().nullable(),
        resume: z.string(),
        confidence: z.enum(['high', 'medium', 'low']).optional(),
      })
      .loose(),
  ),
  'run.branched': kept(1, (z: Zod) => z.object({from: z.string(), at: z.number()})),
  'user.said': board(1, (z: Zod) => z.object({text: big(z), files: z.array(z.string()).default([])})),
  'user.steered': kept(1, (z: Zod) => z.object({text: z.string(), to: z.string().optional()})),
  'plan.updated': board(1, (z: Zod) =>
    z.object({
      tasks: z.array(z.object({id: z.string(), title: z.string(), after: z.array(z.string()), accept: z.array(z.string()), state: z.string()})),
      note: z.string().optional(),
    }),
  ),
  // tasks
  'task.added': board(1, (z: Zod) => z.object({title: z.string(), after: z.array(z.string()), accept: z.array(z.string())})),
  'task.started': board(1, (z: Zod) =>
    z
      .object({
        role: z.string(),
        attempt: z.number(),
        phase: z.string(),
        candidate: z.number(),
        /** True: a conversation of its own; false: the agent goes on with the one it has. */
        fresh: z.boolean(),
        brief: big(z),
      })
      .loose(),
  ),
  'task.phase': board(1, (z: Zod) =>
    z
      .object({
        phase: z.string(),
        attempt: z.number(),
        candidate: z.number(),
        why: z.string().optional(),
        /** Of a repair that no model made. */
        confidence: z.enum(['high', 'medium', 'low']).optional(),
        /** After the checks: what they said together. */
        checked: z.object({state: z.enum(['green', 'red', 'person', 'none']), signature: z.string(), summary: z.string(), report: z.string()}).optional(),
      })
      .loose(),
  ),
  'task.held': board(1, (z: Zod) => z.object({why: z.string()})),
  'task.stale': board(1, (z: Zod) => z.object({why: z.string()})),
  'task.approved': board(1, (z: Zod) => z.object({by: z.string()})),
  'task.done': board(1, (z: Zod) => z.object({summary: z.string()})),
  'task.failed': board(1, (z: Zod) => z.object({why: z.string(), outcome: outcome(z)})),
  // roles
  'role.hired': board(1, (z: Zod) => z.object({ordinal: z.number(), process: z.enum(['child', 'host']), pid: z.number().optional()}).loose()),
  'role.ready': board(1, (z: Zod) => z.object({wallMs: z.number()})),
  'role.idle': kept(1, (z: Zod) => z.object({})),
  'role.lost': board(1, (z: Zod) => z.object({why: z.string(), replaced: z.boolean()})),
  'role.left': board(1, (z: Zod) => z.object({why: z.string()})),
  // models
  'route.chosen': kept(1, (z: Zod) =>
    z
      .object({
        route: route(z),
        why: z.string(),
        others: z.array(z.string()).default([]),
        /** What the router weighed when the step began: the policy in force, the kind of task, and each route's case. */
        policy: z.string().optional(),
        kind: z.string().optional(),
        reason: z.string().optional(),
        scores: z
          .array(
            z
              .object({
                route: route(z),
                score: z.number(),
                usable: z.boolean(),
                success: z.number(),
                quality: z.number(),
                usd: z.number().optional(),
                ms: z.number(),
                waitMs: z.number(),
                local: z.boolean(),
                why: z.string(),
              })
              .loose(),
          )
          .optional(),
      })
      .loose(),
  ),
  'breaker.turned': kept(1, (z: Zod) => z.object({route: route(z), state: z.enum(['closed', 'open', 'half-open']), why: z.string()})),
  'model.asked': kept(1, (z: Zod) =>
    z
      .object({
        route: route(z),
        call: z.number(),
        attempt: z.number(),
        messages: z.number(),
        reserved: z.number(),
        /** Tokens of the request before what is learned of the model corrects them. */
        estimated: z.number().optional(),
        requestSha256: z.string(),
        sampling: anyRecord(z),
        tools: z.array(z.string()),
      })
      .loose(),
  ),
  'model.delta': passing(1, (z: Zod) => z.object({text: z.string(), thought: z.boolean().optional()})),
  'model.replied': kept(1, (z: Zod) =>
    z
      .object({
        route: route(z),
        call: z.number(),
        text: big(z),
        calls: z.array(call(z)),
        why: z.enum(['stop', 'length', 'calls']),
        usage: usage(z),
        usd: z.number(),
        wallMs: z.number(),
        firstMs: z.number().optional(),
        thinkingMs: z.number().optional(),
        told: anyRecord(z).optional(),
      })
      .loose(),
  ),
  'model.failed': kept(1, (z: Zod) =>
    z
      .object({
        route: route(z),
        call: z.number(),
        attempt: z.number(),
        error: faultBody(z),
        usage: usage(z),
        usd: z.number(),
        wallMs: z.number(),
        retryInMs: z.number().optional(),
      })
      .loose(),
  ),
  // tools
  'tool.called': kept(1, (z: Zod) =>
    z.object({call: z.string(), tool: z.string(), input: z.unknown(), needs: z.array(z.string()), effect: z.boolean(), sandbox: sandbox(z)}).loose(),
  ),
  'tool.output': passing(1, (z: Zod) => z.object({call: z.string(), text: z.string(), sandbox: sandbox(z)})),
  'tool.done': kept(1, (z: Zod) =>
    z
      .object({
        call: z.string(),
        tool: z.string(),
        ok: z.boolean(),
        result: z.unknown().optional(),
        error: faultBody(z).optional(),
        wallMs: z.number(),
        sandbox: sandbox(z),
        /** What the model was told, word for word. */
        told: big(z).optional(),
        /** The whole output when `told` is a clipping of it. */
        whole: big(z).optional(),
        line: z.string().optional(),
        changes: z.array(change(z)).optional(),
      })
      .loose(),
  ),
  'phase.handed': board(1, (z: Zod) =>
    z
      .object({
        outcome: z.enum(['finished', 'capped', 'stuck', 'provider', 'person', 'stopped', 'failed']),
        text: big(z),
        /** Which loop detector fired, or why it could not finish. */
        why: z.string().optional(),
        error: faultBody(z).optional(),
        confidence: z.enum(['high', 'medium', 'low']).optional(),
      })
      .loose(),
  ),
  // asking a person
  'ask.raised': board(1, (z: Zod) =>
    z
      .object({
        ask: z.string(),
        kind: z.enum(['permission', 'question', 'approval', 'grant']),
        text: z.string(),
        choices: z.array(z.string()),
        rule: z.string().optional(),
        rules: z.array(z.string()).optional(),
        /** Lines of the file from `line` on, as they are and as they would be. */
        preview: z.object({path: z.string(), line: z.number(), old: big(z), new: big(z)}).optional(),
        call: z.string().optional(),
      })
      .loose(),
  ),
  'ask.answered': board(1, (z: Zod) =>
    z.object({ask: z.string(), choice: z.string(), text: z.string().optional(), by: z.enum(['person', 'rule', 'timeout', 'nobody'])}),
  ),
  // candidates
  // A patch `p_N` is the work of candidate N; `m_…` is one edit within it that no model made: `by` says who did.
  'patch.proposed': board(1, (z: Zod) =>
    z.object({patch: z.string(), candidate: z.number(), files: files(z), by: z.string().optional(), usage: spent(z).optional()}).loose(),
  ),
  'patch.scored': board(1, (z: Zod) => z.object({patch: z.string(), passed: z.number(), failed: z.number(), score: z.number(), why: z.string()}).loose()),
  'patch.adopted': board(1, (z: Zod) =>
    z.object({patch: z.string(), files: files(z), changes: z.array(change(z)).optional(), candidate: z.number().optional(), by: z.string().optional()}).loose(),
  ),
  'patch.dropped': board(1, (z: Zod) => z.object({patch: z.string(), why: z.string(), by: z.string().optional()})),
  // gates
  'gate.started': board(1, (z: Zod) => z.object({gate: z.string(), command: z.string(), treeSha256: z.string(), site: z.string().optional()})),
  'gate.passed': board(1, (z: Zod) => gateBody(z).loose()),
  'gate.failed': board(1, (z: Zod) => gateBody(z).loose()),
  'gate.stale': board(1, (z: Zod) => z.object({gate: z.string(), why: z.string(), treeSha256: z.string()})),
  // money
  'budget.granted': kept(1, (z: Zod) =>
    z
      .object({
        caps: anyRecord(z),
        /** Whose grant it is (`run`, a task, an agent) and out of whose it was cut. */
        node: z.string().optional(),
        parent: z.string().optional(),
      })
      .loose(),
  ),
  'budget.spent': kept(1, (z: Zod) =>
    z
      .object({
        total: spent(z),
        node: z.string().optional(),
        /** What the agent may still spend, with what stands above it; a cap that is not set is absent. */
        left: z.record(z.string(), z.number()).optional(),
      })
      .loose(),
  ),
  'budget.exceeded': board(1, (z: Zod) =>
    z
      .object({
        cap: z.enum(['tokens', 'usd', 'calls', 'turns', 'time']),
        limit: z.number(),
        used: z.number(),
        /** Whose cap it is; absent or `run`: the whole run's. */
        node: z.string().optional(),
      })
      .loose(),
  ),
  // memory and context
  'memory.noted': kept(1, (z: Zod) => anyRecord(z)),
  'memory.indexed': kept(1, (z: Zod) => anyRecord(z)),
  'context.condensed': kept(1, (z: Zod) => z.object({droppedMessages: z.number(), droppedChars: z.number(), why: z.string()}).loose()),
  // files
  'checkpoint.saved': kept(1, (z: Zod) => z.object({checkpoint: z.string(), treeSha256: z.string(), why: z.string(), name: z.string().optional()}).loose()),
  'checkpoint.restored': kept(1, (z: Zod) => z.object({checkpoint: z.string(), changes: z.array(change(z)), conflicts: z.array(z.string())}).loose()),
  // the rest
  'policy.changed': kept(1, (z: Zod) => anyRecord(z)),
  'profile.changed': kept(1, (z: Zod) => anyRecord(z)),
  'backup.saved': kept(1, (z: Zod) => anyRecord(z)),
  'gpu.sampled': passing(1, (z: Zod) => anyRecord(z)),
  'health.sampled': passing(1, (z: Zod) => anyRecord(z)),
  notice: kept(1, (z: Zod) => z.object({code: z.string(), text: z.string()}).loose()),
  error: kept(1, (z: Zod) => z.object({code: z.string(), msg: z.string(), hint: z.string(), again: z.boolean()}).loose()),
} as const

export type EventType = keyof typeof events
export type BodyOf<T extends EventType> = Shape<(typeof events)[T]['body']>

export interface Stamp {
  /** Gapless from 1 within a run; a passing event carries the last kept one. */
  seq: number
  passing?: true
  /** ms since 1970, the writer's clock. */
  at: number
  run: RunId
  task?: TaskId
  role?: string
  agent?: AgentId
  turn?: number
  /** One sentence of the user is one trace; one model, tool, gate, memory or database call is one span. */
  trace: TraceId
  span: SpanId
  parent?: SpanId
}

export type EventOf<T extends EventType> = Stamp & {v: 1; type: T; body: BodyOf<T>}
export type Event = {[T in EventType]: EventOf<T>}[EventType]

/** An event on its way to the journal, which adds `v`, `seq`, `at` and `run`. */
export interface Draft<T extends EventType = EventType> {
  type: T
  body: BodyOf<T>
  task?: TaskId
  role?: string
  agent?: AgentId
  turn?: number
  trace: TraceId
  span: SpanId
  parent?: SpanId
  /** Unique in the run: the second append of a key is a no-op. */
  key?: string
}

/** Makes a draft whose body is checked against its type by the compiler. */
export const draft = <T extends EventType>(type: T, body: BodyOf<T>, where: Omit<Draft, 'type' | 'body'>): Draft => ({...where, type, body}) as unknown as Draft

export const isKept = (type: string): boolean => (events as Record<string, {kept: boolean}>)[type]?.kept ?? true

/** The envelope of every line, for the validator and the published schema. `v` is the envelope's version. */
export const envelope = (z: Zod): z.ZodType =>
  z.object({
    v: z.literal(1),
    seq: z.number().int().min(0),
    at: z.number().int(),
    type: z.string(),
    run: z.string(),
    task: z.string().optional(),
    role: z.string().optional(),
    agent: z.string().optional(),
    turn: z.number().int().optional(),
    trace: z.string(),
    span: z.string(),
    parent: z.string().optional(),
    passing: z.literal(true).optional(),
    body: z.record(z.string(), z.unknown()),
  })
