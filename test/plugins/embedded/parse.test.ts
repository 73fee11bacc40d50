// The searcher's parser over a long life: what the collector frees late must not touch what was freed before.

import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

const {openParser} = await import(new URL('../../../plugins/embedded/asset/parse.mjs', import.meta.url).href)
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

it('parses on and on, whatever the collector does in between', async () => {
  const parser = await openParser(parserFiles())
  await parser.ready(['a.ts', 'a.js'])
  const texts = Array.from({length: 12}, (_, n) => 'const f = (a: number[]) => {\n  for (const x of a) g(x, {b: [1, 2, x.y]})\n}\n'.repeat(1 + n * 5))
  for (let round = 0; round < 60; round++) {
    for (let at = 0; at < 3; at++) expect(parser.parse('a.ts', texts[(round * 3 + at * 5) % 12]).broken).toBe(false)
    collect()
    // Finalisers run between tasks.
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
})
