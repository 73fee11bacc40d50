// A keeper and screens without a terminal: the real process, the real socket, and what each screen was told, with an
// emulator for each pane as a screen has one.

import {fileURLToPath} from 'node:url'
import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays, PaneId, ScreenSays, SessionNote, Size} from '../../engine/contract/screen.ts'
import type {Flags} from '../../source/context.ts'
import {realClock, realDice} from '../../source/edges.ts'
import {connectKeeper, type KeeperClient} from '../../source/keeper/client.ts'
import {startKeeper} from '../../source/keeper/start.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'
import {testContext} from './context.ts'
import type {Place} from './penguin.ts'

export interface TestScreen {
  client: KeeperClient
  told: KeeperSays[]
  says(message: ScreenSays): void
  say(text: string, when?: 'now' | 'after'): void
  session(): SessionNote | undefined
  events(): Event[]
  /** What a pane shows, lines without the blanks at their end. */
  shows(pane: PaneId): string
  terminal(pane: PaneId): PaneTerminal | undefined
  /** Resolves with the first message that fits, also one that is already there; rejects after 15 s. */
  until(fits: (message: KeeperSays) => boolean, what?: string): Promise<KeeperSays>
  /** The first event of the type from the nth one on. */
  untilEvent(type: Event['type'], nth?: number): Promise<Event>
  /** Polls until it holds; rejects after 15 s. */
  holds(fits: () => boolean, what?: string): Promise<void>
  /** Goes as a killed screen does. */
  drop(): void
}

const patienceMs = 15_000

export const poll = async (fits: () => boolean, what = ''): Promise<void> => {
  const end = performance.now() + patienceMs
  while (!fits()) {
    if (performance.now() > end) throw new Error(`did not come about: ${what || fits.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const contextIn = (place: Pick<Place, 'dir' | 'env'>, flags: Flags = {}) =>
  Object.assign(testContext({cwd: place.dir, env: place.env, flags}), {clock: realClock(), dice: realDice, startedTick: performance.now()})

/** As it is shipped. */
const script = fileURLToPath(new URL('../../dist/keeper.js', import.meta.url))

export const startIn = (place: Place, flags: Flags = {}, graceMs?: number): Promise<string> =>
  startKeeper(contextIn(place, flags), {script, ...(graceMs === undefined ? {} : {graceMs})})

export const openTestScreen = async (word: string, more: {size?: Size; after?: {run: string; seq: number}} = {}): Promise<TestScreen> => {
  const client = await connectKeeper(word, {size: {columns: 80, rows: 24}, ...more})
  const told: KeeperSays[] = []
  const terminals = new Map<PaneId, PaneTerminal>()
  client.on((message) => {
    told.push(message)
    if (message.tell === 'pane') {
      const there = terminals.get(message.pane.pane)
      if (there) there.resize(message.pane.size)
      else terminals.set(message.pane.pane, openTerminal(message.pane.size))
    }
    if (message.tell === 'bytes') terminals.get(message.pane)?.write(message.whole ? `\x1bc${message.data}` : message.data)
    if (message.tell === 'gone') terminals.delete(message.pane)
  })
  const screen: TestScreen = {
    client,
    told,
    says: client.says,
    say: (text, when = 'now') => client.says({do: 'say', text, when}),
    session: () => {
      const found = told.findLast((message) => message.tell === 'session')
      return found?.tell === 'session' ? found.session : undefined
    },
    events: () => told.flatMap((message) => (message.tell === 'event' ? [message.event] : [])),
    terminal: (pane) => terminals.get(pane),
    shows: (pane) => (terminals.get(pane)?.lines() ?? []).join('\n').trimEnd(),
    until: async (fits, what) => {
      await poll(() => told.some(fits), what)
      return told.find(fits) as KeeperSays
    },
    untilEvent: async (type, nth = 1) => {
      const found = (): Event[] => screen.events().filter((event) => event.type === type)
      await poll(
        () => found().length >= nth,
        `${nth} × ${type}; told: ${told
          .slice(-5)
          .map((one) => JSON.stringify(one).slice(0, 200))
          .join('\n')}`,
      )
      return found()[nth - 1] as Event
    },
    holds: poll,
    drop: () => client.close(),
  }
  return screen
}
