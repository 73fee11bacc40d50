// A run of earlier days as if its keeper were there: the same messages, made from the journal, at the pace at which it
// happened. A screen cannot tell the difference, but that nobody answers. What its panes show is made by the face,
// so a replay needs no recorded bytes; nothing is told that is not in the journal.

import type {Clock} from '../../engine/base/clock.ts'
import type {Event, EventOf} from '../../engine/contract/event.ts'
import type {Journal, RunInfo} from '../../engine/contract/journal.ts'
import type {KeeperSays, PaneNote, SessionNote, Size} from '../../engine/contract/screen.ts'
import {type Face, openFace} from '../../engine/fold/face.ts'
import type {KeeperClient} from '../keeper/client.ts'
import {openPlayer, type Player} from './player.ts'

export interface ReplayOptions {
  journal: Journal
  run: RunInfo
  clock: Clock
  version: string
  size: Size
  colour: boolean
  /** Default 1. */
  speed?: number
  /** Begins with all up to this event told. */
  at?: number
  maxGapMs?: number
}

/**
 * The wire of a keeper, and the hands on the tape. Going back tells a session without a name, then the run's own: all
 * that a screen knew is void.
 */
export interface Replay extends KeeperClient, Omit<Player, 'close' | 'ended'> {
  /** Of the last event there is. */
  lastSeq: number
  /** Resolves at the end of the run; a replay goes on being there. */
  ended: Promise<void>
}

interface Pane {
  note: PaneNote
  face: Face
  /** Not told yet, while a jump lasts. */
  held: string
  /** The pane begins anew with what is held. */
  whole: boolean
  /** Something of this agent was seen. */
  began: boolean
}

/** A border that is moved gives many sizes, of which the last one counts. */
const settleMs = 30

/** Of a screen's wishes only `size` and `leave` can be met. */
const deaf = 'this is a replay: nobody is here to hear it'

