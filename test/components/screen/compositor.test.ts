// The compositor against a second emulator: whatever is written into panes, frame upon frame must show what one fresh
// painting of the same scene shows, and what the panes themselves say.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {createCompositor} from '../../../components/screen/compositor.ts'
import type {Scene, ScreenFeatures} from '../../../components/screen/scene.ts'
import type {Rect, Size} from '../../../engine/contract/screen.ts'
import {openTerminal, type PaneTerminal} from '../../../stores/terminals.ts'
import {differences, type Looked, mirrorOf, oldMirrorOf, parsed, seenAt} from './mirror.ts'

const able: ScreenFeatures = {colours: 'true', synchronized: true, clusters: 'on', underlines: true, kitty: false}
const size = {columns: 40, rows: 12}

const text = fc.oneof(
  fc.string({unit: fc.constantFrom(...'abcxyz .-/'), minLength: 1, maxLength: 12}),
  fc.constantFrom('漢字', '日', 'é', 'e\u0301', 'a\u0300\u0323', '👩‍👩‍👧', '🇩🇪', '❤️', '👍🏽', '🙂', 'שלום', '한국', '\u200d', '│─┘', 'ﷺ', '   ', '          '),
)
const number = (max: number) => fc.integer({min: 0, max})
const control = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '\r',
    '\b',
    '\t',
    '\x1b[K',
    '\x1b[1K',
    '\x1b[2K',
    '\x1b[J',
    '\x1b[1J',
    '\x1b[2J',
    '\x1b[@',
    '\x1b[P',
    '\x1b[M',
    '\x1b[L',
    '\x1b[S',
    '\x1b[T',
    '\x1bM',
  ),
  fc.tuple(number(14), number(42)).map(([y, x]) => `\x1b[${y};${x}H`),
  number(20).map((n) => `\x1b[${n}X`),
  number(9).map((n) => `\x1b[${n}P`),
  fc.constantFrom(
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1b[3;7r',
    '\x1b[r',
    '\x1bc',
    '\x1b[?7l',
    '\x1b[?7h',
    '\x1b[4h',
    '\x1b[4l',
    '\x1b]8;;http://a.b\x07',
    '\x1b]8;;\x07',
  ),
)
const look = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 39, 49, 53, 55, 59).map((n) => `\x1b[${n}m`),
  fc
    .integer({min: 30, max: 47})
    .filter((n) => n !== 38)
    .map((n) => `\x1b[${n}m`),
  fc.integer({min: 90, max: 107}).map((n) => `\x1b[${n}m`),
  fc.tuple(fc.constantFrom(38, 48), number(255)).map(([which, n]) => `\x1b[${which};5;${n}m`),
  fc.tuple(fc.constantFrom(38, 48), number(255), number(255), number(255)).map(([which, ...parts]) => `\x1b[${which};2;${parts.join(';')}m`),
  number(5).map((n) => `\x1b[4:${n}m`),
  number(255).map((n) => `\x1b[58:5:${n}m`),
)
const output = fc
  .array(fc.oneof({weight: 4, arbitrary: text}, {weight: 2, arbitrary: control}, {weight: 2, arbitrary: look}), {maxLength: 12})
  .map((parts) => parts.join(''))

const rect: fc.Arbitrary<Rect> = fc.record({x: number(39), y: number(11), width: fc.integer({min: 1, max: 40}), height: fc.integer({min: 1, max: 12})})
const mark = fc.record({line: number(30), from: number(30), to: number(40), style: fc.constantFrom('select', 'found', 'found-now')})

const step = fc.oneof(
  {weight: 8, arbitrary: fc.record({do: fc.constant('write' as const), to: number(2), data: output})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('lay' as const), rects: fc.tuple(rect, rect)})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('cover' as const), overlays: fc.array(rect, {maxLength: 2})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('mark' as const), marks: fc.array(mark, {maxLength: 3})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('scroll' as const), top: fc.option(number(30), {nil: undefined})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('point' as const), x: number(41), y: number(12)})},
  {
    weight: 1,
    arbitrary: fc.record({do: fc.constant('resize' as const), size: fc.record({columns: fc.integer({min: 2, max: 60}), rows: fc.integer({min: 1, max: 20})})}),
  },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

interface Stage {
  size: Size
  chrome: PaneTerminal
  panes: [PaneTerminal, PaneTerminal]
  scene: Scene
}

const setStage = (): Stage => {
  const panes: Stage['panes'] = [openTerminal({columns: 20, rows: 8}, {scrollbackLines: 10}), openTerminal({columns: 19, rows: 8}, {scrollbackLines: 10})]
  const rects = [
    {x: 0, y: 1, width: 20, height: 8},
    {x: 21, y: 1, width: 19, height: 8},
  ] as const
  const scene: Scene = {panes: panes.map((terminal, n) => ({terminal, rect: rects[n] as Rect})), overlays: [], cursor: {x: 0, y: 0}}
  return {size, chrome: openTerminal(size, {convertEol: true}), panes, scene}
}

