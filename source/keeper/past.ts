// What happened in a session up to now, for whoever folds it: its events in pages, and what an earlier fold of its
// beginning came to. That is kept beside the journal, and is nothing but a cache.
//
// Law: a kept fold counts only when it was made by the same folds, of the same runs, of the same events, and is whole; in
// doubt everything is folded again.

import {hash} from 'node:crypto'
import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import type {RunId} from '../../engine/base/id.ts'
import type {Event} from '../../engine/contract/event.ts'
import type {ReadQuery} from '../../engine/contract/journal.ts'
import type {OpenJournal} from '../../engine/journal/open.ts'
import type {PackedView} from '../../stores/view/packed.ts'
import type {View} from '../../stores/view/view.ts'
import {foldsAs} from './folds-as.ts'

interface End {
  run: RunId
  seq: number
  mark: string
}

export interface Known {
  folds: string
  /** How far each run was folded. */
  ends: readonly End[]
  /** Of the last event. */
  at: number
  view: PackedView
}

/** What the pages begin with. */
export interface Begun {
  known?: Known
  view: View
  /** Where there are many pages: what they come to but for what tools did long ago. */
  gist?: {view: View; at: number}
}

export interface Past {
  /** Made before anybody asked; it holds whatever has happened since. */
  begun?: Begun
  known(): Known | undefined
  /** All events, or those that came after what is known. */
  pages(known?: Known): Iterable<readonly Event[]>
  /** Of them the newest, and of those before only what is no tool's: a tenth, where there are many; none where there are few. */
  gist(known?: Known): Iterable<readonly Event[]>
  /** Keeps what the pages came to. */
  keep(view: PackedView, at: number): void
}

/** How a run is read of which not everything is wanted. */
export type Gist = Required<Pick<ReadQuery, 'toolsAfter' | 'fullResults'>>

export interface PastPorts {
  runs: readonly RunId[]
  openReader(): OpenJournal | undefined
  pagesOf(run: RunId, after: number, gist?: Gist): Iterable<readonly Event[]>
  /** Another session goes on here, or nobody listens any more. */
  isOver(): boolean
}

/** Of these also what tools did: as many calls as a screen lists (stores/view/calls.ts). */
const newestEvents = 700
/** Of these also what they said. */
const newestResults = 50
/** Fewer are soon read. */
const manyEvents = 2 * newestEvents

const load = (file: string): Known | undefined => {
  try {
    const text = readFileSync(file, 'utf8')
    const cut = text.indexOf('\n')
    const known = JSON.parse(text.slice(cut + 1)) as Known
    return hash('sha256', text.slice(cut + 1)) === text.slice(0, cut) && known.folds === foldsAs ? known : undefined
  } catch {
    return undefined
  }
}

const save = (file: string, known: Known): void => {
  const text = JSON.stringify(known)
  const part = `${file}.${process.pid}`
  try {
    // Never through a link that somebody has laid there.
    rmSync(part, {force: true})
    writeFileSync(part, `${hash('sha256', text)}\n${text}`, {mode: 0o600, flag: 'wx'})
    renameSync(part, file)
  } catch {
    // It is folded again the next time.
    rmSync(part, {force: true})
  }
}

/** All runs but the last must have ended where they were folded to. */
const fits = ({ends}: Known, runs: readonly RunId[], reader: OpenJournal): boolean =>
  ends.length > 0 &&
  ends.length <= runs.length &&
  ends.every(({run, seq, mark}, n) => run === runs[n] && (n === ends.length - 1 || reader.lastSeq(run) === seq) && reader.mark(run, seq) === mark)

export const openPast = ({runs, openReader, pagesOf, isOver}: PastPorts): Past => {
  const folded = new Map<RunId, number>()
  const reading = <T>(work: (reader: OpenJournal) => T): T | undefined => {
    const reader = openReader()
    try {
      return reader && work(reader)
    } finally {
      reader?.close()
    }
  }
  return {
    known: () =>
      reading((reader) => {
        const known = load(reader.storyFile)
        return known && fits(known, runs, reader) ? known : undefined
      }),
    pages: function* (known) {
      for (const {run, seq} of known?.ends ?? []) folded.set(run, seq)
      const done = Math.max(0, (known?.ends.length ?? 0) - 1)
      for (const run of runs.slice(done))
        for (const page of pagesOf(run, folded.get(run) ?? 0)) {
          if (isOver()) return
          const last = page.at(-1)
          if (last) folded.set(run, last.seq)
          yield page
        }
    },
    gist: function* (known) {
      const last = new Map(reading((reader) => runs.map((run) => [run, reader.lastSeq(run)] as const)))
      const ends = new Map(known?.ends.map(({run, seq}) => [run, seq]))
      const left = runs.map((run) => Math.max(0, (last.get(run) ?? 0) - (ends.get(run) ?? 0)))
      if (left.reduce((sum, events) => sum + events, 0) < manyEvents) return
      for (const [n, run] of runs.entries()) {
        const later = left.slice(n + 1).reduce((sum, events) => sum + events, 0)
        const toolsAfter = Math.max(0, (last.get(run) ?? 0) - Math.max(0, newestEvents - later))
        if (left[n]) yield* pagesOf(run, ends.get(run) ?? 0, {toolsAfter, fullResults: newestResults})
      }
    },
    keep: (view, at) => {
      const work = (reader: OpenJournal): void => {
        const ends = runs.flatMap((run): End[] => {
          const seq = folded.get(run)
          return seq === undefined ? [] : [{run, seq, mark: reader.mark(run, seq)}]
        })
        // Of a run without events, or with some that no file holds, nothing is kept.
        if (ends.length === runs.length && ends.every(({run, seq}) => seq <= reader.lastSeq(run))) save(reader.storyFile, {folds: foldsAs, ends, at, view})
      }
      try {
        reading(work)
      } catch {
        // A journal that cannot be read says so where it is needed; nobody waits for this.
      }
    },
  }
}
