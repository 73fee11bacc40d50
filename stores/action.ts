// What can happen to the screen, and what it asks of the world in return. Data only: an action is a fact that has
// happened (words of the keeper, a key already resolved, time), an effect a wish that the edge carries out.

import type {InputEvent, KeeperSays, PaneId, ScreenSays, Size} from '../engine/contract/screen.ts'
import type {Editor} from './editor-state.ts'
import type {CommandId} from './keys.ts'

export type Action =
  /** One batch of what the keeper told; a batch is one change of the screen. */
  | {do: 'told'; says: readonly KeeperSays[]}
  /** A key has given a command, or a line of the palette. */
  | {do: 'command'; command: CommandId; digit?: number; at?: number}
  /** What the key table leaves to whoever takes text now: the prompt, a filter, a message to an agent. */
  | {do: 'typed'; event: InputEvent}
  /** A chord has begun, or has come to nothing. */
  | {do: 'chord'; keys: string; unknown?: true}
  /** The prompt as the person's own editor gave it back, or as a file or an image was put into it. */
  | {do: 'edited'; editor: Editor}
  /** Files that fit what is typed after `@`; `for` names the question. */
  | {do: 'found'; for: string; items: readonly string[]}
  | {do: 'mouse'; event: Extract<InputEvent, {input: 'mouse'}>}
  | {do: 'size'; size: Size}
  | {do: 'tick'; at: number}
  /** The terminal has told its background. */
  | {do: 'background'; isLight: boolean}
  /** Something for a moment in the corner. */
  | {do: 'toast'; text: string; tone?: 'plain' | 'good' | 'bad'}
  /** Who gets the keys: copy mode has begun or ended. */
  | {do: 'mode'; mode: 'prompt' | 'pane' | 'copy'}
  /** The person has scrolled a pane back from its end, or it follows again. */
  | {do: 'scrolled'; pane: PaneId; isBack: boolean}
  /** The socket to the keeper broke and another is looked for, came back, or will not come back. */
  | {do: 'link'; state: 'here' | 'seeking' | 'lost'}

export type Effect =
  | {do: 'send'; says: ScreenSays}
  | {do: 'copy'; text: string}
  /** The person's editor with the prompt; its answer comes as `edited`. */
  | {do: 'edit'; editor: Editor}
  | {do: 'leave'; stop: boolean}
  | {do: 'suspend'}
  | {do: 'redraw'}
  /** Wants to be noticed: bell, OSC 9. */
  | {do: 'notify'; text: string}
  | {do: 'mouse'; on: boolean}
  /** A command of copy mode, scrolling or search for the terminal of a pane. */
  | {do: 'pane'; pane: PaneId; command: CommandId}
  /** A text to search for in the scrollback of a pane. */
  | {do: 'search'; pane: PaneId; text: string}
  /** A mouse event over the body of a pane, in cells of the body. */
  | {do: 'pane-mouse'; pane: PaneId; event: Extract<InputEvent, {input: 'mouse'}>}
  /** A line that was sent, for the history. */
  | {do: 'remember'; text: string}
  /** Files like this, please; the answer is `found` with the same `for`. */
  | {do: 'find'; for: string}

export interface Reduced<S> {
  state: S
  effects: readonly Effect[]
}
