// Events as rows: one transaction per append, seq counted inside it, pages read back. Rows are only ever added here.
//
// Law 1: seq is gapless from 1 in a run, whoever else writes to the file. Law 2: a key is taken once in a run. Law 3:
// after `run.closed` nothing more is written; what comes late is left out like a known key.

import type {Statement} from 'better-sqlite3'
import type {Clock} from '../base/clock.ts'
import type {BlobId, RunId} from '../base/id.ts'
import {type Draft, type Event, events} from '../contract/event.ts'
import type {Blobs} from './blobs.ts'
import {bound, inflate, type Large, type Written, written} from './bound.ts'
import type {Database} from './database.ts'

/** event.id = run.no * span + seq. */
export const span = 2 ** 32

export type Body = Record<string, unknown>

export interface Page {
  events: Event[]
  /** seq of the last row looked at, shown or not. */
  last: number
  more: boolean
}

export interface PageQuery {
  run: RunId
  after: number
  until: number
  wants(type: string): boolean
  whole: boolean
  /** Up to this seq without what tools said. Default 0. */
  briefUntil?: number
  /** Up to this seq without the events of tools. Default 0. */
  toolsAfter?: number
}

export interface EventRecord {
  append(run: RunId, drafts: readonly Draft[], full: boolean): Event[]
  page(query: PageQuery, limit: number): Page
  /** The last event of this type that so many others of it follow; 0 when there is none. */
  seqBefore(run: RunId, type: string, others: number): number
  /** A sum over the events up to there. */
  mark(run: RunId, until: number): string
  lastSeq(run: RunId): number
}

interface RunRow {
  no: number
  closedAt: number | null
  lastId: number
}

type Row = [
  id: number,
  at: number,
  type: string,
  task: string | null,
  role: string | null,
  agent: string | null,
  turn: number | null,
  trace: string,
  span: string,
  parent: string | null,
  large: string | null,
  body: string,
]

