// Where characters, words and lines of the prompt begin and end. A paste token counts as one character. Pure arithmetic
// on the text; nothing here changes it.

import {nextEdge, previousEdge} from '../engine/base/width.ts'
import type {Editor, Paste, Span} from './editor-state.ts'

type Text = Pick<Editor, 'text' | 'pastes'>

const tokenAt = (pastes: readonly Paste[], holds: (token: string) => boolean): string | undefined =>
  pastes.length === 0 ? undefined : pastes.find(({token}) => holds(token))?.token

export const rightOf = ({text, pastes}: Text, at: number): number => {
  const token = text[at] === '[' ? tokenAt(pastes, (one) => text.startsWith(one, at)) : undefined
  return token ? at + token.length : nextEdge(text, at)
}

export const leftOf = ({text, pastes}: Text, at: number): number => {
  const token = text[at - 1] === ']' ? tokenAt(pastes, (one) => text.endsWith(one, at)) : undefined
  return token ? at - token.length : previousEdge(text, at)
}

/** The nearest place at or before an offset where a caret may stand. */
export const placeAt = (editor: Text, at: number): number => {
  const end = Math.max(0, Math.min(at, editor.text.length))
  for (const span of tokensOf(editor)) if (span.from < end && end < span.to) return span.from
  const start = lineStart(editor.text, end)
  let place = start
  while (place < end) {
    const next = rightOf(editor, place)
    if (next > end) break
    place = next
  }
  return place
}

/** Where the tokens of pastes stand. */
export const tokensOf = ({text, pastes}: Text): Span[] => {
  const found: Span[] = []
  for (const {token} of pastes) {
    for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + token.length)) found.push({from: at, to: at + token.length})
  }
  return found.sort((left, right) => left.from - right.from)
}

export const lineStart = (text: string, at: number): number => (at <= 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1)

export const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

const blank = /\s/
const wordy = /[\p{L}\p{N}\p{M}_]/u

export type Kind = 'blank' | 'word' | 'sign'

/** `big`: as W, B and ctrl+w see it, all that is not blank is one kind. */
export const kindAt = ({text, pastes}: Text, at: number, big = false): Kind => {
  const point = text.codePointAt(at)
  if (point === undefined) return 'blank'
  const sign = String.fromCodePoint(point)
  if (blank.test(sign)) return 'blank'
  if (big || (sign === '[' && tokenAt(pastes, (one) => text.startsWith(one, at)))) return 'word'
  return wordy.test(sign) ? 'word' : 'sign'
}

const passes = (editor: Text, at: number, holds: (kind: Kind) => boolean, big: boolean): number => {
  let place = at
  while (place < editor.text.length && holds(kindAt(editor, place, big))) place = rightOf(editor, place)
  return place
}

const passesBack = (editor: Text, at: number, holds: (kind: Kind) => boolean, big: boolean): number => {
  let place = at
  while (place > 0) {
    const before = leftOf(editor, place)
    if (!holds(kindAt(editor, before, big))) break
    place = before
  }
  return place
}

/** Readline: over what is no word, then over the word. */
export const wordRight = (editor: Text, at: number): number =>
  passes(
    editor,
    passes(editor, at, (kind) => kind !== 'word', false),
    (kind) => kind === 'word',
    false,
  )

export const wordLeft = (editor: Text, at: number): number =>
  passesBack(
    editor,
    passesBack(editor, at, (kind) => kind !== 'word', false),
    (kind) => kind === 'word',
    false,
  )

export const blankLeft = (editor: Text, at: number): number =>
  passesBack(
    editor,
    passesBack(editor, at, (kind) => kind === 'blank', true),
    (kind) => kind !== 'blank',
    true,
  )

/** Vim: to where the next word begins. */
export const nextWordStart = (editor: Text, at: number, big: boolean): number => {
  const kind = kindAt(editor, at, big)
  const end = kind === 'blank' ? at : passes(editor, at, (one) => one === kind, big)
  return passes(editor, end, (one) => one === 'blank', big)
}

/** Vim: on to the last character of this word or the next. */
export const wordEnd = (editor: Text, at: number, big: boolean): number => {
  const start = passes(editor, rightOf(editor, at), (one) => one === 'blank', big)
  const kind = kindAt(editor, start, big)
  return start >= editor.text.length
    ? leftOf(editor, editor.text.length)
    : leftOf(
        editor,
        passes(editor, start, (one) => one === kind, big),
      )
}

/** Vim: back to where this word or the one before begins. */
export const previousWordStart = (editor: Text, at: number, big: boolean): number => {
  const end = passesBack(editor, at, (one) => one === 'blank', big)
  const kind = end > 0 ? kindAt(editor, leftOf(editor, end), big) : 'blank'
  return passesBack(editor, end, (one) => one === kind, big)
}

/** What Vim's visual mode has selected: the character under the caret with it, or whole lines; undefined in any other mode. */
export const visualSpan = (editor: Editor): Span | undefined => {
  const {text, caret, vim} = editor
  if (vim?.mode !== 'visual' && vim?.mode !== 'visual line') return undefined
  const anchor = Math.min(editor.anchor ?? caret, text.length)
  const [from, to] = [Math.min(anchor, caret), Math.max(anchor, caret)]
  if (vim.mode === 'visual line') return {from: lineStart(text, from), to: Math.min(lineEnd(text, to) + 1, text.length)}
  return {from, to: to < text.length ? rightOf(editor, to) : to}
}
