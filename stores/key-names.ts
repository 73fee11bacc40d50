// The names of keys: as a person writes them in the configuration and as an event gives them, brought to one spelling.
// Modifiers come in the order ctrl, alt, shift; a character carries its own shift.

import type {InputEvent} from '../engine/contract/screen.ts'

type KeyEvent = Extract<InputEvent, {input: 'key'}>

const named = new Set(
  [
    'enter tab escape backspace delete insert up down left right home end pageup pagedown space begin menu print-screen pause caps-lock scroll-lock num-lock',
    ...Array.from({length: 35}, (_, index) => `f${index + 1}`),
  ].flatMap((names) => names.split(' ')),
)

const aliases: Readonly<Record<string, string>> = {
  esc: 'escape',
  return: 'enter',
  del: 'delete',
  ins: 'insert',
  bs: 'backspace',
  pgup: 'pageup',
  'page-up': 'pageup',
  pgdn: 'pagedown',
  pgdown: 'pagedown',
  'page-down': 'pagedown',
  plus: '+',
  comma: ',',
}

const modifiers: Readonly<Record<string, 'ctrl' | 'alt' | 'shift'>> = {
  ctrl: 'ctrl',
  control: 'ctrl',
  c: 'ctrl',
  alt: 'alt',
  meta: 'alt',
  option: 'alt',
  m: 'alt',
  shift: 'shift',
  s: 'shift',
}

const isCharacter = (key: string): boolean => [...key].length === 1

interface Parts {
  key: string
  ctrl: boolean
  alt: boolean
  shift: boolean
}

/** ctrl makes a capital of no letter: terminals send the same byte for both, so a capital is spelt with shift. */
const spell = ({key, ctrl, alt, shift}: Parts): string => {
  const letter = isCharacter(key)
  const small = letter && ctrl ? key.toLowerCase() : key
  const shifted = letter ? ctrl && (shift || small !== key) && small !== small.toUpperCase() : shift
  const cased = letter && !ctrl && shift ? key.toUpperCase() : small
  return `${ctrl ? 'ctrl+' : ''}${alt ? 'alt+' : ''}${shifted ? 'shift+' : ''}${[...cased].length === 1 || !letter ? cased : key}`
}

export const keyName = (event: KeyEvent): string => spell(event)

/** One key as written, `ctrl+shift+z`, `alt++`, `F2`; undefined when it is none. */
const keyOf = (spelt: string): string | undefined => {
  const parts = {key: '', ctrl: false, alt: false, shift: false}
  // The last sign is the key even when it is a plus.
  const cut = spelt.slice(0, -1).lastIndexOf('+')
  const last = spelt.slice(cut + 1)
  for (const name of cut < 0 ? [] : spelt.slice(0, cut).toLowerCase().split('+')) {
    const modifier = modifiers[name]
    if (!modifier) return undefined
    parts[modifier] = true
  }
  const small = last.toLowerCase()
  const key = isCharacter(last) ? last : (aliases[small] ?? small)
  if (!isCharacter(key) && !named.has(key)) return undefined
  return key === '' || key === ' ' ? undefined : spell({...parts, key})
}

const known = new Map<string, string | undefined>()

/** `ctrl+x e`, `escape twice`, `f2` in one spelling; undefined when a key in it is none. */
export const chordOf = (spelt: string): string | undefined => {
  // The table is read once for each mode.
  if (!known.has(spelt)) known.set(spelt, chord(spelt))
  return known.get(spelt)
}

const chord = (spelt: string): string | undefined => {
  const keys = spelt.trim().split(/\s+/)
  const names = keys.map((key, index) => (index > 0 && key === 'twice' ? 'twice' : keyOf(key)))
  return keys.length > 2 || names.some((name) => name === undefined) ? undefined : names.join(' ')
}
