// The whole program beside tmux, in the same run: 200×50, panes of 2,000 coloured lines a second. What is counted is the
// processor time of screen, keeper and guardian beside that of tmux's server and client, without what runs in the panes;
// the bytes that each writes; from a key to its echo in a pane of its own beside four busy ones; and a pane that floods.
//
// PENGUIN_BENCH_SECONDS: how long each case is measured (5); PENGUIN_BENCH_FLOOD: how long `yes` runs (20; the acceptance says 60).

import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {screenPlace} from '../test/kit/screen.ts'
import {openTerminal, type Terminal} from '../test/kit/terminal.ts'
import {feeder} from './feeder.ts'
import {type Figure, median} from './figure.ts'
import {cpuMs, openStage, percentile, rareLetter, residentMb, type Stage, sum, wait, wished} from './stage.ts'

const seconds = wished('PENGUIN_BENCH_SECONDS', 5)
const floodSeconds = wished('PENGUIN_BENCH_FLOOD', 20)
const size = {columns: 200, rows: 50}
/** Until what runs often is compiled, and the panes have their sizes: a session lasts longer than its first seconds. */
const settleMs = 8000
const busy = 'node feed.js'

interface Subject {
  terminal: Terminal
  startMs: number
  pids(): number[]
  end(): Promise<void>
}

type Place = Stage['place']
type Start = (place: Place, commands: readonly string[]) => Promise<Subject>

/** Each command in a pane of its own, as a person opens them; the first has the keys. */
const startPenguin: Start = async (place, commands) => {
  const stage = openStage({place, more: size})
  const {terminal} = stage
  await terminal.until('what shall be done?')
  // The newest pane has the keys.
  for (const [n, command] of [...commands].reverse().entries()) {
    if (n > 0) terminal.key('f12')
    await terminal.until(/^> what shall/m)
    terminal.type(`!exec ${command}`)
    terminal.key('enter')
    await terminal.until((frame) => frame.split(' $ ').length > n + 1 && /^> typing to/m.test(frame))
  }
  return {
    terminal,
    startMs: stage.startMs,
    pids: stage.ours,
    // What lives on ends with the place.
    end: async () => stage[Symbol.asyncDispose](),
  }
}

const startTmux: Start = async (place, commands) => {
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-S', join(place.home, 'tmux'), '-f', '/dev/null', ...args], {cwd: place.dir, env: place.env, encoding: 'utf8'})
  const [first = 'cat', ...rest] = commands
  tmux('new-session', '-d', '-s', 'bench', '-x', `${size.columns}`, '-y', `${size.rows}`, `exec ${first}`)
  for (const command of rest) {
    tmux('split-window', '-t', 'bench', `exec ${command}`)
    tmux('select-layout', '-t', 'bench', 'tiled')
  }
  tmux('select-pane', '-t', 'bench:0.0')
  const startMs = performance.now()
  const terminal = openTerminal({
    command: 'tmux',
    args: ['-S', join(place.home, 'tmux'), 'attach', '-t', 'bench'],
    cwd: place.dir,
    env: place.env,
    outlived: true,
    ...size,
  })
  const server = Number(tmux('display-message', '-p', '#{pid}'))
  return {
    terminal,
    startMs,
    pids: () => [terminal.pid, server],
    end: async () => {
      tmux('kill-server')
      await terminal.close({outlived: true})
    },
  }
}

interface Measured {
  cpuPercent: number
  parts: string
  kbPerSec: number
  echoMs: number[]
  grownMb: number
  residentMb: number
}

const echo = async ({terminal, startMs}: Subject, key: string): Promise<number> => {
  const typedMs = performance.now()
  terminal.type(key)
  const found = (): number | undefined => terminal.chunks.find(({ms, data}) => ms >= typedMs - startMs && data.includes(key))?.ms
  await terminal.until(() => found() !== undefined, 5000).catch(() => undefined)
  return (found() ?? Number.NaN) + startMs - typedMs
}

const measure = async (start: Start, commands: readonly string[], keys: boolean, forSec = seconds): Promise<Measured> => {
  using place = screenPlace({'feed.js': feeder})
  writeFileSync(join(place.home, '.profile'), '')
  const subject = await start(place, commands)
  try {
    await wait(settleMs)
    const pids = subject.pids()
    const before = pids.map(cpuMs)
    const [bytes, resident, startMs] = [subject.terminal.heard.bytes, sum(pids, residentMb), performance.now()]
    const echoMs: number[] = []
    while (performance.now() - startMs < forSec * 1000) {
      if (keys) echoMs.push(await echo(subject, rareLetter(echoMs.length)))
      await wait(keys ? 20 + ((echoMs.length * 37) % 60) : 100)
    }
    const spentSec = (performance.now() - startMs) / 1000
    const shares = pids.map((pid, n) => (cpuMs(pid) - (before[n] ?? 0)) / 10 / spentSec)
    return {
      cpuPercent: shares.reduce((all, share) => all + share, 0),
      parts: shares.map((share) => share.toFixed(1)).join(' + '),
      kbPerSec: (subject.terminal.heard.bytes - bytes) / 1024 / spentSec,
      echoMs,
      grownMb: sum(pids, residentMb) - resident,
      residentMb: sum(pids, residentMb),
    }
  } finally {
    await subject.end()
  }
}

const beside = async (commands: readonly string[], keys: boolean, forSec?: number): Promise<[Measured, Measured]> => [
  await measure(startPenguin, commands, keys, forSec),
  await measure(startTmux, commands, keys, forSec),
]

const echoes = (name: string, [ours, tmux]: [Measured, Measured]): Figure[] =>
  [0.5, 0.95].map((part) => ({
    name: `${name}: key echo p${part * 100}`,
    value: part === 0.5 ? median(ours.echoMs) : percentile(ours.echoMs, part),
    unit: 'ms',
    note: `tmux ${percentile(tmux.echoMs, part).toFixed(1)} ms; ${ours.echoMs.length} keys`,
  }))

export const bench = async (): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (const count of [1, 4, 9]) {
    const [ours, tmux] = await beside(
      Array.from({length: count}, () => busy),
      false,
    )
    figures.push(
      {
        name: `${count} busy: CPU`,
        value: ours.cpuPercent,
        unit: '% of a core',
        ratio: ours.cpuPercent / tmux.cpuPercent,
        note: `${ours.parts}; tmux ${tmux.cpuPercent.toFixed(1)}`,
      },
      {name: `${count} busy: written`, value: ours.kbPerSec, unit: 'KB/s', ratio: ours.kbPerSec / tmux.kbPerSec, note: `tmux ${tmux.kbPerSec.toFixed(0)} KB/s`},
    )
  }
  figures.push(...echoes('4 busy', await beside(['cat', ...Array.from({length: 4}, () => busy)], true)))
  const flooded = await beside(['cat', 'yes'], true, floodSeconds)
  figures.push(...echoes(`\`yes\` for ${floodSeconds} s`, flooded))
  figures.push({
    name: `\`yes\` for ${floodSeconds} s: memory grown`,
    value: flooded[0].grownMb,
    unit: 'MB',
    note: `${flooded[0].residentMb.toFixed(0)} MB RSS of all; CPU ${flooded[0].cpuPercent.toFixed(0)} %, tmux ${flooded[1].cpuPercent.toFixed(0)} %`,
  })
  return figures
}
