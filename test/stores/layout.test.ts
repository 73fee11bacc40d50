// Layout arithmetic: whatever the size, the panes and what was done to them, no two rects share a cell, none leaves the
// screen, and every pane that is seen has a cell.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Rect, Size} from '../../engine/contract/screen.ts'
import {areasOf, divide, type Layout, layoutNames, noLayout, shownPanes, withPanes} from '../../stores/layout.ts'
import {dragGrip, focusBy, focusOn, focusTo, gripAt, hidePane, nameLayout, resizeTo, showAll, swapBy, toggleZoom} from '../../stores/layout-move.ts'
import {arrange} from '../../stores/layout-place.ts'

const of = (count: number): Layout =>
  withPanes(
    noLayout,
    Array.from({length: count}, (_, at) => `a_${at + 1}`),
  )

const cellsOf = (rects: readonly Rect[], size: Size): {twice: number; outside: number} => {
  const seen = new Set<number>()
  let [twice, outside] = [0, 0]
  for (const {x, y, width, height} of rects)
    for (let row = y; row < y + height; row += 1)
      for (let column = x; column < x + width; column += 1) {
        if (row < 0 || column < 0 || row >= size.rows || column >= size.columns) outside += 1
        const cell = row * 1000 + column
        if (seen.has(cell)) twice += 1
        seen.add(cell)
      }
  return {twice, outside}
}

const sizes = fc.record({columns: fc.integer({min: 20, max: 240}), rows: fc.integer({min: 6, max: 70})})

type Step = (layout: Layout, rect: Rect) => Layout
const ways = ['left', 'right', 'up', 'down'] as const
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    toggleZoom,
    showAll,
    (layout) => hidePane(layout, layout.focus),
    (layout) => swapBy(layout, 1),
    (layout) => focusBy(layout, -1),
  ),
  fc.constantFrom(...layoutNames).map(
    (name): Step =>
      (layout) =>
        nameLayout(layout, name),
  ),
  fc.tuple(fc.constantFrom(...ways), fc.integer({min: 1, max: 60})).map(
    ([way, cells]): Step =>
      (layout, rect) =>
        resizeTo(layout, rect, way, cells),
  ),
  fc.constantFrom(...ways).map(
    (way): Step =>
      (layout, rect) =>
        focusTo(layout, rect, way),
  ),
  fc.tuple(fc.nat(240), fc.nat(70), fc.nat(240), fc.nat(70)).map(
    ([x, y, toX, toY]): Step =>
      (layout, rect) => {
        const grip = gripAt(layout, rect, x, y)
        return grip ? dragGrip(layout, rect, grip, toX, toY) : layout
      },
  ),
  fc.integer({min: 0, max: 14}).map(
    (count): Step =>
      (layout) =>
        withPanes(
          layout,
          Array.from({length: count}, (_, at) => `a_${at + 1}`),
        ),
  ),
)

