// Puts the screen together from cells (panes above the chrome, overlays of the chrome above panes, marks on panes) and
// says which bytes make the terminal show it, given all that was said before. The only memory of what the terminal
// shows is here, so nothing else may write to it between two frames; after somebody did, `forget` draws all anew.

import type {Rect, Size} from '../../engine/contract/screen.ts'
import type {CellRow} from '../../stores/cells.ts'
import type {CellSource} from '../../stores/terminals.ts'
import {copySpan, createRow, markSpan, type Row} from './row.ts'
import {createRowWriter} from './row-writer.ts'
import type {Scene, ScenePane, ScreenFeatures} from './scene.ts'
import {createSink} from './sink.ts'

export interface Compositor {
  /** Bytes from what the terminal shows to this; '' when it shows it already. */
  frame(chrome: CellSource, scene: Scene): string
  resize(size: Size): void
  /** Nothing is known of what the terminal shows. */
  forget(): void
  /** The terminal turned out to be able to do more, or less. */
  learn(features: ScreenFeatures): void
}

const holds = ({y, height}: Rect, row: number): boolean => row >= y && row < y + height
const right = ({x, width}: Rect): number => x + width
const isSameRect = (one: Rect, other: Rect): boolean => one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height

/** The line in the pane's first row, kept within what the terminal still has. */
const topOf = ({terminal, top}: ScenePane): number => (top === undefined ? terminal.screenTop : Math.max(terminal.firstLine, Math.min(terminal.screenTop, top)))

/** A pane as it is drawn in one frame. */
interface Placed extends Pick<ScenePane, 'terminal' | 'rect' | 'marks'> {
  version: number
  /** The line in its first row. */
  top: number
}

const place = (pane: ScenePane): Placed => ({
  terminal: pane.terminal,
  rect: {...pane.rect},
  marks: pane.marks,
  version: pane.terminal.version,
  top: topOf(pane),
})

const isSame = (one: Placed, other: Placed): boolean =>
  one.terminal === other.terminal && one.version === other.version && one.top === other.top && one.marks === other.marks

export const createCompositor = (size: Size, startFeatures: ScreenFeatures): Compositor => {
  let features = startFeatures
  const sink = createSink()
  let writer = createRowWriter(features, sink)
  let {columns, rows} = size
  let front: (Row | undefined)[] = []
  let spare = createRow(columns)
  let drawn: readonly Placed[] = []
  let overlays: readonly Rect[] = []
  let chromeVersion = -1
  let cursor: {isShown: boolean | undefined; shape: number} = {isShown: undefined, shape: -1}

  const forget = (): void => {
    writer.forget()
    front = Array.from({length: rows}, () => undefined)
    cursor = {isShown: undefined, shape: -1}
  }
  forget()

  const compose = (row: Row, y: number, chromeRow: CellRow | undefined, panes: readonly Placed[], above: readonly Rect[]): void => {
    // Chrome only where no pane will be: from left to right while panes lie so, else below them all.
    const here = panes.filter(({rect}) => holds(rect, y) && rect.x >= 0 && rect.x < columns)
    const isInOrder = here.every(({rect}, n) => n === 0 || rect.x >= right((here[n - 1] as Placed).rect))
    if (!isInOrder) copySpan(row, 0, chromeRow, 0, columns)
    let done = isInOrder ? 0 : columns
    for (const {rect, terminal, marks, top} of here) {
      if (done < rect.x) copySpan(row, done, chromeRow, done, rect.x - done)
      done = Math.max(done, right(rect))
      const line = top + y - rect.y
      copySpan(row, rect.x, terminal.row(line), 0, rect.width)
      for (const mark of marks ?? []) {
        if (mark.line !== line) continue
        const [from, to] = [Math.max(0, mark.from), Math.min(rect.width, mark.to)]
        markSpan(row, rect.x + from, rect.x + to, mark.style, features.colours !== 'none')
      }
    }
    if (done < columns) copySpan(row, done, chromeRow, done, columns - done)
    for (const rect of above) if (holds(rect, y)) copySpan(row, Math.max(0, rect.x), chromeRow, Math.max(0, rect.x), rect.width + Math.min(0, rect.x))
  }

  /** Rows that may look different now. */
  const staleRows = (chrome: CellSource, panes: readonly Placed[], above: readonly Rect[]): Uint8Array => {
    const stale = new Uint8Array(rows)
    const isLaidOut =
      chrome.version === chromeVersion &&
      drawn.length === panes.length &&
      panes.every(({rect}, n) => isSameRect(rect, (drawn[n] as Placed).rect)) &&
      overlays.length === above.length &&
      overlays.every((rect, n) => isSameRect(rect, above[n] as Rect))
    if (!isLaidOut) stale.fill(1)
    for (const [n, pane] of panes.entries()) {
      if (isLaidOut && isSame(drawn[n] as Placed, pane)) continue
      stale.fill(1, Math.max(0, pane.rect.y), Math.max(0, pane.rect.y + pane.rect.height))
    }
    for (let y = 0; y < rows; y += 1) if (!front[y]) stale[y] = 1
    return stale
  }

  const placeCursor = (wanted: Scene['cursor'], wasHidden: boolean): void => {
    const isShown = wanted !== null && wanted.x >= 0 && wanted.y >= 0 && wanted.x < columns && wanted.y < rows
    if (!isShown) {
      if (cursor.isShown !== false && !wasHidden) sink.text('\x1b[?25l')
      cursor.isShown = false
      return
    }
    writer.moveTo(wanted.x, wanted.y)
    const shape = wanted.shape ?? 0
    if (shape !== cursor.shape) sink.text(`\x1b[${shape} q`)
    if (cursor.isShown !== true || wasHidden) sink.text('\x1b[?25h')
    cursor = {isShown, shape}
  }

  return {
    forget,
    learn: (next) => {
      const isSameLook =
        next.colours === features.colours && next.underlines === features.underlines && next.links === features.links && next.clusters === features.clusters
      features = next
      if (isSameLook) return
      writer = createRowWriter(features, sink)
      forget()
    },
    resize: (next) => {
      ;({columns, rows} = next)
      spare = createRow(columns)
      forget()
    },
    frame: (chrome, scene) => {
      const panes = scene.panes.map(place)
      const above = scene.overlays.map((rect) => ({...rect}))
      const stale = staleRows(chrome, panes, above)
      const chromeTop = chrome.screenTop
      for (let y = 0; y < rows; y += 1) {
        if (!stale[y]) continue
        const old = front[y]
        compose(spare, y, chrome.row(chromeTop + y), panes, above)
        writer.row(y, old, spare)
        front[y] = spare
        spare = old ?? createRow(columns)
      }
      writer.end()
      ;[drawn, overlays, chromeVersion] = [panes, above, chrome.version]
      // Without frames held back, a cursor that is seen to run over the screen is worse than one that blinks.
      const hides = !sink.isEmpty && !features.synchronized && cursor.isShown !== false
      placeCursor(scene.cursor, hides)
      if (sink.isEmpty) return ''
      const body = sink.take()
      if (features.synchronized) return `\x1b[?2026h${body}\x1b[?2026l`
      return hides ? `\x1b[?25l${body}` : body
    },
  }
}