const sql = {
  run: `select no, closed_at as closedAt, ifnull((select max(id) from event where id between no * ${span} and no * ${span} + ${span - 1}), no * ${span}) as lastId from run where run = ?`,
  open: 'insert into run (run, session, opened_at) values (?, ?, ?)',
  opened: 'update run set opened_at = ?, resumes = ?, session = ifnull((select session from run where run = ?), session) where no = ?',
  titled: "update run set title = ? where no = ? and title = ''",
  closed: 'update run set closed_at = ?, outcome = ?, host_pid = null, host_started = null where no = ?',
  take: 'insert or ignore into taken (run, key) values (?, ?)',
  event: 'insert into event (id, at, type, v, task, role, agent, turn, trace, span, parent, large, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  page: (body: string, wanted = '') => `select id, at, type, task, role, agent, turn, trace, span, parent, ${body}
    from event where id > ? and id <= ? ${wanted} order by id limit ?`,
  brief: "null as large, case type when 'tool.done' then json_remove(body, '$.told', '$.result', '$.whole', '$.changes') else body end",
  untooled: "and type not glob 'tool.*'",
  mark: `select count(*) || ' ' || ifnull(sum(at), 0) || ' ' || ifnull(sum(octet_length(type) * 31 + octet_length(body)), 0)
    from event where id > ? and id <= ?`,
  nth: 'select id from event where id > ? and id <= ? and type = ? order by id desc limit 1 offset ?',
}

const where = ['task', 'role', 'agent', 'turn', 'trace', 'span', 'parent'] as const

/** A draft with its place; the order of the fields is the order in the line. Built field by field: this is the hot path. */
export const stamp = (run: RunId, seq: number, at: number, draft: Pick<Draft, (typeof where)[number] | 'type'>, body: Body, passing = false): Event => {
  const event: Body = {v: 1, seq}
  if (passing) event.passing = true
  event.at = at
  event.type = draft.type
  event.run = run
  for (const field of where) {
    const value = draft[field]
    // A column that was left empty comes back as null.
    if (value !== undefined && value !== null) event[field] = value
  }
  event.body = body
  return event as unknown as Event
}

/** Exact types, `*` for any run of letters and dots: `tool.*`. */
export const typeFilter = (types?: readonly string[]): ((type: string) => boolean) => {
  if (!types || types.includes('*')) return () => true
  const source = types.map((one) =>
    one
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('.*'),
  )
  const pattern = new RegExp(`^(?:${source.join('|')})$`)
  return (type) => pattern.test(type)
}

const versionOf = (type: string): number => (events as Readonly<{[type: string]: {v: number} | undefined}>)[type]?.v ?? 1

const clipped = (text: string): string => {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 80 ? `${flat.slice(0, 79)}…` : flat
}

/** Runs `work` in one transaction: all of it or nothing. */
export const openTransaction = (db: Database): (<T>(work: () => T) => T) => {
  const [begin, commit, rollback] = ['begin immediate', 'commit', 'rollback'].map((text) => db.prepare(text)) as [Statement, Statement, Statement]
  return (work) => {
    begin.run()
    try {
      const made = work()
      commit.run()
      return made
    } catch (thrown) {
      if (db.inTransaction) rollback.run()
      throw thrown
    }
  }
}

/** What the table of runs learns from an event. */
const openNotes = (db: Database) => {
  const opened = db.prepare(sql.opened)
  const titled = db.prepare(sql.titled)
  const closed = db.prepare(sql.closed)
  return (no: number, at: number, draft: Draft): void => {
    const body = draft.body as Body
    if (draft.type === 'run.opened') {
      const resumes = typeof body.resumes === 'string' ? body.resumes : null
      opened.run(at, resumes, resumes, no)
    }
    if (draft.type === 'user.said' && typeof body.text === 'string') titled.run(clipped(body.text), no)
    if (draft.type === 'run.closed') closed.run(at, String(body.outcome), no)
  }
}

const noted: ReadonlySet<string> = new Set(['run.opened', 'user.said', 'run.closed'])

const openWriter = (db: Database, blobs: Blobs, findRun: (run: RunId) => RunRow | undefined) => {
  const open = db.prepare(sql.open)
  const take = db.prepare(sql.take)
  const insert = db.prepare(sql.event)
  const note = openNotes(db)

  const write = (run: RunId, no: number, seq: number, at: number, draft: Draft, text: Written): {event: Event; stored: BlobId[]} => {
    // Read back what is written, so that nobody is shown anything that is not on record.
    const body = JSON.parse(text.bodyText) as Body
    const event = stamp(run, seq, at, draft, body)
    const isShort = text.bodyText.length < 16_384 && Object.keys(text.long).length === 0
    const restBytes = isShort ? 0 : Buffer.byteLength(JSON.stringify({...event, body: 0}))
    const fits = bound(body, text, restBytes, blobs)
    const large = fits.large && JSON.stringify(fits.large)
    const {type, task, role, agent, turn, trace, span: own, parent} = draft
    insert.run(no * span + seq, at, type, versionOf(type), task, role, agent, turn, trace, own, parent, large, fits.bodyText)
    if (noted.has(type)) note(no, at, draft)
    return {event: fits.large ? ({...event, body: fits.body} as Event) : event, stored: fits.blobs}
  }

  return (run: RunId, drafts: readonly Draft[], texts: readonly Written[], at: number): {made: Event[]; stored: BlobId[]} => {
    const row = findRun(run) ?? {no: Number(open.run(run, run, at).lastInsertRowid), closedAt: null, lastId: 0}
    const [made, stored]: [Event[], BlobId[]] = [[], []]
    let seq = row.lastId % span
    let over = row.closedAt !== null
    for (const [index, draft] of drafts.entries()) {
      if (over) break
      if (draft.key !== undefined && take.run(row.no, draft.key).changes === 0) continue
      seq += 1
      const written = write(run, row.no, seq, at, draft, texts[index] as Written)
      made.push(written.event)
      stored.push(...written.stored)
      over = draft.type === 'run.closed'
    }
    return {made, stored}
  }
}

const openReader = (db: Database, blobs: Blobs, findRun: (run: RunId) => RunRow | undefined): EventRecord['page'] => {
  const full = db.prepare(sql.page('large, body')).raw()
  const brief = db.prepare(sql.page(sql.brief)).raw()
  const untooled = db.prepare(sql.page('large, body', sql.untooled)).raw()
  const eventOf = (run: RunId, row: Row, whole: boolean): Event => {
    const [id, at, type, task, role, agent, turn, trace, own, parent, large, text] = row
    const body = JSON.parse(text) as Body
    const draft = {type, task, role, agent, turn, trace, span: own, parent} as unknown as Draft
    return stamp(run, id % span, at, draft, whole && large ? inflate(body, JSON.parse(large) as Large, blobs) : body)
  }
  /** How what comes after `after` is read, and how far. */
  const wayOf = ({after, toolsAfter = 0, briefUntil = 0}: PageQuery): [select: Statement, far: number] => {
    if (after < toolsAfter) return [untooled, toolsAfter]
    return after < briefUntil ? [brief, briefUntil] : [full, Number.POSITIVE_INFINITY]
  }
  return (query, limit) => {
    const {run, after, until, wants, whole} = query
    const row = findRun(run)
    if (!row || after >= until) return {events: [], last: after, more: false}
    const base = row.no * span
    const [select, far] = wayOf(query)
    const rows = select.all(base + after, base + Math.min(until, far, span - 1), limit) as Row[]
    const shown = rows.filter((one) => wants(one[2])).map((one) => eventOf(run, one, whole))
    const isThrough = rows.length < limit
    return {events: shown, last: isThrough && far < until ? far : (rows.at(-1)?.[0] ?? base + after) - base, more: !isThrough || far < until}
  }
}

/** The file as events. Errors of SQLite and of the disk pass through as they are. */
export const openRecord = (db: Database, blobs: Blobs, clock: Clock): EventRecord => {
  const select = db.prepare(sql.run)
  const findRun = (run: RunId): RunRow | undefined => select.get(run) as RunRow | undefined
  const writer = db.readonly ? undefined : openWriter(db, blobs, findRun)
  const transaction = openTransaction(db)
  const nth = db.prepare(sql.nth).pluck()
  const mark = db.prepare(sql.mark).pluck()

  const append: EventRecord['append'] = (run, drafts, full) => {
    if (!writer) throw Object.assign(new Error('it was opened for reading'), {code: 'SQLITE_READONLY'})
    const texts = drafts.map((draft) => written(draft.body))
    const work = (): Event[] => {
      const {made, stored} = writer(run, drafts, texts, clock.now())
      if (full) blobs.sync(stored)
      return made
    }
    if (!full) return transaction(work)
    db.pragma('synchronous = full')
    try {
      return transaction(work)
    } finally {
      db.pragma('synchronous = normal')
    }
  }

  return {
    append,
    page: openReader(db, blobs, findRun),
    mark: (run, until) => {
      const row = findRun(run)
      return row ? (mark.get(row.no * span, row.no * span + until) as string) : ''
    },
    seqBefore: (run, type, others) => {
      const row = findRun(run)
      if (!row) return 0
      const id = nth.get(row.no * span, row.lastId, type, others) as number | undefined
      return id === undefined ? 0 : id % span
    },
    lastSeq: (run) => (findRun(run)?.lastId ?? 0) % span,
  }
}
