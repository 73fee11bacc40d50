// Vim's keys in the prompt, for those who asked for them: normal and insert mode, counts, operators with motions, put,
// undo, visual mode, and `.` for the last change once more. Keys gather until they make a command or can make none; then they are forgotten.

import type {InputEvent} from '../engine/contract/screen.ts'
import {editCommands} from './editor-edit.ts'
import {type Editor, edited, moved, type Span, type Vim} from './editor-state.ts'
import {kindAt, leftOf, lineEnd, lineStart, rightOf, visualSpan} from './editor-text.ts'
import {linesSpan, reachOf, spanOf, wordAround} from './editor-vim-motion.ts'

type KeyEvent = Extract<InputEvent, {input: 'key'}>

const isRedo = (event: KeyEvent): boolean => event.ctrl && !event.alt && event.key === 'r'

/** The keys that are Vim's before they are anybody's: Escape while it means something, all that types in normal mode. */
export const vimEscapes = ({vim}: Editor, event: KeyEvent): boolean => {
  if (!vim) return false
  if (event.key === 'escape') return vim.mode !== 'normal' || vim.keys !== ''
  return vim.mode !== 'insert' && (event.text !== '' || isRedo(event) || (event.key === 'backspace' && !event.alt && !event.ctrl))
}

const withVim = (editor: Editor, change: Partial<Vim>): Editor => (editor.vim ? {...editor, vim: {...editor.vim, ...change}} : editor)

/** In normal mode the caret stands on a character, never behind the last of a line. */
const onCharacter = (editor: Editor): Editor => {
  const {text, caret} = editor
  const end = lineEnd(text, caret)
  return caret === end && caret > lineStart(text, caret) ? {...editor, caret: leftOf(editor, caret)} : editor
}

const toNormal = (editor: Editor): Editor => {
  const start = lineStart(editor.text, editor.caret)
  const caret = editor.vim?.mode === 'insert' && editor.caret > start ? leftOf(editor, editor.caret) : editor.caret
  return withVim(onCharacter(moved(editor, caret)), {mode: 'normal', keys: '', entry: undefined})
}

const toInsert = (editor: Editor, caret: number): Editor =>
  withVim(moved(editor, caret), {mode: 'insert', keys: '', entry: {head: editor.text.slice(0, caret), tail: editor.text.length - caret}})

/** What was typed since insert mode began; nothing when more was changed than that. */
const typedIn = ({text, vim}: Editor): string => {
  const {head = '', tail = 0} = vim?.entry ?? {}
  return vim?.entry && text.startsWith(head) && text.length >= head.length + tail ? text.slice(head.length, text.length - tail) : ''
}

const leavesInsert = (editor: Editor): Editor => {
  const {again} = editor.vim ?? {}
  return toNormal(again ? withVim(editor, {again: {...again, put: typedIn(editor)}}) : editor)
}

const opens = (editor: Editor, at: number, below: boolean): Editor => {
  const made = edited(editor, {from: at, to: at}, '\n', 'none')
  return toInsert(made, below ? at + 1 : at)
}

const puts = (editor: Editor, after: boolean, count: number): Editor => {
  const register = (editor.vim?.register ?? '').repeat(count)
  if (!register) return editor
  const {text, caret} = editor
  if (!register.endsWith('\n')) {
    const at = after && caret < lineEnd(text, caret) ? rightOf(editor, caret) : caret
    const put = edited(editor, {from: at, to: at}, register, 'none')
    return {...put, caret: leftOf(put, put.caret)}
  }
  const end = lineEnd(text, caret)
  const at = after ? Math.min(end + 1, text.length) : lineStart(text, caret)
  // Behind a last line without a break the break comes first.
  const bare = after && end === text.length
  const put = edited(editor, {from: at, to: at}, bare ? `\n${register.slice(0, -1)}` : register, 'none')
  return {...put, caret: bare ? at + 1 : at}
}

