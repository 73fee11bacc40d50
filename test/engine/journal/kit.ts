// What the tests of the journal share: a clock, drafts of real kinds, journals that are closed when the test is over.

import {join} from 'node:path'
import {onTestFinished} from 'vitest'
import type {Clock} from '../../../engine/base/clock.ts'
import type {RunId, SpanId, TraceId} from '../../../engine/base/id.ts'
import {type BodyOf, type Draft, draft, type Event, type EventType} from '../../../engine/contract/event.ts'
import type {Journal} from '../../../engine/contract/journal.ts'
import {type JournalOptions, type OpenJournal, openJournal} from '../../../engine/journal/open.ts'
import {tempFolder} from '../../kit/temp.ts'

export const realClock: Clock = {
  now: () => Date.now(),
  tick: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

export const runId = (n: number): RunId => `r_${String(n).padStart(16, '0')}` as RunId
export const trace = 'a'.repeat(32) as TraceId
export const rootSpan = 'b'.repeat(16) as SpanId
const below = {span: 'c'.repeat(16) as SpanId, parent: rootSpan}

export const make = <T extends EventType>(type: T, body: BodyOf<T>, more: Partial<Draft> = {}): Draft =>
  draft(type, body, {trace, ...(type === 'run.opened' ? {span: rootSpan} : below), ...more})

export const opened = (more: Partial<BodyOf<'run.opened'>> = {}): Draft =>
  make('run.opened', {
    version: '1.0.0',
    capabilities: [],
    cwd: '/p',
    root: '/p',
    configSha256: '',
    routes: {coder: ['replay/x']},
    sandbox: {level: 'off', writes: 'open', network: 'open'},
    checks: [],
    instructions: [],
    trusted: true,
    failedToLoad: [],
    ...more,
  })

const nothing = {input: 0, output: 0, reasoning: 0, cached: 0, usd: 0, calls: 0, wallMs: 0, thinkingMs: 0}

export const closed = (outcome: BodyOf<'run.closed'>['outcome'] = 'done'): Draft =>
  make('run.closed', {
    outcome,
    reason: '',
    exitCode: 0,
    text: 'done',
    gates: [],
    files: [],
    usage: {total: nothing, models: {}, roles: {}},
    dropped: {},
    checkpoint: null,
    resume: 'penguin run --resume x',
  })

export const notice = (text: string, more: Partial<Draft> = {}): Draft => make('notice', {code: 'test', text}, more)
export const delta = (text: string, more: Partial<Draft> = {}): Draft => make('model.delta', {text}, more)

/** A journal in `folder/.penguin`, closed when the test is over. */
export const openIn = (folder: string, more: Partial<JournalOptions> = {}): OpenJournal => {
  const found = openJournal({dir: join(folder, '.penguin'), clock: realClock, ...more})
  if (!found.ok) throw new Error(`${found.error.code}: ${found.error.msg}`)
  onTestFinished(() => found.result.close())
  return found.result
}

export const openTemp = (more: Partial<JournalOptions> = {}): OpenJournal => openIn(tempFolder(), more)

export const textOf = (event: Event): string => String((event.body as {text?: unknown}).text)

/** Follows until `enough` holds, and answers what was seen. */
export const followUntil = async (journal: Journal, query: Parameters<Journal['follow']>[0], enough: (seen: Event[]) => boolean): Promise<Event[]> => {
  const over = new AbortController()
  const seen: Event[] = []
  for await (const event of journal.follow(query, over.signal)) {
    seen.push(event)
    if (enough(seen)) break
  }
  return seen
}
