// All that the screen knows, as plain data. Components draw it and nothing else; `reduce` alone changes it. No
// function, socket or terminal lives here, and nothing that the journal has not told or the person not done.

import type {Choice, ChoicesOf, PaneId, PaneNote, SessionNote, Size} from '../engine/contract/screen.ts'
import type {Editor} from './editor-state.ts'
import {type Keymap, remap} from './keymap.ts'
import {type Layout, noLayout} from './layout.ts'
import type {Grip} from './layout-move.ts'
import type {ThemeName} from './theme.ts'
import type {AskView} from './view/asks.ts'
import {type View, viewFold} from './view/view.ts'

export type ListView = 'palette' | 'help' | 'plan' | 'timeline' | 'evidence' | 'spend' | 'log' | 'diff' | 'story' | 'pick'

/** What there is to choose from. */
export interface PickList {
  title: string
  /** Who was asked for the choices; null: nobody, they are known here. */
  of: ChoicesOf | null
  /** null: on their way. */
  choices: readonly Choice[] | null
  /** What cannot be had of them, in words. */
  wrong: string
  /** The line that is run, less the choice: `/resume`. */
  takes: string
  /** What Tab writes into the prompt, where it is another. */
  writes: string
  /** What Enter does, for the border. */
  does: string
}

/** A view over the panes. */
export interface Overlay {
  view: ListView
  /** What its list is narrowed down to. */
  filter: Editor
  /** The filter takes the keys. */
  filtering: boolean
  /** The selected line. */
  at: number
  /** The first line that is seen. */
  top: number
  /** Keys of lines that are unfolded. */
  open: readonly string[]
  /** Of the view `pick`. */
  pick?: PickList
}

/** The answer that is being given to the oldest open ask. */
export interface Card {
  ask: string
  /** The selected choice. */
  at: number
  /** A message, an answer or a plan being written; null while a choice is being made. */
  typed: Editor | null
  /** What is written, and the choice that goes with it. */
  writes: 'why' | 'answer' | 'plan' | 'rule' | null
  choice: string
  /** First line of the text that is seen. */
  top: number
  /** It came while the person was typing elsewhere: it takes no key until they turn to it. */
  asleep: boolean
  /** When it came, ms since 1970. */
  since: number
}

/** What could be typed next. */
export interface Popup {
  kind: 'command' | 'argument' | 'file'
  /** The characters that an item replaces, from here to the caret. */
  from: number
  typed: string
  items: readonly {text: string; about: string}[]
  at: number
}

export interface Toast {
  text: string
  tone: 'plain' | 'good' | 'bad'
  until: number
}

export interface Look {
  theme: ThemeName
  /** False: nothing moves that does not have to. */
  motion: boolean
  mouse: boolean
  vim: boolean
  diff: 'unified' | 'side'
}

export interface AppState {
  size: Size
  /** ms since 1970, as of the last action that brought a time; of a replay the time at which it happened. */
  now: number
  /** How far the person's own time is ahead of `now`. */
  aheadMs: number
  /** The person's clock, ms ahead of UTC. */
  zoneMs: number
  link: 'joining' | 'here' | 'seeking' | 'lost'
  caughtUp: boolean
  session: SessionNote | null
  panes: readonly PaneNote[]
  layout: Layout
  /** The focus goes to whoever begins to work, until the person has moved it. */
  follows: boolean
  view: View
  editor: Editor
  /** Who gets the keys: the prompt, the terminal of the pane in focus, or copy mode. */
  mode: 'prompt' | 'pane' | 'copy'
  overlay: Overlay | null
  card: Card | null
  /** Questions of the keeper, and of the screen itself. */
  keeperAsks: readonly AskView[]
  /** Asks that the person put off with Escape; they stay open and marked. */
  later: readonly string[]
  popup: Popup | null
  toasts: readonly Toast[]
  /** What is said of a setting once the keeper has taken it; '' when none is on its way. */
  setting: string
  look: Look
  keymap: Keymap
  grip: Grip | null
  /** Keys of a chord that has begun. */
  chord: string
  /** The id of the next `open` wish, and what those on their way are for. */
  nextOpen: number
  opening: Readonly<Record<number, 'type' | 'look'>>
  /** Sizes that were asked for, by pane. */
  asked: Readonly<Record<PaneId, Size>>
  /** Panes that are scrolled back: they stand still, and say so. */
  scrolled: readonly PaneId[]
  /** First row of the prompt that is seen. */
  promptTop: number
  /** The keeper's last word, when it has ended. */
  over: string
}

export const newState = (options: {size: Size; editor: Editor; look: Look; now: number; zoneMs?: number; keymap?: Keymap}): AppState => ({
  size: options.size,
  now: options.now,
  aheadMs: 0,
  zoneMs: options.zoneMs ?? 0,
  link: 'joining',
  caughtUp: false,
  session: null,
  panes: [],
  layout: noLayout,
  follows: true,
  view: viewFold.empty,
  editor: options.editor,
  mode: 'prompt',
  overlay: null,
  card: null,
  keeperAsks: [],
  later: [],
  popup: null,
  toasts: [],
  setting: '',
  look: options.look,
  keymap: options.keymap ?? remap().keymap,
  grip: null,
  chord: '',
  nextOpen: 1,
  opening: {},
  asked: {},
  scrolled: [],
  promptTop: 0,
  over: '',
})