const takes = (editor: Editor, operator: string, span: Span, lines: boolean): Editor => {
  const cut = editor.text.slice(span.from, span.to)
  const kept = withVim(editor, {register: lines && !cut.endsWith('\n') ? `${cut}\n` : cut})
  if (operator === 'y') return onCharacter(moved(kept, lines ? editor.caret : span.from))
  if (operator === 'c') {
    // Changing lines leaves an empty one to type on.
    const inner = lines && cut.endsWith('\n') ? {...span, to: span.to - 1} : span
    const gone = edited(kept, inner, '', 'delete')
    return toInsert(gone, gone.caret)
  }
  const last = lines && span.to === editor.text.length && !cut.endsWith('\n') && span.from > 0
  return onCharacter(edited(kept, last ? {...span, from: span.from - 1} : span, '', 'delete'))
}

/** To the end of the word; from its last letter `e` would go to the end of the next one. */
const wordReach = (editor: Editor, isBig: boolean, count: number): ReturnType<typeof reachOf> => {
  const {text, caret} = editor
  const next = rightOf(editor, caret)
  const isLast = isBig ? !/\S/.test(text[next] ?? ' ') : kindAt(editor, next) !== kindAt(editor, caret)
  if (isLast && count === 1) return {to: caret, inclusive: true}
  return reachOf(editor, isBig ? 'E' : 'e', isLast ? count - 1 : count, false)
}

const operates = (editor: Editor, operator: string, motion: string, count: number | undefined): Editor => {
  const {text, caret} = editor
  if (motion === operator) {
    let end = lineEnd(text, caret)
    for (let line = 1; line < (count ?? 1) && end < text.length; line += 1) end = lineEnd(text, end + 1)
    return takes(editor, operator, linesSpan(text, caret, end), true)
  }
  if (motion === 'iw' || motion === 'aw') return takes(editor, operator, wordAround(editor, motion === 'aw'), false)
  // As in Vim, `cw` on a word changes to its end only.
  const asEnd = operator === 'c' && /^[wW]$/.test(motion) && /\S/.test(text[caret] ?? ' ')
  const reach = asEnd ? wordReach(editor, motion === 'W', count ?? 1) : reachOf(editor, motion, count, false)
  if (!reach) return editor
  const span = spanOf(editor, reach)
  // A word motion does not eat the line break behind the last word.
  const clipped = /^[wW]$/.test(motion) && span.to > lineEnd(text, caret) ? {...span, to: Math.max(lineEnd(text, caret), span.from)} : span
  return takes(editor, operator, clipped, reach.lines === true)
}

type Simple = (editor: Editor, count: number, keys: string) => Editor

const cutsRight: Simple = (editor, count) => operates(editor, 'd', 'l', count)

const replaces: Simple = (editor, count, keys) => {
  let to = editor.caret
  for (let sign = 0; sign < count && to < lineEnd(editor.text, editor.caret); sign += 1) to = rightOf(editor, to)
  if (to === editor.caret) return editor
  const put = edited(editor, {from: editor.caret, to}, keys.slice(1).repeat(count), 'none')
  return {...put, caret: leftOf(put, put.caret)}
}

const turned = (text: string): string => [...text].map((sign) => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase())).join('')

const turnsCase: Simple = (editor, count) => {
  const {to} = reachOf(editor, 'l', count, false) ?? {to: editor.caret}
  return onCharacter(edited(editor, {from: editor.caret, to}, turned(editor.text.slice(editor.caret, to)), 'none'))
}

const many =
  (step: (editor: Editor) => Editor): Simple =>
  (editor, count) => {
    let next = editor
    for (let turn = 0; turn < count; turn += 1) next = step(next)
    return onCharacter(next)
  }

