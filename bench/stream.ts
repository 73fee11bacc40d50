// Two thousand streamed tokens: from the first that the model sends until the last is on the terminal, and the bytes
// that it took. The model sends them as fast as they are taken.
//
// PENGUIN_BENCH_ROUNDS: how often (5).

import {ways} from '../test/kit/flow.ts'
import {modelServer} from '../test/kit/model-server.ts'
import {type Figure, median} from './figure.ts'
import {openStage, wait, wished} from './stage.ts'

const rounds = wished('PENGUIN_BENCH_ROUNDS', 5)
const tokens = 2000
const last = 'the-last-token'

/** Words of four letters and a blank, ten in a line. */
const textOf = (): string => {
  const word = (n: number): string => `${(n % 9000) + 1000}${n % 10 === 9 ? '\n' : ' '}`
  return Array.from({length: tokens - 3}, (_, n) => word(n)).join('') + last
}

interface Painted {
  ms: number
  bytes: number
}

const paintOnce = async (): Promise<Painted> => {
  let begunMs = 0
  await using server = await modelServer(async () => {
    // What the request itself draws is out by then.
    await wait(500)
    begunMs = performance.now()
    return {text: textOf(), chunkChars: 5}
  })
  const way = ways.chat(server)
  await using stage = openStage({env: way.env, args: [...way.args, '--permission', 'auto']})
  const {terminal} = stage
  await terminal.until('what shall be done?')
  terminal.type('count')
  terminal.key('enter')
  await terminal.until(last, 30_000)
  const seenMs = performance.now()
  const from = begunMs - stage.startMs
  const bytes = terminal.chunks.filter(({ms}) => ms >= from && ms <= seenMs - stage.startMs).reduce((all, {data}) => all + data.length, 0)
  return {ms: seenMs - begunMs, bytes}
}

export const bench = async (): Promise<Figure[]> => {
  const painted: Painted[] = []
  for (let n = 0; n < rounds; n += 1) painted.push(await paintOnce())
  const times = painted.map(({ms}) => ms / 1000)
  return [
    {name: `${tokens} streamed tokens painted`, value: median(times), unit: 's', note: `least ${Math.min(...times).toFixed(3)} s`},
    {name: 'the same: written', value: median(painted.map(({bytes}) => bytes / 1024)), unit: 'KB'},
  ]
}
