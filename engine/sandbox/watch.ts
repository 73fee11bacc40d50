// The last resort where no control group limits a whole job: look at it while it runs. What the machine says of itself is
// asked often and costs next to nothing; the job's own processes are looked at only when the machine's figures have moved
// so far that they might be too many, or hold too much.

import type {JobReport} from '../contract/sandbox.ts'
import {availableBytes, privateBytes, sharedBytes} from './memory.ts'
import {descendantsOf, pidsMarked, tasksNow} from './proc.ts'

export interface Watched {
  /** `NAME=value` in the environment of the command; undefined where all of it descends from the child. */
  marker: string | undefined
  /** undefined: not watched. */
  maxProcesses: number | undefined
  maxMemoryBytes: number | undefined
}

type TooMuch = (why: Extract<JobReport['killedFor'], 'processes' | 'memory'>) => void

const watchMs = 50

const ownOf = (pid: number, marker: string | undefined): Set<number> => new Set([pid, ...descendantsOf(pid), ...(marker ? pidsMarked(marker) : [])])

const processes = (most: number, own: () => Set<number>, tooMuch: TooMuch) => {
  let base = tasksNow()
  return (): void => {
    const now = tasksNow()
    if (now < base + most) return
    const {size} = own()
    if (size > most) tooMuch('processes')
    // Others have grown: what they have is theirs.
    else base = now - size
  }
}

const memory = (most: number, own: () => Set<number>, tooMuch: TooMuch) => {
  let base = availableBytes()
  const sharedBefore = sharedBytes()
  return (): void => {
    const now = availableBytes()
    base = Math.max(base, now)
    if (now > base - most) return
    const held = privateBytes(own()) + Math.max(0, sharedBytes() - sharedBefore)
    if (held > most) tooMuch('memory')
    else base = now + held
  }
}

/** Calls `tooMuch` each time when the child `pid` and what it started are found beyond a limit; undefined when there is none to watch. */
export const watchOwn = ({marker, maxProcesses, maxMemoryBytes}: Watched, pid: number, tooMuch: TooMuch): NodeJS.Timeout | undefined => {
  const own = () => ownOf(pid, marker)
  const looks = [
    ...(maxProcesses === undefined ? [] : [processes(maxProcesses, own, tooMuch)]),
    ...(maxMemoryBytes === undefined ? [] : [memory(maxMemoryBytes, own, tooMuch)]),
  ]
  if (looks.length === 0) return undefined
  return setInterval(() => {
    for (const look of looks) look()
  }, watchMs)
}
