// The runs of a session in their order, read by any number of screens: each run from its journal, live while its host
// works, from the file when it is over. A slow reader is caught up from the file and holds nobody up.
//
// Law: every kept event of every run is told exactly once to each reader, in order; passing ones only to who keeps up.

import type {RunId} from '../../engine/base/id.ts'
import type {Event} from '../../engine/contract/event.ts'
import type {OpenJournal} from '../../engine/journal/open.ts'
import type {Host} from '../host.ts'
import {type Begun, type Gist, openPast, type Past} from './past.ts'
import {beginStory, foldStory} from './story-fold.ts'

export interface Cursor {
  run: string
  seq: number
}

interface Chapter {
  run: RunId
  /** While its host has the journal open. */
  host?: Host
  /** Events of a run whose journal could not be opened: there is no file to read them from. */
  unwritten: readonly Event[]
}

interface Ending {
  signal: AbortSignal
  /** Resolves when the signal is aborted. */
  over: Promise<void>
}

export interface Chapters {
  /** A run of earlier days, to be read from the file. */
  add(run: RunId): void
  /** A run begins. */
  begin(host: Host): void
  /** Its host is closed; what no file holds comes along. */
  end(run: RunId, unwritten: readonly Event[]): void
  clear(): void
  /** Makes what the first reader will want, while nobody is there yet. */
  prepare(): void
  runs(): RunId[]
  /** What the graphics card was last seen to do: it passes, and is not on record for those who come later. */
  sampled(): Event | undefined
  sample(event: Event): void
  /** What has happened up to now: where a reader that comes now has caught up. */
  now(): Cursor | undefined
  /** Events after the cursor, then live ones, run after run, until the signal. */
  read(after: Cursor | undefined, signal: AbortSignal, ears: ReadEars): AsyncGenerator<Event>
}

export interface ReadEars {
  /** Called once all up to `now` is told. */
  caughtUp(): void
  /**
   * Takes what a session began with in one piece, up to now, instead of being told each event of it; called again when another
   * session goes on here. What it answers is called once all of that counts (not when another session came meanwhile);
   * without an answer the events are told.
   */
  past?(past: Past): Promise<(() => void) | undefined>
}

const pageEvents = 256
/** After a run there is more to do at first. */
const restMs = 1500
/**
 * A screen shows what the newest three hundred calls said (stores/view/calls.ts). A result that is shown is followed by
 * fewer of other calls than these: those that came into the list after it, and those that were in it and not over yet.
 */
const fullResults = 600

