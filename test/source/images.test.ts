// Images that a person names: what is read, what is said instead, and a model of which nobody knows whether it sees.

import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Message} from '../../engine/contract/message.ts'
import type {ModelCard, ModelClient, Part, Turn} from '../../engine/contract/model.ts'
import {imagePaths} from '../../engine/prompt/images.ts'
import {openImages} from '../../source/images.ts'
import {withSight} from '../../source/sight.ts'
import {turnOf} from '../kit/model-turn.ts'
import {tempFolder} from '../kit/temp.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const said = (text: string): Message => ({from: 'user', text})

const pictured = (): string => {
  const dir = tempFolder({'fake.png': 'no image', 'notes.md': '# notes'})
  writeFileSync(join(dir, 'shot.png'), png)
  writeFileSync(join(dir, 'my shot.jpeg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1]))
  return dir
}

describe('the images of a text', () => {
  it.each([
    ['look at @shot.png, please', ['shot.png']],
    ['(@a/b.JPG) and @"my shot.webp"', ['a/b.JPG', 'my shot.webp']],
    ['@shot.png @shot.png', ['shot.png']],
    ['me@home.png or @sum.ts', []],
    ['`@/tmp/x.gif`', ['/tmp/x.gif']],
  ])('%s', (text, paths) => expect(imagePaths(text)).toEqual(paths))
})

describe('a message', () => {
  it('goes with its images, read once, the text as it was', () => {
    const images = openImages(['/nowhere', pictured()])
    const message = said('look at @shot.png and @"my shot.jpeg"')
    const shown = images.shown(message, true)
    expect(shown).toMatchObject({
      text: message.from === 'user' && message.text,
      images: [
        {path: 'shot.png', mime: 'image/png', base64: png.toString('base64')},
        {path: 'my shot.jpeg', mime: 'image/jpeg'},
      ],
    })
    expect(images.shown(message, true)).toBe(shown)
  })
  it('says what cannot be shown, and never sends what is no image', () => {
    const shown = openImages([pictured()]).shown(said('@fake.png @gone.png'), true)
    expect(shown).not.toHaveProperty('images')
    expect(shown).toMatchObject({text: expect.stringMatching(/fake\.png is no PNG.*\n.*gone\.png was not found/s)})
  })
  it('says to a model without eyes what it cannot see', () => {
    const shown = openImages([pictured()]).shown(said('@shot.png'), false)
    expect(shown).not.toHaveProperty('images')
    expect(shown).toMatchObject({text: expect.stringContaining('you cannot see images')})
  })
  it('stays the same object when it names none', () => {
    const images = openImages([pictured()])
    for (const message of [said('see @notes.md'), said('nothing'), {from: 'system', text: '@shot.png'} as const])
      expect(images.shown(message, true)).toBe(message)
  })
})

describe('a model', () => {
  const card = (vision?: boolean) => ({vision}) as ModelCard
  const usage = {input: 1, output: 1, reasoning: 0, cached: 0}
  const refusal: Part = {is: 'end', why: 'fault', usage, error: {code: 'model.refused', msg: 'no images', hint: '', again: false}}
  const answer: Part[] = [
    {is: 'text', text: 'a dot'},
    {is: 'end', why: 'stop', usage},
  ]
  const asked = async (vision: boolean | undefined, refuses: boolean, times = 1) => {
    const turns: Turn[] = []
    const stream: ModelClient['stream'] = async function* (turn) {
      turns.push(turn)
      const sent = turn.messages.some((message) => message.from === 'user' && message.images)
      if (sent && refuses) yield refusal
      else yield* answer
    }
    const sees = withSight({card: () => card(vision), stream}, openImages([pictured()]))
    const turn = turnOf({messages: [said('@shot.png')]})
    const parts: Part[] = []
    for (let time = 0; time < times; time += 1) for await (const part of sees(turn, new AbortController().signal)) parts.push(part)
    return {parts, sent: turns.map(({messages}) => messages.some((message) => message.from === 'user' && message.images !== undefined))}
  }
  it('that sees is shown them', async () => expect((await asked(true, false)).sent).toEqual([true]))
  it('that does not is not', async () => expect((await asked(false, false)).sent).toEqual([false]))
  it('of which nobody knows is shown them, and after a refusal asked in words alone, for good', async () => {
    expect((await asked(undefined, false)).sent).toEqual([true])
    const {sent, parts} = await asked(undefined, true, 2)
    expect(sent).toEqual([true, false, false])
    expect(parts).toEqual([...answer, ...answer])
  })
  it('that sees and refuses has refused', async () => expect((await asked(true, true)).parts).toEqual([refusal]))
})
