// From a terminal's bytes to what the person did: keys, pastes, mouse, focus, and the terminal's answers. Bytes may be cut
// anywhere. A typed character is never dropped, a paste never read as keys; nothing here decides what a key means.

import type {InputEvent} from '../../engine/contract/screen.ts'
import {altKey, keyEvent, typedKey} from './input-keys.ts'
import {endOfSequence, readSequence} from './input-sequence.ts'

/** Calls `then` once after `ms` unless it is stopped before. */
export type After = (ms: number, then: () => void) => () => void

export interface Input {
  feed(bytes: Uint8Array): void
  /** A cursor report was asked for: `CSI 1;3R` is the next answer, not a shifted F3. */
  expectCursor(): void
  /** What is still held is given out as it stands, a paste that has not ended too. */
  close(): void
}

export interface InputOptions {
  /** So long a lone Escape waits for the rest of a key. */
  escapeMs?: number
  after?: After
}

const esc = '\x1b'
const pasteStart = '\x1b[200~'
const pasteEnd = '\x1b[201~'

/** A sequence that has begun and is cut off is no key of a person's: its rest gets more time to come. */
const cutOffMs = 250
const longestSequence = 8_192

// When the loop was late, bytes may lie there unread: they are read before the time counts.
const afterReading: After = (ms, then) => {
  let stopped = false
  const timer = setTimeout(() => setImmediate(() => stopped || then()), ms)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

type Emit = (event: InputEvent) => void

/** Pieces of a paste until its end mark, which may be cut too. */
const openPaste = () => {
  const pieces: string[] = []
  let tail = ''
  return {
    /** The text after the end mark once it has come. */
    take: (text: string): string | undefined => {
      const joined = tail + text
      const end = joined.indexOf(pasteEnd)
      const keep = end < 0 ? Math.max(0, joined.length - pasteEnd.length + 1) : end
      pieces.push(joined.slice(0, keep))
      tail = end < 0 ? joined.slice(keep) : ''
      return end < 0 ? undefined : joined.slice(end + pasteEnd.length)
    },
    event: (): InputEvent => ({input: 'paste', text: (pieces.join('') + tail).replace(/\r\n?/g, '\n')}),
  }
}

export const openInput = (emit: Emit, {escapeMs = 25, after = afterReading}: InputOptions = {}): Input => {
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true})
  let held = ''
  let paste: ReturnType<typeof openPaste> | undefined
  let cursors = 0
  let stop: (() => void) | undefined

  /** One event or none from a whole sequence at the start of the text. */
  const sequence = (raw: string): InputEvent[] => {
    const events = readSequence(raw, cursors > 0)
    if (events.some((event) => event.input === 'reply' && event.what === 'cursor')) cursors = Math.max(0, cursors - 1)
    return events
  }

  const giveEscape = (): number => {
    emit(keyEvent('escape', esc))
    return esc.length
  }

  /** How much of the text was read; 0: more must come. `late`: nothing more has come in time. */
  const readEscape = (text: string, late: boolean): number => {
    const second = text[1]
    if (second === undefined) return late ? giveEscape() : 0
    const end = endOfSequence(text)
    if (end > 0) {
      const raw = text.slice(0, end)
      if (raw === pasteStart) paste = openPaste()
      else sequence(raw).forEach(emit)
      return end
    }
    if (end === 0 && !late && text.length < longestSequence) return 0
    if (second === esc) return readTwoEscapes(text, late)
    const [sign = ''] = text.slice(1)
    emit(altKey(typedKey(sign), esc))
    return 1 + sign.length
  }

  /** Escape and then a key, or Alt with a key that is a sequence itself. */
  const readTwoEscapes = (text: string, late: boolean): number => {
    const rest = text.slice(1)
    const end = endOfSequence(rest)
    if (rest.length === 1 ? !late : end === 0 && !late && rest.length < longestSequence) return 0
    const raw = rest.slice(0, Math.max(0, end))
    const [event] = end > 0 && raw !== pasteStart && !/^.\[[<?>]/s.test(raw) ? readSequence(raw, false) : []
    if (event?.input === 'key' && event.key !== 'unknown') {
      sequence(raw)
      emit(altKey(event, esc))
      return 1 + end
    }
    return giveEscape()
  }

  const readOne = (text: string, late: boolean): number => {
    if (text.startsWith(esc)) return readEscape(text, late)
    const sign = String.fromCodePoint(text.codePointAt(0) as number)
    emit(typedKey(sign))
    return sign.length
  }

  const read = (late: boolean): void => {
    let at = 0
    let patient = late
    const text = held
    held = ''
    while (at < text.length) {
      const rest = at === 0 ? text : text.slice(at)
      const length = readOne(rest, patient)
      if (length === 0) {
        held = rest
        break
      }
      at += length
      patient = false
      if (paste) {
        pasteOn(text.slice(at))
        return
      }
    }
  }

  const pasteOn = (text: string): void => {
    const rest = paste?.take(text)
    if (rest === undefined || !paste) return
    emit(paste.event())
    paste = undefined
    held = rest
    read(false)
  }

  const wait = (): void => {
    if (!held) return
    const cutOff = held.length > 2 && held !== '\x1b\x1b[' && held !== '\x1b\x1bO'
    stop = after(cutOff ? Math.max(cutOffMs, escapeMs) : escapeMs, () => {
      read(true)
      wait()
    })
  }

  return {
    feed: (bytes) => {
      stop?.()
      stop = undefined
      const text = decoder.decode(bytes, {stream: true})
      if (paste) pasteOn(text)
      else {
        held += text
        read(false)
      }
      wait()
    },
    expectCursor: () => {
      cursors += 1
    },
    close: () => {
      stop?.()
      held += decoder.decode()
      while (held) read(true)
      if (paste) emit(paste.event())
      paste = undefined
    },
  }
}
