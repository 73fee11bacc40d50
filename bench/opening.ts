// How soon there is something to see and somewhere to type, beside a bare Node in the same kind of terminal, in turn. A
// key is typed the moment the first frame is there: it must be in the prompt once the prompt is.
//
// PENGUIN_BENCH_ROUNDS: how often (11).

import {spawnPty} from '../source/keeper/pty.ts'
import {type Figure, median} from './figure.ts'
import {openStage, type Stage, wished} from './stage.ts'

const rounds = wished('PENGUIN_BENCH_ROUNDS', 11)
const key = '⣿'
/** Below the status bar: until that is there the terminal itself echoes what is typed. */
const inPrompt = new RegExp(`^ (?:joining|ready).*\\n> ${key}`, 'm')

/** A Node that does nothing, from its start to its end, in a terminal of its own. */
const bareMs = async (place: Stage['place']): Promise<number> => {
  const startMs = performance.now()
  const pty = spawnPty(process.execPath, ['-e', '0'], {name: 'xterm-256color', cols: 120, rows: 40, cwd: place.dir, env: place.env})
  await new Promise((resolve) => pty.onExit(resolve))
  return performance.now() - startMs
}

interface Opened {
  frameMs: number
  echoMs: number
  readyMs: number
  kept: boolean
}

const openOnce = async (place: Stage['place']): Promise<Opened> => {
  await using stage = openStage({place})
  const {terminal, startMs} = stage
  const firstMs = await stage.written('> ', startMs)
  terminal.type(key)
  const echoMs = await stage.written(key, firstMs)
  const kept = await terminal.until(inPrompt).then(
    () => true,
    () => false,
  )
  const readyMs = performance.now()
  terminal.key('ctrl+c', 'ctrl+c', 'ctrl+c')
  await terminal.ended
  return {frameMs: firstMs - startMs, echoMs: echoMs - startMs, readyMs: readyMs - startMs, kept}
}

export const bench = async (): Promise<Figure[]> => {
  await using warm = openStage()
  const {place} = warm
  await warm.terminal.until('what shall be done?')
  warm.terminal.key('ctrl+c', 'ctrl+c')
  await warm.terminal.ended
  const bare: number[] = []
  const opened: Opened[] = []
  for (let n = 0; n < rounds; n += 1) {
    bare.push(await bareMs(place))
    opened.push(await openOnce(place))
  }
  const yardstick = median(bare)
  const row = (name: string, values: number[], note = ''): Figure => {
    const value = median(values)
    return {name, value, unit: 'ms', ratio: value / yardstick, note: `least ${Math.min(...values).toFixed(0)} ms${note}`}
  }
  const kept = opened.filter((one) => one.kept).length
  return [
    row('`node -e 0`', bare),
    row(
      'first frame',
      opened.map(({frameMs}) => frameMs),
    ),
    row(
      'a key typed then is seen',
      opened.map(({echoMs}) => echoMs),
    ),
    row(
      "prompt ready: the key stands in the program's own",
      opened.map(({readyMs}) => readyMs),
      `; kept in ${kept} of ${rounds}`,
    ),
  ]
}
