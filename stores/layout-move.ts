// What a person does with the layout: moves the focus, swaps, resizes, hides. Every change gives a new layout; one
// that cannot be done gives the same.

import type {PaneId, Rect} from '../engine/contract/screen.ts'
import {type Direction, type Layout, type LayoutName, type Placed, partsOf, shownPanes, type Tree} from './layout.ts'
import {arrange, treeOf} from './layout-place.ts'

const overlap = (from: number, size: number, other: number, otherSize: number): number => Math.min(from + size, other + otherSize) - Math.max(from, other)

/** How far a rect lies that way; undefined when it lies elsewhere. */
const away = (from: Rect, to: Rect, way: Direction): number | undefined => {
  const gap = {
    left: from.x - (to.x + to.width),
    right: to.x - (from.x + from.width),
    up: from.y - (to.y + to.height),
    down: to.y - (from.y + from.height),
  }[way]
  const shared = way === 'left' || way === 'right' ? overlap(from.y, from.height, to.y, to.height) : overlap(from.x, from.width, to.x, to.width)
  return gap >= 0 && shared > 0 ? gap * 1000 - shared : undefined
}

const beside = (places: readonly Placed[], focus: PaneId, way: Direction): PaneId | undefined => {
  const here = places.find(({pane}) => pane === focus)
  if (!here) return undefined
  const found = places.flatMap((one) => {
    const far = one.pane === focus ? undefined : away(here.outer, one.outer, way)
    return far === undefined ? [] : [{pane: one.pane, far}]
  })
  return found.sort((left, right) => left.far - right.far)[0]?.pane
}

export const focusOn = (layout: Layout, pane: PaneId): Layout => {
  if (!layout.order.includes(pane)) return layout
  return {...layout, focus: pane, hidden: layout.hidden.filter((one) => one !== pane)}
}

/** The next pane or the one before, round and round. */
export const focusBy = (layout: Layout, steps: number): Layout => {
  const panes = shownPanes(layout)
  if (panes.length === 0) return layout
  const at = Math.max(0, panes.indexOf(layout.focus))
  return focusOn(layout, panes[(at + steps + panes.length) % panes.length] as PaneId)
}

/** The pane that lies that way; with a zoomed or stacked pane, the next or the one before. */
export const focusTo = (layout: Layout, rect: Rect, way: Direction): Layout => {
  const found = beside(arrange(layout, rect), layout.focus, way)
  if (found) return focusOn(layout, found)
  return layout.zoom ? focusBy(layout, way === 'left' || way === 'up' ? -1 : 1) : layout
}

/** The focused pane changes places with the next one, or the one before. */
export const swapBy = (layout: Layout, steps: number): Layout => {
  const panes = shownPanes(layout)
  const at = panes.indexOf(layout.focus)
  const other = panes[(at + steps + panes.length) % panes.length]
  if (at === -1 || other === undefined || other === layout.focus) return layout
  const swapped = (pane: PaneId): PaneId => (pane === layout.focus ? other : pane === other ? layout.focus : pane)
  return {...layout, order: layout.order.map(swapped), tree: layout.tree && renamed(layout.tree, swapped)}
}

const renamed = (tree: Tree, name: (pane: PaneId) => PaneId): Tree =>
  'pane' in tree ? {pane: name(tree.pane)} : {...tree, parts: tree.parts.map((part) => renamed(part, name))}

export const toggleZoom = (layout: Layout): Layout => (layout.focus ? {...layout, zoom: !layout.zoom} : layout)

export const nameLayout = (layout: Layout, name: LayoutName): Layout => ({...layout, name, tree: null, zoom: false})

/** Hidden panes live on; `showAll` brings them back. */
export const hidePane = (layout: Layout, pane: PaneId): Layout => {
  const panes = shownPanes(layout)
  if (!panes.includes(pane) || panes.length === 1) return layout
  const moved = layout.focus === pane ? focusBy(layout, 1) : layout
  return {...moved, hidden: [...layout.hidden, pane], zoom: false}
}

export const showAll = (layout: Layout): Layout => ({...layout, hidden: []})

/** A border between two parts of a split: which split, by the way to it, and which border. */
export interface Grip {
  path: number[]
  after: number
}

