// The bytes that turn one row of the terminal into another: skips what is equal, moves over gaps, erases blanks, changes
// the look only where it changes. Knows where the terminal's cursor is, or that it does not know. Never clears a screen.

import {bgBits, colourBits, content, fgBits} from '../../stores/cells.ts'
import {linkBytes, linkOf} from '../../stores/links.ts'
import {firstCluster, isEmpty, isJoining, isSame, narrow, type Row, textAt, wide, widthAt} from './row.ts'
import type {ScreenFeatures} from './scene.ts'
import {createPen} from './sgr.ts'
import type {Sink} from './sink.ts'

/** Shortest blank run worth an erase and a move. */
const eraseFrom = 8
/** Shortest run up to the edge worth an erase. */
const eraseToEndFrom = 4
/** Longest gap of equal cells that is written again rather than jumped. */
const rewriteUpTo = 4

const showsOnBlank = fgBits.inverse | fgBits.underline | fgBits.strike

export interface RowWriter {
  /** Bytes for row y; `old` undefined: nothing is known of it. */
  row(y: number, old: Row | undefined, next: Row): void
  moveTo(x: number, y: number): void
  /** The frame is over: no link stays open. */
  end(): void
  /** Nothing is known of the terminal any more. */
  forget(): void
}

const moveFrom = (fromX: number, fromY: number, x: number, y: number): string => {
  if (fromX >= 0 && y === fromY && x > fromX) return x === fromX + 1 ? '\x1b[C' : `\x1b[${x - fromX}C`
  if (fromY === y && x === 0) return '\r'
  if (fromY >= 0 && fromY + 1 === y && x === 0) return '\r\n'
  return x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`
}

export const createRowWriter = (features: ScreenFeatures, sink: Sink): RowWriter => {
  const pen = createPen(features)
  let [cx, cy] = [-1, -1]

  const moveTo = (x: number, y: number): void => {
    if (x === cx && y === cy) return
    sink.text(moveFrom(cx, cy, x, y))
    ;[cx, cy] = [x, y]
  }

  let link = 0
  const setLink = (number: number): void => {
    if (number === link || !features.links) return
    link = number
    sink.text(linkBytes(number))
  }

  const canRewrite = (next: Row, from: number, to: number): boolean => {
    if (to - from > rewriteUpTo) return false
    for (let x = from; x < to; x += 1) {
      if (widthAt(next, x) !== narrow || next.fg[x] !== pen.fg || next.bg[x] !== pen.bg || next.line[x] !== 0 || isJoining(next, x)) return false
    }
    return true
  }

  /** To cell x of the row, over cells that are as they shall be. */
  const reach = (x: number, y: number, next: Row, isSafe: boolean): void => {
    if (x === cx && y === cy) return
    if (!isSafe || cy !== y || cx < 0 || cx >= x || !canRewrite(next, cx, x)) {
      moveTo(x, y)
      return
    }
    setLink(0)
    for (; cx < x; cx += 1) sink.code((next.what[cx] as number) & content.codePoint)
  }

  /** A terminal that counts joined characters otherwise has its cursor elsewhere now. */
  const isSure = (word: number, whole: string | undefined, written: string | undefined): boolean =>
    features.clusters === 'unknown' ? whole === undefined && (word & content.codePoint) < 0x1f000 : whole === written

  /** A blank may be drawn in any look that shows nothing on it. */
  const drawsBlank = (bg: number): boolean =>
    pen.fg !== undefined &&
    pen.bg !== undefined &&
    (pen.fg & showsOnBlank) === 0 &&
    (pen.bg & bgBits.overline) === 0 &&
    (pen.bg & colourBits.whole) === (bg & colourBits.whole)

  /** The blank run at x is erased as far as it differs; answers where that ends, x when it is not worth it. */
  const erase = (y: number, old: Row | undefined, next: Row, x: number, spilt: number): number => {
    if (next.bg[x] !== 0) return x
    const columns = next.what.length
    let [end, last] = [x, x]
    for (; end < columns && next.bg[end] === 0 && isEmpty(next, end); end += 1) if (!old || end < spilt || !isSame(old, next, end)) last = end + 1
    if (last - x < (end < columns ? eraseFrom : eraseToEndFrom)) return x
    if (pen.bg === undefined || (pen.bg & colourBits.whole) !== 0) sink.text(pen.to(0, 0, 0))
    reach(x, y, next, spilt <= x)
    setLink(0)
    sink.text(end === columns ? '\x1b[K' : `\x1b[${last - x}X`)
    return last
  }

  /** Draws the cell at x, where the cursor is; answers up to where it may have drawn over others. */
  const draw = (next: Row, x: number, width: number): number => {
    const [word, fg, bg] = [next.what[x] as number, next.fg[x] as number, next.bg[x] as number]
    const line = next.line[x] as number
    const number = linkOf(line)
    setLink(number)
    if (!(isEmpty(next, x) && drawsBlank(bg))) sink.text(pen.to(fg, bg, number > 0 ? 0 : line))
    const whole = word & content.several ? textAt(next, x) : undefined
    const written = whole && firstCluster(whole)
    const isKnown = isSure(word, whole, written)
    // Where its width is anybody's guess, what lies under it goes first.
    if (!isKnown) sink.text(`${' '.repeat(width)}\x1b[${x + 1}G`)
    if (written === undefined) sink.code(word & content.codePoint)
    else sink.text(written)
    cx = isKnown ? x + width : -1
    return isKnown ? 0 : x + 2 * (written ?? '  ').length
  }

  return {
    moveTo,
    end: () => setLink(0),
    forget: () => {
      pen.forget()
      ;[cx, cy] = [-1, -1]
    },
    row: (y, old, next) => {
      const columns = next.what.length
      let x = 0
      // Cells up to here may have been drawn over by a character wider than thought.
      let spilt = 0
      // The last thing printed would join with what comes next.
      let isJoinable = false
      while (x < columns) {
        const width = (next.what[x] as number) >>> content.widthShift === wide ? wide : narrow
        if (old && x >= spilt && isSame(old, next, x) && (width === narrow || isSame(old, next, x + 1))) {
          x += width
          continue
        }
        if (isEmpty(next, x)) {
          const end = erase(y, old, next, x, spilt)
          if (end > x) {
            x = end
            continue
          }
        }
        const joins = isJoining(next, x)
        // A move, even to where the cursor is, ends what the terminal would join.
        if ((joins || isJoinable) && cx === x && cy === y) sink.text(`\x1b[${x + 1}G`)
        reach(x, y, next, spilt <= x && !isJoinable && !joins)
        isJoinable = joins
        spilt = Math.max(spilt, draw(next, x, width))
        x += width
        // The terminal waits at its edge with the next character pending: nobody knows where the cursor is.
        if (x >= columns) cx = -1
      }
    },
  }
}
