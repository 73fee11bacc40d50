// Takes out of foreign text all that could steer a terminal: escape sequences whole, control characters, and what
// turns the direction of writing. Fed piece by piece; how the pieces were cut makes no difference to what comes out.
//
//   text ──ESC──▶ escape ──[──▶ csi ──final──▶ text        escape ──] P X ^ _──▶ string ──BEL, ST or a new line──▶ text
//
// Law: out come printable characters, `\n`, `\t`, with `lines` also `\r`, and with `colours` also `ESC [ … m`. A
// sequence that does not end is given up after a bound, so that it cannot swallow what follows it.

export interface Cleaner {
  push(text: string): string
  /** What was held back because its other half might still have come. */
  end(): string
}

export interface CleanOptions {
  /** Keep `ESC [ … m`. */
  colours?: boolean
  /** Keep a lone `\r`, for a reader that knows lines drawn over; else it ends the line. */
  lines?: boolean
}

type State = 'text' | 'escape' | 'csi' | 'string'

const csiMost = 64
const stringMost = 4096
// Joiners stay: emoji and several scripts need them. Marks that reorder text, line separators and blanks of no width go.
const unseen = /[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/
const high = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const low = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
const isString = (unit: number): boolean => unit === 0x90 || unit === 0x98 || (unit >= 0x9d && unit <= 0x9f)
const clean = /^[\x20-\x7e\n\t]*$/

export const openCleaner = ({colours = false, lines = false}: CleanOptions = {}): Cleaner => {
  let state: State = 'text'
  /** Of the sequence so far. */
  let held = ''
  let length = 0
  let returned = false
  let half = ''

  const into = (next: State): string => {
    state = next
    held = ''
    length = 0
    return ''
  }

  const printable = (char: string, unit: number): string => {
    if (high(unit)) {
      half = char
      return ''
    }
    if (!low(unit)) return unseen.test(char) ? '' : char
    const pair = half ? half + char : '\ufffd'
    half = ''
    return pair
  }

  const inText = (char: string, unit: number): string => {
    if (unit === 0x1b) return into('escape')
    if (unit === 0x9b) return into('csi')
    if (isString(unit)) return into('string')
    if (char === '\n' || char === '\t') return char
    if (char === '\r') {
      returned = true
      return ''
    }
    return unit < 0x20 || (unit >= 0x7f && unit <= 0x9f) ? '' : printable(char, unit)
  }

  const inEscape = (char: string, unit: number): string => {
    if (char === '[') return into('csi')
    if (']PX^_'.includes(char)) return into('string')
    if (unit >= 0x20 && unit <= 0x2f && length < csiMost) {
      length += 1
      return ''
    }
    into('text')
    return unit >= 0x30 && unit <= 0x7e ? '' : step(char)
  }

  const inCsi = (char: string, unit: number): string => {
    if (unit >= 0x20 && unit <= 0x3f && held.length < csiMost) {
      held += char
      return ''
    }
    const body = held
    into('text')
    if (char === 'm' && colours && /^[\d;:]*$/.test(body)) return `\x1b[${body}m`
    return unit >= 0x40 && unit <= 0x7e ? '' : step(char)
  }

  const inString = (char: string, unit: number): string => {
    if (unit === 0x07 || unit === 0x9c) return into('text')
    if (unit === 0x1b) return into('escape')
    length += 1
    if (char !== '\n' && length < stringMost) return ''
    into('text')
    return step(char)
  }

  const handlers: Record<State, (char: string, unit: number) => string> = {text: inText, escape: inEscape, csi: inCsi, string: inString}

  const step = (char: string): string => {
    const unit = char.charCodeAt(0)
    let before = ''
    if (returned && char !== '\r') {
      returned = false
      if (char !== '\n') before = lines ? '\r' : '\n'
    }
    if (half && !low(unit)) {
      half = ''
      before += '\ufffd'
    }
    return before + handlers[state](char, unit)
  }

  return {
    push: (text) => {
      if (state === 'text' && !returned && !half && clean.test(text)) return text
      let out = ''
      // By code unit: a pair may come in two pieces.
      for (let at = 0; at < text.length; at += 1) out += step(text[at] as string)
      return out
    },
    end: () => {
      const rest = (returned ? (lines ? '\r' : '\n') : '') + (half ? '\ufffd' : '')
      returned = false
      half = ''
      into('text')
      return rest
    },
  }
}

/** A whole text in one go. */
export const cleaned = (text: string, options?: CleanOptions): string => {
  const cleaner = openCleaner(options)
  return cleaner.push(text) + cleaner.end()
}
