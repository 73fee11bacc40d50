// Pasted text in the prompt: small pastes as they are, large ones as a token that is written out when the text is sent.
// What was pasted is never read as keys.

import {settled} from './editor-history.ts'
import {type Editor, edited, selectionOf} from './editor-state.ts'

/** From here on a paste stands as a token: it would push everything else out of sight. */
const largeLines = 8
const largeLetters = 1_000

const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

const tokenFor = (editor: Editor, text: string): string => {
  const lines = lineCount(text)
  const size = lines > 1 ? `${lines} lines` : `${text.length} characters`
  return `[paste #${editor.pastes.length + 1}, ${size}]`
}

const imageFile = /^(['"]?)(?:file:\/\/)?((?:\/|~\/|\.{1,2}\/|[A-Za-z]:\\)[^\n]*\.(?:png|jpe?g|gif|webp))\1$/i

/** A terminal pastes the path of a picture that is dropped on it: the picture is meant. */
const asImage = (text: string): string => {
  const [, quote = '', found = ''] = imageFile.exec(text.trim()) ?? []
  if (!found) return text
  const path = text.includes('file://') ? unescaped(found) : quote ? found : found.replace(/\\([ '"()&])/g, '$1')
  return `@${/[\s"]/.test(path) ? `"${path}"` : path} `
}

const unescaped = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

export const pasted = (editor: Editor, raw: string): Editor => {
  const text = asImage(raw.replace(/\r\n?/g, '\n'))
  const span = selectionOf(editor) ?? {from: editor.caret, to: editor.caret}
  const still = settled(editor)
  if (text.length < largeLetters && lineCount(text) < largeLines) return edited(still, span, text, 'none')
  const token = tokenFor(editor, text)
  return {...edited(still, span, token, 'none'), pastes: [...editor.pastes, {token, text}]}
}

/** The tokens in a text written out; what a paste holds is not looked into again. */
export const written = ({pastes}: Editor, text: string): string => {
  if (pastes.length === 0) return text
  const byToken = new Map(pastes.map((paste) => [paste.token, paste.text]))
  return text.replace(/\[paste #\d+, \d+ (?:lines|characters)\]/g, (token) => byToken.get(token) ?? token)
}
