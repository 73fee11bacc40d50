// Frames to a terminal that takes its time: never two at once, nothing lost within a frame, and the loop never waits.

import {execFileSync} from 'node:child_process'
import {closeSync, constants, openSync, readSync} from 'node:fs'
import {join} from 'node:path'
import {monitorEventLoopDelay} from 'node:perf_hooks'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {createFrameWriter, openDoor, type WriteCall} from '../../../components/screen/frame-writer.ts'
import {openGlass} from '../../../components/screen/glass.ts'
import {spawnPty} from '../../../source/keeper/pty.ts'
import {openTerminal} from '../../../stores/terminals.ts'
import {tempFolder} from '../../kit/temp.ts'
import {differences, mirrorOf, parsed} from './mirror.ts'

const features = {colours: 'true', synchronized: false, clusters: 'on', underlines: true, kitty: false} as const
const undo: (() => void)[] = []

afterEach(() => {
  for (const one of undo.splice(0).reverse()) one()
})

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), {code})

describe('the frame writer', () => {
  it('goes on where a short write ended, and asks again when the terminal takes nothing', async () => {
    const got: string[] = []
    let calls = 0
    const call: WriteCall = (_fd, bytes, done) => {
      calls += 1
      if (calls % 3 === 0) return void setImmediate(done, failure('EAGAIN'), 0)
      const count = Math.min(3, bytes.length)
      got.push(Buffer.from(bytes.subarray(0, count)).toString())
      setImmediate(done, null, count)
    }
    const writer = createFrameWriter(1, () => expect.unreachable(), call)
    await new Promise<void>((resolve) => writer.send('0123456789', resolve))
    expect(got.join('')).toBe('0123456789')
    expect(writer.stalls).toBeGreaterThan(0)
    expect(writer.isBusy).toBe(false)
  })

  it('refuses a second frame while one is on its way', () => {
    const writer = createFrameWriter(
      1,
      () => undefined,
      () => undefined,
    )
    writer.send('one', () => undefined)
    expect(writer.isBusy).toBe(true)
    expect(() => writer.send('two', () => undefined)).toThrow()
  })

  it('says when the terminal is gone, and writes no more', async () => {
    const gone = vi.fn()
    const call = vi.fn<WriteCall>((_fd, _bytes, done) => setImmediate(done, failure('EIO'), 0))
    const writer = createFrameWriter(1, gone, call)
    writer.send('one', () => expect.unreachable())
    await vi.waitFor(() => expect(gone).toHaveBeenCalledWith('EIO'))
    expect(call).toHaveBeenCalledTimes(1)
  })
})

/** A pipe whose reading end we hold: what is not read stays in it. */
const stalledPipe = () => {
  const path = join(tempFolder(), 'terminal')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  undo.push(
    () => closeSync(reader),
    () => closeSync(fd),
  )
  const readAll = (): string => {
    const chunk = Buffer.alloc(1 << 16)
    const parts: Buffer[] = []
    for (;;) {
      try {
        const count = readSync(reader, chunk)
        if (count === 0) break
        parts.push(Buffer.from(chunk.subarray(0, count)))
      } catch {
        break
      }
    }
    return Buffer.concat(parts).toString()
  }
  return {fd, readAll}
}

describe('the glass before a terminal that is not read', () => {
  it('waits without stopping the loop, skips what is old, and shows what is newest', async () => {
    const size = {columns: 200, rows: 50}
    const {fd, readAll} = stalledPipe()
    const pane = openTerminal(size)
    const chrome = openTerminal(size)
    const scene = {panes: [{rect: {x: 0, y: 0, width: 200, height: 50}, terminal: pane}], overlays: [], cursor: null}
    const glass = openGlass({fd, size, features, chrome, scene: () => scene})
    pane.onDamage(() => glass.damage())
    const delay = monitorEventLoopDelay({resolution: 5})
    delay.enable()
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    const endMs = performance.now() + 1200
    for (let n = 0; performance.now() < endMs; n += 1) {
      pane.write(`\x1b[H${Array.from({length: 49}, (_, row) => `\x1b[3${(n + row) % 8}m${(letters[(n + row) % 26] as string).repeat(199)}\r\n`).join('')}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    delay.disable()
    expect(glass.stats().stalls).toBeGreaterThan(10)
    // Eight frames or so fill the pipe; a frame for each change would be a hundred.
    expect(glass.stats().frames).toBeLessThan(20)
    // A write that waits would hold the loop until the pipe is read, which is not before this is done.
    expect(delay.max / 1e6).toBeLessThan(600)
    expect(delay.percentile(50) / 1e6).toBeLessThan(100)
    pane.write('\x1b[2J\x1b[Hthe newest')
    const mirror = mirrorOf(size)
    await vi.waitFor(
      async () => {
        await parsed(mirror, readAll())
        expect(mirror.lineText(0)).toBe('the newest')
        expect(differences(mirror, pane)).toEqual([])
      },
      {timeout: 3000, interval: 20},
    )
    await glass.close()
    const {bytes} = glass.stats()
    glass.damage()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(glass.stats().bytes).toBe(bytes)
    expect(readAll()).toBe('')
  })

  it('gives up after a quarter of a second when it is closed', async () => {
    const {fd} = stalledPipe()
    const size = {columns: 200, rows: 50}
    const chrome = openTerminal(size)
    const glass = openGlass({fd, size, features, chrome, scene: () => ({panes: [], overlays: [], cursor: null})})
    glass.say('x'.repeat(300_000))
    await vi.waitFor(() => expect(glass.stats().stalls).toBeGreaterThan(0))
    const startMs = performance.now()
    await glass.close()
    expect(performance.now() - startMs).toBeLessThan(1000)
    const {stalls} = glass.stats()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(glass.stats().stalls).toBe(stalls)
  })
})

describe('the door', () => {
  it('leads to the same terminal without waiting, and leaves the shared one as it was', async () => {
    const shell = spawnPty('/bin/sh', ['-c', 'stty raw -echo; tty; read _'], {name: 'xterm', cols: 80, rows: 24, cwd: '/', env: {PATH: '/usr/bin:/bin'}})
    let said = ''
    shell.onData((data) => {
      said += data
    })
    undo.push(() => process.kill(-shell.pid, 'SIGKILL'))
    await vi.waitFor(() => expect(said).toMatch(/\/dev\/pts\/\d+/))
    const fd = openSync(/\/dev\/pts\/\d+/.exec(said)?.[0] ?? '', constants.O_RDWR | constants.O_NOCTTY)
    undo.push(() => closeSync(fd))
    const door = openDoor(fd)
    undo.push(door.close)
    expect(door.fd).not.toBe(fd)
    shell.pause()
    const writer = createFrameWriter(door.fd, () => expect.unreachable())
    const out = new Promise<void>((resolve) => writer.send('y'.repeat(400_000), resolve))
    await vi.waitFor(() => expect(writer.stalls).toBeGreaterThan(2))
    shell.resume()
    await out
    await vi.waitFor(() => expect(said.split('y').length).toBe(400_001))
  })
})
