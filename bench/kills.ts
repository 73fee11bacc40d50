// kill -9 of each process of a session, and how long until what the terminal shows is true again: the modes given back,
// the agent's header, the next keeper with its panes, an attached screen cell by cell like one that was there.
//
// PENGUIN_BENCH_ROUNDS: how often each (5).

import {calculator, ways} from '../test/kit/flow.ts'
import {type KillScene, killScene, shown} from '../test/kit/kill-scene.ts'
import {modelServer, type Scripted} from '../test/kit/model-server.ts'
import {screenPlace} from '../test/kit/screen.ts'
import type {Terminal} from '../test/kit/terminal.ts'
import {type Figure, median} from './figure.ts'
import {killAll, wait, wished} from './stage.ts'

const rounds = wished('PENGUIN_BENCH_ROUNDS', 5)

interface Watched extends KillScene {
  /** Another screen of the same session. */
  other: Terminal
  /** Names what has come about since the kill. */
  mark(name: string): void
}

const soon = async (fits: () => boolean, deadlineMs = 20_000): Promise<void> => {
  const end = performance.now() + deadlineMs
  while (!fits()) {
    if (performance.now() > end) throw new Error(`did not come about: ${fits}`)
    await wait(1)
  }
}

const header = (terminal: Terminal): string => /^[┏╭┌].*$/m.exec(terminal.frame())?.[0] ?? ''
const bothShow = ({terminal, other}: Watched, fits: (one: Terminal) => boolean): Promise<unknown> =>
  Promise.all([terminal, other].map((one) => one.until(() => fits(one), 20_000)))
const both = (scene: Watched, wanted: RegExp): Promise<unknown> => bothShow(scene, (one) => wanted.test(header(one)))
/** Its pane tells of its work anew: by then the header may say again that it works. */
const begunAgain = (one: Terminal): boolean => one.frame().split('── implement ──').length > 2

const attach = async ({terminal, other, mark}: Watched): Promise<void> => {
  terminal.type('$P attach\n')
  await terminal.until(() => header(terminal) !== '' && shown(terminal) === shown(other), 20_000)
  mark('attached: shows what the other screen shows')
}

const back = async (scene: Watched): Promise<void> => {
  await scene.terminal.until(scene.isRestored)
  scene.mark('the terminal is as it was')
}

const kills: Readonly<Record<string, (scene: Watched) => Promise<void>>> = {
  screen: async (scene) => {
    scene.kill('screen')
    await back(scene)
  },
  'screen and one guardian at once': async (scene) => {
    scene.kill('guardian')
    scene.kill('screen')
    await back(scene)
  },
  agent: async (scene) => {
    const killed = scene.kill('agent')
    await bothShow(scene, (one) => /lost|starting/.test(header(one)) || begunAgain(one))
    scene.mark('both screens say so')
    await both(scene, /thinking/)
    scene.mark('another is at work on it')
    if (scene.pids('agent').includes(killed)) throw new Error('it lives')
  },
  keeper: async (scene) => {
    const agents = scene.pids('agent')
    const killed = scene.kill('keeper')
    const marked = (mark: string) => () => scene.mark(mark)
    await Promise.all([
      soon(() => !scene.pids('agent').some((pid) => agents.includes(pid))).then(marked('its agents are gone')),
      both(scene, /lost/)
        .then(marked('both screens say so'))
        .then(() => both(scene, /starting|thinking/))
        .then(marked('the next keeper has begun the agent'))
        .then(() => both(scene, /thinking/))
        .then(marked('an agent is at work again')),
    ])
    await soon(() => scene.pids('keeper').length === 1 && !scene.pids('keeper').includes(killed))
  },
  guardian: async (scene) => {
    const killed = scene.kill('guardian')
    await soon(() => scene.pids('guardian').filter((pid) => pid !== killed).length >= 4)
    scene.mark('another one guards')
  },
}

/** The model says nothing: whatever changes on the screens is of the kill. */
const silent: Scripted = {fault: {do: 'silence'}}

const once = async (name: string, note: (mark: string, ms: number) => void): Promise<void> => {
  await using server = await modelServer(() => silent)
  const way = ways.chat(server)
  using where = screenPlace(calculator, way.env)
  const scene = await killScene(where)
  const {terminal} = scene
  await using _ = terminal
  terminal.type(`$P ${way.args.join(' ')} --permission auto 'make sum add'\n`)
  await terminal.until(() => /thinking/.test(header(terminal)), 30_000)
  await using other = where.screen(['attach'])
  await other.until(() => /thinking/.test(header(other)), 20_000)
  await wait(300)
  let startMs = performance.now()
  const watched: Watched = {...scene, other, mark: (mark) => note(mark, performance.now() - startMs)}
  try {
    await kills[name]?.(watched)
    if (name.startsWith('screen')) {
      startMs = performance.now()
      await attach(watched)
    }
  } finally {
    killAll(where)
  }
}

export const bench = async (): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (const name of Object.keys(kills)) {
    const marks = new Map<string, number[]>()
    for (let n = 0; n < rounds; n += 1) await once(name, (mark, ms) => marks.set(mark, [...(marks.get(mark) ?? []), ms]))
    for (const [mark, times] of marks)
      figures.push({
        name: `kill -9 of ${name}: ${mark}`,
        value: median(times),
        unit: 'ms',
        note: `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms, ${times.length} times`,
      })
  }
  return figures
}