export const openReplay = (options: ReplayOptions): Replay => {
  const {journal, run, clock, colour} = options
  const {promise: gone, resolve: leave} = Promise.withResolvers<string>()
  const panes = new Map<string, Pane>()
  const waiting: KeeperSays[] = []
  const resized = new Set<string>()
  const over = new AbortController()
  let take: ((message: KeeperSays) => void) | undefined
  let paneSize: Size = options.size
  let caughtUp = false

  const tell = (message: KeeperSays): void => {
    if (take) take(message)
    else waiting.push(message)
  }
  /** A word to the person that is no part of the story. */
  const remark = (text: string, ok = true): void => tell({tell: 'answered', id: 0, ok, text})

  const empty: SessionNote = {
    version: options.version,
    session: '',
    pid: 0,
    root: '',
    cwd: '',
    run: '',
    live: false,
    settings: {},
    route: '',
    queue: [],
    screens: 1,
    replay: {seq: 0, lastSeq: run.lastSeq, speed: options.speed ?? 1, paused: false, ended: false},
  }
  let session = empty
  const note = (change: Partial<SessionNote>): void => {
    session = {...session, ...change}
    tell({tell: 'session', session})
  }

  const opened = ({body}: EventOf<'run.opened'>): void =>
    note({root: body.root, cwd: body.cwd, route: Object.values(body.routes)[0]?.[0] ?? '', sandbox: body.sandbox, live: true})

  const paneOf = (agent: string, role: string): Pane => {
    const known = panes.get(agent)
    if (known) return known
    const pane: Pane = {
      note: {pane: agent, kind: 'agent', title: role, size: paneSize},
      face: openFace({columns: paneSize.columns, colour, agent}),
      held: '',
      whole: true,
      began: true,
    }
    panes.set(agent, pane)
    tell({tell: 'pane', pane: pane.note})
    return pane
  }
  const show = (pane: Pane): void => {
    if (!pane.held && !pane.whole) return
    tell({tell: 'bytes', pane: pane.note.pane, data: pane.held, ...(pane.whole ? {whole: true} : {})})
    pane.held = ''
    pane.whole = false
  }
  const print = (event: Event, jump: boolean): void => {
    if (event.agent !== undefined) paneOf(event.agent, event.role ?? '')
    for (const pane of panes.values()) {
      pane.held += pane.face.step(event)
      if (!jump) show(pane)
    }
    const pane = panes.get(event.agent ?? '')
    if (!pane) return
    const ended = event.type === 'role.left' || event.type === 'role.lost' ? event.body.why : event.type === 'role.hired' ? undefined : pane.note.ended
    if (ended === pane.note.ended) return
    const {ended: _, ...note} = pane.note
    pane.note = ended === undefined ? note : {...note, ended}
    tell({tell: 'pane', pane: pane.note})
  }

  let tape: Player | undefined
  const tellPlace = (): void => {
    if (tape) note({replay: {...tape.place(), lastSeq: run.lastSeq}})
  }
  const deliver = (event: Event, jump: boolean): void => {
    if (event.type === 'run.opened') opened(event)
    tell({tell: 'event', event})
    print(event, jump)
    if (event.type === 'run.closed') note({live: false})
    if (!jump) tellPlace()
  }
  const begin = (): void => {
    for (const pane of panes.keys()) tell({tell: 'gone', pane})
    panes.clear()
    session = {...empty, replay: session.replay}
    if (caughtUp) note({})
    note({session: run.session, run: run.run})
  }
  const landed = (): void => {
    for (const pane of panes.values()) show(pane)
    if (caughtUp) return
    tell({tell: 'caught-up'})
    caughtUp = true
  }

  const player = openPlayer(
    {
      clock,
      read: (after) => journal.read({run: run.run, after, whole: true}),
      deliver,
      landed,
      begin,
      speed: options.speed ?? 1,
      maxGapMs: options.maxGapMs,
    },
    options.at,
  )

  /** What is done to the tape is seen at once. */
  const seen =
    <Words extends unknown[]>(act: (...words: Words) => void) =>
    (...words: Words): void => {
      act(...words)
      tellPlace()
    }
  tape = player
  tellPlace()
  void player.ended.then(tellPlace)

  /** What panes show is a fold: at another width they are told as if they had always had it. */
  const fold = async (): Promise<void> => {
    await clock.sleep(settleMs, over.signal).catch(() => undefined)
    if (over.signal.aborted) return
    const anew = new Map(
      [...resized].flatMap((agent) => panes.get(agent) ?? []).map((pane) => [pane, openFace({columns: pane.note.size.columns, colour, agent: pane.note.pane})]),
    )
    resized.clear()
    for (const [pane, face] of anew) Object.assign(pane, {face, held: '', whole: true, began: false})
    for (const event of journal.read({run: run.run, until: player.place().seq, whole: true}))
      for (const pane of anew.keys()) {
        pane.began ||= event.agent === pane.note.pane
        if (pane.began) pane.held += pane.face.step(event)
      }
    for (const pane of anew.keys()) show(pane)
  }
  const resize = (agent: string, size: Size): void => {
    const pane = panes.get(agent)
    if (!pane) return
    // New panes will have about this size too.
    paneSize = size
    const same = pane.note.size.columns === size.columns
    pane.note = {...pane.note, size}
    tell({tell: 'pane', pane: pane.note})
    if (same) return
    resized.add(agent)
    if (resized.size === 1) void fold()
  }
  const close = (why = ''): void => {
    player.close()
    over.abort()
    take = () => undefined
    leave(why)
  }

  return {
    ...player,
    pause: seen(player.pause),
    resume: seen(player.resume),
    seek: seen(player.seek),
    speed: seen(player.speed),
    lastSeq: run.lastSeq,
    gone,
    on: (listen) => {
      take = listen
      for (const message of waiting.splice(0)) listen(message)
    },
    says: (message) => {
      if (message.do === 'size') resize(message.pane, message.size)
      else if (message.do === 'leave') close()
      else if (message.do === 'open') tell({tell: 'answered', id: message.id, ok: false, text: deaf})
      else if (message.do !== 'hello') remark(deaf, false)
    },
    close: () => close(),
  }
}