/** `openReader`: the project's journal for reading; undefined when there is none. */
export const openChapters = (openReader: () => OpenJournal | undefined): Chapters => {
  let chapters: Chapter[] = []
  let sampled: Event | undefined
  let prepared: {of: Chapter[]; begun: Begun} | undefined
  let changed = Promise.withResolvers<void>()
  const turn = (): void => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }

  const fromFile = function* ({run, unwritten}: Chapter, after: number): Generator<Event> {
    let seen = after
    const reader = openReader()
    try {
      for (const event of reader?.read({run, after}) ?? []) {
        yield event
        seen = event.seq
      }
    } finally {
      reader?.close()
    }
    yield* unwritten.filter((event) => event.seq > seen)
  }

  /** What there is of the run after `after`; while its host works, until that is over. */
  const one = async function* (chapter: Chapter, after: number, {signal, over}: Ending): AsyncGenerator<Event> {
    let seen = after
    const {host} = chapter
    if (host)
      for await (const event of host.journal.follow({run: chapter.run, after}, signal)) {
        yield event
        seen = event.seq
        if (event.type === 'run.closed') return
      }
    // The host is closed, and its journal with it, before this reader was through.
    while (chapter.host && !signal.aborted) await Promise.race([changed.promise, over])
    if (!signal.aborted) yield* fromFile(chapter, seen)
  }

  /** All of a run up to now, from the file while there is one. */
  const pagesOf = function* ({run, host, unwritten}: Chapter, after: number, gist?: Gist): Generator<Event[]> {
    const reader = openReader()
    try {
      const events = (reader ?? host?.journal)?.read({run, after, fullResults, ...gist}) ?? []
      let page: Event[] = []
      for (const event of events) {
        if (page.push(event) < pageEvents) continue
        yield page
        page = []
      }
      const seen = page.at(-1)?.seq ?? reader?.lastSeq(run) ?? 0
      page.push(...unwritten.filter((event) => event.seq > seen))
      if (page.length > 0) yield page
    } finally {
      reader?.close()
    }
  }

  /** All of a session; `reached` hears how far it was read, or known. */
  const pieceOf = (story: readonly Chapter[], isOver: () => boolean, reached: (cursor: Cursor | undefined) => void): Past =>
    openPast({
      runs: story.map(({run}) => run),
      openReader,
      pagesOf: function* (run, after, gist) {
        const chapter = story.find((one) => one.run === run)
        if (after > 0) reached({run, seq: after})
        for (const page of chapter ? pagesOf(chapter, after, gist) : []) {
          reached(page.at(-1))
          yield page
        }
      },
      isOver,
    })

  /** A run is over: whoever takes the session up again does not wait for what can be folded now. */
  const foldAtRest = (): void => {
    const mine = chapters
    const fold = async (): Promise<void> =>
      (
        await foldStory(
          pieceOf(
            mine,
            () => mine !== chapters,
            () => undefined,
          ),
        )
      )?.keep()
    // Nothing but a cache: without it everything is folded when it is wanted.
    setTimeout(() => void fold().catch(() => undefined), restMs).unref()
  }

  const now = (): Cursor | undefined => {
    const last = chapters.at(-1)
    if (!last) return undefined
    return {run: last.run, seq: last.host ? last.host.journal.lastSeq(last.run) : Number.POSITIVE_INFINITY}
  }

  const read = async function* (after: Cursor | undefined, signal: AbortSignal, {caughtUp, past}: ReadEars): AsyncGenerator<Event> {
    const ending = {signal, over: aborted(signal)}
    let told = false
    const tell = (): void => {
      if (!told) caughtUp()
      told = true
    }
    let story = chapters
    let goal = now()
    let [at, seen] = [0, 0]
    /** All of the session in one piece, where that is wanted: where it ends. */
    const inOnePiece = async (): Promise<Cursor | undefined> => {
      const mine = story
      let last: Cursor | undefined
      const piece = pieceOf(
        mine,
        () => mine !== chapters || signal.aborted,
        (cursor) => {
          last = cursor
        },
      )
      const ready = prepared?.of === mine ? {begun: prepared.begun} : {}
      prepared = undefined
      const counts = past && mine.length > 0 ? await past({...piece, ...ready}) : undefined
      if (!counts || story !== chapters || signal.aborted) return undefined
      counts()
      return last
    }
    const begin = async (after?: Cursor): Promise<void> => {
      let cursor: Cursor | undefined
      do {
        story = chapters
        goal = now()
        cursor = after ?? (await inOnePiece())
      } while (story !== chapters && !signal.aborted)
      const found = story.findIndex((chapter) => chapter.run === cursor?.run)
      ;[at, seen] = [Math.max(0, found), found < 0 ? 0 : (cursor?.seq ?? 0)]
      if (!goal || (story[at]?.run === goal.run && seen >= goal.seq)) tell()
    }
    await begin(after)
    while (!signal.aborted) {
      const chapter = chapters[at]
      let closed = false
      if (chapter)
        for await (const event of one(chapter, seen, ending)) {
          yield event
          seen = event.seq
          closed = event.type === 'run.closed'
          if (goal && event.run === goal.run && seen >= goal.seq) tell()
          if (story !== chapters) break
        }
      if (!chapter || chapter.run === goal?.run) tell()
      if (story !== chapters) {
        // Another session goes on here: it is told from its beginning.
        await begin()
      } else if (closed || at < chapters.length - 1) {
        at += 1
        seen = 0
      } else if (!signal.aborted && !chapter?.host) await Promise.race([changed.promise, ending.over])
    }
  }

  return {
    add: (run) => {
      chapters.push({run, unwritten: []})
      turn()
    },
    begin: (host) => {
      const last = chapters.at(-1)
      // A run without its last line goes on under its own name.
      if (last?.run === host.run) last.host = host
      else chapters.push({run: host.run, host, unwritten: []})
      turn()
    },
    end: (run, unwritten) => {
      const chapter = chapters.findLast((one) => one.run === run)
      if (chapter) Object.assign(chapter, {host: undefined, unwritten})
      foldAtRest()
      turn()
    },
    clear: () => {
      chapters = []
      turn()
    },
    prepare: () => {
      const never = (): boolean => false
      try {
        if (chapters.length > 0) prepared = {of: chapters, begun: beginStory(pieceOf(chapters, never, () => undefined))}
      } catch {
        // Whoever asks for it is told why it cannot be read.
      }
    },
    sample: (event) => {
      sampled = event
    },
    sampled: () => (sampled?.run === chapters.at(-1)?.run ? sampled : undefined),
    runs: () => chapters.map(({run}) => run),
    now,
    read,
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), {once: true})
  })
