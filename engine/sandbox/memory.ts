// How much memory is there, and what a job's processes hold of it. For where no control group limits a whole job: a limit
// per process says nothing of a command that forks. Nothing here signals anybody.

import {readFileSync} from 'node:fs'
import {freemem, totalmem} from 'node:os'
import {join} from 'node:path'
import {memoryFolder} from './cgroup.ts'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const sumOf = (text: string, names: RegExp): number => [...text.matchAll(names)].reduce((sum, [, number]) => sum + Number(number), 0)

/** Files that the kernel keeps in this container's memory as long as nobody needs it for anything else. */
const keptFileBytes = (): number => {
  const folder = memoryFolder()
  const stat = folder ? read(join(folder, 'memory.stat')) : ''
  return sumOf(stat, stat.includes('total_active_file') ? /^total_(?:in)?active_file (\d+)/gm : /^(?:in)?active_file (\d+)/gm)
}

let installedBytes: number | undefined

/** A machine gets no more of it while we run, and each answer is a file to read: before every command. */
const installed = (): number => {
  installedBytes ??= totalmem()
  return installedBytes
}

/** 0 where there is no limit below the machine's own. */
export const containerBytes = (): number => {
  const most = process.constrainedMemory()
  return most > 0 && most < installed() ? most : 0
}

/** Memory of the machine, or of the container that this is. */
export const machineBytes = (container = containerBytes()): number => container || installed()

/** What can still be had. Node counts kept files of a container as used: a build fills it with them, and nothing seems left. */
export const availableBytes = (container = containerBytes()): number =>
  container ? Math.min(freemem(), process.availableMemory() + keptFileBytes()) : freemem()

/** Memory that belongs to no process alone: files in /dev/shm, and what processes share. */
export const sharedBytes = (): number => sumOf(read('/proc/meminfo'), /^Shmem:\s+(\d+) kB/gm) * 1024

/** What nobody else has: gone with the processes, whether it lies in memory or on the swap disk. */
export const privateBytes = (pids: Iterable<number>): number => {
  let kiB = 0
  for (const pid of pids) kiB += sumOf(read(`/proc/${pid}/status`), /^(?:RssAnon|VmSwap):\s+(\d+) kB/gm)
  return kiB * 1024
}
