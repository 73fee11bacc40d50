import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {Writable} from 'node:stream'
import {describe, expect, it} from 'vitest'
import {makeContext, openWriter, realClock, realDice} from '../../source/edges.ts'
import {root} from '../kit/house.ts'

describe('writing to stdout', () => {
  it('waits until the reader has taken it', async () => {
    const taken: string[] = []
    let release = (): void => undefined
    const slow = new Writable({
      write: (chunk, _, done) => {
        taken.push(String(chunk))
        release = done
      },
    })
    const write = openWriter(slow)
    let done = false
    const first = write('one').then((read) => {
      done = true
      return read
    })
    await new Promise(setImmediate)
    expect({taken, done}).toEqual({taken: ['one'], done: false})
    release()
    expect(await first).toBe(true)
  })

  it('is false once the reader is gone, and stays so', async () => {
    const broken = new Writable({write: (_, __, done) => done(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}))})
    const write = openWriter(broken)
    expect(await write('one')).toBe(false)
    expect(await write('two')).toBe(false)
  })

  it('says what kept words from arriving, unless the reader merely went away', async () => {
    const told: string[] = []
    const write = (code: string) => openWriter(new Writable({write: (_, __, done) => done(Object.assign(new Error(code), {code}))}), (why) => told.push(why))
    expect([await write('ENOSPC')('one'), await write('EPIPE')('one')]).toEqual([false, false])
    expect(told).toEqual(['ENOSPC'])
  })

  it('ends the program quietly when a pipe is closed early', async () => {
    const child = spawn(process.execPath, [join(root, 'source/main.ts'), 'help', 'events', '--schema'], {stdio: ['ignore', 'pipe', 'pipe']})
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    expect({code, said}).toEqual({code: 1, said: ''})
  })
})

describe('the real edges', () => {
  it('have a clock that sleeps until it is told to stop, and dice', async () => {
    const clock = realClock()
    const before = clock.tick()
    await clock.sleep(5)
    expect(clock.tick() - before).toBeGreaterThanOrEqual(4)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
    const stop = new AbortController()
    const long = clock.sleep(60_000, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(long).rejects.toThrow('stopped')
    const stopLonger = new AbortController()
    const longer = clock.sleep(3_000_000_000, stopLonger.signal)
    await clock.sleep(50)
    stopLonger.abort(new Error('stopped later'))
    await expect(longer).rejects.toThrow('stopped later')
    expect(realDice(16)).toHaveLength(16)
    expect(realDice(16)).not.toEqual(realDice(16))
  })

  it('make a context whose environment is a snapshot without our cache', () => {
    const before = process.env.NODE_COMPILE_CACHE
    process.env.NODE_COMPILE_CACHE = '/somewhere'
    try {
      const context = makeContext({words: ['w'], flags: {json: true}}, '1.2.3', '/here')
      expect(context).toMatchObject({words: ['w'], flags: {json: true}, version: '1.2.3', cwd: '/here', startedTick: 0})
      expect(context.env.NODE_COMPILE_CACHE).toBeUndefined()
      expect(process.env.NODE_COMPILE_CACHE).toBeUndefined()
      expect(Object.isFrozen(context.env)).toBe(true)
    } finally {
      if (before !== undefined) process.env.NODE_COMPILE_CACHE = before
    }
  })
})
