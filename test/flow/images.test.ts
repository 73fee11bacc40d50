// A picture that a person names reaches a model that can see, over every protocol; who cannot be shown it is told so, the
// person before anything is sent.

import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {calculator, type WayName, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'
import {screenPlace} from '../kit/screen.ts'

const base64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const putImage = (dir: string): void => writeFileSync(join(dir, 'shot.png'), Buffer.from(base64, 'base64'))

const parts: Readonly<Record<WayName, unknown>> = {
  responses: {type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${base64}`},
  chat: {type: 'image_url', image_url: {url: `data:image/png;base64,${base64}`}},
  ollama: {images: [base64]},
  messages: {type: 'image', source: {type: 'base64', media_type: 'image/png', data: base64}},
}

describe('an image', () => {
  it.each(Object.keys(parts) as WayName[])('stands in the request over %s', async (name) => {
    await using server = await modelServer([{text: 'one grey dot'}])
    const way = ways[name](server)
    using where = place(calculator, {env: way.env})
    putImage(where.dir)
    const ended = await where.run(['run', '--json', ...way.args, '--no-check', 'what is on @shot.png?'])
    expect([ended.code, ended.closed?.text]).toEqual([0, 'one grey dot'])
    const body = JSON.stringify(server.requests[0]?.body)
    expect(body).toContain(JSON.stringify(parts[name]).replace(/^\{|\}$/g, ''))
    expect(body).toContain('what is on @shot.png?')
    // The journal holds the name, not the picture.
    expect(ended.stdout).not.toContain(base64)
  })

  it('that is pasted as a path is named, and a model without eyes is said before it is sent', async () => {
    await using server = await modelServer([{text: 'one grey dot'}])
    const way = ways.chat(server)
    using where = screenPlace({...calculator, '.penguin/config.yml': 'providers: {vllm: {models: {m: {vision: true}, words: {vision: false}}}}\n'}, way.env)
    putImage(where.dir)
    await using terminal = where.screen(['--no-check', '-m', 'vllm/words'])
    await terminal.until('what shall be done?')
    // Once the keeper has told the model's card.
    await terminal.until('words @vllm')
    terminal.type('what is on ')
    terminal.paste(join(where.dir, 'shot.png'))
    await terminal.until(`what is on @${where.dir}`)
    terminal.key('enter')
    await terminal.until('sees no images')
    expect(server.requests).toEqual([])
    terminal.key('ctrl+u')
    terminal.type('/model vllm/m')
    terminal.key('enter')
    await terminal.until('model vllm/m, from the next request on')
    terminal.type('what is on ')
    terminal.paste(join(where.dir, 'shot.png'))
    terminal.key('enter')
    await terminal.until('one grey dot', 20_000)
    expect(JSON.stringify(server.requests[0]?.body)).toContain(base64)
  })
})
