// The bytes that a terminal sends for a key or for the mouse, as xterm does: by name, so that a test reads like hands.

const csi: Readonly<Record<string, string>> = {up: 'A', down: 'B', right: 'C', left: 'D', home: 'H', end: 'F'}
const tilde: Readonly<Record<string, number>> = {
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
}
const short: Readonly<Record<string, string>> = {f1: 'P', f2: 'Q', f3: 'R', f4: 'S'}
const plain: Readonly<Record<string, string>> = {enter: '\r', tab: '\t', escape: '\u001b', backspace: '\u007f', space: ' '}

const controlOf = (key: string): string => {
  if (key === 'space' || key === '@') return '\u0000'
  if (key === 'backspace') return '\b'
  const code = key.toUpperCase().charCodeAt(0)
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : key
}

/** Shift 1, alt 2, ctrl 4, and one. */
const modifierOf = (held: readonly string[]): number => 1 + (held.includes('shift') ? 1 : 0) + (held.includes('alt') ? 2 : 0) + (held.includes('ctrl') ? 4 : 0)

const named = (key: string, modifier: number, application: boolean): string | undefined => {
  const letter = csi[key]
  if (letter) return modifier > 1 ? `\u001b[1;${modifier}${letter}` : `\u001b${application ? 'O' : '['}${letter}`
  if (short[key]) return modifier > 1 ? `\u001b[1;${modifier}${short[key]}` : `\u001bO${short[key]}`
  if (tilde[key]) return modifier > 1 ? `\u001b[${tilde[key]};${modifier}~` : `\u001b[${tilde[key]}~`
  return undefined
}

/** `application`: the program has asked for application cursor keys. */
export const bytesOfKey = (name: string, application = false): string => {
  const parts = name === '+' ? ['+'] : name.split('+')
  const key = parts.at(-1) ?? ''
  const held = parts.slice(0, -1)
  const special = named(key, modifierOf(held), application)
  if (special) return special
  if (key === 'tab' && held.includes('shift')) return '\u001b[Z'
  // Only a terminal with the kitty protocol can tell this one from enter.
  if (key === 'enter' && held.includes('shift')) return '\u001b[13;2u'
  const typed = held.includes('ctrl') ? controlOf(key) : (plain[key] ?? key)
  if (typed === key && [...key].length > 1) throw new Error(`no key is called ${name}`)
  return held.includes('alt') ? `\u001b${typed}` : typed
}

export interface Mouse {
  what: 'press' | 'release' | 'drag' | 'move' | 'wheel-up' | 'wheel-down'
  /** Cell, from 0. */
  x: number
  y: number
  button?: 'left' | 'middle' | 'right'
  ctrl?: boolean
  alt?: boolean
  shift?: boolean
}

const buttons = {left: 0, middle: 1, right: 2}

/** In the SGR form (?1006). */
export const bytesOfMouse = ({what, x, y, button = 'left', ctrl, alt, shift}: Mouse): string => {
  const base = {press: buttons[button], release: buttons[button], drag: buttons[button] + 32, move: 35, 'wheel-up': 64, 'wheel-down': 65}[what]
  const code = base + (shift ? 4 : 0) + (alt ? 8 : 0) + (ctrl ? 16 : 0)
  return `\u001b[<${code};${x + 1};${y + 1}${what === 'release' ? 'm' : 'M'}`
}
