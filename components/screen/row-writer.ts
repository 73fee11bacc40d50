// The bytes that turn one row of the terminal into another: skips what is equal, moves over gaps, erases blanks, changes
// the look only where it changes. Knows where the terminal's cursor is, or that it does not know. Never clears a screen.

import {bgBits, colourBits, content, fgBits} from '../../stores/cells.ts'
import {firstCluster, isEmpty, isJoining, isSame, narrow, type Row, textAt, widthAt} from './row.ts'
import type {ScreenFeatures} from './scene.ts'
import {createPen} from './sgr.ts'

/** Shortest blank run worth an erase and a move. */
const eraseFrom = 8
/** Longest gap of equal cells that is written again rather than jumped. */
const rewriteUpTo = 4

const showsOnBlank = fgBits.inverse | fgBits.underline | fgBits.strike

export interface RowWriter {
  /** Bytes for row y; `old` undefined: nothing is known of it. */
  row(y: number, old: Row | undefined, next: Row): string
  moveTo(x: number, y: number): string
  /** Nothing is known of the terminal any more. */
  forget(): void
}

export const createRowWriter = (features: ScreenFeatures): RowWriter => {
  const pen = createPen(features)
  let [cx, cy] = [-1, -1]

  const moveTo = (x: number, y: number): string => {
    if (x === cx && y === cy) return ''
    const [fromX, fromY] = [cx, cy]
    ;[cx, cy] = [x, y]
    if (fromX >= 0 && y === fromY && x > fromX) return x === fromX + 1 ? '\x1b[C' : `\x1b[${x - fromX}C`
    if (fromY === y && x === 0) return '\r'
    if (fromY >= 0 && fromY + 1 === y && x === 0) return '\r\n'
    return x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`
  }

  const canRewrite = (next: Row, from: number, to: number): boolean => {
    if (to - from > rewriteUpTo) return false
    for (let x = from; x < to; x += 1) {
      if (widthAt(next, x) !== narrow || next.fg[x] !== pen.fg || next.bg[x] !== pen.bg || next.line[x] !== 0) return false
      if (isJoining(next, x)) return false
    }
    return true
  }

  /** To cell x of the row, over cells that are as they shall be. */
  const reach = (x: number, y: number, next: Row, isSafe: boolean): string => {
    if (isSafe && cy === y && cx >= 0 && cx < x && canRewrite(next, cx, x)) {
      let text = ''
      for (let at = cx; at < x; at += 1) text += textAt(next, at)
      cx = x
      return text
    }
    return moveTo(x, y)
  }

  /** A terminal that counts joined characters otherwise has its cursor elsewhere now. */
  const isSure = (next: Row, x: number, written: string): boolean => {
    if (features.clusters !== 'unknown') return written === textAt(next, x)
    const word = next.what[x] as number
    return (word & content.several) === 0 && (word & content.codePoint) < 0x1f000
  }

  /** A blank may be drawn in any look that shows nothing on it. */
  const drawsBlank = (bg: number): boolean =>
    pen.fg !== undefined &&
    pen.bg !== undefined &&
    (pen.fg & showsOnBlank) === 0 &&
    (pen.bg & bgBits.overline) === 0 &&
    (pen.bg & colourBits.whole) === (bg & colourBits.whole)

  return {
    moveTo,
    forget: () => {
      pen.forget()
      ;[cx, cy] = [-1, -1]
    },
    row: (y, old, next) => {
      const columns = next.what.length
      let out = ''
      let x = 0
      // Cells up to here may have been drawn over by a character wider than thought.
      let spilt = 0
      // The last thing printed would join with what comes next.
      let isJoinable = false
      const differs = (at: number): boolean => !old || at < spilt || !isSame(old, next, at)

      /** The blank run at x: where it ends, and the end of what differs in it. */
      const eraseRun = (): string | undefined => {
        if (next.bg[x] !== 0) return undefined
        let end = x
        let last = x
        for (; end < columns && next.bg[end] === 0 && isEmpty(next, end); end += 1) if (differs(end)) last = end + 1
        if (end < columns && last - x < eraseFrom) return undefined
        if (end === columns && last - x < 4) return undefined
        const look = pen.bg === undefined || (pen.bg & colourBits.whole) !== 0 ? pen.to(0, 0, 0) : ''
        const move = reach(x, y, next, spilt <= x)
        const erase = end === columns ? '\x1b[K' : `\x1b[${last - x}X`
        x = last
        return look + move + erase
      }

      while (x < columns) {
        const width = Math.max(1, widthAt(next, x))
        if (!differs(x) && (width === 1 || !differs(x + 1))) {
          x += width
          continue
        }
        if (isEmpty(next, x)) {
          const erased = eraseRun()
          if (erased !== undefined) {
            out += erased
            continue
          }
        }
        const joins = isJoining(next, x)
        // A move, even to where the cursor is, ends what the terminal would join.
        if ((joins || isJoinable) && cx === x && cy === y) out += `\x1b[${x + 1}G`
        out += reach(x, y, next, spilt <= x && !isJoinable && !joins)
        isJoinable = joins
        if (!(isEmpty(next, x) && drawsBlank(next.bg[x] as number))) out += pen.to(next.fg[x] as number, next.bg[x] as number, next.line[x] as number)
        const text = firstCluster(textAt(next, x))
        const isKnown = isSure(next, x, text)
        // Where its width is anybody's guess, what lies under it goes first.
        out += isKnown ? text : `${' '.repeat(width)}\x1b[${x + 1}G${text}`
        if (!isKnown) {
          spilt = Math.max(spilt, Math.min(columns, x + 2 * text.length))
          cx = -1
        } else cx = x + width
        x += width
        // The terminal waits at its edge with the next character pending: nobody knows where the cursor is.
        if (x >= columns) cx = -1
      }
      return out
    },
  }
}