const simple: Readonly<Record<string, Simple>> = {
  x: cutsRight,
  X: (editor, count) => operates(editor, 'd', 'h', count),
  s: (editor, count) => operates(editor, 'c', 'l', count),
  S: (editor, count) => operates(editor, 'c', 'c', count),
  D: (editor, count) => operates(editor, 'd', '$', count),
  C: (editor, count) => operates(editor, 'c', '$', count),
  Y: (editor, count) => operates(editor, 'y', 'y', count),
  p: (editor, count) => puts(editor, true, count),
  P: (editor, count) => puts(editor, false, count),
  i: (editor) => toInsert(editor, editor.caret),
  I: (editor) => toInsert(editor, reachOf(editor, '^', undefined, true)?.to ?? editor.caret),
  a: (editor) => toInsert(editor, editor.caret < lineEnd(editor.text, editor.caret) ? rightOf(editor, editor.caret) : editor.caret),
  A: (editor) => toInsert(editor, lineEnd(editor.text, editor.caret)),
  o: (editor) => opens(editor, lineEnd(editor.text, editor.caret), true),
  O: (editor) => opens(editor, lineStart(editor.text, editor.caret), false),
  u: many(editCommands['edit.undo']),
  redo: many(editCommands['edit.redo']),
  r: replaces,
  '~': turnsCase,
}

const motion = '(gg|[fFtT].|[hjklwbeWBEG0^$ ])'
const alone = new RegExp(`^([1-9]\\d*)?(?:${motion}|(redo|r.|[xXsSDCYpPiIaAoOu~]))$`, 'su')
const operated = new RegExp(`^([1-9]\\d*)?([dcy])([1-9]\\d*)?(?:${motion}|(\\2|iw|aw))$`, 'su')
/** What can still become a command. */
const begun = /^(?:[1-9]\d*)?(?:[gfFtTr]|[dcy](?:[1-9]\d*)?[gfFtTia]?)?$/

const countOf = (first?: string, second?: string): number | undefined =>
  first || second ? Math.min(Number(first ?? 1) * Number(second ?? 1), 9_999) : undefined

const moves = (editor: Editor, keys: string, count: number | undefined): Editor => {
  const reach = reachOf(editor, keys, count, true)
  if (!reach) return editor
  const across = keys === 'j' || keys === 'k'
  // At the first and the last row lies what was said before and after.
  if (across && reach.to === editor.caret) return onCharacter(editCommands[keys === 'j' ? 'edit.down' : 'edit.up'](editor))
  return {...onCharacter(moved(editor, reach.to)), goal: across ? reach.goal : undefined}
}

/** undefined: the keys are no command, or not yet. */
const runs = (editor: Editor, keys: string): Editor | undefined => {
  const over = operated.exec(keys)
  if (over) return operates(editor, over[2] as string, (over[4] ?? over[5]) as string, countOf(over[1], over[3]))
  const [, count, move, act] = alone.exec(keys) ?? []
  if (move) return moves(editor, move, countOf(count))
  return act ? simple[act !== 'redo' && act.startsWith('r') ? 'r' : act]?.(editor, countOf(count) ?? 1, act) : undefined
}

const changing = /^(?:[1-9]\d*)?(?:[dc]|[xXsSDCpPiIaAoO~]$|r.$)/su

/** Runs the keys, and keeps those that change something for `.`. */
const acts = (editor: Editor, keys: string): Editor | undefined => {
  const done = runs(editor, keys)
  return done && changing.test(keys) ? withVim(done, {again: {keys, put: ''}}) : done
}

/** The last change once more, as one step to undo; a count stands in place of its own. */
const repeats = (editor: Editor, count: string): Editor => {
  const {again} = editor.vim ?? {}
  const ran = again && runs(editor, count ? count + again.keys.replace(/^[1-9]\d*/, '') : again.keys)
  if (!ran) return editor
  const isTyped = ran.vim?.mode === 'insert'
  const put = isTyped ? toNormal(edited(ran, {from: ran.caret, to: ran.caret}, again.put, 'none')) : ran
  const past = put.text === editor.text ? editor.past : [...editor.past, {text: editor.text, caret: editor.caret}]
  return withVim({...put, past}, {again})
}

const looks = (editor: Editor, mode: 'visual' | 'visual line'): Editor => withVim({...editor, anchor: editor.anchor ?? editor.caret}, {mode, keys: ''})

