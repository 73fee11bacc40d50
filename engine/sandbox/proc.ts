// Reading the kernel's table of processes. Everything answers "not there" where there is no /proc; nothing here
// signals anybody.

import {readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs'

interface Stat {
  state: string
  parent: number
  group: number
  threads: number
  /** Clock ticks since boot: with the pid it names one process for ever. */
  startedAt: number
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Undefined when there is no such process. The name may hold anything, so fields are counted from its last `)`. */
export const statOf = (pid: number): Stat | undefined => {
  const text = read(`/proc/${pid}/stat`)
  const from = text.lastIndexOf(')')
  if (from === -1) return undefined
  const fields = text.slice(from + 2).split(' ')
  return {state: fields[0] ?? '', parent: Number(fields[1]), group: Number(fields[2]), threads: Number(fields[17]), startedAt: Number(fields[19])}
}

/** Clock ticks since boot; undefined when the process is gone (or where there is no /proc). */
export const startTimeOf = (pid: number): number | undefined => statOf(pid)?.startedAt

const isPid = (name: string): boolean => name.charCodeAt(0) <= 57 && name.charCodeAt(0) >= 49

export const allPids = (): number[] => {
  try {
    return readdirSync('/proc').filter(isPid).map(Number)
  } catch {
    return []
  }
}

const alive = (state: string): boolean => state !== 'Z' && state !== 'X' && state !== ''

/** Every living process whose environment at its start held `NAME=value`. Follows descendants through setsid and reparenting. */
export const pidsMarked = (entry: string): number[] => {
  const wanted = Buffer.from(entry)
  return allPids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(wanted) && alive(statOf(pid)?.state ?? '')
    } catch {
      return false
    }
  })
}

/** Children, their children and so on, as far as parents still tell. */
export const descendantsOf = (pid: number): number[] => {
  const children = new Map<number, number[]>()
  for (const each of allPids()) {
    const parent = statOf(each)?.parent
    if (parent === undefined) continue
    const siblings = children.get(parent)
    if (siblings) siblings.push(each)
    else children.set(parent, [each])
  }
  const found: number[] = []
  const walk = (from: number): void => {
    for (const child of children.get(from) ?? []) {
      found.push(child)
      walk(child)
    }
  }
  walk(pid)
  return found
}

/** Living members of a process group. */
export const groupMembers = (group: number): number[] =>
  allPids().filter((pid) => {
    const stat = statOf(pid)
    return stat?.group === group && alive(stat.state)
  })

/** Tasks (processes and threads) of the whole machine; 0 when unknown. */
export const tasksNow = (): number => Number(/\/(\d+) /.exec(read('/proc/loadavg'))?.[1] ?? 0)

/** Tasks of one user: what RLIMIT_NPROC counts. Some 10 µs a process. */
export const tasksOf = (uid: number): number => {
  let tasks = 0
  for (const pid of allPids()) if (statSync(`/proc/${pid}`, {throwIfNoEntry: false})?.uid === uid) tasks += statOf(pid)?.threads ?? 0
  return tasks
}

/** Among which processes a pid means one, as a number: a container has others. '' where there is no /proc. */
export const pidSpace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
  } catch {
    return ''
  }
}

export const isRunning = (pid: number): boolean => alive(statOf(pid)?.state ?? '')
export const bootId = (): string => read('/proc/sys/kernel/random/boot_id').trim()
export const kernelRelease = (): string => read('/proc/sys/kernel/osrelease').trim()
export const kernelKnob = (path: string): string => read(`/proc/sys/${path}`).trim()
