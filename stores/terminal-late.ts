// Reading a flood late: text that only pushes lines up is kept as it came, and an emulator is given of it what somebody
// looks at: the rows of the screen when they are drawn, all lines when they are asked for. What has left the scrollback by
// then is never read. It is the same in the end, cell by cell, because such text changes nothing but lines and the pen.
//
//   nothing kept ──calm text, the emulator stands in a known way──▶ kept ──anything else──▶ all is read, nothing kept
//
// Law: what is kept is bounded, and what cannot be proved the same is read at once.

import type {Terminal} from '@xterm/headless'
import type {Inside} from './cells.ts'
import {openKeptText} from './kept-text.ts'

export interface Late {
  /** What must be read now, in this order; '' when it is kept for later. */
  push(data: string): string
  /** Takes it for later; false, and nothing has happened, where `push` would give it back. */
  take(data: string): boolean
  /** The rows of the screen and the cursor are as they should be; lines above may be missing. */
  front(): void
  /** Every line is as it should be. */
  whole(): void
  /** The same, and nothing is kept of what was: the size changes. */
  forget(): void
  /** While somebody keeps line numbers nothing is left out. */
  attend(isAttended: boolean): void
  /** The beginning of a sequence whose end has not come; it shows nothing. */
  readonly begun: string
}

export interface LatePorts {
  emulator: Terminal
  inside: Inside | undefined
  scrollbackLines: number
  /** Nothing waits to be parsed. */
  isIdle(): boolean
  /** Parses it before it returns, wherever that can be. */
  read(text: string): void
}

const [esc, lineEnd] = [String.fromCharCode(27), '\r\n']
/** Anything but text, tabs, backspaces, ends of lines, colours and looks (SGR), and erasing in a line (EL). */
const unusual = new RegExp(`[\\x00-\\x07\\x0b\\x0c\\x0e-\\x1a\\x1c-\\x1f\\x7f-\\x9f]|${esc}(?!\\[[\\d;:]*[mK])`)
/** Half of a letter is a beginning too. */
const opening = new RegExp(`(?:${esc}(?:\\[[\\d;:]*)?|[\\ud800-\\udbff])$`)
const openingChars = 24
const resets = [`${esc}[m`, `${esc}[0m`] as const
/** A pen that takes more than this to set is not followed. */
const penChars = 1024
/** Within this before a place its pen is looked for first. */
const nearBytes = 512
/** Beyond this it is read: lines without an end. */
const mostBytes = 512 * 1024
const ground = 0

const beginningAt = (text: string): number => {
  const end = text.slice(-openingChars)
  return text.length - (opening.exec(end)?.[0].length ?? 0)
}

/** What sets the pen as it is after the text, where `pen` set it before; undefined: that is not known, or too much. */
const penAfter = (pen: string | undefined, text: string): string | undefined => {
  if (!text.includes(esc)) return pen
  const long = text.lastIndexOf(resets[1])
  const short = text.indexOf(resets[0], long + 1)
  const reset = short === -1 ? long : text.lastIndexOf(resets[0])
  let found = reset === -1 ? pen : resets[0]
  for (let at = text.indexOf(esc, reset + 1); at !== -1 && found !== undefined; at = text.indexOf(esc, at + 1)) {
    let end = at + 2
    while (text.charCodeAt(end) < 0x40) end += 1
    if (text[end] === 'm') found += text.slice(at, end + 1)
    if (found.length > penChars) return undefined
  }
  return found
}

export const createLate = ({emulator, inside, scrollbackLines, isIdle, read}: LatePorts): Late => {
  const handler = inside?._inputHandler
  /** Calm text from the start of a line on, or from where the emulator stood. */
  const kept = openKeptText()
  /** The place up to which the emulator was given it; before the first that is kept, the emulator is behind it. */
  let given = 0
  /** Sets the pen as it is where `kept` begins. */
  let pen: string | undefined
  /** The emulator lacks lines; what is kept has them all. */
  let isShort = false
  /** Its pen is not followed: it is kept until it is too much. */
  let isStuck = false
  let [isAttended, begun] = [false, '']

  /** So many lines leave nothing of what there was before, wherever the cursor is. */
  const enough = (): number => scrollbackLines + 2 * emulator.rows + 2
  const clear = (): void => {
    kept.clear()
    given = kept.to
    ;[pen, isStuck] = [undefined, false]
  }
  /** In a known way: between two sequences, on the screen that scrolls, all of which scrolls. */
  const stands = (): boolean => {
    const {scrollTop, scrollBottom} = inside?.buffer ?? {}
    const isKnown = isIdle() && handler?._parser?.currentState === ground && emulator.buffer.active.type === 'normal'
    if (!isKnown || scrollTop !== 0 || scrollBottom !== emulator.rows - 1) return false
    const look = handler._curAttrData
    pen = look?.fg === 0 && look.bg === 0 ? resets[0] : undefined
    return true
  }
  /** What sets the pen as it is at a place: nearly always said shortly before it. */
  const penAt = (pen: string | undefined, from: number, to: number): string | undefined => {
    const near = to - from > nearBytes ? penAfter(undefined, kept.text(to - nearBytes, to)) : undefined
    return near ?? penAfter(pen, kept.text(from, to))
  }
  /** Lets go of lines that nobody will see. */
  const trim = (): void => {
    while (!isStuck) {
      const place = kept.spare(enough())
      if (place === kept.from) return
      const after = penAt(pen, kept.from, place)
      isStuck = after === undefined
      if (isStuck) return
      pen = after
      kept.drop(place)
      isShort ||= given < kept.from
    }
  }
  /** The end of what is kept from where so many lines follow, with the pen that it begins with; undefined: it is all needed. */
  const endOf = (ends: number): string | undefined => {
    if (pen === undefined || kept.lines < enough()) return undefined
    const isBehind = given < kept.from
    const from = isBehind ? kept.from : given
    const start = kept.startBefore(ends, from)
    if (start === given) return undefined
    const look = penAt(isBehind ? pen : '', from, start)
    return look === undefined ? undefined : `${look}${lineEnd}${kept.text(start)}`
  }
  const whole = (): void => {
    if (given === kept.to && !isShort) return
    if (isShort) given = kept.from - 1
    const text = endOf(enough() + 1) ?? (isShort ? `${pen}${lineEnd}${kept.text(kept.from)}` : kept.text(given))
    isShort = false
    given = kept.to
    read(text)
  }
  const forget = (): void => {
    whole()
    clear()
  }
  const keep = (text: string): void => {
    kept.add(text)
    trim()
    if (kept.to - kept.from >= mostBytes) forget()
  }
  const take = (data: string): boolean => {
    if (isAttended) return false
    const text = begun + data
    const end = beginningAt(text)
    const closed = text.slice(0, end)
    if (unusual.test(closed) || (kept.to === kept.from && !stands())) return false
    begun = text.slice(end)
    keep(closed)
    return true
  }
  return {
    get begun() {
      return begun
    },
    take,
    push: (data) => {
      if (take(data)) return ''
      const text = begun + data
      const end = beginningAt(text)
      forget()
      begun = text.slice(end)
      return text.slice(0, end)
    },
    front: () => {
      if (given === kept.to) return
      const text = endOf(emulator.buffer.active.cursorY === emulator.rows - 1 ? emulator.rows : 2 * emulator.rows)
      if (text === undefined && given < kept.from) return whole()
      isShort ||= text !== undefined
      const all = text ?? kept.text(given)
      given = kept.to
      read(all)
    },
    whole,
    forget,
    attend: (wanted) => {
      if (wanted && !isAttended) forget()
      isAttended = wanted
    },
  }
}
