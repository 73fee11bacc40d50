// The screen at work: keys in, the keeper's words in, frames out. This is where the pure parts (state, keys, frame) meet
// the terminal and the wire; nothing is decided here.
//
//   bytes ─▶ input ─▶ keymap ─▶ reduce ─▶ state ─▶ chrome (Ink) ─▶ glass ─▶ terminal
//   keeper ─▶ panes (bytes), reduce (the rest)        effects ─▶ keeper, clipboard, editor …
//
// Law 1: the terminal is given back on every way out. Law 2: nothing waits for the keeper: keys typed before it is there
// are taken, what they send is sent once it is. Law 3: nothing is drawn when nothing changed.

import {drawApp} from '../../components/draw.tsx'
import {mountChrome} from '../../components/screen/chrome.tsx'
import {openGlass} from '../../components/screen/glass.ts'
import {openInput} from '../../components/screen/input.ts'
import {asFault, outcomeOf} from '../../engine/contract/fault.ts'
import {exitCodes} from '../../engine/contract/outcome.ts'
import type {InputEvent, KeeperSays, Size} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import {wantsTicks} from '../../stores/reduce.ts'
import type {AppState} from '../../stores/state.ts'
import {openStore} from '../../stores/store.ts'
import type {Context} from '../context.ts'
import type {KeeperClient} from '../keeper/client.ts'
import {rootOf} from '../verb/journal-dir.ts'
import {carryOut, feedPanes} from './carry.ts'
import {openComfort} from './comfort.ts'
import {openKeys} from './keys.ts'
import {openPaneView} from './pane-view.ts'
import {openPanes} from './panes.ts'
import {openPromptHistory} from './prompt-history.ts'
import {sceneOf} from './scene.ts'
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
  /** Has a key before anybody else, while nothing lies above the panes; true when it took it. */
  before?(event: InputEvent, say: (text: string) => void, leave: () => void): boolean
  /** The keeper, or whoever speaks like one. */
  reach(size: Size): Promise<KeeperClient>
  /** Another keeper, after the first was killed; `seen`: the last event that is known of the session. */
  again?(size: Size, seen: {run: string; seq: number} | undefined): Promise<KeeperClient>
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

const seenIn = ({view}: AppState): {run: string; seq: number} | undefined => (view.run.run ? {run: view.run.run, seq: view.run.seq} : undefined)

/** Resolves with the exit code once the person has left or the terminal is gone. */
export const openScreen = async (context: Context, {tty, settings, isEntered, taste, first, before, reach, again}: ScreenStart): Promise<number> => {
  const {promise: over, resolve: end} = Promise.withResolvers<number>()
  const reached = reach(tty.size())
  reached.catch(() => undefined)
  const history = openPromptHistory(context.env, rootOf(context.cwd))
  const {state, keymap, problems} = startOf(context, tty.size(), taste, history.entries)
  const terms = openTerms({
    context,
    tty,
    settings,
    isEntered,
    mouse: state.look.mouse,
    say: (bytes) => glass.say(bytes),
    frames: {lend: () => glass.lend(), takeBack: () => glass.takeBack()},
  })
  const store = openStore(state)
  let focused = false
  let lastWords = ''
  /** Work was going on when the keeper was lost. */
  let wasLive = false

  const chrome = mountChrome(drawApp(store.state()), tty.size())
  const panes = openPanes(
    (pane) => glass.damage(pane === store.state().layout.focus),
    () => glass.say('\x07'),
  )
  const view = openPaneView({
    panes,
    mode: (mode) => dispatch({do: 'mode', mode}),
    copy: (text) => carryOut(world, {do: 'copy', text}),
    say: (text) => dispatch({do: 'toast', text}),
    type: (pane, data) => wire.says({do: 'type', pane, data}),
    damaged: () => glass.damage(true),
    nowMs: () => context.clock.now(),
  })
  const glass = openGlass({
    fd: 1,
    size: tty.size(),
    features: terms.features(),
    chrome: chrome.terminal,
    scene: () => sceneOf(store.state(), panes, view),
    gone: () => end(1),
  })
  chrome.onFrame(() => glass.damage(focused))
  const dispatch = (action: Action): void => {
    for (const effect of store.dispatch(action)) carryOut(world, effect)
  }
  const world = openComfort({context, terms, glass, view, remember: history.remember, dispatch, says: (message) => wire.says(message), end})

  store.onChange((state) => {
    chrome.update(drawApp(state))
    // The caret may have moved over a chrome that stays as it is.
    glass.damage(focused)
    ticking(wantsTicks(state))
  })
  let timer: NodeJS.Timeout | undefined
  /** Time is only shown while something goes on. */
  const ticking = (on: boolean): void => {
    if (on && !timer) timer = setInterval(() => dispatch({do: 'tick', at: context.clock.now()}), tickMs)
    if (on || !timer) return
    clearInterval(timer)
    timer = undefined
  }

  const keys = openKeys({
    state: store.state,
    keymap,
    dispatch,
    type: (pane, data) => wire.says({do: 'type', pane, data}),
    panes,
    nowMs: () => context.clock.now(),
  })
  const input = openInput((event) => {
    if (event.input === 'reply') {
      if (terms.learn(event)) glass.learn(terms.features())
      return
    }
    focused = true
    glass.key()
    const isFree = store.state().overlay === null && store.state().mode === 'prompt'
    if (
      isFree &&
      before?.(
        event,
        (text) => dispatch({do: 'toast', text}),
        () => end(0),
      )
    )
      return
    keys.take(event)
  })
  tty.onBytes((chunk) => input.feed(chunk))
  tty.onGone(() => end(0))
  tty.onSize((size) => {
    chrome.resize(size)
    glass.resize(size)
    dispatch({do: 'size', size})
  })

  const told = batched((says) => dispatch({do: 'told', says}))
  const take = (message: KeeperSays): void => {
    if (message.tell === 'gone') view.gone(message.pane)
    if (feedPanes(panes, message)) told(message)
  }
  const wire = openWire({
    first: reached,
    ...(again ? {again: () => again(tty.size(), seenIn(store.state()))} : {}),
    take,
    here: () => {
      dispatch({do: 'link', state: 'here'})
      if (!wasLive) return
      wasLive = false
      dispatch({do: 'toast', text: "the session's process was killed; another goes on from there", tone: 'bad'})
      wire.says({do: 'say', text: '', when: 'now'})
    },
    lost: () => {
      wasLive ||= store.state().session?.live === true
      // Their terminals went with the keeper.
      for (const {pane} of store.state().panes) take({tell: 'gone', pane})
      dispatch({do: 'link', state: 'lost'})
    },
    failed: (thrown) => {
      const found = asFault(thrown)
      lastWords = `penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`
      end(exitCodes[outcomeOf(found)])
    },
  })
  if (first) wire.says({do: 'say', text: first, when: 'now'})
  for (const problem of problems) dispatch({do: 'toast', text: problem, tone: 'bad'})
  glass.damage()

  const code = await over
  ticking(false)
  await glass.close()
  await terms.answered()
  terms.leave(lastWords)
  wire.close()
  chrome.close()
  panes.close()
  tty.close()
  return code
}
