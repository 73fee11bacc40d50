// Where the panes stand: a split tree as plain data and the arithmetic that turns it into cells. Pure; it knows
// nothing of what a pane shows. Rects never overlap and never leave the screen, whatever its size.

import type {PaneId, Rect, Size} from '../engine/contract/screen.ts'

export type Tree = {pane: PaneId} | {along: 'row' | 'column'; parts: Tree[]; shares: number[]}
export type Direction = 'left' | 'right' | 'up' | 'down'

/** `auto` follows the number of panes and the size; `own` is a tree that the person has changed. */
export type LayoutName = 'auto' | 'grid' | 'columns' | 'rows' | 'main' | 'stack'
export const layoutNames: readonly LayoutName[] = ['auto', 'grid', 'columns', 'rows', 'main', 'stack']

export interface Layout {
  name: LayoutName | 'own'
  /** Only of `own`. */
  tree: Tree | null
  /** In the order in which they are placed. */
  order: PaneId[]
  hidden: PaneId[]
  focus: PaneId | ''
  zoom: boolean
}

/** `box`: a border all round; `bar`: a line of title above; `title`: folded away, only the line is seen. */
export type FrameKind = 'box' | 'bar' | 'title'

export interface Placed {
  pane: PaneId
  frame: FrameKind
  outer: Rect
  /** Where the cells of its terminal go; without cells when it is folded. */
  body: Rect
}

/** The rows around the panes: what stands above the prompt, the prompt, the status bar. */
export interface Areas {
  panes: Rect
  /** Lines said and not yet sent. */
  queue: Rect
  status: Rect
  prompt: Rect
}

export const noLayout: Layout = {name: 'auto', tree: null, order: [], hidden: [], focus: '', zoom: false}

export const isTiny = (size: Size): boolean => size.columns < 64 || size.rows < 18

const queueRowsMost = 4

/** The prompt grows with what is typed, up to a third of the screen; the panes keep at least a row. */
export const areasOf = (size: Size, promptRows: number, queued: number): Areas => {
  const {columns: width, rows} = size
  const status = rows >= 3 ? 1 : 0
  const prompt = Math.max(0, Math.min(Math.max(1, promptRows), Math.max(1, Math.floor(rows / 3)), rows - 1 - status))
  const queue = Math.max(0, Math.min(queued, queueRowsMost, Math.floor((rows - status - prompt) / 4)))
  const panes = Math.max(0, rows - status - prompt - queue)
  const band = (y: number, height: number): Rect => ({x: 0, y, width, height})
  return {panes: band(0, panes), queue: band(panes, queue), status: band(panes + queue, status), prompt: band(panes + queue + status, prompt)}
}

/** Whole numbers that add up to `total`, as near to the shares as can be, none below 1 while there is enough. */
export const divide = (total: number, shares: readonly number[]): number[] => {
  if (total < shares.length) return shares.map((_, at) => (at < total ? 1 : 0))
  const spare = total - shares.length
  const sum = shares.reduce((all, share) => all + share, 0) || 1
  const exact = shares.map((share) => (spare * share) / sum)
  const whole = exact.map(Math.floor)
  const rest = spare - whole.reduce((all, one) => all + one, 0)
  const first = exact.map((value, at) => ({at, over: value - Math.floor(value)})).sort((left, right) => right.over - left.over || left.at - right.at)
  const extra = new Set(first.slice(0, rest).map(({at}) => at))
  return whole.map((value, at) => value + 1 + (extra.has(at) ? 1 : 0))
}

/** The rects of the parts of a split. */
export const partsOf = (rect: Rect, along: 'row' | 'column', shares: readonly number[]): Rect[] => {
  const sizes = divide(along === 'row' ? rect.width : rect.height, shares)
  let at = along === 'row' ? rect.x : rect.y
  return sizes.map((size) => {
    const part = along === 'row' ? {...rect, x: at, width: size} : {...rect, y: at, height: size}
    at += size
    return part
  })
}

/** The panes that are there and not hidden, in order. */
export const shownPanes = (layout: Layout): PaneId[] => layout.order.filter((pane) => !layout.hidden.includes(pane))

/** Takes notice of panes that came and went; the focus stays where it can. */
export const withPanes = (layout: Layout, panes: readonly PaneId[]): Layout => {
  if (panes.length === layout.order.length && panes.every((pane) => layout.order.includes(pane))) return layout
  const order = [...layout.order.filter((pane) => panes.includes(pane)), ...panes.filter((pane) => !layout.order.includes(pane))]
  const hidden = layout.hidden.filter((pane) => panes.includes(pane))
  const shown = order.filter((pane) => !hidden.includes(pane))
  const focus = shown.includes(layout.focus) ? layout.focus : (shown[0] ?? '')
  return {...layout, order, hidden, focus, zoom: layout.zoom && focus === layout.focus, tree: layout.tree && grown(layout.tree, order)}
}

const leaves = (tree: Tree): PaneId[] => ('pane' in tree ? [tree.pane] : tree.parts.flatMap(leaves))

const pruned = (tree: Tree, keep: readonly PaneId[]): Tree | null => {
  if ('pane' in tree) return keep.includes(tree.pane) ? tree : null
  const kept = tree.parts.flatMap((part, at) => {
    const left = pruned(part, keep)
    return left ? [{part: left, share: tree.shares[at] ?? 1}] : []
  })
  if (kept.length <= 1) return kept[0]?.part ?? null
  return {along: tree.along, parts: kept.map(({part}) => part), shares: kept.map(({share}) => share)}
}

/** A tree without the panes that went; those that came stand beside the last one. */
export const grown = (tree: Tree | null, panes: readonly PaneId[]): Tree | null => {
  const kept = tree && pruned(tree, panes)
  const there = kept ? leaves(kept) : []
  const fresh = panes.filter((pane) => !there.includes(pane))
  const parts = [...(kept ? [kept] : []), ...fresh.map((pane): Tree => ({pane}))]
  if (parts.length <= 1) return parts[0] ?? null
  const mean = kept ? there.length : 1
  return {along: 'row', parts, shares: parts.map((part) => (part === kept ? mean : 1))}
}
