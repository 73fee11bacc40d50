// Puts the screen together from cells (panes above the chrome, overlays of the chrome above panes, marks on panes) and
// says which bytes make the terminal show it, given all that was said before. The only memory of what the terminal
// shows is here, so nothing else may write to it between two frames; after somebody did, `forget` draws all anew.

import type {Rect, Size} from '../../engine/contract/screen.ts'
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

interface Drawn {
  pane: ScenePane
  rect: Rect
  version: number
  top: number
}

const isAsDrawn = (drawn: Drawn, pane: ScenePane): boolean =>
  drawn.pane.terminal === pane.terminal && drawn.version === pane.terminal.version && drawn.top === topOf(pane) && drawn.pane.marks === pane.marks

export const createCompositor = (size: Size, startFeatures: ScreenFeatures): Compositor => {
  let features = startFeatures
  const sink = createSink()
  let writer = createRowWriter(features, sink)
  let {columns, rows} = size
  let front: (Row | undefined)[] = []
  let spare = createRow(columns)
  let drawn: Drawn[] = []
  let overlays: readonly Rect[] = []
  let chromeVersion = -1
  let cursor: {isShown: boolean | undefined; shape: number} = {isShown: undefined, shape: -1}

  const forget = (): void => {
    writer.forget()
    front = Array.from({length: rows}, () => undefined)
    cursor = {isShown: undefined, shape: -1}
  }
  forget()

  const compose = (row: Row, y: number, chrome: CellSource, scene: Scene): void => {
    const chromeRow = chrome.row(chrome.screenTop + y)
    // Chrome only where no pane will be: from left to right while panes lie so, else below them all.
    const here = scene.panes.filter(({rect}) => holds(rect, y) && rect.x >= 0 && rect.x < columns)
    const isInOrder = here.every(({rect}, n) => n === 0 || rect.x >= right((here[n - 1] as ScenePane).rect))
    if (!isInOrder) copySpan(row, 0, chromeRow, 0, columns)
    let done = isInOrder ? 0 : columns
    for (const pane of here) {
      const {rect, terminal, marks} = pane
      if (done < rect.x) copySpan(row, done, chromeRow, done, rect.x - done)
      done = Math.max(done, right(rect))
      const line = topOf(pane) + y - rect.y
      copySpan(row, rect.x, terminal.row(line), 0, rect.width)
      for (const mark of marks ?? []) {
        if (mark.line !== line) continue
        const [from, to] = [Math.max(0, mark.from), Math.min(rect.width, mark.to)]
        markSpan(row, rect.x + from, rect.x + to, mark.style, features.colours !== 'none')
      }
    }
    if (done < columns) copySpan(row, done, chromeRow, done, columns - done)
    for (const rect of scene.overlays) if (holds(rect, y)) copySpan(row, Math.max(0, rect.x), chromeRow, Math.max(0, rect.x), rect.width + Math.min(0, rect.x))
  }

  /** Rows that may look different now. */
  const staleRows = (chrome: CellSource, scene: Scene): Uint8Array => {
    const stale = new Uint8Array(rows)
    const isLaidOut =
      chrome.version === chromeVersion &&
      drawn.length === scene.panes.length &&
      scene.panes.every(({rect}, n) => isSameRect(rect, (drawn[n] as Drawn).rect)) &&
      overlays.length === scene.overlays.length &&
      overlays.every((rect, n) => isSameRect(rect, scene.overlays[n] as Rect))
    if (!isLaidOut) stale.fill(1)
    scene.panes.forEach((pane, n) => {
      const before = drawn[n]
      if (isLaidOut && before && isAsDrawn(before, pane)) return
      stale.fill(1, Math.max(0, pane.rect.y), Math.max(0, pane.rect.y + pane.rect.height))
    })
    for (let y = 0; y < rows; y += 1) if (!front[y]) stale[y] = 1
    return stale
  }

  const remember = (chrome: CellSource, scene: Scene): void => {
    drawn = scene.panes.map((pane) => ({pane: {...pane}, rect: {...pane.rect}, version: pane.terminal.version, top: topOf(pane)}))
    overlays = scene.overlays.map((rect) => ({...rect}))
    chromeVersion = chrome.version
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
      const isSameLook = next.colours === features.colours && next.underlines === features.underlines && next.clusters === features.clusters
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
      const stale = staleRows(chrome, scene)
      for (let y = 0; y < rows; y += 1) {
        if (!stale[y]) continue
        const old = front[y]
        compose(spare, y, chrome, scene)
        writer.row(y, old, spare)
        front[y] = spare
        spare = old ?? createRow(columns)
      }
      remember(chrome, scene)
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
