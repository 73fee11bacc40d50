// kill -9 as a person meets it: the program begun in their shell, one of its processes killed at some moment of a run.
// The terminal is as it was, the run goes on, a screen shows what is true within a second, and in the end nobody is
// left. `PENGUIN_TEST_KILLS=20` for twenty of each, at moments spread over a run.

import {describe, expect, it} from 'vitest'
import {calculator, edit, fixed, survivorsAfter, ways} from '../kit/flow.ts'
import {type KillScene, killScene, pidsOf, shown, whose} from '../kit/kill-scene.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {hasProgram} from '../kit/parts.ts'
import {launcher} from '../kit/penguin.ts'
import {screenPlace} from '../kit/screen.ts'
import {cellsOf, type Terminal} from '../kit/terminal.ts'

const rounds = Number(process.env.PENGUIN_TEST_KILLS ?? 0)
/** The promise is one second; a machine that runs other tests is slower. */
const soonMs = Number(process.env.PENGUIN_TEST_SOON_MS ?? 6000)
const finished = /^ ✓ done/m

/** Streams, reads, runs commands until it is enough, and mends: in each of these a kill may fall. */
const scriptUntil =
  (enough: () => boolean) =>
  (asked: Asked): Scripted => {
    const answers = asked.messages.flatMap((message) => (message.from === 'tool' ? [message.text] : []))
    // What was cut off by a kill is done again, as a model would.
    const mended = answers.some((text) => text.includes('sum.js') && !text.includes('cut off'))
    if (asked.toolResults === 0) return {text: 'let me look '.repeat(20), everyMs: 5, calls: [{tool: 'read', input: {path: 'package.json'}}]}
    if (!enough() || !answers.join('\n').includes('slept')) return {calls: [{tool: 'shell', input: {command: `sleep 1; echo slept ${asked.toolResults}`}}]}
    if (!mended) return {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
    return {text: 'it adds now', everyMs: 5}
  }

interface Scene extends KillScene {
  /** Another screen of the same session. */
  other: Terminal
}

const within = async (what: string, fits: () => boolean): Promise<void> => {
  const end = performance.now() + soonMs
  while (!fits()) {
    if (performance.now() > end) throw new Error(`not within ${soonMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Inside the frame, below the toasts of one screen alone: cell by cell, with colours. */
const paneOf = (terminal: Terminal): string => cellsOf(terminal).slice(4, -3).join('\n')

const sameShown = ({where, terminal, other}: Scene): Promise<void> =>
  within(
    'both screens show the same, and panes',
    () => shown(terminal) === shown(other) && paneOf(terminal) === paneOf(other) && /^[┏╭┌].*1 coder/m.test(terminal.frame()),
  ).catch((thrown: Error) => {
    throw new Error(`${thrown.message}; keepers ${pidsOf(where, whose.keeper)}\n${shown(terminal)}\n${'═'.repeat(40)}\n${shown(other)}`)
  })

const back = async (scene: Scene): Promise<void> => {
  await within('the terminal is as it was', scene.isRestored)
  scene.terminal.type('$P attach\n')
  await scene.terminal.until((frame) => frame.includes('1 coder'), 20_000)
  await sameShown(scene)
}
const newGuardian = (scene: Scene, killed: number): Promise<void> =>
  within('another guardian', () => pidsOf(scene.where, whose.guardian).filter((pid) => pid !== killed).length >= 4)

/** Kills, and goes on to where the screen shows what is. */
const targets: Record<string, (scene: Scene) => Promise<void>> = {
  screen: async (scene) => {
    scene.kill('screen')
    await back(scene)
  },
  keeper: async (scene) => {
    const agents = pidsOf(scene.where, whose.agent)
    const killed = scene.kill('keeper')
    // Some machines bury their dead late.
    await within('its agents are gone', () => !pidsOf(scene.where, whose.agent).some((pid) => agents.includes(pid)))
    await within('another keeper', () => pidsOf(scene.where, whose.keeper).some((pid) => pid !== killed))
    await sameShown(scene)
    // A child that is not yet another program looks like its parent.
    await within('one keeper', () => pidsOf(scene.where, whose.keeper).length === 1)
  },
  agent: async (scene) => {
    scene.kill('agent')
    await sameShown(scene)
  },
  guardian: async (scene) => {
    await newGuardian(scene, scene.kill('guardian'))
    await sameShown(scene)
  },
  'guardian, then the screen': async (scene) => {
    await newGuardian(scene, scene.kill('guardian'))
    scene.kill('screen')
    await back(scene)
  },
  'guardian and the screen at once': async (scene) => {
    scene.kill('guardian')
    scene.kill('screen')
    await back(scene)
  },
  'screen and its guardian at once': async (scene) => {
    scene.kill('screen')
    scene.kill('guardian')
    await back(scene)
  },
}

interface Round {
  targets: readonly string[]
  pauseMs: number
}

const round = async ({targets: names, pauseMs}: Round): Promise<void> => {
  let enough = names.length === 1
  await using server = await modelServer(scriptUntil(() => enough))
  const way = ways.chat(server)
  using where = screenPlace(calculator, way.env)
  const killing = await killScene(where)
  await using terminal = killing.terminal
  terminal.type(`$P ${way.args.join(' ')} --permission auto 'make sum add'\n`)
  await terminal.until(() => server.requests.length > 0, 30_000)
  await using other = where.screen(['attach'])
  await other.until('1 coder', 20_000)
  const scene: Scene = {...killing, other}
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
  for (const name of names) await targets[name]?.(scene)
  enough = true
  await terminal.until(finished, 30_000)
  expect(where.read('sum.js')).toBe(fixed)
  await within('both show the end', () => finished.test(other.frame()))
  other.key('ctrl+c', 'ctrl+c')
  expect(await other.ended).toEqual({code: 0})
  terminal.key('ctrl+c', 'ctrl+c')
  await within('the terminal is as it was', scene.isRestored)
  terminal.type('exit\n')
  await terminal.ended
  expect(await survivorsAfter(where, 5000)).toEqual([])
}

const allTargets = Object.keys(targets)

describe('kill -9', () => {
  it('of each in turn, in one run', () => round({targets: allTargets, pauseMs: 0}), 120_000)

  it.skipIf(rounds === 0).each(allTargets)(
    'of the %s, at moments spread over a run',
    async (target) => {
      for (let nth = 0; nth < rounds; nth += 1) {
        const pauseMs = (nth * 337 + 100) % 2000
        try {
          await round({targets: [target], pauseMs})
        } catch (thrown) {
          throw new Error(`round ${nth + 1} of ${rounds}, killed after ${pauseMs} ms: ${(thrown as Error).message}`, {cause: thrown})
        }
      }
    },
    60_000 + rounds * 30_000,
  )

  it('of the screen when the run has just ended: its panes are shown to whoever comes as to whoever was there', async () => {
    await using server = await modelServer(scriptUntil(() => true))
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    const killing = await killScene(where)
    await using terminal = killing.terminal
    terminal.type(`$P ${way.args.join(' ')} --permission auto 'make sum add'\n`)
    await terminal.until(() => server.requests.length > 0, 30_000)
    await using other = where.screen(['attach'])
    await other.until(finished, 30_000)
    killing.kill('screen')
    await back({...killing, other})
  }, 60_000)

  it('of the keeper while a screen attaches: it joins the next one', async () => {
    await using server = await modelServer(() => ({fault: {do: 'silence'}}))
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto', 'make sum add'])
    await terminal.until(/1 coder ● thinking/, 20_000)
    for (const killFirst of [true, false]) {
      const kill = (): boolean => process.kill(pidsOf(where, whose.keeper)[0] as number, 'SIGKILL')
      if (killFirst) kill()
      await using other = where.screen(['attach'])
      if (!killFirst) kill()
      await other.until(/1 coder [·●] (starting|thinking)/, 20_000)
      await terminal.until(/1 coder ● thinking/, 20_000)
    }
  }, 60_000)

  it('of the keeper while a command runs: it ends with it, and the model is told', async () => {
    await using server = await modelServer((asked) => {
      if (asked.toolResults === 0) return {calls: [{tool: 'shell', input: {command: 'sleep 31'}}]}
      return asked.toolResults === 1 ? edit : {text: 'it adds now'}
    })
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto', 'make sum add'])
    await terminal.until(() => pidsOf(where, /^sleep 31/).length > 0, 20_000)
    process.kill(pidsOf(where, whose.keeper)[0] as number, 'SIGKILL')
    await within('the command is gone', () => pidsOf(where, /sleep 31/).length === 0)
    await terminal.until(finished, 30_000)
    expect(server.requests.at(1)?.messages.at(-1)?.text).toContain('cut off')
    expect(where.read('sum.js')).toBe(fixed)
  }, 60_000)
})

describe.skipIf(!hasProgram('tmux'))('a terminal that is gone', () => {
  it('takes its screen and guardian with it, and nothing else', async () => {
    let enough = false
    await using server = await modelServer(scriptUntil(() => enough))
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using first = where.inTmux([...way.args, '--permission', 'auto', 'make sum add'])
    await first.until('1 coder', 20_000)
    await using other = where.screen(['attach'])
    await other.until('1 coder', 20_000)
    const before = {screens: pidsOf(where, whose.screen), agents: pidsOf(where, whose.agent)}
    expect(before.screens).toHaveLength(2)
    process.kill(Number(first.tmux('display-message', '-p', '#{pid}')), 'SIGKILL')
    await within('its screen and guardian are gone', () => pidsOf(where, whose.screen).length === 1 && pidsOf(where, whose.guardian).length === 2)
    expect(pidsOf(where, whose.agent)).toEqual(before.agents)
    enough = true
    await other.until(finished, 30_000)
    expect(where.read('sum.js')).toBe(fixed)
  }, 60_000)
})

describe('a screen that was stopped', () => {
  it('has its terminal again when it is taken up', async () => {
    using where = screenPlace(calculator)
    await using terminal = where.screen(['-i'], {command: 'sh', env: {P: launcher, PS1: 'shell$ '}})
    await terminal.until('shell$')
    terminal.type('$P\n')
    await terminal.until('what shall be done?', 20_000)
    const [pid] = pidsOf(where, whose.screen)
    process.kill(pid as number, 'SIGSTOP')
    // The shell writes into the picture, as it must.
    await terminal.until((frame) => frame.includes('Stopped') && frame.lastIndexOf('shell$') > frame.indexOf('Stopped'))
    terminal.type('fg\n')
    await terminal.until((frame) => frame.includes('what shall be done?') && !frame.includes('Stopped'))
    terminal.type('no enter is needed')
    await terminal.until(() => terminal.row(terminal.rows - 1).includes('no enter is needed'))
    expect(terminal.modes).toMatchObject({alternate: true, paste: true})
  }, 40_000)

  it.each<[string, (terminal: Terminal, pid: number) => void]>([
    ['by SIGTSTP', (_, pid) => process.kill(pid, 'SIGTSTP')],
    ['by its key', (terminal) => terminal.key('ctrl+b', 'ctrl+z')],
  ])(
    '%s gives the shell its terminal as it was, and has it again in another size',
    async (_, stop) => {
      using where = screenPlace(calculator)
      const scene = await killScene(where)
      await using terminal = scene.terminal
      terminal.type('$P\n')
      await terminal.until('what shall be done?', 20_000)
      stop(terminal, scene.pids('screen')[0] as number)
      await terminal.until((frame) => frame.includes('Stopped') && scene.isRestored())
      terminal.resize(100, 30)
      terminal.type('fg\n')
      await terminal.until((frame) => frame.includes('what shall be done?') && !frame.includes('Stopped'))
      await terminal.until(() => terminal.row(29).includes('what shall be done?'))
      terminal.type('typed')
      await terminal.until(() => terminal.row(29).startsWith('> typed'))
      terminal.key('ctrl+c', 'ctrl+c', 'ctrl+c')
      await within('the terminal is as it was', scene.isRestored)
    },
    40_000,
  )
})