describe('panes', () => {
  it('never overlap, never leave the screen, and have a cell each, whatever is done to them', () => {
    fc.assert(
      fc.property(sizes, fc.nat(14), fc.array(steps, {maxLength: 12}), (size, count, done) => {
        const {panes: rect} = areasOf(size, 2, 1)
        let layout = of(count)
        for (const step of done) layout = step(layout, rect)
        const placed = arrange(layout, rect)
        expect(
          cellsOf(
            placed.map(({outer}) => outer),
            size,
          ),
        ).toEqual({twice: 0, outside: 0})
        for (const {outer, body, frame} of placed) {
          expect(outer.width * outer.height).toBeGreaterThan(0)
          expect(body.x >= outer.x && body.y >= outer.y && body.x + body.width <= outer.x + outer.width && body.y + body.height <= outer.y + outer.height).toBe(
            true,
          )
          if (frame !== 'title') expect(body.width * body.height).toBeGreaterThan(0)
        }
        if (shownPanes(layout).length > 0) expect(placed.map(({pane}) => pane)).toContain(layout.focus)
      }),
      {numRuns: 400},
    )
  })

  it('leave no cell of their place empty', () => {
    fc.assert(
      fc.property(sizes, fc.integer({min: 1, max: 12}), fc.constantFrom(...layoutNames), (size, count, name) => {
        const {panes: rect} = areasOf(size, 1, 0)
        const cells = arrange(nameLayout(of(count), name), rect).reduce((sum, {outer}) => sum + outer.width * outer.height, 0)
        expect(cells).toBe(rect.width * rect.height)
      }),
    )
  })

  it('stand as one, two side by side, one beside two, and two by two', () => {
    const rect = {x: 0, y: 0, width: 120, height: 36}
    const at = (count: number) => arrange(of(count), rect).map(({outer}) => [outer.x, outer.y, outer.width, outer.height])
    expect(at(1)).toEqual([[0, 0, 120, 36]])
    expect(at(2)).toEqual([
      [0, 0, 60, 36],
      [60, 0, 60, 36],
    ])
    expect(at(3)).toEqual([
      [0, 0, 60, 36],
      [60, 0, 60, 18],
      [60, 18, 60, 18],
    ])
    expect(at(4)).toEqual([
      [0, 0, 60, 18],
      [60, 0, 60, 18],
      [0, 18, 60, 18],
      [60, 18, 60, 18],
    ])
  })

  it('fold to their titles where there is no room, but for the one in focus', () => {
    const placed = arrange(focusOn(of(4), 'a_3'), {x: 0, y: 0, width: 40, height: 10})
    expect(placed.map(({pane, frame}) => [pane, frame])).toEqual([
      ['a_1', 'title'],
      ['a_2', 'title'],
      ['a_3', 'bar'],
      ['a_4', 'title'],
    ])
    expect(placed[2]?.body).toEqual({x: 0, y: 3, width: 40, height: 6})
  })
})

describe('the focus', () => {
  const rect = {x: 0, y: 0, width: 120, height: 36}
  it('moves the way that is asked for, and stays where nothing lies', () => {
    const layout = focusOn(of(4), 'a_1')
    const walk = (...way: (typeof ways)[number][]) => way.reduce((now, one) => focusTo(now, rect, one), layout).focus
    expect([walk('right'), walk('down'), walk('right', 'down'), walk('right', 'down', 'left'), walk('left'), walk('up')]).toEqual([
      'a_2',
      'a_3',
      'a_4',
      'a_3',
      'a_1',
      'a_1',
    ])
  })
  it('goes on to another pane when its own goes', () => {
    expect(withPanes(focusOn(of(3), 'a_2'), ['a_1', 'a_3']).focus).toBe('a_1')
    expect(hidePane(focusOn(of(3), 'a_2'), 'a_2').focus).toBe('a_3')
    expect(hidePane(of(1), 'a_1').hidden).toEqual([])
  })
})

describe('borders', () => {
  const rect = {x: 0, y: 0, width: 120, height: 36}
  const widths = (layout: Layout) => arrange(layout, rect).map(({outer}) => outer.width)
  it('move by the key, and stay where they were put when panes come', () => {
    const grown = resizeTo(of(2), rect, 'right', 4)
    expect(widths(grown)).toEqual([64, 56])
    expect(widths(resizeTo(grown, rect, 'left', 10))).toEqual([54, 66])
    expect(widths(resizeTo(grown, rect, 'right', 500))).toEqual([94, 26])
  })
  it('follow the pointer from either side', () => {
    for (const x of [59, 60]) {
      const grip = gripAt(of(2), rect, x, 10)
      expect(grip).toEqual({path: [], after: 0})
      if (grip) expect(widths(dragGrip(of(2), rect, grip, 79, 10))).toEqual([80, 40])
    }
    expect(gripAt(of(2), rect, 30, 10)).toBeUndefined()
  })
})

describe('shares', () => {
  it('add up, whatever they are', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.array(fc.nat(50), {minLength: 1, maxLength: 12}), (total, shares) => {
        const parts = divide(total, shares)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
        if (total >= shares.length) expect(Math.min(...parts)).toBeGreaterThan(0)
      }),
    )
  })
})
