// Memory and process limits of a whole tree, through control groups where this user may make some: v1 folders as
// root, a delegated v2 folder otherwise. Found by trying, never by reading versions. Groups are used again for the
// next job, because a fresh one costs more than resetting the old; all are removed at close, and those of dead
// hosts at the next start.

import {accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {bootId, startTimeOf} from './proc.ts'

export interface GroupLimits {
  processes: number
  /** undefined: no limit. */
  memoryBytes?: number
}

export interface Group {
  /** A process that writes its pid to each of these is inside, with all its children to come. */
  doors: string[]
  /** Processes inside now. */
  members(): number[]
  /** How often the kernel killed for memory since the job began. */
  oomKills(): number
  /** For a group that was taken before its job was known: from here on these are its limits, and the job begins. */
  limit(limits: GroupLimits): void
}

export interface Groups {
  pids: boolean
  memory: boolean
  /** A free group with these limits; undefined when the kernel refuses one now. */
  take(limits: GroupLimits): Group | undefined
  give(group: Group): void
  /** Removes the folders. Resolves when they are gone, or could not be removed within 200 ms. */
  close(): Promise<void>
}

interface Place {
  /** Folder in which groups are made. */
  parent: string
  pids: boolean
  memory: boolean
  version: 1 | 2
}

const mountedAt = '/sys/fs/cgroup'

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const tryWrite = (path: string, text: string): boolean => {
  try {
    writeFileSync(path, text)
    return true
  } catch {
    return false
  }
}

const tryMake = (dir: string): boolean => {
  try {
    mkdirSync(dir)
    return true
  } catch {
    return false
  }
}

const tryRemove = (dir: string): boolean => {
  try {
    rmdirSync(dir)
    return true
  } catch {
    return !existsSync(dir)
  }
}

const mayWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const ownPath = (table: string, controller: string): string | undefined =>
  table
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => (controller === '' ? fields[0] === '0' : fields[1]?.split(',').includes(controller)))
    ?.slice(2)
    .join(':')

const firstThere = (dirs: string[]): string | undefined => dirs.find((dir) => existsSync(join(dir, 'cgroup.procs')))

/** The folder of the memory group that this process is in, where it can be seen. */
export const memoryFolder = (): string | undefined => {
  const table = readText('/proc/self/cgroup')
  const [one, all] = [ownPath(table, 'memory'), ownPath(table, '')]
  // In a container the path may be that of the machine, and the mount the container's own.
  return one === undefined
    ? firstThere(all === undefined ? [] : [join(mountedAt, all), mountedAt])
    : firstThere([join(mountedAt, 'memory', one), join(mountedAt, 'memory')])
}

/** Where groups might be made, the best first. */
const candidates = (): Place[] => {
  const table = readText('/proc/self/cgroup')
  const places: Place[] = []
  for (const controller of ['pids', 'memory']) {
    const own = ownPath(table, controller)
    const parent = own === undefined ? undefined : firstThere([join(mountedAt, controller, own), join(mountedAt, controller)])
    if (parent) places.push({parent, pids: controller === 'pids', memory: controller === 'memory', version: 1})
  }
  if (places.length > 0) return places
  const own = ownPath(table, '')
  if (own === undefined || !existsSync(join(mountedAt, 'cgroup.controllers'))) return []
  // A folder that holds processes can have no limited children, so a sibling of our own is tried as well.
  const here = join(mountedAt, own)
  return [here, dirname(here)]
    .filter((dir) => dir.startsWith(mountedAt) && existsSync(join(dir, 'cgroup.procs')))
    .map((parent) => ({parent, pids: true, memory: true, version: 2}))
}

const has = (dir: string, file: string): boolean => existsSync(join(dir, file))

/** What a freshly made folder can really limit; null when it could not be made. */
const trial = (place: Place, name: string): Place | null => {
  const dir = join(place.parent, name)
  // Moving a process asks for the right to write in the folder above as well.
  if (!mayWrite(join(place.parent, 'cgroup.procs')) || !tryMake(dir)) return null
  const pids = place.pids && tryWrite(join(dir, 'pids.max'), 'max')
  const memory = place.memory && has(dir, place.version === 1 ? 'memory.limit_in_bytes' : 'memory.max')
  if (pids || memory) return {...place, pids, memory}
  tryRemove(dir)
  return null
}

const sweepStale = (parent: string): void => {
  for (const name of readdirSync(parent)) {
    const [, pid, startedAt] = /^penguin-(\d+)-(\d+)-/.exec(name) ?? []
    if (pid === undefined || startTimeOf(Number(pid)) === Number(startedAt)) continue
    tryRemove(join(parent, name))
  }
}

const limitMemory = (dir: string, version: 1 | 2, bytes: number | undefined): void => {
  if (version === 2) {
    tryWrite(join(dir, 'memory.max'), bytes === undefined ? 'max' : String(bytes))
    tryWrite(join(dir, 'memory.swap.max'), bytes === undefined ? 'max' : '0')
    return
  }
  // Memory with swap may never be below memory alone, so it is lifted first.
  tryWrite(join(dir, 'memory.memsw.limit_in_bytes'), '-1')
  tryWrite(join(dir, 'memory.limit_in_bytes'), String(bytes ?? -1))
  tryWrite(join(dir, 'memory.memsw.limit_in_bytes'), String(bytes ?? -1))
}

