import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {describe, expect, it, onTestFinished} from 'vitest'
import {FaultError} from '../../../engine/contract/fault.ts'
import {openJournal} from '../../../engine/journal/open.ts'
import {tempFolder} from '../../kit/temp.ts'
import {notice, opened, openIn, realClock, runId} from './kit.ts'

const run = runId(1)
const isRoot = process.getuid?.() === 0
const dataOf = (folder: string): string => join(folder, '.penguin')
const fileOf = (folder: string): string => join(dataOf(folder), 'journal.db')
const copies = (folder: string): string[] => readdirSync(dataOf(folder)).filter((name) => name.includes('corrupt'))
const faultOf = (folder: string, readonly = false) => {
  const found = openJournal({dir: dataOf(folder), clock: realClock, readonly})
  if (found.ok) found.result.close()
  return found.ok ? undefined : found.error
}
const thrownBy = (work: () => unknown): string => {
  try {
    work()
  } catch (thrown) {
    return thrown instanceof FaultError ? thrown.fault.code : String(thrown)
  }
  return ''
}

/** A journal as a power cut leaves it: the file and its log, never closed. */
const cutOff = (events: number, into: string, checkpointBytes?: number): void => {
  const folder = tempFolder()
  const journal = openIn(folder, {checkpointBytes})
  for (let n = 0; n < events; n += 1) journal.append(run, [notice(`${n} ${'x'.repeat(500)}`)])
  mkdirSync(dataOf(into), {recursive: true})
  for (const end of ['', '-wal']) copyFileSync(fileOf(folder) + end, fileOf(into) + end)
}

const seqsIn = (folder: string): number[] => {
  const journal = openIn(folder)
  const seqs = [...journal.read({run})].map((event) => event.seq)
  const [next] = journal.append(run, [notice('after')])
  expect(next?.seq).toBe(seqs.length + 1)
  journal.close()
  return seqs
}

const upTo = (n: number): number[] => Array.from({length: n}, (_, index) => index + 1)

