// The screen at work: keys in, the keeper's words in, frames out. This is where the pure parts (state, keys, frame) meet
// the terminal and the wire; nothing is decided here.
//
//   bytes ─▶ input ─▶ keymap ─▶ reduce ─▶ state ─▶ chrome (Ink) ─▶ glass ─▶ terminal
//   keeper ─▶ panes (bytes), reduce (the rest)        effects ─▶ keeper, clipboard, editor …
//
// Law 1: the terminal is given back on every way out. Law 2: nothing waits for the keeper: keys typed before it is there
// are taken, what they send is sent once it is. Law 3: nothing is drawn when nothing changed.

import {isLightBackground} from '../../components/screen/features.ts'
import {openInput} from '../../components/screen/input.ts'
import {asFault, type Fault, outcomeOf} from '../../engine/contract/fault.ts'
import {exitCodes} from '../../engine/contract/outcome.ts'
import type {InputEvent, KeeperSays, PaneId, Size} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import {wantsTicks} from '../../stores/reduce.ts'
import type {AppState} from '../../stores/state.ts'
import {openStore} from '../../stores/store.ts'
import {titleOf} from '../../stores/title.ts'
import type {Context} from '../context.ts'
import type {KeeperClient} from '../keeper/client.ts'
import {rootOf} from '../verb/journal-dir.ts'
import {carryOut} from './carry.ts'
import {openComfort} from './comfort.ts'
import {openKeys} from './keys.ts'
import {openPicture} from './picture.ts'
import {openPromptHistory} from './prompt-history.ts'
import type {Lost} from './reach.ts'
import {startOf, type Taste} from './start.ts'
import {openTerms} from './terms.ts'
import type {Tty} from './tty.ts'
import {openWire} from './wire.ts'

export interface ScreenStart {
  tty: Tty
  /** The terminal's settings before raw mode, and whether the alternate screen is on already. */
  settings: string
  isEntered: boolean
  taste: Taste
  /** Sent at once. */
  first: string | undefined
  /** Has a key before anybody else, while nothing lies above the panes and nothing is typed; true when it took it. */
  before?(event: InputEvent, leave: () => void): boolean
  /** The keeper, or whoever speaks like one. */
  reach(size: Size): Promise<KeeperClient>
  /** Another keeper, after the first was killed. */
  again?(size: Size, lost: Lost): Promise<KeeperClient>
}

const tickMs = 1000

/** The keeper's words in batches: one change of the screen for all that came in one breath. */
const batched = (take: (says: readonly KeeperSays[]) => void): ((message: KeeperSays) => void) => {
  let batch: KeeperSays[] = []
  return (message) => {
    batch.push(message)
    if (batch.length > 1) return
    setImmediate(() => {
      const says = batch
      batch = []
      take(says)
    })
  }
}

/** Time goes on only while something is shown that goes with it. */
const openTicking = (tick: () => void) => {
  let timer: NodeJS.Timeout | undefined
  return (on: boolean): void => {
    if (on) timer ??= setInterval(tick, tickMs)
    else {
      clearInterval(timer)
      timer = undefined
    }
  }
}

const lostIn = ({view, session, caughtUp}: AppState): Lost => ({
  pid: session?.pid ?? 0,
  session: session?.session ?? '',
  live: session?.live ?? false,
  queue: session?.queue ?? [],
  settings: session?.settings ?? {},
  ...(view.run.run ? {seen: {run: view.run.run, seq: caughtUp ? view.run.seq : 0}} : {}),
})

const wordsOf = ({msg, hint}: Fault): string => `penguin: ${msg}\n${hint ? `${hint}\n` : ''}`

