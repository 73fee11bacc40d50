// One run at a time edits a project in place. The lock is a file that appears whole (hard link of a finished one),
// and names its holder by pid and the time at which that process started, so that a dead one is never mistaken for
// a live one with the same number.

import {randomBytes} from 'node:crypto'
import {constants, copyFileSync, linkSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

export interface Holder {
  pid: number
  /** Of the process, in whatever form the taker knows it; told, not compared. */
  startedAt: string
  run: string
}

export type EditLock = {ok: true; release(): void} | {ok: false; holder: Holder}

interface Written extends Holder {
  /** Field 22 of /proc/PID/stat; '' where there is no /proc. */
  ticks: string
  /** Pids mean nothing across these. */
  boot: string
  space: string
  nonce: string
}

const fileName = 'edit.lock'
/** A holder in another pid namespace cannot be asked whether it lives; after this long it is taken for dead. */
const unknownMs = 12 * 60 * 60 * 1000
/** A take-over lasts microseconds; one as old as this was cut off. */
const takeoverMs = 10_000

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

/** '' for a process that is gone, or only waits to be buried. The name in brackets may hold anything. */
const ticksOf = (pid: number): string => {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
}

const spaceOf = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const bootId = (): string => read('/proc/sys/kernel/random/boot_id')

const ageMs = (file: string): number => Date.now() - (statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? Date.now())

const isHeld = (file: string, written: Written): boolean => {
  if (written.boot !== bootId()) return false
  if (written.space !== spaceOf()) return ageMs(file) < unknownMs
  return lives(written.pid) && (written.ticks === '' || ticksOf(written.pid) === written.ticks)
}

const parse = (text: string): Written | undefined => {
  try {
    const found = JSON.parse(text) as Partial<Written>
    return typeof found.pid === 'number' ? (found as Written) : undefined
  } catch {
    return undefined
  }
}

// For file systems without hard links: not whole at once, but one taker only.
const tryCopy = (from: string, to: string): boolean => {
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL)
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
}

const tryLink = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (thrown) {
    const {code} = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw thrown
    return tryCopy(from, to)
  }
}

/** Puts our file where a dead holder's is. Only one taker at a time may, and it looks again once it is the one. */
const takeOver = (file: string, beside: string): boolean => {
  const door = `${file}.takeover`
  if (ageMs(door) > takeoverMs) rmSync(door, {force: true})
  if (!tryLink(beside, door)) return false
  try {
    const now = parse(read(file))
    if (now && isHeld(file, now)) return false
    renameSync(beside, file)
    return true
  } finally {
    rmSync(door, {force: true})
  }
}

/**
 * Takes the lock in `dir`, or tells who holds it. `release` takes it away only if it is still ours.
 * A folder that cannot be written has no lock: the answer is then a lock that holds nothing.
 */
export const takeEditLock = (dir: string, holder: Holder): EditLock => {
  const file = join(dir, fileName)
  const nonce = randomBytes(8).toString('hex')
  const beside = `${file}.${nonce}`
  const written: Written = {...holder, ticks: ticksOf(holder.pid), boot: bootId(), space: spaceOf(), nonce}
  const release = (): void => {
    if (parse(read(file))?.nonce === nonce) rmSync(file, {force: true})
  }
  try {
    mkdirSync(dir, {recursive: true})
    writeFileSync(beside, `${JSON.stringify(written)}\n`, {flag: 'wx'})
  } catch {
    return {ok: true, release: () => undefined}
  }
  try {
    if (tryLink(beside, file)) return {ok: true, release}
    const now = parse(read(file))
    if ((!now || !isHeld(file, now)) && takeOver(file, beside)) return {ok: true, release}
    const by = parse(read(file)) ?? written
    return {ok: false, holder: {pid: by.pid, startedAt: by.startedAt, run: by.run}}
  } finally {
    rmSync(beside, {force: true})
  }
}
