// Effects on files, seen from the host: before one may start its pre-images are stored and its call is on
// record; when it ends, what it really changed is put on record beside it. This is what undo, stale gates,
// `files` of the last line and kill -9 safety are made of.
//
// Law 1: no `go` before the record is durable. Law 2: whatever ends an effect (its result, the death of its
// agent, a restart of the host), its changes are written down once.

import type {Envelope} from '../base/envelope.ts'
import {bad, good} from '../base/envelope.ts'
import type {BlobId, SpanId} from '../base/id.ts'
import type {Draft, Event} from '../contract/event.ts'
import {asFault, fault} from '../contract/fault.ts'
import type {BlobStore, CandidateSite, Change, Tree} from '../contract/workspace.ts'
import type {Agent, UnderWay} from './roster.ts'
import type {Scribe} from './scribe.ts'

export interface Effects {
  /** The tree as it was when the run began; saved as a checkpoint the first time that anybody asks. */
  start(): Tree
  startCheckpoint(): string | null
  /** Records the call; the answer to it is `go` or the refusal. */
  begin(agent: Agent, draft: Draft): Envelope<void>
  /** Records the end of the call with what it changed. */
  end(agent: Agent, draft: Draft): void
  /** Ends what an agent has under way, in words for the model. */
  interrupt(agent: Agent, why: string): void
  /** Adds changes that were made otherwise (a restore, an adoption, effects read back from the journal). */
  add(candidate: number, changes: readonly Change[]): void
  of(candidate: number): Change[][]
  /** Do the candidate's files differ from the start by anything that is on record? */
  changed(candidate: number): boolean
  saveCheckpoint(why: string, site: CandidateSite): string
  /** For a resumed run: the start as an earlier host saved it. */
  remember(checkpoint: string, manifest: BlobId): boolean
}

/** What was changed and put back again is no change. */
const differs = (made: readonly (readonly Change[])[]): boolean => {
  const first = new Map<string, Change['before']>()
  const last = new Map<string, Change['after']>()
  for (const {path, before, after} of made.flat()) {
    if (!first.has(path)) first.set(path, before)
    last.set(path, after)
  }
  return [...last].some(([path, after]) => {
    const before = first.get(path) ?? null
    return before?.sha256 !== after?.sha256 || before?.mode !== after?.mode
  })
}

const decodeTree = (bytes: Uint8Array): Tree => new Map(JSON.parse(Buffer.from(bytes).toString('utf8')) as [string, never][])

export const openEffects = (scribe: Scribe, blobs: BlobStore, siteOf: (candidate: number) => CandidateSite, lastSeq: () => number): Effects => {
  let start: Tree | undefined
  let startId: string | null = null
  const made = new Map<number, Change[][]>()

  const saveCheckpoint = (why: string, site: CandidateSite): string => {
    const tree = site.tracker.tree()
    const checkpoint = `c_${scribe.run.slice(2)}_${lastSeq() + 1}`
    const manifest = blobs.put(JSON.stringify([...tree]))
    scribe.note('checkpoint.saved', {checkpoint, treeSha256: site.tracker.treeSha256(), why, tree: manifest, candidate: site.candidate})
    return checkpoint
  }
  const ensureStart = (): Tree => {
    if (start) return start
    const site = siteOf(1)
    start = new Map(site.tracker.tree())
    startId = saveCheckpoint('start', site)
    for (const text of site.tracker.gaps()) scribe.note('notice', {code: 'checkpoint.gaps', text})
    return start
  }
  const add = (candidate: number, changes: readonly Change[]): void => {
    if (changes.length === 0) return
    const list = made.get(candidate) ?? []
    list.push([...changes])
    made.set(candidate, list)
  }
  const settle = (agent: Agent, way: UnderWay): Change[] => {
    agent.effects.delete(way.call)
    const changes = siteOf(way.candidate).tracker.after(way.touches)
    add(way.candidate, changes)
    return changes
  }

  return {
    start: ensureStart,
    startCheckpoint: () => startId,
    begin: (agent, draft) => {
      const body = draft.body as {call: string; tool: string; touches: readonly string[] | 'any'}
      try {
        ensureStart()
        siteOf(agent.candidate).tracker.before(body.touches)
        scribe.take(draft, {full: true})
      } catch (thrown) {
        const found = asFault(thrown, 'internal')
        if (found.code.startsWith('journal.')) throw thrown
        return bad(found)
      }
      agent.effects.set(body.call, {span: draft.span, call: body.call, tool: body.tool, touches: body.touches, candidate: agent.candidate})
      return good(undefined)
    },
    end: (agent, draft) => {
      const body = draft.body as {call: string; changes?: Change[]; whole?: unknown}
      if (typeof body.whole === 'string') body.whole = {blob: blobs.put(body.whole), bytes: Buffer.byteLength(body.whole)}
      const way = agent.effects.get(body.call)
      if (way) {
        const changes = settle(agent, way)
        if (changes.length > 0) body.changes = changes
      }
      scribe.take(draft)
    },
    interrupt: (agent, why) => {
      for (const way of [...agent.effects.values()]) noteInterrupted(scribe, agent, way, settle(agent, way), why)
    },
    add,
    of: (candidate) => made.get(candidate) ?? [],
    changed: (candidate) => differs(made.get(candidate) ?? []),
    saveCheckpoint,
    remember: (checkpoint, manifest) => {
      const bytes = blobs.get(manifest)
      if (!bytes) return false
      start = decodeTree(bytes)
      startId = checkpoint
      return true
    },
  }
}

/** What the model is told about a call whose end is not known: what can be seen of it, so that it need not guess. */
export const interruptedWords = (tool: string, changes: readonly Change[], why: string): string => {
  const seen = changes.length > 0 ? `it had changed ${changes.map((change) => change.path).join(', ')}` : 'no file had changed'
  const found = fault('tool.interrupted', {seen})
  return `${tool}: ${found.msg} (${why}). ${found.hint}`
}

export const noteInterrupted = (
  scribe: Scribe,
  agent: {id: string; role: string},
  way: {span: string; call: string; tool: string},
  changes: Change[],
  why: string,
): Event | undefined => {
  const seen = changes.length > 0 ? `it had changed ${changes.map((change) => change.path).join(', ')}` : 'no file had changed'
  return scribe.note(
    'tool.done',
    {
      call: way.call,
      tool: way.tool,
      ok: false,
      error: fault('tool.interrupted', {seen}),
      wallMs: 0,
      sandbox: {level: 'off', writes: 'open', network: 'open', why: 'unknown: the end was not recorded'},
      told: interruptedWords(way.tool, changes, why),
      ...(changes.length > 0 ? {changes} : {}),
    },
    {agent: agent.id, role: agent.role, span: way.span as SpanId, parent: scribe.rootSpan},
  )
}
