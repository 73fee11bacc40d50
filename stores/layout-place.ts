// Which tree a layout means for a given place, and the rect of every pane in it. Pure: the same panes in the same
// place always stand the same.

import type {PaneId, Rect} from '../engine/contract/screen.ts'
import {type FrameKind, grown, isTiny, type Layout, type LayoutName, type Placed, partsOf, shownPanes, type Tree} from './layout.ts'

/** Below this a pane says too little to be worth its border. */
const least = {width: 26, height: 5}

const even = (along: 'row' | 'column', parts: Tree[]): Tree => (parts.length === 1 ? (parts[0] as Tree) : {along, parts, shares: parts.map(() => 1)})

const leaf = (pane: PaneId): Tree => ({pane})

const gridOf = (panes: readonly PaneId[], columns: number): Tree => {
  const rows: Tree[] = []
  for (let at = 0; at < panes.length; at += columns) rows.push(even('row', panes.slice(at, at + columns).map(leaf)))
  return even('column', rows)
}

const mainOf = (panes: readonly PaneId[]): Tree => {
  const [first, ...rest] = panes
  if (rest.length === 0) return leaf(first as PaneId)
  return {along: 'row', parts: [leaf(first as PaneId), even('column', rest.map(leaf))], shares: [rest.length > 2 ? 3 : 1, rest.length > 2 ? 2 : 1]}
}

/** A cell is about twice as high as wide; a pane reads best at three columns a row or more. */
const shapeOf = (rect: Rect): number => Math.abs(Math.log(rect.width / Math.max(1, rect.height) / 3.2))

export const placeTree = (tree: Tree, rect: Rect): {pane: PaneId; rect: Rect}[] =>
  'pane' in tree ? [{pane: tree.pane, rect}] : partsOf(rect, tree.along, tree.shares).flatMap((part, at) => placeTree(tree.parts[at] as Tree, part))

const fits = (tree: Tree, rect: Rect): boolean => placeTree(tree, rect).every(({rect: one}) => one.width >= least.width && one.height >= least.height)

const bestGrid = (panes: readonly PaneId[], rect: Rect): Tree => {
  const grids = panes.map((_, at) => gridOf(panes, at + 1))
  const score = (tree: Tree): number => {
    const placed = placeTree(tree, rect)
    return placed.reduce((sum, one) => sum + shapeOf(one.rect), 0) / placed.length + (fits(tree, rect) ? 0 : 100)
  }
  return grids.reduce((best, tree) => (score(tree) < score(best) ? tree : best))
}

/** Two panes of lines that are long enough to be read stand side by side. */
const sideBySide = 100

const autoOf = (panes: readonly PaneId[], rect: Rect): Tree => {
  if (panes.length === 2 && rect.width >= sideBySide) return even('row', panes.map(leaf))
  return panes.length === 3 && rect.width >= 3 * least.width ? mainOf(panes) : bestGrid(panes, rect)
}

const named: Record<Exclude<LayoutName, 'stack'>, (panes: readonly PaneId[], rect: Rect) => Tree> = {
  auto: autoOf,
  grid: (panes) => gridOf(panes, Math.ceil(Math.sqrt(panes.length))),
  columns: (panes) => even('row', panes.map(leaf)),
  rows: (panes) => even('column', panes.map(leaf)),
  main: mainOf,
}

/** The tree of a layout; null when only a stack of titles fits, or none is wanted. */
export const treeOf = (layout: Layout, rect: Rect): Tree | null => {
  const panes = shownPanes(layout)
  if (panes.length === 0 || layout.name === 'stack') return null
  if (panes.length === 1) return leaf(panes[0] as PaneId)
  const tree = layout.name === 'own' ? grown(layout.tree, panes) : named[layout.name](panes, rect)
  return tree && fits(tree, rect) ? tree : null
}

const inside = (outer: Rect, frame: FrameKind): Rect => {
  if (frame === 'box') return {x: outer.x + 1, y: outer.y + 1, width: outer.width - 2, height: outer.height - 2}
  if (frame === 'bar') return {...outer, y: outer.y + 1, height: outer.height - 1}
  return {...outer, y: outer.y + outer.height, height: 0}
}

const placed = (pane: PaneId, outer: Rect, wanted: FrameKind): Placed => {
  const frame = outer.height < 2 ? 'title' : wanted === 'box' && (outer.width < 8 || outer.height < 3) ? 'bar' : wanted
  return {pane, frame, outer, body: inside(outer, frame)}
}

/** One pane open, the others folded to their titles above and below it, as many as there is room for. */
const stacked = (layout: Layout, rect: Rect, frame: FrameKind): Placed[] => {
  const panes = shownPanes(layout)
  const open = Math.max(0, panes.indexOf(layout.focus))
  const titles = Math.max(0, Math.min(panes.length - 1, rect.height - Math.min(rect.height, 4)))
  const before = Math.min(open, Math.max(Math.floor(titles / 2), titles - (panes.length - 1 - open)))
  const after = titles - before
  const height = rect.height - titles
  const row = (pane: PaneId, y: number): Placed => placed(pane, {...rect, y, height: 1}, 'title')
  return [
    ...panes.slice(open - before, open).map((pane, at) => row(pane, rect.y + at)),
    placed(panes[open] as PaneId, {...rect, y: rect.y + before, height}, frame),
    ...panes.slice(open + 1, open + 1 + after).map((pane, at) => row(pane, rect.y + before + height + at)),
  ]
}

/** Every pane that is seen, with its place. */
export const arrange = (layout: Layout, rect: Rect): Placed[] => {
  const panes = shownPanes(layout)
  if (panes.length === 0 || rect.width < 1 || rect.height < 1) return []
  const frame: FrameKind = isTiny({columns: rect.width, rows: rect.height + 2}) ? 'bar' : 'box'
  if (layout.zoom && panes.includes(layout.focus)) return [placed(layout.focus, rect, 'bar')]
  const tree = treeOf(layout, rect)
  return tree ? placeTree(tree, rect).map((one) => placed(one.pane, one.rect, frame)) : stacked(layout, rect, frame)
}
