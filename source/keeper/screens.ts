// One screen and what it is told: the session, its panes, its events so far, then what happens. A screen that reads
// slowly loses passing events and bytes of panes, and is shown each pane anew once it reads again; kept events wait
// for it in the journal. Nobody waits for a screen.

import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays, PaneId, PaneNote} from '../../engine/contract/screen.ts'
import type {Hello, ScreenLink} from '../../engine/link/screens.ts'
import type {Chapters} from './chapters.ts'
import {foldsAs} from './folds-as.ts'
import {forScreen} from './for-screens.ts'
import type {Past} from './past.ts'
import {foldStory} from './story-fold.ts'

/** A pane that begins anew for the screen holds back what comes until the whole of it is sent. */
type Shown = {is: 'live'} | {is: 'stale'} | {is: 'joining'; held: string[]; heldChars: number}

export interface Screen {
  tell(message: KeeperSays): void
  note(note: PaneNote): void
  /** `soon`: somebody typed there a moment ago and looks for the echo. */
  bytes(pane: PaneId, data: string, soon: boolean): void
  gone(pane: PaneId): void
  close(): void
}

export interface ScreenPorts {
  link: ScreenLink
  hello: Hello
  chapters: Chapters
  panes(): PaneNote[]
  whole(pane: PaneId, take: (data: string) => void): void
  /** It has been told what happened up to now, or the gist of it. */
  seen(): void
}

/** Beyond this a screen lags. Panes that it is shown anew do not count: several of them are more, and would make it lag for ever. */
const lagBytes = 4 * 1024 * 1024
/** Held back of one pane while the whole of it is made; beyond this the whole is made again. */
const heldMost = 1024 * 1024
/** What panes print is sent together: each message costs a system call here and a wake-up there. What comes after quiet goes soon. */
const gatherMs = 8
/** By then the screen has it, and what it asks for is done. */
const keepMs = 1000
/** While it goes on it is sent as often as it is drawn: a flood replaces the screen, and is drawn less often. */
const streamMs = 30
const floodMs = 50
const floodChars = 4096

export const openScreen = ({link, hello, chapters, panes, whole, seen}: ScreenPorts): Screen => {
  const over = new AbortController()
  const shown = new Map<PaneId, Shown>()
  let drained = Promise.withResolvers<void>()
  let lags = false
  /** What waited when a pane was last sent whole. */
  let wholeBytes = 0
  /** Printed and not sent yet, in the order of the panes' first bytes. */
  const gathered = new Map<PaneId, string>()
  let sending: NodeJS.Timeout | undefined
  let [sentMs, sentChars] = [Number.NEGATIVE_INFINITY, 0]

  const isLagging = (): boolean => {
    if (!lags && link.waitingBytes() > wholeBytes + lagBytes) lags = true
    return lags
  }
  const join = (pane: PaneId): void => {
    const joining: Shown = {is: 'joining', held: [], heldChars: 0}
    shown.set(pane, joining)
    // The whole holds it.
    gathered.delete(pane)
    whole(pane, (data) => {
      if (shown.get(pane) !== joining || over.signal.aborted) return
      shown.set(pane, {is: 'live'})
      link.send({tell: 'bytes', pane, data, whole: true})
      for (const piece of joining.held) link.send({tell: 'bytes', pane, data: piece})
      wholeBytes = link.waitingBytes()
    })
  }
  const send = (): void => {
    clearTimeout(sending)
    sending = undefined
    if (gathered.size > 0) [sentMs, sentChars] = [performance.now(), 0]
    for (const [pane, data] of gathered) {
      sentChars += data.length
      if (isLagging()) shown.set(pane, {is: 'stale'})
      else link.send({tell: 'bytes', pane, data})
    }
    gathered.clear()
  }
  const bytes = (pane: PaneId, data: string, soon: boolean): void => {
    const state = shown.get(pane)
    if (!state || state.is === 'stale') return
    if (state.is === 'joining') {
      state.held.push(data)
      state.heldChars += data.length
      // The whole that is asked for anew holds all of it.
      if (state.heldChars > heldMost) join(pane)
      return
    }
    gathered.set(pane, (gathered.get(pane) ?? '') + data)
    if (soon) send()
    else sending ??= setTimeout(send, performance.now() - sentMs > 2 * streamMs ? gatherMs : sentChars > floodChars ? floodMs : streamMs)
  }
  link.onDrain(() => {
    lags = false
    wholeBytes = 0
    drained.resolve()
    drained = Promise.withResolvers<void>()
    for (const [pane, {is}] of shown) if (is === 'stale') join(pane)
  })

  const pump = async (): Promise<void> => {
    let isPast = true
    const caughtUp = (): void => {
      isPast = false
      const sample = chapters.sampled()
      if (sample) link.send({tell: 'event', event: sample})
      link.send({tell: 'caught-up'})
      seen()
    }
    const past = async (piece: Past): Promise<(() => void) | undefined> => {
      const folded = await foldStory(piece, (gist) => {
        link.send(gist)
        seen()
      })
      if (!folded) return undefined
      return () => {
        link.send(folded.story)

        setTimeout(folded.keep, keepMs).unref()
      }
    }
    for await (const event of chapters.read(hello.after, over.signal, {caughtUp, ...(hello.folds === foldsAs ? {past} : {})})) {
      if (event.passing && isLagging()) continue
      link.send({tell: 'event', event: forScreen(event as Event, isPast)})
      if (isLagging()) await Promise.race([drained.promise, closed])
    }
  }
  const {promise: closed, resolve: close} = Promise.withResolvers<void>()
  over.signal.addEventListener('abort', () => close(), {once: true})
  link.onClose(() => over.abort())

  for (const note of panes()) {
    link.send({tell: 'pane', pane: note})
    join(note.pane)
  }
  pump().catch((thrown: unknown) => link.send({tell: 'trouble', text: thrown instanceof Error ? thrown.message : String(thrown)}))

  return {
    tell: (message) => link.send(message),
    note: (note) => {
      send()
      link.send({tell: 'pane', pane: note})
      if (!shown.has(note.pane)) join(note.pane)
    },
    bytes,
    gone: (pane) => {
      send()
      shown.delete(pane)
      link.send({tell: 'gone', pane})
    },
    close: () => {
      send()
      over.abort()
      link.close()
    },
  }
}
