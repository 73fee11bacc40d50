// What the glass is asked to show, as data: who draws where, what lies above, what is marked, where the cursor is.
// No behaviour lives here.

import type {Rect, Size} from '../../engine/contract/screen.ts'
import type {CellSource, PaneTerminal} from '../../stores/terminals.ts'

/** Cells of a line of the pane, from `from` up to, not including, `to`. `line` is a line number of the terminal. */
export interface Mark {
  line: number
  from: number
  to: number
  style: 'select' | 'found' | 'found-now'
}

export interface ScenePane {
  rect: Rect
  terminal: PaneTerminal
  /** The line in the pane's first row; absent: the pane follows its screen. */
  top?: number
  /** A new list for every change. */
  marks?: readonly Mark[]
}

export interface Scene {
  panes: readonly ScenePane[]
  /** Where the chrome lies above the panes: menus, dialogs, palettes. */
  overlays: readonly Rect[]
  /** Cell of the whole screen, from 0; null: no cursor. `shape` as in `PaneCursor`. */
  cursor: {x: number; y: number; shape?: number} | null
}

export type ColourDepth = 'none' | '16' | '256' | 'true'

/** What the user's terminal can, as far as it is known. */
export interface ScreenFeatures {
  colours: ColourDepth
  /** Frames may be held back until they are whole (?2026). */
  synchronized: boolean
  /** Joined emoji and combining marks are counted as here (?2027): `on` already, `settable` (then it is set), or `unknown`. */
  clusters: 'on' | 'settable' | 'unknown'
  /** Understands curly and coloured underlines. */
  underlines: boolean
  /** Makes links of text (OSC 8). */
  links?: boolean
  /** Understands the kitty keyboard protocol. */
  kitty: boolean
}

export interface GlassStats {
  frames: number
  bytes: number
  /** Time to build a frame, ms: the newest 512. */
  frameMs: readonly number[]
  /** Times that the terminal took nothing and was asked again. */
  stalls: number
}

export interface Glass {
  /** Something that the scene shows has changed. `focused`: it was the focused pane or the prompt; soon after a key such damage is drawn at once. */
  damage(focused?: boolean): void
  /** A key, a paste or a click went to a pane or to the prompt. */
  key(): void
  /** Bytes that are no picture and move no cursor (title, bell, copy, modes), after the frame under way and before the next. */
  say(bytes: string): void
  learn(features: ScreenFeatures): void
  resize(size: Size): void
  /** Draws every cell anew, as after another program had the terminal. */
  repaint(): void
  /** Nothing is written from when it resolves until `takeBack`: another program has the terminal. */
  lend(): Promise<void>
  takeBack(): void
  stats(): GlassStats
  /** No frame begins after this; resolves when the one under way is out, or after a quarter of a second. */
  close(): Promise<void>
}

export interface GlassOptions {
  /** Written to, never closed. */
  fd: number
  size: Size
  features: ScreenFeatures
  chrome: CellSource
  scene: () => Scene
  /** A frame is out. */
  out?: () => void
  /** The terminal cannot be written to any more. */
  gone?: (code: string) => void
}
