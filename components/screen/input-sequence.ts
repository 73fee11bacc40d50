// Escape sequences: where one ends, and what it says. A sequence of no meaning to us is a key without a name, kept for a
// pane that may know it, or a report that nobody asked for, and dropped.

import type {InputEvent} from '../../engine/contract/screen.ts'
import {codedKey, type KeyEvent, keyEvent, letterKeys, modifiersOf, namedKey, tildeKeys} from './input-keys.ts'
import {oldMouse, sgrMouse} from './input-mouse.ts'

/** Of a text that begins with Escape: the length of the sequence, 0 when it may still become one, -1 when it is none. */
export const endOfSequence = (text: string): number => {
  const second = text[1]
  if (second === '[') return endOfControl(text)
  if (second === 'O') return text.length < 3 ? 0 : /[A-Fa-fHIMP-SXj-y]/.test(text[2] as string) ? 3 : -1
  if (second === ']') return endOfString(text, commandStart)
  if (second === 'P') return endOfString(text, deviceStart)
  return text.length < 2 ? 0 : -1
}

const endOfControl = (text: string): number => {
  // The Linux console: `CSI [ A` is F1.
  if (text[2] === '[') return text.length < 4 ? 0 : /[A-E]/.test(text[3] as string) ? 4 : -1
  if (text[2] === 'M') {
    const signs = [...text.slice(3, 9)]
    return signs.length < 3 ? 0 : 3 + signs.slice(0, 3).join('').length
  }
  let at = 2
  while (at < text.length && (text[at] as string) >= '0' && (text[at] as string) <= '?') at += 1
  while (at < text.length && (text[at] as string) >= ' ' && (text[at] as string) <= '/') at += 1
  if (at === text.length) return 0
  return (text[at] as string) >= '@' && (text[at] as string) <= '~' ? at + 1 : -1
}

/** How answers begin that are strings, behind the Escape, and what they may be while they are still short. */
const commandStart = {whole: /^\]\d{1,4};/, part: /^\]\d{0,4}$/}
const deviceStart = {whole: /^P(?:[>!]\||[01][$+]r)/, part: /^P(?:[>!]|[01][$+]?)?$/}

const bell = '\x07'
const esc = '\x1b'
const endsString = new Set([bell, esc, '\x18', '\x1a'])

/** A string ends at BEL or `ESC \`; any other Escape breaks it off. */
const endOfString = (text: string, start: {whole: RegExp; part: RegExp}): number => {
  const body = text.slice(1)
  if (!start.whole.test(body)) return start.part.test(body) ? 0 : -1
  let end = 2
  while (end < text.length && !endsString.has(text[end] as string)) end += 1
  if (end === text.length) return 0
  if (text[end] !== esc) return end + 1
  if (end + 1 === text.length) return 0
  return text[end + 1] === '\\' ? end + 2 : end
}

const reply = (what: Extract<InputEvent, {input: 'reply'}>['what'], text: string): InputEvent[] => [{input: 'reply', what, text}]

/** Without its Escapes and its end. */
const bodyOf = (raw: string): string => (raw.endsWith(`${esc}\\`) ? raw.slice(1, -2) : raw.endsWith(bell) ? raw.slice(1, -1) : raw.slice(1))

