// What makes a screen comfortable and belongs to no pane: the clipboard, the person's own editor, files to complete,
// what was said before, being noticed, leaving.

import {notify, ring} from '../../components/screen/modes.ts'
import type {Glass} from '../../components/screen/scene.ts'
import type {ScreenSays} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import type {Context} from '../context.ts'
import type {World} from './carry.ts'
import type {PaneView} from './pane-view.ts'
import type {Terms} from './terms.ts'

export interface ComfortPorts {
  context: Context
  terms: Terms
  glass: Glass
  view: PaneView
  dispatch(action: Action): void
  says(message: ScreenSays): void
  end(code: number): void
}

export const openComfort = ({terms, glass, view, dispatch, says, end}: ComfortPorts): World => ({
  says,
  dispatch,
  view,
  copy: async (text) => {
    glass.say(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)
    return 'copied'
  },
  edit: async () => undefined,
  find: async () => [],
  remember: () => undefined,
  notify: (text) => glass.say(notify(text) + ring),
  mouse: terms.mouse,
  redraw: glass.repaint,
  leave: (stop) => {
    says({do: 'leave', stop})
    end(0)
  },
})
