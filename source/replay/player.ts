// Plays the events of a run over time: each when it was due, by the clock that is handed in, faster or slower, paused,
// or from another place. It knows the order and the time of events and nothing of what they say.
//
//   playing ⇄ paused        playing ──last event──▶ at the end ──seek──▶ playing        any ──close──▶ closed
//
// Law: every event up to the place is delivered, in order, whatever is jumped over; going back begins anew.

import type {Clock} from '../../engine/base/clock.ts'
import type {Event} from '../../engine/contract/event.ts'

export interface PlayerOptions {
  clock: Clock
  /** The events after a seq, from the journal. */
  read(after: number): Iterable<Event>
  /** `jump`: one of many that are told at once. */
  deliver(event: Event, jump: boolean): void
  /** A jump is over: what was gathered may be shown. */
  landed(): void
  /** All is told from the first event again. */
  begin(): void
  /** Story seconds in one second; infinite: all at once. */
  speed: number
  /** Nothing happened for longer: so much of it is waited for. */
  maxGapMs?: number
}

export interface Place {
  /** Of the last event that was delivered. */
  seq: number
  speed: number
  paused: boolean
  ended: boolean
}

export interface Player {
  place(): Place
  pause(): void
  resume(): void
  /** Shows the run as it stood after this event. */
  seek(seq: number): void
  speed(times: number): void
  close(): void
  /** Resolves at the end of the run, or when closed. */
  ended: Promise<void>
}

/** Longer pauses are nobody's story: a person thought, or a machine slept. */
const maxGapMs = 2000

/** After so many events the rest of the process has its turn. */
const breath = 256

export const openPlayer = (options: PlayerOptions, at = 0): Player => {
  const {clock, deliver} = options
  const longest = options.maxGapMs ?? maxGapMs
  const {promise: ended, resolve: end} = Promise.withResolvers<void>()
  let turned = new AbortController()
  let speed = options.speed
  let paused = false
  let closed = false
  let atEnd = false
  let seq = 0
  let events = options.read(0)[Symbol.iterator]()
  let pending: Event | undefined
  /** The time of the last event, in the story's own time. */
  let lastAt: number | undefined
  let dueMs = 0
  // Story time that had passed when the clock was last looked at.
  let storyMs = 0
  let tickMs = clock.tick()

  const passed = (): number => {
    const now = clock.tick()
    if (Number.isFinite(speed) && !paused) storyMs += (now - tickMs) * speed
    tickMs = now
    return storyMs
  }
  const turn = (): void => {
    const before = turned
    turned = new AbortController()
    before.abort()
  }

  const pull = (): void => {
    const next = events.next()
    pending = next.done ? undefined : next.value
    if (!pending) return
    dueMs += Math.min(longest, Math.max(0, pending.at - (lastAt ?? pending.at)))
    lastAt = pending.at
  }
  const tell = (jump: boolean): void => {
    if (!pending) return
    seq = pending.seq
    // At once, and from here on slowly again: what comes next still has its own time.
    storyMs = Math.max(storyMs, dueMs)
    deliver(pending, jump)
    pull()
  }
  const rewind = (): void => {
    events = options.read(0)[Symbol.iterator]()
    seq = 0
    storyMs = 0
    dueMs = 0
    lastAt = undefined
    options.begin()
    pull()
  }
  const goTo = (wanted: number): void => {
    passed()
    if (wanted < seq) rewind()
    while (pending && pending.seq <= wanted) tell(true)
    atEnd = !pending
    options.landed()
  }

  const halted = (): Promise<void> => new Promise((resolve) => turned.signal.addEventListener('abort', () => resolve(), {once: true}))
  const play = async (): Promise<void> => {
    let told = 0
    while (!closed) {
      atEnd = !pending
      if (atEnd) end()
      if (paused || !pending) {
        await halted()
        continue
      }
      const waitMs = (dueMs - passed()) / speed
      if (waitMs <= 0) {
        tell(false)
        told += 1
        if (told % breath === 0) await clock.sleep(0)
      }
      // Turned meanwhile: the waiting is over, and what is due is asked again.
      else await clock.sleep(waitMs, turned.signal).catch(() => undefined)
    }
  }

  options.begin()
  pull()
  goTo(at)
  void play()

  return {
    place: () => ({seq, speed, paused, ended: atEnd}),
    pause: () => {
      passed()
      paused = true
      turn()
    },
    resume: () => {
      passed()
      paused = false
      turn()
    },
    seek: (wanted) => {
      goTo(wanted)
      turn()
    },
    speed: (times) => {
      passed()
      speed = times
      turn()
    },
    close: () => {
      closed = true
      end()
      turn()
    },
    ended,
  }
}
