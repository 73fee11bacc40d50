// What is being completed at the caret: a file after `@`, a command after `/` at the start, or what follows a command.
// It only reads the text; what fits is found elsewhere.

import {type Editor, edited, type Span} from './editor-state.ts'
import {lineStart} from './editor-text.ts'

export interface Completing extends Span {
  kind: 'file' | 'command' | 'argument'
  /** What is typed of it so far, without `@` or `/`. */
  query: string
  /** For an argument: the command and the words before. */
  command?: string
  words?: readonly string[]
}

const spaced = (text: string): string => (/\s/.test(text) ? `"${text}"` : text)

/** `@` after a blank or a bracket begins a file; `@"` one with blanks. A mail address begins none. */
const fileAt = (line: string): {query: string; length: number} | undefined => {
  const quoted = /(?:^|[\s([{'`])@"([^"]*)$/.exec(line)
  if (quoted) return {query: quoted[1] as string, length: (quoted[1] as string).length + 2}
  const bare = /(?:^|[\s([{'"`])@([^\s"]*)$/.exec(line)
  return bare ? {query: bare[1] as string, length: (bare[1] as string).length + 1} : undefined
}

export const completing = ({text, caret}: Pick<Editor, 'text' | 'caret'>): Completing | undefined => {
  const before = text.slice(lineStart(text, caret), caret)
  const file = fileAt(before)
  if (file) return {kind: 'file', query: file.query, from: caret - file.length, to: caret}
  if (text.includes('\n') || !text.startsWith('/')) return undefined
  const command = /^\/(\S*)$/.exec(before)
  if (command) return {kind: 'command', query: command[1] as string, from: 0, to: caret}
  const words = before.slice(1).split(/\s+/)
  const query = words.at(-1) as string
  return {kind: 'argument', query, from: caret - query.length, to: caret, command: words[0], words: words.slice(1, -1)}
}

/** The text with the choice in the place of what was typed, and a blank behind it unless more may follow (`src/`). */
export const completed = (editor: Editor, what: Completing, choice: string): Editor => {
  const more = choice.endsWith('/')
  const put = what.kind === 'file' ? `@${spaced(choice)}` : what.kind === 'command' ? `/${choice}` : choice
  // Of a folder the quotation stays open, so that typing goes on inside it.
  const open = more && put.endsWith('"') ? put.slice(0, -1) : put
  const span = {from: what.from, to: editor.text[what.to] === ' ' && !more ? what.to + 1 : what.to}
  return edited(editor, span, more ? open : `${open} `, 'none')
}