/** Out of visual mode, with the caret where the selection begins. */
const unlooked = (editor: Editor, caret: number): Editor => withVim(onCharacter(moved(editor, caret)), {mode: 'normal', keys: ''})

const cased: Readonly<Record<string, (text: string) => string>> = {
  u: (text) => text.toLowerCase(),
  U: (text) => text.toUpperCase(),
  '~': turned,
}

const visualOperators: Readonly<Record<string, string>> = {d: 'd', x: 'd', c: 'c', s: 'c', y: 'y'}
const visualMoves = new RegExp(`^([1-9]\\d*)?${motion}$`, 'su')
const visualBegun = /^(?:[1-9]\d*)?[gfFtTria]?$/

/** What the keys do to the selection; undefined: they are no command, or not yet. */
const visualRuns = (editor: Editor, keys: string): Editor | undefined => {
  const span = visualSpan(editor) as {from: number; to: number}
  const lines = editor.vim?.mode === 'visual line'
  const operator = visualOperators[keys]
  if (operator) {
    const taken = takes(unlooked(editor, span.from), operator, span, lines)
    const size = lines ? editor.text.slice(span.from, span.to).replace(/\n$/, '').split('\n').length : [...editor.text.slice(span.from, span.to)].length
    return operator === 'y' ? taken : withVim(taken, {again: {keys: lines ? `${size}${operator}${operator}` : `${size}${operator}l`, put: ''}})
  }
  const turn = cased[keys]
  const held = editor.text.slice(span.from, span.to)
  const put = turn ? turn(held) : /^r./su.test(keys) ? held.replace(/[^\n]/gu, keys.slice(1)) : keys === 'p' ? (editor.vim?.register ?? '') : undefined
  if (put !== undefined) return withVim(unlooked(edited(editor, span, put, 'none'), span.from), keys === 'p' ? {register: held} : {})
  if (keys === 'o') return {...editor, anchor: editor.caret, caret: editor.anchor ?? editor.caret}
  if (keys === 'v' || keys === 'V') {
    const mode = keys === 'v' ? 'visual' : 'visual line'
    return editor.vim?.mode === mode ? unlooked(editor, editor.caret) : looks(editor, mode)
  }
  if (keys === 'iw' || keys === 'aw') {
    const {from, to} = wordAround(editor, keys === 'aw')
    return {...editor, anchor: from, caret: to > from ? leftOf(editor, to) : to}
  }
  const [, count, move] = visualMoves.exec(keys) ?? []
  return move ? {...moves(editor, move, countOf(count)), anchor: editor.anchor ?? editor.caret} : undefined
}

const visualStep = (editor: Editor, event: KeyEvent): Editor => {
  if (event.key === 'escape') return unlooked(editor, editor.caret)
  const keys = (editor.vim?.keys ?? '') + keysOf(event)
  return visualRuns(withVim(editor, {keys: ''}), keys) ?? withVim(editor, {keys: visualBegun.test(keys) ? keys : ''})
}

const keysOf = (event: KeyEvent): string => (isRedo(event) ? 'redo' : event.key === 'backspace' ? 'h' : event.text)

export const vimStep = (editor: Editor, event: KeyEvent): Editor => {
  if (editor.vim?.mode === 'visual' || editor.vim?.mode === 'visual line') return visualStep(editor, event)
  if (event.key === 'escape') return editor.vim?.mode === 'insert' ? leavesInsert(editor) : withVim(editor, {keys: ''})
  const keys = (editor.vim?.keys ?? '') + keysOf(event)
  const bare = withVim(editor, {keys: ''})
  if (keys === 'v' || keys === 'V') return looks(bare, keys === 'v' ? 'visual' : 'visual line')
  const once = /^([1-9]\d*)?\.$/.exec(keys)
  if (once) return repeats(bare, once[1] ?? '')
  return acts(bare, keys) ?? withVim(editor, {keys: begun.test(keys) ? keys : ''})
}