/** Splits on the way to a pane, outermost first. */
const wayTo = (tree: Tree, pane: PaneId, path: number[] = []): {path: number[]; tree: Exclude<Tree, {pane: PaneId}>; at: number}[] | undefined => {
  if ('pane' in tree) return tree.pane === pane ? [] : undefined
  for (const [at, part] of tree.parts.entries()) {
    const rest = wayTo(part, pane, [...path, at])
    if (rest) return [{path, tree, at}, ...rest]
  }
  return undefined
}

const changed = (tree: Tree, path: readonly number[], change: (split: Exclude<Tree, {pane: PaneId}>) => Tree): Tree => {
  if ('pane' in tree) return tree
  const [first, ...rest] = path
  if (first === undefined) return change(tree)
  return {...tree, parts: tree.parts.map((part, at) => (at === first ? changed(part, rest, change) : part))}
}

const rectAt = (tree: Tree, path: readonly number[], rect: Rect): Rect => {
  const [first, ...rest] = path
  if ('pane' in tree || first === undefined) return rect
  return rectAt(tree.parts[first] as Tree, rest, partsOf(rect, tree.along, tree.shares)[first] as Rect)
}

const smallest = {row: 26, column: 5}

/** Moves a border by so many cells; shares become cells, so that the border stands where it was put. */
const shift = (layout: Layout, rect: Rect, grip: Grip, cells: number): Layout => {
  const tree = treeOf(layout, rect)
  if (!tree) return layout
  const place = rectAt(tree, grip.path, rect)
  const next = changed(tree, grip.path, (split) => {
    const sizes = partsOf(place, split.along, split.shares).map((part) => (split.along === 'row' ? part.width : part.height))
    const [before, after] = [sizes[grip.after] as number, sizes[grip.after + 1] as number]
    const least = smallest[split.along]
    const by = Math.max(least - before, Math.min(after - least, cells))
    // One is taken off each: `divide` gives one to every part before it shares out.
    const shares = sizes.map((size, at) => size - 1 + (at === grip.after ? by : at === grip.after + 1 ? -by : 0))
    return {...split, shares}
  })
  const own: Layout = {...layout, name: 'own', tree: next}
  return treeOf(own, rect) ? own : layout
}

/** The focused pane grows or shrinks at the border that lies that way, or else at the other one. */
export const resizeTo = (layout: Layout, rect: Rect, way: Direction, cells: number): Layout => {
  const tree = treeOf(layout, rect)
  const along = way === 'left' || way === 'right' ? 'row' : 'column'
  const back = way === 'left' || way === 'up'
  const split = tree && wayTo(tree, layout.focus)?.findLast((one) => one.tree.along === along)
  if (!split) return layout
  const after = split.at < split.tree.parts.length - 1 ? split.at : split.at - 1
  return shift(layout, rect, {path: split.path, after}, back ? -cells : cells)
}

/** The border at a cell; the last cells of one part and the first of the next are both it. */
export const gripAt = (layout: Layout, rect: Rect, x: number, y: number): Grip | undefined => {
  const find = (tree: Tree, place: Rect, path: number[]): Grip | undefined => {
    if ('pane' in tree) return undefined
    for (const [at, part] of partsOf(place, tree.along, tree.shares).entries()) {
      if (x < part.x || x >= part.x + part.width || y < part.y || y >= part.y + part.height) continue
      const [end, start] = tree.along === 'row' ? [x === part.x + part.width - 1, x === part.x] : [y === part.y + part.height - 1, false]
      if (end && at < tree.parts.length - 1) return {path, after: at}
      if (start && at > 0) return {path, after: at - 1}
      return find(tree.parts[at] as Tree, part, [...path, at])
    }
    return undefined
  }
  const tree = layout.zoom ? null : treeOf(layout, rect)
  return tree ? find(tree, rect, []) : undefined
}

/** The border follows the pointer. */
export const dragGrip = (layout: Layout, rect: Rect, grip: Grip, x: number, y: number): Layout => {
  const tree = treeOf(layout, rect)
  if (!tree) return layout
  const split = grip.path.reduce<Tree | undefined>((at, index) => (at && 'parts' in at ? at.parts[index] : undefined), tree)
  if (!split || 'pane' in split) return layout
  const part = partsOf(rectAt(tree, grip.path, rect), split.along, split.shares)[grip.after]
  if (!part) return layout
  const end = split.along === 'row' ? part.x + part.width - 1 : part.y + part.height - 1
  return shift(layout, rect, grip, (split.along === 'row' ? x : y) - end)
}