describe('a torn log', () => {
  it('opens to the last event that is whole, wherever it was cut', () => {
    const whole = tempFolder()
    cutOff(40, whole)
    const walBytes = statSync(`${fileOf(whole)}-wal`).size
    let [best, least] = [0, 40]
    fc.assert(
      fc.property(fc.integer({min: 0, max: walBytes}), (bytes) => {
        const folder = tempFolder()
        mkdirSync(dataOf(folder))
        for (const end of ['', '-wal']) copyFileSync(fileOf(whole) + end, fileOf(folder) + end)
        truncateSync(`${fileOf(folder)}-wal`, bytes)
        const seqs = seqsIn(folder)
        expect(seqs).toEqual(upTo(seqs.length))
        // Every event takes at least one page of the log, so this many bytes hold at least a share of them.
        expect(seqs.length).toBeGreaterThanOrEqual(Math.floor((bytes / walBytes) * 40) - 12)
        ;[best, least] = [Math.max(best, seqs.length), Math.min(least, seqs.length)]
        expect(copies(folder)).toEqual([])
      }),
      {numRuns: 40, examples: [[0], [walBytes]]},
    )
    expect([least, best]).toEqual([0, 40])
  })

  it('opens to the last event before a garbled place', () => {
    const whole = tempFolder()
    cutOff(40, whole)
    const walBytes = statSync(`${fileOf(whole)}-wal`).size
    fc.assert(
      fc.property(fc.integer({min: 0, max: walBytes - 64}), (at) => {
        const folder = tempFolder()
        mkdirSync(dataOf(folder))
        copyFileSync(fileOf(whole), fileOf(folder))
        const wal = readFileSync(`${fileOf(whole)}-wal`)
        for (let index = at; index < at + 64; index += 1) wal[index] = (wal[index] ?? 0) ^ 0x5a
        writeFileSync(`${fileOf(folder)}-wal`, wal)
        const seqs = seqsIn(folder)
        expect(seqs).toEqual(upTo(seqs.length))
        expect(seqs.length).toBeLessThan(40)
      }),
      {numRuns: 30},
    )
  })

  it('loses nothing that was reported when its writer is killed', async () => {
    const program = fileURLToPath(new URL('write-program.ts', import.meta.url))
    for (const printed of [1, 40, 300]) {
      const folder = tempFolder()
      const child = spawn(process.execPath, [program, dataOf(folder), run], {stdio: ['ignore', 'pipe', 'inherit']})
      onTestFinished(() => void child.kill('SIGKILL'))
      let text = ''
      for await (const piece of child.stdout) {
        text += piece
        if (text.split('\n').length > printed) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      const reported = text.split('\n').slice(0, -1).length
      const seqs = seqsIn(folder)
      expect(seqs).toEqual(upTo(seqs.length))
      expect(seqs.length).toBeGreaterThanOrEqual(reported)
    }
  }, 60_000)
})

describe('a damaged file', () => {
  const make = (): string => {
    const folder = tempFolder()
    const journal = openIn(folder)
    for (let n = 0; n < 100; n += 1) journal.append(run, [notice(`${n} ${'y'.repeat(1000)}`)])
    journal.close()
    return folder
  }

  const harms: [name: string, harm: (file: string) => void][] = [
    ['a header of garbage', (file) => writeFileSync(file, Buffer.concat([Buffer.alloc(64, 0x41), readFileSync(file).subarray(64)]))],
    ['nothing but garbage', (file) => writeFileSync(file, 'this is no database '.repeat(1000))],
    ['no bytes at all', (file) => truncateSync(file, 0)],
    ['a few bytes', (file) => truncateSync(file, 50)],
    ['its last pages lost', (file) => truncateSync(file, statSync(file).size - 3 * 4096)],
    ['half a page lost', (file) => truncateSync(file, statSync(file).size - 2000)],
    ['all but its first page lost', (file) => truncateSync(file, 4096)],
  ]

  it.each(harms)('with %s is set aside, named, and a new one begins', (_, harm) => {
    const folder = make()
    harm(fileOf(folder))
    const harmed = readFileSync(fileOf(folder))
    const fault = faultOf(folder)
    expect(fault?.code).toBe('journal.corrupt')
    const [copy] = copies(folder)
    expect(copy).toMatch(/^journal\.db\.corrupt-\d+$/)
    expect(fault?.hint).toContain(join(dataOf(folder), String(copy)))
    expect(readFileSync(join(dataOf(folder), String(copy)))).toEqual(harmed)
    expect(seqsIn(folder)).toEqual([])
  })

  it.each(harms)('with %s is only named to a reader, and left where it is', (_, harm) => {
    const folder = make()
    harm(fileOf(folder))
    const harmed = readFileSync(fileOf(folder))
    expect(faultOf(folder, true)?.code).toBe('journal.damaged')
    expect(copies(folder)).toEqual([])
    expect(readFileSync(fileOf(folder))).toEqual(harmed)
  })

  it('that lost pages under a log that is still there is found out', () => {
    const folder = tempFolder()
    cutOff(200, folder, 64 * 1024)
    expect(statSync(fileOf(folder)).size).toBeGreaterThan(20 * 4096)
    truncateSync(fileOf(folder), 8 * 4096)
    expect(faultOf(folder)?.code).toBe('journal.corrupt')
    expect(copies(folder).sort()).toEqual([expect.stringMatching(/corrupt-\d+$/), expect.stringMatching(/corrupt-\d+-wal$/)])
  })

  it('is set aside when it is found out only while it is used', () => {
    const folder = make()
    const bytes = readFileSync(fileOf(folder))
    bytes.fill(0x55, bytes.length - 8 * 4096, bytes.length - 4096)
    writeFileSync(fileOf(folder), bytes)
    const journal = openIn(folder)
    expect(thrownBy(() => [...journal.read({run})])).toBe('journal.corrupt')
    expect(copies(folder)[0]).toMatch(/^journal\.db\.corrupt-\d+$/)
    expect(existsSync(fileOf(folder))).toBe(false)
    expect(thrownBy(() => journal.append(run, [opened()]))).toBe('journal.corrupt')
    expect(seqsIn(folder)).toEqual([])
  })

  it('of a newer version, or of another program, is told apart', () => {
    const folder = make()
    const bytes = readFileSync(fileOf(folder))
    bytes.writeUInt32BE(99, 60)
    writeFileSync(fileOf(folder), bytes)
    expect(faultOf(folder)).toMatchObject({code: 'journal.readonly', msg: expect.stringContaining('newer')})
    expect(readFileSync(fileOf(folder))).toEqual(bytes)
    bytes.writeUInt32BE(1, 60)
    bytes.writeUInt32BE(7, 68)
    writeFileSync(fileOf(folder), bytes)
    expect(faultOf(folder)?.code).toBe('journal.corrupt')
  })
})

const mounted = (dir: string, ...args: string[]): boolean => {
  try {
    execFileSync('mount', args, {stdio: 'pipe'})
    onTestFinished(() => void execFileSync('umount', ['-l', dir]))
    return true
  } catch {
    return false
  }
}

describe('a folder that cannot be written', () => {
  it('is named, whether it is there or in the way', () => {
    const folder = tempFolder({file: 'x'})
    const below = openJournal({dir: join(folder, 'file', '.penguin'), clock: realClock})
    expect(below.ok ? '' : below.error.code).toBe('journal.readonly')
    const other = tempFolder({'.penguin': 'a file'})
    expect(faultOf(other)?.code).toBe('journal.readonly')
  })

  it('is named when it is mounted read-only, and can be read all the same', (context) => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append(run, [opened(), notice('a')])
    journal.close()
    if (isRoot) {
      if (!mounted(folder, '--bind', folder, folder)) context.skip('no mount of a read-only folder')
      execFileSync('mount', ['-o', 'remount,ro,bind', folder])
    } else {
      chmodSync(dataOf(folder), 0o555)
      chmodSync(fileOf(folder), 0o444)
      onTestFinished(() => chmodSync(dataOf(folder), 0o755))
    }
    expect(faultOf(folder)?.code).toBe('journal.readonly')
    const reader = openIn(folder, {readonly: true})
    expect([...reader.read({run})].map((event) => event.type)).toEqual(['run.opened', 'notice'])
    expect(thrownBy(() => reader.append(run, [notice('b')]))).toBe('journal.readonly')
    expect(thrownBy(() => reader.blobs.put('x'))).toBe('journal.readonly')
    reader.close()
  })
})