const killsIn = (dir: string, version: 1 | 2): number =>
  Number(/^oom_kill (\d+)/m.exec(readText(join(dir, version === 1 ? 'memory.oom_control' : 'memory.events')))?.[1] ?? 0)

interface Made extends Group {
  dirs: {dir: string; place: Place}[]
}

const makeGroup = (places: Place[], name: string): Made | undefined => {
  const dirs = places.map((place) => ({dir: join(place.parent, name), place}))
  for (const {dir} of dirs) if (!existsSync(dir) && !tryMake(dir)) return undefined
  const memory = dirs.find(({place}) => place.memory)
  let killsBefore = 0
  let current = ''
  return {
    dirs,
    doors: dirs.map(({dir}) => join(dir, 'cgroup.procs')),
    members: () =>
      readText(join(dirs[0]?.dir ?? '', 'cgroup.procs'))
        .split('\n')
        .filter(Boolean)
        .map(Number),
    oomKills: () => (memory ? killsIn(memory.dir, memory.place.version) - killsBefore : 0),
    limit: (limits) => {
      killsBefore = memory ? killsIn(memory.dir, memory.place.version) : 0
      // Each write to the memory limits makes the kernel look through the group.
      const wanted = JSON.stringify(limits)
      if (wanted === current) return
      current = wanted
      for (const {dir, place} of dirs) {
        if (place.pids) tryWrite(join(dir, 'pids.max'), String(limits.processes))
        if (place.memory) limitMemory(dir, place.version, limits.memoryBytes)
      }
    },
  }
}

const removeAll = async (groups: Made[]): Promise<void> => {
  let dirs = groups.flatMap((group) => group.dirs.map(({dir}) => dir))
  for (let round = 0; dirs.length > 0 && round < 44; round += 1) {
    dirs = dirs.filter((dir) => !tryRemove(dir))
    // What was killed a moment ago leaves within a millisecond or two, most of the time.
    if (dirs.length > 0) await new Promise((resolve) => setTimeout(resolve, round < 5 ? 1 : 5))
  }
}

/** What was found is true until the machine starts anew, or this process is put elsewhere. */
const keyNow = (): string => JSON.stringify([bootId(), process.getuid?.(), readText('/proc/self/cgroup')])
const fileIn = (cache: string): string => join(cache, 'groups.json')

const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && String((value as Place).parent).startsWith(mountedAt) && [1, 2].includes((value as Place).version)

const remembered = (cache: string): Place[] | undefined => {
  try {
    const {key, places} = JSON.parse(readFileSync(fileIn(cache), 'utf8')) as {key: string; places: unknown[]}
    return key === keyNow() && places.length > 0 && places.every(isPlace) ? places : undefined
  } catch {
    return undefined
  }
}

const remember = (cache: string, places: Place[]): void => {
  try {
    mkdirSync(cache, {recursive: true})
    writeFileSync(fileIn(cache), JSON.stringify({key: keyNow(), places}))
  } catch {
    // Tried again at the next start.
  }
}

const found = (name: string): Place[] => {
  const places = candidates()
    .map((place) => trial(place, name))
    .filter((place) => place !== null)
  for (const place of places) sweepStale(place.parent)
  return places[0]?.version === 2 ? places.slice(0, 1) : places
}

/**
 * null where this user may make no groups. What was found by trying is kept in `cache`; then nothing is made before the
 * first job, for a group takes the kernel a millisecond or two to make and to remove.
 */
export const openGroups = (ownPid: number, cache?: string): Groups | null => {
  const prefix = `penguin-${ownPid}-${startTimeOf(ownPid) ?? 0}-${Date.now().toString(36)}${Math.floor(performance.now() * 1000).toString(36)}`
  const known = cache === undefined ? undefined : remembered(cache)
  const places = known ?? found(`${prefix}-0`)
  if (places.length === 0) return null
  if (cache !== undefined && !known) remember(cache, places)
  const all: Made[] = []
  let free: Made[] = []
  let made = 0
  const next = (): Made | undefined => {
    const group = makeGroup(places, `${prefix}-${made}`)
    made += 1
    if (group) all.push(group)
    return group
  }
  const first = known ? undefined : next()
  if (first) free.push(first)
  let isSwept = !known
  const sweepOnce = (): void => {
    if (!isSwept) for (const place of places) sweepStale(place.parent)
    isSwept = true
  }
  return {
    pids: places.some((place) => place.pids),
    memory: places.some((place) => place.memory),
    take: (limits) => {
      const ready = free.find((group) => group.members().length === 0)
      free = free.filter((group) => group !== ready)
      const group = ready ?? next()
      group?.limit(limits)
      sweepOnce()
      // What was true is so no more: the next start tries again.
      if (!group && cache !== undefined) rmSync(fileIn(cache), {force: true})
      return group
    },
    give: (group) => {
      free.push(group as Made)
    },
    close: () => removeAll(all),
  }
}