/** Answers to our questions, each by its form behind the Escape. */
const replies: readonly [RegExp, Extract<InputEvent, {input: 'reply'}>['what']][] = [
  [/^\[([?>=][\d;]*)c$/, 'attributes'],
  [/^\[\?(\d+;\d+)(?:;\d+)?R$/, 'cursor'],
  [/^\[(\?[\d;]*)\$y$/, 'mode'],
  [/^\[\?(\d+)u$/, 'kitty'],
  [/^\]((?:4;\d+|1[0-9]);.*)$/s, 'colour'],
  [/^P>\|(.*)$/s, 'version'],
]

/** `parameters:sub;…` as numbers; what is missing is 0. */
const numbersOf = (text: string): number[][] => text.split(';').map((part) => part.split(':').map((sub) => Number.parseInt(sub, 10) || 0))

const release = 3

const textOf = (codes: readonly number[] | undefined): string | undefined =>
  codes?.some((code) => code > 0 && code <= 0x10ffff) ? String.fromCodePoint(...codes.filter((code) => code > 0 && code <= 0x10ffff)) : undefined

const kittyKey = (parameters: number[][], raw: string): KeyEvent | undefined => {
  const [[code = 0, shifted = 0, base = 0] = [], modifiers = [1], text] = parameters
  const {ctrl, alt} = modifiersOf(modifiers[0] || 1)
  // With ctrl or alt a key of another script means the one in its place on a Latin keyboard.
  const elsewhere = (ctrl || alt) && base > 0 && code > 127
  return codedKey(elsewhere ? base : code, modifiers[0] || 1, raw, elsewhere ? 0 : shifted, textOf(text))
}

const tildeKey = ([first = [0], modifiers = [1], code]: number[][], raw: string): KeyEvent | undefined => {
  // modifyOtherKeys: `CSI 27 ; modifiers ; code ~`.
  if (first[0] === 27 && code) return codedKey(code[0] ?? 0, modifiers[0] || 1, raw)
  const name = tildeKeys.get(first[0] ?? 0)
  return name ? namedKey(name, modifiers[0] || 1, raw) : keyEvent('unknown', raw)
}

const shiftOnly = 2
const ctrlOnly = 5
const ctrlAndShift = 6

/** rxvt says modifiers by the final: `^` ctrl, `@` both, small letters shift. */
const rxvtKey = (final: string, number: number, raw: string): KeyEvent => {
  if (final === '^' || final === '@') return namedKey(tildeKeys.get(number) ?? 'unknown', final === '^' ? ctrlOnly : ctrlAndShift, raw)
  return /[a-d]/.test(final) ? namedKey(letterKeys[final.toUpperCase()] as string, shiftOnly, raw) : keyEvent('unknown', raw)
}

const controlKey = (raw: string): KeyEvent | undefined => {
  const final = raw.at(-1) as string
  const parameters = numbersOf(raw.slice(2, -1))
  const [first = [0], second = [1]] = parameters
  if (second[1] === release) return undefined
  if (final === 'u') return kittyKey(parameters, raw)
  if (final === '~') return tildeKey(parameters, raw)
  if (final === 'Z') return namedKey('tab', shiftOnly, raw)
  const name = letterKeys[final]
  return name ? namedKey(name, second[0] || 1, raw) : rxvtKey(final, first[0] ?? 0, raw)
}

/** The keypad in application mode, from `j`; `X` is its `=`. */
const keypad = '*+,-./0123456789'

const ss3Key = (final: string, raw: string): KeyEvent => {
  if (final === 'M') return keyEvent('enter', raw)
  if (final === 'I') return keyEvent('tab', raw)
  if (/[a-d]/.test(final)) return namedKey(letterKeys[final.toUpperCase()] as string, ctrlOnly, raw)
  const name = letterKeys[final]
  if (name) return keyEvent(name, raw)
  const sign = final === 'X' ? '=' : keypad[final.charCodeAt(0) - 'j'.charCodeAt(0)]
  return sign ? {...keyEvent(sign, raw), text: sign} : keyEvent('unknown', raw)
}

const known = (event: InputEvent | undefined): InputEvent[] => (event ? [event] : [])

/** `asked`: a plain cursor report is expected, which else looks like F3 with modifiers. */
const isCursorReport = (raw: string, asked: boolean): boolean => {
  const [, row, column] = /^(\d+);(\d+)R$/.exec(raw.slice(2)) ?? []
  return column !== undefined && (asked || row !== '1' || Number(column) > 64 || column === '1')
}

export const readSequence = (raw: string, asked: boolean): InputEvent[] => {
  const body = bodyOf(raw)
  // A string that was broken off says nothing.
  if (/^[\]P]/.test(body) && body.length === raw.length - 1) return []
  for (const [form, what] of replies) {
    const found = form.exec(body)
    if (found) return reply(what, found[1] as string)
  }
  if (raw[1] === 'O') return known(ss3Key(raw[2] as string, raw))
  if (raw[1] !== '[' || /^\[[?>=]/.test(body) || body === '[201~') return []
  if (body === '[I' || body === '[O') return [{input: 'focus', has: raw.endsWith('I')}]
  if (body.startsWith('[<')) return known(sgrMouse(raw))
  if (body.startsWith('[M')) return known(oldMouse(raw))
  if (body.startsWith('[[')) return [keyEvent(`f${raw.charCodeAt(3) - 64}`, raw)]
  if (isCursorReport(raw, asked)) return reply('cursor', raw.slice(2, -1))
  return known(controlKey(raw))
}
