// Everything that is seen: the chrome as Ink draws it, the terminals of the panes, what the person looks at in them, and
// the glass that puts all of it on the user's terminal. It follows the store; nothing here changes it.
//
//   early picture, prompt that takes keys ──Ink is loaded──▶ the whole chrome          (what is typed is seen in both)

import {drawEarly, drawPrompt} from '../../components/early.ts'
import {openCanvas} from '../../components/screen/canvas.ts'
import type {Chrome} from '../../components/screen/chrome.tsx'
import {openGlass} from '../../components/screen/glass.ts'
import {ring} from '../../components/screen/modes.ts'
import type {Glass, ScreenFeatures} from '../../components/screen/scene.ts'
import type {KeeperSays, PaneId, Size} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import type {AppState} from '../../stores/state.ts'
import type {Store} from '../../stores/store.ts'
import {feedPanes} from './carry.ts'
import {openPaneView, type PaneView} from './pane-view.ts'
import {openPanes, type Panes} from './panes.ts'
import {sceneOf} from './scene.ts'
import {growSlowly} from './slow-heap.ts'

export interface Picture {
  glass: Glass
  panes: Panes
  view: PaneView
  /** Draws the first frame. */
  begin(): void
  /** What the keeper said of panes; true when the state is to hear of it too. */
  take(message: KeeperSays): boolean
  resize(size: Size): void
  /** The last frame is out. */
  close(): Promise<void>
}

export interface PicturePorts {
  store: Store
  size: Size
  features: ScreenFeatures
  dispatch(action: Action): void
  copy(text: string): void
  type(pane: PaneId, data: string): void
  nowMs(): number
  /** The terminal cannot be written to any more. */
  gone(): void
}

const pageMs = 150

/** Nothing is there yet that needs Ink. */
const isEarly = ({panes, overlay, card, popup, toasts}: AppState): boolean =>
  panes.length === 0 && overlay === null && card === null && popup === null && toasts.length === 0

export const openPicture = ({store, size, features, dispatch, copy, type, nowMs, gone}: PicturePorts): Picture => {
  const canvas = openCanvas(size)
  let ink: {chrome: Chrome; draw(state: AppState): void} | undefined
  let [isLoading, isClosed] = [false, false]
  const draw = (state: AppState): void => {
    canvas.over(drawPrompt(state))
    if (ink) inkDraws(state)
    else if (isEarly(state)) canvas.show(drawEarly(state))
  }
  let late: NodeJS.Timeout | undefined
  let isToldEach = false
  /** A long story of which each event is told is not drawn at each of its pages. */
  const inkDraws = (state: AppState): void => {
    const isPage = isToldEach && !state.caughtUp
    if (late && isPage) return
    clearTimeout(late)
    late = undefined
    ink?.draw(state)
    if (!isPage) return
    late = setTimeout(() => {
      late = undefined
      ink?.draw(store.state())
    }, pageMs)
  }
  const loadInk = async (): Promise<void> => {
    if (isLoading) return
    isLoading = true
    const [{mountChrome}, {drawApp}] = await Promise.all([import('../../components/screen/chrome.tsx'), import('../../components/draw.tsx')])
    if (isClosed) return
    const state = store.state()
    const chrome = mountChrome(drawApp(state), state.size, canvas)
    ink = {chrome, draw: (next) => chrome.update(drawApp(next))}
    growSlowly()
  }
  const panes = openPanes({
    damaged: (pane) => glass.damage(pane === store.state().layout.focus),
    bell: () => glass.say(ring),
    scrolled: (pane, isBack) => dispatch({do: 'scrolled', pane, isBack}),
  })
  const view = openPaneView({
    panes,
    mode: (mode) => dispatch({do: 'mode', mode}),
    copy,
    say: (text) => dispatch({do: 'toast', text}),
    type,
    damaged: () => glass.damage(true),
    nowMs,
  })
  // What was typed up to the first frame stands in it: now something may take its time.
  const out = (): void => void setImmediate(() => void loadInk())
  const glass = openGlass({fd: 1, size, features, chrome: canvas.terminal, scene: () => sceneOf(store.state(), panes, view), out, gone})
  canvas.onFrame(() => glass.damage(true))
  store.onChange((state) => {
    draw(state)
    // The caret may have moved over a chrome that stays as it is.
    glass.damage(true)
  })
  return {
    glass,
    panes,
    view,
    begin: () => draw(store.state()),
    take: (message) => {
      if (message.tell === 'gone') view.gone(message.pane)
      if (message.tell === 'event') isToldEach = true
      // Somebody waits for it as for the echo of a key.
      if (message.tell === 'story') glass.key()
      return feedPanes(panes, message)
    },
    resize: (next) => {
      if (ink) ink.chrome.resize(next)
      else canvas.resize(next)
      glass.resize(next)
    },
    close: async () => {
      isClosed = true
      clearTimeout(late)
      await glass.close()
      if (ink) ink.chrome.close()
      else canvas.close()
      panes.close()
    },
  }
}
