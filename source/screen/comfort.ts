// What makes a screen comfortable and belongs to no pane: the clipboard, the person's own editor, files to complete,
// what was said before, being noticed, leaving.

import {notify, ring} from '../../components/screen/modes.ts'
import type {Glass} from '../../components/screen/scene.ts'
import type {ScreenSays} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import {replaced, textOf} from '../../stores/editor.ts'
import type {Context} from '../context.ts'
import {rootOf} from '../verb/journal-dir.ts'
import type {World} from './carry.ts'
import {openClipboard} from './clipboard.ts'
import {editOutside} from './external-editor.ts'
import {openProjectFiles, type ProjectFiles} from './files.ts'
import type {PaneView} from './pane-view.ts'
import type {Terms} from './terms.ts'

export interface ComfortPorts {
  context: Context
  terms: Terms
  glass: Glass
  view: PaneView
  remember(text: string): void
  dispatch(action: Action): void
  says(message: ScreenSays): void
  /** An agent is at work, or waits for an answer. */
  isWorking(): boolean
  /** `words`: for the shell, once the terminal is given back. */
  end(code: number, words?: string): void
}

const goesOn = 'penguin: the work goes on; penguin shows it again\n'

export const openComfort = ({context, terms, glass, view, remember, dispatch, says, isWorking, end}: ComfortPorts): World => {
  const {env} = context
  const clipboard = openClipboard({env, say: glass.say})
  let files: ProjectFiles | undefined
  return {
    says,
    dispatch,
    view,
    copy: async (text) => (await clipboard.copy(text)).text,
    edit: async ({editor}) => {
      const found = await editOutside(textOf(editor), {env, lend: terms.lend})
      if (found.ok) dispatch({do: 'edited', editor: replaced(editor, found.text)})
      else dispatch({do: 'toast', text: found.why, tone: 'bad'})
    },
    find: async (text) => {
      files ??= openProjectFiles(rootOf(context.cwd), {nowMs: () => performance.now()})
      return files.find(text)
    },
    remember,
    notify: (text) => glass.say(notify(text) + ring),
    mouse: terms.mouse,
    redraw: glass.repaint,
    suspend: terms.suspend,
    leave: (stop) => {
      says({do: 'leave', stop})
      end(0, !stop && isWorking() ? goesOn : '')
    },
  }
}