const act = async (stage: Stage, one: Step): Promise<void> => {
  const {scene, panes, chrome} = stage
  const change = (next: Partial<Scene>): void => {
    stage.scene = {...scene, ...next}
  }
  switch (one.do) {
    case 'write':
      return parsed([...panes, chrome][one.to] as PaneTerminal, one.data)
    case 'lay':
      change({panes: scene.panes.map((pane, n) => ({...pane, rect: one.rects[n] as Rect}))})
      for (const [n, {terminal}] of scene.panes.entries()) terminal.resize({columns: (one.rects[n] as Rect).width, rows: (one.rects[n] as Rect).height})
      return
    case 'cover':
      return change({overlays: one.overlays})
    case 'mark':
      return change({panes: scene.panes.map((pane) => ({...pane, marks: one.marks}))})
    case 'scroll':
      return change({panes: scene.panes.map((pane, n) => (n === 0 ? {...pane, top: one.top} : pane))})
    case 'point':
      return change({cursor: one.x > 40 ? null : {x: one.x, y: one.y, shape: one.x % 7}})
    case 'resize':
      stage.size = one.size
      chrome.resize(one.size)
  }
}

const close = (stage: Stage): void => {
  for (const terminal of [...stage.panes, stage.chrome]) terminal.close()
}

/** Frame upon frame over all steps, then one fresh painting: both must look the same. */
const roundTrip = async (steps: readonly Step[], features: ScreenFeatures, open: (size: Size) => Looked): Promise<void> => {
  const stage = setStage()
  const screen = open(stage.size)
  const compositor = createCompositor(stage.size, features)
  let all = ''
  for (const one of steps) {
    await act(stage, one)
    if (one.do === 'resize') {
      screen.resize(one.size)
      compositor.resize(one.size)
    }
    const bytes = compositor.frame(stage.chrome, stage.scene)
    all += bytes
    await parsed(screen, bytes)
  }
  const fresh = open(stage.size)
  await parsed(fresh, createCompositor(stage.size, features).frame(stage.chrome, stage.scene))
  expect(differences(screen, fresh)).toEqual([])
  const {cursor} = stage.scene
  const isOn = cursor !== null && cursor.x < stage.size.columns && cursor.y < stage.size.rows
  expect(screen.cursor.visible).toBe(isOn)
  if (isOn) expect({x: screen.cursor.x, y: screen.cursor.y}).toEqual({x: cursor.x, y: cursor.y})
  for (const clear of ['\x1b[J', '\x1b[2J', '\x1b[3J']) expect(all).not.toContain(clear)
  expect(compositor.frame(stage.chrome, stage.scene)).toBe('')
  close(stage)
  screen.close()
  fresh.close()
}

const poor: ScreenFeatures = {colours: '16', synchronized: false, clusters: 'unknown', underlines: false, kitty: false}

describe('frames', () => {
  it.each([
    ['a terminal that can all', able, mirrorOf],
    ['one of which little is known', poor, mirrorOf],
    ['one that counts widths otherwise', {...poor, colours: '256' as const}, oldMirrorOf],
  ])(
    'show on %s, one upon the other, what one fresh painting shows, text and looks',
    async (_, features, open) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, {minLength: 4, maxLength: 40}), (steps) => roundTrip(steps, features, open)),
        {numRuns: 40},
      )
    },
    30_000,
  )

  // Without what makes the emulator itself join what stands in two cells.
  it('say of a pane what its own emulator says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          output.filter((data) => !/(^|[^👩])\u200d/u.test(data) && !data.includes('?7l')),
          {minLength: 1, maxLength: 8},
        ),
        async (parts) => {
          const stage = setStage()
          const [pane] = stage.panes
          const screen = mirrorOf(size)
          const compositor = createCompositor(size, able)
          for (const part of parts) {
            await parsed(pane, part)
            await parsed(screen, compositor.frame(stage.chrome, stage.scene))
          }
          const wrong: string[] = []
          for (let y = 0; y < 8; y += 1) {
            for (let x = 0; x < 20; x += 1) {
              const [shown, own] = [seenAt(screen.row(screen.screenTop + y + 1), x), seenAt(pane.row(pane.screenTop + y), x)]
              if (shown !== own) wrong.push(`${x},${y}: ${shown} | ${own}`)
            }
          }
          expect(wrong).toEqual([])
          close(stage)
          screen.close()
        },
      ),
      {numRuns: 40},
    )
  }, 30_000)
})
