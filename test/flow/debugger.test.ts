// SIGUSR1, which makes a Node open a door for debuggers on which anybody on the machine could knock: none of ours does,
// none is harmed, and what they start hears the signal as always.

import {readdirSync, readFileSync, readlinkSync} from 'node:fs'
import {expect, it} from 'vitest'
import {calculator, ways} from '../kit/flow.ts'
import {pidsOf, whose} from '../kit/kill-scene.ts'
import {modelServer} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'
import {screenPlace} from '../kit/screen.ts'

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Sockets on which somebody waits for connections over TCP. */
const listening = (): Set<string> =>
  new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .map((row) => row.trim().split(/\s+/))
        .flatMap((fields) => (fields[3] === '0A' ? [`socket:[${fields[9]}]`] : [])),
    ),
  )

const opensDoor = (pid: number): boolean => {
  const open = listening()
  return readdirSync(`/proc/${pid}/fd`).some((fd) => open.has(linkOf(`/proc/${pid}/fd/${fd}`)))
}

/** Signals all, twice with time between: a door takes a moment to open. */
const signalAll = async (pids: readonly number[]): Promise<void> => {
  for (let round = 0; round < 2; round += 1) {
    for (const pid of pids) process.kill(pid, 'SIGUSR1')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

const expectShut = async (where: Place, least: number): Promise<void> => {
  const pids = where
    .survivors()
    .filter((pid) => /^node/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')) || /dist\//.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')))
  expect(pids.length).toBeGreaterThanOrEqual(least)
  await signalAll(pids)
  expect(pids.filter(opensDoor)).toEqual([])
  expect(where.survivors()).toEqual(expect.arrayContaining(pids))
}

it('opens no door in a host and its role process', async () => {
  await using server = await modelServer([{fault: {do: 'mute'}}])
  using repo = place(calculator)
  const {args, env} = ways.responses(server)
  const started = repo.start(['run', '--json', ...args, 'wait'], {env})
  await started.until((line) => line.type === 'model.asked')
  await expectShut(repo, 2)
  started.child.kill('SIGTERM')
  const ended = await started.ended
  expect(ended.code).toBe(143)
  expect(ended.stderr).not.toContain('Debugger')
})

it('opens no door in a screen, its keeper and its role process; a shell in a pane hears it', async () => {
  await using server = await modelServer([{fault: {do: 'mute'}}])
  const way = ways.chat(server)
  using where = screenPlace(calculator, way.env)
  await using terminal = where.screen([...way.args, '--permission', 'auto', 'wait'])
  await terminal.until(/1 coder ● thinking/, 20_000)
  expect(pidsOf(where, whose.keeper)).toHaveLength(1)
  await expectShut(where, 3)
  terminal.type("!trap 'echo heard it' USR1; kill -USR1 $$; grep SigBlk /proc/self/status")
  await terminal.until('grep SigBlk')
  terminal.key('enter')
  const seen = await terminal.until(/SigBlk:\s+[0-9a-f]{16}/, 20_000)
  expect(seen).toContain('heard it')
  expect(seen).toMatch(/SigBlk:\s+0{16}/)
}, 60_000)