/** Resolves with the exit code once the person has left or the terminal is gone. */
export const openScreen = async (context: Context, start: ScreenStart): Promise<number> => {
  const {tty, first, before, again} = start
  const {promise: over, resolve: end} = Promise.withResolvers<number>()
  const {promise: seen, resolve: begin} = Promise.withResolvers<void>()
  const reached = seen.then(() => start.reach(tty.size()))
  reached.catch(() => undefined)
  const nowMs = (): number => context.clock.now()
  const history = openPromptHistory(context.env, rootOf(context.cwd))
  const {state, keymap, problems, isThemeOpen} = startOf(context, tty.size(), start.taste, history.entries)
  const store = openStore(state)
  let lastWords = ''
  const dispatch = (action: Action): void => {
    for (const effect of store.dispatch(action)) carryOut(world, effect)
  }
  const type = (pane: PaneId, data: string): void => wire.says({do: 'type', pane, data})
  const {settings, isEntered} = start
  const terms = openTerms({context, tty, settings, isEntered, mouse: state.look.mouse, glass: () => picture.glass})
  const copy = (text: string): void => carryOut(world, {do: 'copy', text})
  const picture = openPicture({store, size: tty.size(), features: terms.features(), dispatch, copy, type, nowMs, gone: () => end(1)})
  const {glass, panes, view} = picture
  const isWorking = (): boolean => store.state().session?.live === true && store.state().session?.replay === undefined
  const leave = (code: number, words = ''): void => {
    lastWords ||= words
    end(code)
  }
  const world = openComfort({context, terms, glass, view, remember: history.remember, dispatch, says: (message) => wire.says(message), isWorking, end: leave})

  const ticking = openTicking(() => dispatch({do: 'tick', at: nowMs()}))
  let titled = ''
  store.onChange((next) => {
    ticking(wantsTicks(next))
    const title = titleOf(next)
    if (title === titled) return
    titled = title
    terms.title(title)
  })

  const keys = openKeys({state: store.state, keymap, dispatch, type, panes, nowMs})
  const takeInput = (event: InputEvent): void => {
    if (event.input === 'reply') {
      if (terms.learn(event)) glass.learn(terms.features())
      const isLight = isThemeOpen && event.what === 'colour' ? isLightBackground(event.text) : undefined
      if (isLight !== undefined && isLight !== (store.state().look.theme === 'light')) dispatch({do: 'background', isLight})
      return
    }
    glass.key()
    const {overlay, mode, editor} = store.state()
    const isFree = overlay === null && mode === 'prompt' && editor.text === ''
    if (!isFree || !before?.(event, () => end(0))) keys.take(event)
  }
  const input = openInput(takeInput)
  tty.onBytes((chunk) => input.feed(chunk))
  tty.onGone(() => end(0))
  tty.onSize((size) => {
    picture.resize(size)
    dispatch({do: 'size', size})
  })

  const told = batched((says) => dispatch({do: 'told', says}))
  /** Agents' panes of a keeper that was killed: what they showed stays until the next one shows them, or does not know them. */
  const orphans = new Set<PaneId>()
  const take = (message: KeeperSays): void => {
    if (message.tell === 'pane') orphans.delete(message.pane.pane)
    if (picture.take(message)) told(message)
    if (message.tell !== 'caught-up') return
    for (const pane of orphans) take({tell: 'gone', pane})
    orphans.clear()
  }
  /** Work was going on when the keeper was lost. */
  let wasLive = false
  const wire = openWire({
    first: reached,
    ...(again ? {again: () => again(tty.size(), lostIn(store.state()))} : {}),
    take,
    here: () => {
      dispatch({do: 'link', state: 'here'})
      if (!wasLive) return
      wasLive = false
      dispatch({do: 'toast', text: "the session's process was killed; another goes on from there", tone: 'bad'})
    },
    lost: () => {
      wasLive ||= store.state().session?.live === true
      for (const {pane, kind} of store.state().panes) {
        if (kind === 'agent') orphans.add(pane)
        else take({tell: 'gone', pane})
      }
      dispatch({do: 'link', state: 'seeking'})
    },
    nobody: () => dispatch({do: 'link', state: 'lost'}),
    failed: (thrown) => {
      const found = asFault(thrown)
      lastWords = wordsOf(found)
      end(exitCodes[outcomeOf(found)])
    },
  })
  if (first) wire.says({do: 'say', text: first, when: 'now'})
  for (const problem of problems) dispatch({do: 'toast', text: problem, tone: 'bad'})
  // Keys that wait are read first and stand in the first frame; then comes whoever will hear them.
  setImmediate(() => {
    picture.begin()
    setImmediate(begin)
  })

  const code = await over
  ticking(false)
  await picture.close()
  await terms.answered()
  terms.leave(lastWords)
  wire.close()
  tty.close()
  return code
}
