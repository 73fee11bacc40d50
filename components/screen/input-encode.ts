// From an event to the bytes that a program in a pane reads: as they came where it speaks the same, else in the old forms
// that every program knows. What the program has not asked for (mouse, focus) is not sent.

import type {InputEvent} from '../../engine/contract/screen.ts'
import type {KeyEvent} from './input-keys.ts'

/** The modes of the terminal in the pane; `PaneModes` is one. */
export interface PaneWants {
  mouse: 'none' | 'x10' | 'vt200' | 'drag' | 'any'
  mouseSgr: boolean
  bracketedPaste: boolean
  applicationCursor: boolean
  focus: boolean
}

const esc = '\x1b'

const letters: Readonly<Record<string, string>> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  begin: 'E',
  end: 'F',
  home: 'H',
  f1: 'P',
  f2: 'Q',
  f3: 'R',
  f4: 'S',
}
const tildes: Readonly<Record<string, number>> = {
  insert: 2,
  delete: 3,
  pageup: 5,
  pagedown: 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
  f13: 25,
  f14: 26,
  f15: 28,
  f16: 29,
  f17: 31,
  f18: 32,
  f19: 33,
  f20: 34,
}

const plain: Readonly<Record<string, string>> = {enter: '\r', tab: '\t', escape: esc, backspace: '\x7f', space: ' '}

/** ctrl with a sign: the byte that keyboards have sent since there were any; signs without one stay as they are. */
const controlByte = (key: string): string => {
  if (key === 'space' || key === '@' || key === '2') return '\0'
  if (key === '/' || key === '-' || key === '7') return '\x1f'
  if (key === '?' || key === '8') return '\x7f'
  const code = key.toUpperCase().charCodeAt(0)
  if (key.length === 1 && code >= 64 && code < 96) return String.fromCharCode(code - 64)
  if (/^[3-6]$/.test(key)) return String.fromCharCode(code - 24)
  return key === 'backspace' ? '\b' : (plain[key] ?? key)
}

const namedBytes = ({key, ctrl, alt, shift}: KeyEvent, wants: PaneWants): string | undefined => {
  const modifiers = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0)
  const letter = letters[key]
  if (letter && modifiers > 1) return `${esc}[1;${modifiers}${letter}`
  if (letter) return /^f\d/.test(key) || wants.applicationCursor ? `${esc}O${letter}` : `${esc}[${letter}`
  const number = tildes[key]
  if (number) return modifiers > 1 ? `${esc}[${number};${modifiers}~` : `${esc}[${number}~`
  return key === 'tab' && shift ? `${alt ? esc : ''}${esc}[Z` : undefined
}

const keyBytes = (event: KeyEvent, wants: PaneWants): string => {
  // Keys of the desktop and keys without a name: a program that knows none of the new forms knows none of these.
  if (event.key.startsWith('super+')) return ''
  if (event.key === 'unknown') return event.raw
  const named = namedBytes(event, wants)
  if (named !== undefined) return named
  if (event.text) return event.text
  const sign = event.ctrl ? controlByte(event.key) : (plain[event.key] ?? ([...event.key].length === 1 ? event.key : ''))
  return sign && event.alt ? esc + sign : sign
}

type MouseEvent = Extract<InputEvent, {input: 'mouse'}>

const isWanted = ({what}: MouseEvent, {mouse}: PaneWants): boolean => {
  if (mouse === 'none') return false
  if (what === 'move') return mouse === 'any'
  if (what === 'drag') return mouse === 'any' || mouse === 'drag'
  return mouse !== 'x10' || what === 'press'
}

const codes = {left: 0, middle: 1, right: 2, none: 3} as const
const oldLimit = 223

const mouseBytes = (event: MouseEvent, wants: PaneWants): string => {
  const {what, button, x, y} = event
  if (!isWanted(event, wants)) return ''
  const modifiers = wants.mouse === 'x10' ? 0 : (event.shift ? 4 : 0) | (event.alt ? 8 : 0) | (event.ctrl ? 16 : 0)
  const wheel = what === 'wheel-up' ? 64 : what === 'wheel-down' ? 65 : undefined
  const code = (wheel ?? codes[button] | (what === 'drag' || what === 'move' ? 32 : 0)) | modifiers
  if (wants.mouseSgr) return `${esc}[<${code};${x + 1};${y + 1}${what === 'release' ? 'm' : 'M'}`
  // The old form has one byte for each number, and a pane of text takes only those below 128 unharmed.
  if (x >= oldLimit || y >= oldLimit || x + 33 > 127 || y + 33 > 127) return ''
  return `${esc}[M${String.fromCharCode((what === 'release' ? 3 | modifiers : code) + 32, x + 33, y + 33)}`
}

/** Pasted text must not be able to end the paste, or the rest of it would be keys: it goes without its Escapes. */
const pasteBytes = (text: string, {bracketedPaste}: PaneWants): string => {
  const safe = text.replaceAll(esc, '').replace(/\n/g, '\r')
  return bracketedPaste ? `${esc}[200~${safe}${esc}[201~` : safe
}

/** `x` and `y` of a mouse event are cells of the pane here. '' when the program is to hear nothing. */
export const bytesFor = (event: InputEvent, wants: PaneWants): string => {
  if (event.input === 'key') return keyBytes(event, wants)
  if (event.input === 'paste') return pasteBytes(event.text, wants)
  if (event.input === 'mouse') return mouseBytes(event, wants)
  return event.input === 'focus' && wants.focus ? `${esc}[${event.has ? 'I' : 'O'}` : ''
}
