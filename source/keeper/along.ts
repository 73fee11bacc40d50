// Reading along with a pane: what only makes lines is left to the terminal, which reads it when somebody looks; anything
// else is read in large pieces, for each piece costs more than its letters. Whoever looks calls `now` first; a program
// that asks its terminal something is not kept waiting.
//
// Law: what was printed is given on in its order, all of it, and held for a tenth of a second at most.

import type {PaneTerminal} from '../../stores/terminals.ts'

export interface Along {
  print(data: string): void
  /** The emulator stands where the program does. */
  now(): void
  close(): void
}

const laterMs = 100
const mostChars = 64 * 1024
const [esc, enq] = [String.fromCharCode(27), String.fromCharCode(5)]
/** Device attributes, status and cursor reports, modes, settings, colours, the old answerback: questions, or the beginning of one. */
const asks = new RegExp(`${esc}(?:\\[[<=>?!$"'\\d;]*(?:[cnpqtuxy]|$)|[PZ\\]]|$)|${enq}`)
/** A question that was cut in two begins within this. */
const questionChars = 16

export const openAlong = (terminal: Pick<PaneTerminal, 'write' | 'take'>): Along => {
  let held = ''
  /** The end of what was printed before, read or not. */
  let tail = ''
  let timer: NodeJS.Timeout | undefined
  const now = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (held === '') return
    const data = held
    held = ''
    terminal.write(data)
  }
  return {
    print: (data) => {
      if (held === '' && terminal.take(data)) {
        tail = data.slice(-questionChars)
        return
      }
      held += data
      const seen = tail + data
      tail = seen.slice(-questionChars)
      if (held.length > mostChars || asks.test(seen)) now()
      else timer ??= setTimeout(now, laterMs)
    },
    now,
    close: () => {
      clearTimeout(timer)
      held = ''
    },
  }
}
