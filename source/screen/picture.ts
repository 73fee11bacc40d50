// Everything that is seen: the chrome as Ink draws it, the terminals of the panes, what the person looks at in them, and
// the glass that puts all of it on the user's terminal. It follows the store; nothing here changes it.

import {drawApp, drawPrompt} from '../../components/draw.tsx'
import {mountChrome} from '../../components/screen/chrome.tsx'
import {openGlass} from '../../components/screen/glass.ts'
import {ring} from '../../components/screen/modes.ts'
import type {Glass, ScreenFeatures} from '../../components/screen/scene.ts'
import type {KeeperSays, PaneId, Size} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import type {Store} from '../../stores/store.ts'
import {feedPanes} from './carry.ts'
import {openPaneView, type PaneView} from './pane-view.ts'
import {openPanes, type Panes} from './panes.ts'
import {sceneOf} from './scene.ts'

export interface Picture {
  glass: Glass
  panes: Panes
  view: PaneView
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

export const openPicture = ({store, size, features, dispatch, copy, type, nowMs, gone}: PicturePorts): Picture => {
  const chrome = mountChrome(drawApp(store.state()), size)
  const panes = openPanes(
    (pane) => glass.damage(pane === store.state().layout.focus),
    () => glass.say(ring),
  )
  const view = openPaneView({
    panes,
    mode: (mode) => dispatch({do: 'mode', mode}),
    copy,
    say: (text) => dispatch({do: 'toast', text}),
    type,
    damaged: () => glass.damage(true),
    nowMs,
  })
  const glass = openGlass({fd: 1, size, features, chrome: chrome.terminal, scene: () => sceneOf(store.state(), panes, view), gone})
  chrome.onFrame(() => glass.damage(true))
  store.onChange((state) => {
    chrome.over(drawPrompt(state))
    chrome.update(drawApp(state))
    // The caret may have moved over a chrome that stays as it is.
    glass.damage(true)
  })
  return {
    glass,
    panes,
    view,
    take: (message) => {
      if (message.tell === 'gone') view.gone(message.pane)
      return feedPanes(panes, message)
    },
    resize: (next) => {
      chrome.resize(next)
      glass.resize(next)
    },
    close: async () => {
      await glass.close()
      chrome.close()
      panes.close()
    },
  }
}