describe('a full disk', () => {
  it('is named by append and by blobs, loses nothing, and the run goes on when there is room', (context) => {
    const folder = tempFolder()
    if (!isRoot || !mounted(folder, '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)) return context.skip('no mount of a small disk')
    const journal = openIn(folder)
    let kept = 0
    const fill = (): void => {
      for (;;) kept = journal.append(run, [notice('z'.repeat(5000))])[0]?.seq ?? kept
    }
    expect(thrownBy(fill)).toBe('journal.full')
    expect(kept).toBeGreaterThan(10)
    expect([...journal.read({run})].map((event) => event.seq)).toEqual(upTo(kept))
    writeFileSync(join(folder, 'ballast'), '')
    expect(thrownBy(() => journal.blobs.put(Buffer.alloc(1024 * 1024)))).toBe('journal.full')
    expect([...journal.blobs.list()]).toEqual([])
    execFileSync('mount', ['-o', 'remount,size=4m', folder])
    expect(journal.append(run, [notice('room')]).map((event) => event.seq)).toEqual([kept + 1])
    journal.close()
    expect(seqsIn(folder)).toEqual(upTo(kept + 1))
  })

  it('is named when there is no room even for a new journal', (context) => {
    const folder = tempFolder()
    if (!isRoot || !mounted(folder, '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)) return context.skip('no mount of a small disk')
    mkdirSync(dataOf(folder))
    try {
      writeFileSync(join(folder, 'ballast'), Buffer.alloc(1024 * 1024))
    } catch {
      // As much of it as fits is there.
    }
    expect(faultOf(folder)?.code).toBe('journal.full')
    expect(existsSync(fileOf(folder))).toBe(false)
  })
})
