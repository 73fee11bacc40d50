import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {takeEditLock} from '../../../engine/workspace/lock.ts'
import {tempFolder} from '../../kit/blobs.ts'

const source = fileURLToPath(new URL('../../../engine/workspace/lock.ts', import.meta.url))
const me = {pid: process.pid, startedAt: 'now', run: 'r_me'}
const lockFile = (dir: string): string => join(dir, 'edit.lock')

/** A process of its own takes the lock and ends without giving it back. */
const deadHolder = (dir: string): number => {
  const script = `import {takeEditLock} from ${JSON.stringify(source)}; takeEditLock(${JSON.stringify(dir)}, {pid: process.pid, startedAt: 'x', run: 'r_dead'})`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script]).pid
}

describe('the lock of a project', () => {
  it('has one holder, who is named', () => {
    using place = tempFolder()
    const first = takeEditLock(place.dir, me)
    expect(first.ok).toBe(true)
    expect(takeEditLock(place.dir, {...me, run: 'r_other'})).toEqual({ok: false, holder: me})
    if (first.ok) first.release()
    expect(readdirSync(place.dir)).toEqual([])
    expect(takeEditLock(place.dir, me).ok).toBe(true)
  })

  it('is taken over from a process that ended', () => {
    using place = tempFolder()
    deadHolder(place.dir)
    expect(readFileSync(lockFile(place.dir), 'utf8')).toContain('r_dead')
    expect(takeEditLock(place.dir, me).ok).toBe(true)
    expect(readFileSync(lockFile(place.dir), 'utf8')).toContain('r_me')
    expect(readdirSync(place.dir)).toEqual(['edit.lock'])
  })

  it('is taken over when another process has the number now, or the machine was started anew', () => {
    using place = tempFolder()
    takeEditLock(place.dir, me)
    const written = JSON.parse(readFileSync(lockFile(place.dir), 'utf8'))
    writeFileSync(lockFile(place.dir), JSON.stringify({...written, ticks: '1'}))
    expect(takeEditLock(place.dir, me).ok).toBe(true)
    writeFileSync(lockFile(place.dir), JSON.stringify({...written, boot: 'another'}))
    expect(takeEditLock(place.dir, me).ok).toBe(true)
    expect(takeEditLock(place.dir, me).ok).toBe(false)
  })

  it('is not taken from a holder in another namespace, who cannot be asked', () => {
    using place = tempFolder()
    takeEditLock(place.dir, me)
    const written = JSON.parse(readFileSync(lockFile(place.dir), 'utf8'))
    writeFileSync(lockFile(place.dir), JSON.stringify({...written, space: 'pid:[1]', pid: 4_000_000}))
    expect(takeEditLock(place.dir, me).ok).toBe(false)
  })

  it.each(['', '{', '"x"', '{}'])('does not mind a broken file: %s', (text) => {
    using place = tempFolder({'edit.lock': text})
    expect(takeEditLock(place.dir, me).ok).toBe(true)
    expect(takeEditLock(place.dir, me).ok).toBe(false)
  })

  it('release leaves the lock of the next holder alone', () => {
    using place = tempFolder()
    const first = takeEditLock(place.dir, me)
    writeFileSync(lockFile(place.dir), JSON.stringify({pid: process.pid, run: 'r_next', nonce: 'n'}))
    if (first.ok) first.release()
    expect(readFileSync(lockFile(place.dir), 'utf8')).toContain('r_next')
  })

  it('has one winner when several take over a dead one at once', async () => {
    using place = tempFolder()
    deadHolder(place.dir)
    const script = `import {takeEditLock} from ${JSON.stringify(source)}
      process.stdin.once('data', () => {
        process.stdout.write(String(takeEditLock(${JSON.stringify(place.dir)}, {pid: process.pid, startedAt: 'x', run: 'r'}).ok))
        process.stdin.once('data', () => process.exit())
      })
      process.stdout.write('ready ')`
    const takers = Array.from({length: 6}, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: ['pipe', 'pipe', 'ignore']})
      let said = ''
      child.stdout.on('data', (chunk) => {
        said += chunk
      })
      return {child, said: () => said}
    })
    const gone = Promise.race(takers.map(({child}) => once(child, 'exit'))).then(() => {
      throw new Error('a taker ended before its time')
    })
    gone.catch(() => undefined)
    const all = async (fits: (said: string) => boolean): Promise<void> => {
      while (!takers.every(({said}) => fits(said()))) await Promise.race([gone, ...takers.map(({child}) => once(child.stdout, 'data'))])
    }
    await all((said) => said.includes('ready'))
    for (const {child} of takers) child.stdin.write('go')
    await all((said) => /true|false/.test(said))
    expect(takers.map(({said}) => said()).filter((said) => said.includes('true'))).toHaveLength(1)
    const ended = takers.map(({child}) => once(child, 'exit'))
    for (const {child} of takers) child.stdin.write('end')
    await Promise.all(ended)
  })
})
