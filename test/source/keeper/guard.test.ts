// The guardian of a terminal: a real pseudo terminal, a screen that goes raw in it and dies, and what is left of the
// terminal then.

import {execFileSync} from 'node:child_process'
import {readFileSync, readlinkSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it, onTestFinished} from 'vitest'
import {leaveSequences} from '../../../source/keeper/guard.ts'
import {spawnPty} from '../../../source/keeper/pty.ts'
import {isAlive} from '../../kit/flow.ts'
import {poll} from '../../kit/keeper.ts'
import {tempFolder} from '../../kit/temp.ts'

const guard = fileURLToPath(new URL('../../../source/keeper/guard.ts', import.meta.url))

/** A screen that stands guarded in raw mode, says its guardian's pid, and leaves when it is told so. */
const program = `
import {guardTerminal, terminalSettings} from ${JSON.stringify(guard)}
const settings = await terminalSettings()
const standing = guardTerminal({settings, words: 'come back with: penguin attach'})
process.stdin.setRawMode(true)
process.stdin.on('data', (data) => {
  if (String(data) === 'q') { process.stdin.setRawMode(false); standing.bye(); process.exit(0) }
  process.stdout.write('guardian ' + standing.pid() + '.')
})
process.stdout.write('\\x1b[?1049h\\x1b[?25lscreen ' + process.pid + ' standing.')
`

/** A shell that starts the screen, as a user's does. */
const screen = async () => {
  const folder = tempFolder({'screen.mjs': program})
  const pty = spawnPty('/bin/sh', ['-c', '"$0" screen.mjs; printf "the shell again."; exec sleep 60', process.execPath], {
    name: 'xterm',
    cols: 80,
    rows: 24,
    cwd: folder,
    env: {PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1'},
  })
  let said = ''
  pty.onData((data) => {
    said += data
  })
  onTestFinished(() => {
    try {
      process.kill(-pty.pid, 'SIGKILL')
    } catch {
      // It is gone, as it should be.
    }
  })
  await poll(() => said.includes('standing.'))
  const pid = Number(/screen (\d+)/.exec(said)?.[1])
  const tty = readlinkSync(`/proc/${pty.pid}/fd/0`)
  const modes = (): string => execFileSync('stty', ['-F', tty, '-a'], {encoding: 'utf8'})
  const guardian = async (): Promise<number> => {
    const from = said.length
    pty.write('?')
    await poll(() => /guardian (\d+)\./.test(said.slice(from)))
    return Number(/guardian (\d+)\./.exec(said.slice(from))?.[1])
  }
  return {pty, pid, modes, guardian, said: () => said}
}

describe('a guarded terminal', () => {
  it('is put back when the screen is killed, and says how to come back', async () => {
    const {pid, modes, guardian, said} = await screen()
    const standing = await guardian()
    expect(modes()).toContain('-icanon')
    // Not found by whoever kills all that is called so.
    expect(readFileSync(`/proc/${standing}/cmdline`, 'utf8')).not.toContain('penguin')
    process.kill(pid, 'SIGKILL')
    await poll(() => said().includes('come back with: penguin attach'))
    await poll(() => !isAlive(standing))
    expect(said()).toContain(leaveSequences)
    expect(modes()).toMatch(/[^-]icanon/)
    expect(modes()).toMatch(/[^-]echo /)
  })
  it('is left alone by a guardian that heard the bye', async () => {
    const {pty, guardian, said} = await screen()
    const standing = await guardian()
    pty.write('q')
    await poll(() => said().includes('the shell again.') && !isAlive(standing))
    expect(said()).not.toContain('come back')
  })
  it('has another guardian at once when its own is killed', async () => {
    const {pid, guardian, said} = await screen()
    const first = await guardian()
    process.kill(first, 'SIGKILL')
    await poll(() => !isAlive(first))
    let second = 0
    for (let tries = 0; tries < 50 && (second === 0 || second === first); tries++) second = await guardian()
    expect(isAlive(second)).toBe(true)
    process.kill(pid, 'SIGKILL')
    await poll(() => said().includes('come back with: penguin attach') && !isAlive(second))
  })
})
