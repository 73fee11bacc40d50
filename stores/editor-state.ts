// What the prompt is at one moment: text, caret, selection, what was cut, what can be undone, what was pasted, what was
// said before. Plain data that every step replaces whole; nothing here moves or edits.

/** UTF-16 offsets into the text, `to` not included. */
export interface Span {
  from: number
  to: number
}

/** A large paste stands in the text as its token and is written out when the text is sent. */
export interface Paste {
  token: string
  text: string
}

export interface Moment {
  text: string
  caret: number
}

/** Vim keys: off while undefined. */
export interface Vim {
  mode: 'insert' | 'normal' | 'visual' | 'visual line'
  /** Keys of an unfinished command: `2d`, `ci`. */
  keys: string
  /** What `y`, `d`, `c` and `x` keep; whole lines end in a newline. */
  register: string
  /** The last change, for `.`: its keys, and what was typed in insert mode after them. */
  again?: {keys: string; put: string}
  /** Since insert mode began: the text before the caret, and how much stood behind it. */
  entry?: {head: string; tail: number}
}

export interface Finding {
  query: string
  /** Index into the history; -1 while nothing matches. */
  entry: number
  /** The text before the search began. */
  before: Moment
}

/** What the last step was: it decides whether cuts join, whether typing is one undo, whether a yank can turn. */
export type Act = 'none' | 'type' | 'delete' | 'kill' | 'yank' | 'move'

export interface Editor {
  text: string
  caret: number
  /** The other end of the selection. */
  anchor?: number
  /** Cells of a row, for moving up and down through wrapped lines. */
  columns: number
  /** The column that moves up and down aim at. */
  goal?: number
  act: Act
  kills: readonly string[]
  /** Where the last yank stands, and which of the kills it is. */
  yanked?: Span & {kill: number}
  past: readonly Moment[]
  future: readonly Moment[]
  pastes: readonly Paste[]
  /** Oldest first. */
  history: readonly string[]
  /** Which entry of the history is shown; undefined: the draft. */
  entry?: number
  draft: string
  finding?: Finding
  vim?: Vim
}

export const newEditor = (options: {history?: readonly string[]; columns?: number; vim?: boolean} = {}): Editor => ({
  text: '',
  caret: 0,
  columns: options.columns ?? 80,
  act: 'none',
  kills: [],
  past: [],
  future: [],
  pastes: [],
  history: options.history ?? [],
  draft: '',
  ...(options.vim ? {vim: {mode: 'insert', keys: '', register: ''}} : {}),
})

/** The selected stretch, ends in order; undefined when nothing is. */
export const selectionOf = ({anchor, caret}: Editor): Span | undefined =>
  anchor === undefined || anchor === caret ? undefined : {from: Math.min(anchor, caret), to: Math.max(anchor, caret)}

const pastLimit = 500

export const momentOf = ({text, caret}: Editor): Moment => ({text, caret})

/** One edit: the stretch is replaced, the caret stands behind what came in. Steps of one kind in a row are one undo. */
export const edited = (editor: Editor, span: Span, put: string, act: Act, joins = false): Editor => {
  const text = editor.text.slice(0, span.from) + put + editor.text.slice(span.to)
  const past = joins && editor.act === act ? editor.past : [...editor.past.slice(-pastLimit), momentOf(editor)]
  return {...editor, text, caret: span.from + put.length, anchor: undefined, goal: undefined, yanked: undefined, act, past, future: []}
}

export const moved = (editor: Editor, caret: number, keepsAnchor = false): Editor => ({
  ...editor,
  caret,
  anchor: keepsAnchor ? (editor.anchor ?? editor.caret) : undefined,
  goal: undefined,
  yanked: undefined,
  act: 'move',
})
