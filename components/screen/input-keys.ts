// Keys as events: what a typed character is, what the numbers of the keyboard protocols name, what modifiers mean. Tables
// and small constructors; nothing is held here.

import type {InputEvent} from '../../engine/contract/screen.ts'

export type KeyEvent = Extract<InputEvent, {input: 'key'}>

export interface Modifiers {
  ctrl: boolean
  alt: boolean
  shift: boolean
}

const none: Modifiers = {ctrl: false, alt: false, shift: false}

/** A key that types nothing. */
export const keyEvent = (key: string, raw: string, modifiers: Modifiers = none): KeyEvent => ({input: 'key', key, text: '', ...modifiers, raw})

const isCapital = (sign: string): boolean => sign !== sign.toLowerCase()

/** The signs of ctrl with the codes 28 to 31. */
const controlSigns = '\\]^_'

const controlKey = (code: number, raw: string): KeyEvent => {
  if (code === 9) return keyEvent('tab', raw)
  if (code === 13) return keyEvent('enter', raw)
  if (code === 27) return keyEvent('escape', raw)
  if (code === 127) return keyEvent('backspace', raw)
  if (code >= 127) return keyEvent('unknown', raw)
  const key = code === 0 ? 'space' : code < 27 ? String.fromCharCode(code + 96) : (controlSigns[code - 28] as string)
  return keyEvent(key, raw, {...none, ctrl: true})
}

/** One character as it came: its own key. */
export const typedKey = (sign: string): KeyEvent => {
  const code = sign.codePointAt(0) ?? 0
  if (code < 32 || (code >= 127 && code < 160)) return controlKey(code, sign)
  return {input: 'key', key: sign === ' ' ? 'space' : sign, text: sign, ...none, shift: isCapital(sign), raw: sign}
}

export const altKey = (event: KeyEvent, before: string): KeyEvent => ({...event, alt: true, text: '', raw: before + event.raw})

const shift = 1
const alt = 2
const ctrl = 4
const superOrHyper = 8 | 16
const meta = 32
const capsLock = 64

/** The keys of `CSI letter` and `SS3 letter`. */
export const letterKeys: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
}

const numbered = (first: number, names: string): [number, string][] => names.split(' ').map((name, index) => [first + index, name])

/** The keys of `CSI number ~`. */
export const tildeKeys: ReadonlyMap<number, string> = new Map([
  ...numbered(1, 'home insert delete end pageup pagedown home end'),
  ...numbered(11, 'f1 f2 f3 f4 f5'),
  ...numbered(17, 'f6 f7 f8 f9 f10'),
  ...numbered(23, 'f11 f12 f13 f14'),
  ...numbered(28, 'f15 f16'),
  ...numbered(31, 'f17 f18 f19 f20'),
])

/** Codes of `CSI code u` that are no characters; the keypad gives the keys that it stands for. */
const codeKeys: ReadonlyMap<number, string> = new Map([
  [9, 'tab'],
  [13, 'enter'],
  [27, 'escape'],
  [32, 'space'],
  [127, 'backspace'],
  ...numbered(57_358, 'caps-lock scroll-lock num-lock print-screen pause menu'),
  ...Array.from({length: 23}, (_, index): [number, string] => [57_376 + index, `f${index + 13}`]),
  ...numbered(57_399, '0 1 2 3 4 5 6 7 8 9 . / * - + enter = , left right up down pageup pagedown home end insert delete begin'),
])

/** Keys for sound, and the modifiers themselves: nothing is done by them. */
const isSilent = (code: number): boolean => (code >= 57_428 && code <= 57_454) || (code >= 57_358 && code <= 57_360)

/** From the parameter of a sequence, 1 more than the bits. */
export const modifiersOf = (parameter: number): Modifiers & {strange: boolean; caps: boolean} => {
  const bits = Math.max(0, parameter - 1)
  return {
    ctrl: (bits & ctrl) !== 0,
    alt: (bits & (alt | meta)) !== 0,
    shift: (bits & shift) !== 0,
    // Super and hyper: keys of the desktop, that no command may be taken for.
    strange: (bits & superOrHyper) !== 0,
    caps: (bits & capsLock) !== 0,
  }
}

export const namedKey = (key: string, parameter: number, raw: string): KeyEvent => {
  const {strange, ctrl, alt, shift} = modifiersOf(parameter)
  return keyEvent(strange ? `super+${key}` : key, raw, {ctrl, alt, shift})
}

/** What ctrl made of these before terminals could tell them apart, and still does in people's fingers. */
const sameAsControl: Readonly<Record<string, string>> = {'[': 'escape', i: 'tab', m: 'enter'}

/** A key by its code: the kitty protocol and modifyOtherKeys. `shifted` and `text` where the terminal gave them. */
export const codedKey = (code: number, parameter: number, raw: string, shifted = 0, text?: string): KeyEvent | undefined => {
  if (isSilent(code) || code > 0x10ffff) return undefined
  const {strange, caps, ...modifiers} = modifiersOf(parameter)
  const name = codeKeys.get(code)
  const types = !modifiers.ctrl && !modifiers.alt && !strange
  if (name && [...name].length > 1) {
    return {...keyEvent(strange ? `super+${name}` : name, raw, modifiers), text: types && name === 'space' ? ' ' : ''}
  }
  if (!name && (code < 32 || (code > 127 && code < 160))) return keyEvent('unknown', raw, modifiers)
  const sign = name ?? String.fromCodePoint(code)
  const upper = [...sign.toUpperCase()].length === 1 ? sign.toUpperCase() : sign
  const key = modifiers.shift ? (shifted ? String.fromCodePoint(shifted) : upper) : sign
  const same = modifiers.ctrl && !modifiers.shift && !modifiers.alt ? sameAsControl[key] : undefined
  if (same) return keyEvent(same, raw)
  const shown = caps && isCapital(upper) && !modifiers.shift ? upper : key
  return {input: 'key', key: strange ? `super+${key}` : types ? shown : key, text: types ? (text ?? shown) : '', ...modifiers, raw}
}
