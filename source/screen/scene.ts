// From the screen's state to what the glass is asked to show: which pane's cells go where, what lies above them, where
// the cursor is. Read when a frame is due; nothing here is kept.

import type {Scene, ScenePane} from '../../components/screen/scene.ts'
import type {Rect} from '../../engine/contract/screen.ts'
import {coversOf, type Frame, frameOf} from '../../stores/frame.ts'
import type {AppState} from '../../stores/state.ts'
import type {PaneView} from './pane-view.ts'
import type {Panes} from './panes.ts'

const shown = (panes: Panes, view: PaneView, {pane, body}: {pane: string; body: Rect}): ScenePane[] => {
  const terminal = panes.get(pane)
  if (!terminal || body.width < 1 || body.height < 1) return []
  const top = view.top(pane)
  return [{rect: body, terminal, ...(top === undefined ? {} : {top}), marks: view.marks(pane)}]
}

const inside = (body: Rect, cell: {x: number; y: number}): {x: number; y: number} | null =>
  cell.x >= 0 && cell.y >= 0 && cell.x < body.width && cell.y < body.height ? {x: body.x + cell.x, y: body.y + cell.y} : null

/** The cursor stands where the next key goes. */
const cursorOf = (state: AppState, frame: Frame, panes: Panes, view: PaneView): Scene['cursor'] => {
  if (frame.cursor) return frame.cursor
  if (coversOf(frame).length > 0) return null
  const focus = frame.panes.find(({pane}) => pane === state.layout.focus)
  const terminal = focus && panes.get(focus.pane)
  if (!focus || !terminal) return null
  const copying = view.cursor(focus.pane)
  if (copying) return inside(focus.body, copying)
  if (state.mode !== 'pane' || !terminal.cursor.visible || view.top(focus.pane) !== undefined) return null
  const cell = inside(focus.body, terminal.cursor)
  return cell && {...cell, shape: terminal.cursor.shape}
}

export const sceneOf = (state: AppState, panes: Panes, view: PaneView): Scene => {
  const frame = frameOf(state)
  return {
    panes: frame.panes.flatMap((one) => shown(panes, view, one)),
    overlays: coversOf(frame),
    cursor: cursorOf(state, frame, panes, view),
  }
}
