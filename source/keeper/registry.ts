// Where keepers are found: a folder for each in the runtime folder, named after its process by pid and start time,
// with a note of what it keeps. A folder whose keeper is gone is taken away by the next one who looks, and with it
// what still lives of the terminals that it had opened. Nothing of a living keeper is touched.

import {mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {killGroup} from '../../engine/crew/hire.ts'
import {startTimeOf} from '../../engine/sandbox/proc.ts'
import type {Environment} from '../context.ts'
import {foldersOf} from '../folders.ts'
import {socketFolder} from '../hiring.ts'
import {isLeft, isLiveTag, ownTag} from '../leftovers.ts'

export interface KeeperNote {
  pid: number
  root: string
  cwd: string
  /** The session's id; '' before its first run. */
  session: string
  /** Socket path and token: what a screen connects with. */
  word: string
  version: string
  /** How it speaks to screens. */
  wire?: string
  startedAt: number
  /** The killed keeper that this one came after. */
  follows?: number
}

interface Group {
  pid: number
  started: number
}

// An underscore: names with a dash are swept as a host's leftovers, which would leave a shell behind.
const prefix = 'k_'
const noteFile = 'keeper.json'
const groupsFile = 'groups.json'
/** Somebody begins a keeper in place of one that was killed. */
const turnPrefix = 't_'
/** Between the name of a turn and the one who died with it. */
const afterDead = '~'

const runtimeOf = (env: Environment): string => socketFolder(foldersOf(env).runtime)

const readJson = <T>(path: string): T | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Whole or not at all: others read it at any time. A note that cannot be written must not stop the work. */
const writeJson = (path: string, value: unknown): void => {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(value), {mode: 0o600})
    renameSync(`${path}.new`, path)
  } catch {
    // The folder is full or gone; the keeper itself still ends what it began.
  }
}

const sweepDead = (dir: string): void => {
  for (const {pid, started} of readJson<Group[]>(join(dir, groupsFile)) ?? []) if (startTimeOf(pid) === started) killGroup(pid)
  rmSync(dir, {recursive: true, force: true})
}

/** The folder of this process's keeper: notes and socket lie in it. */
export const openOwnFolder = (env: Environment) => {
  const dir = join(runtimeOf(env), `${prefix}${ownTag()}`)
  mkdirSync(dir, {recursive: true, mode: 0o700})
  return {
    dir,
    note: (note: KeeperNote): void => writeJson(join(dir, noteFile), note),
    /** The process groups of its terminals, for whoever has to end them if this process cannot. */
    groups: (pids: readonly number[]): void =>
      writeJson(
        join(dir, groupsFile),
        pids.map((pid): Group => ({pid, started: startTimeOf(pid) ?? 0})),
      ),
    remove: (): void => rmSync(dir, {recursive: true, force: true}),
  }
}

/** Who holds the turn; undefined when nobody does, or whoever did is gone. */
const holderOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

const namesIn = (dir: string): string[] => {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

/**
 * What the next one takes a turn with, and who holds it: the link of that name, or, where its holder was killed, one that
 * comes after them. A dead link stays where it is until somebody has the turn: two who both saw that its holder is gone
 * would else both clear it away, the second with what the first had put there.
 */
const lastLink = (path: string): {link: string; holder: string | undefined} => {
  let [link, holder] = [path, holderOf(path)]
  while (holder !== undefined && !isLiveTag(holder)) {
    link = `${path}${afterDead}${holder}`
    holder = holderOf(link)
  }
  return {link, holder}
}

/** The first link goes first: whoever comes then begins with that one again. Its own goes last. */
const giveBack = (path: string, own: string): void => {
  if (own !== path) rmSync(path, {force: true})
  const after = namesIn(dirname(path)).map((name) => join(dirname(path), name))
  for (const link of after) if (link !== own && link.startsWith(`${path}${afterDead}`)) rmSync(link, {force: true})
  rmSync(own, {force: true})
}

/**
 * Screens of a keeper that was killed look for another all at once: one of them begins it, the others find that one.
 * Answers how the turn is given back; undefined while somebody else has it.
 */
export const takeTurn = (env: Environment, name: string): (() => void) | undefined => {
  const path = join(runtimeOf(env), `${turnPrefix}${name}`)
  const {link, holder} = lastLink(path)
  if (holder !== undefined) return undefined
  try {
    // A link is made whole or not at all, and says whose it is.
    symlinkSync(ownTag(), link)
    // Whoever held it may have given it back and gone since we looked, and somebody else begun with the first link.
    if (lastLink(path).link === link) return () => giveBack(path, link)
    rmSync(link, {force: true})
    return undefined
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    // Where no turn can be kept nobody waits for one.
    return () => undefined
  }
}

/** What one who was killed left of a turn. */
const sweepTurn = (env: Environment, name: string): void => {
  const holder = holderOf(join(runtimeOf(env), name))
  if (holder !== undefined && !isLiveTag(holder)) takeTurn(env, name.slice(turnPrefix.length).split(afterDead)[0] as string)?.()
}

/** Was a keeper of the project killed that nobody has swept away yet, or does somebody begin the next one at this moment? */
export const isBetweenKeepers = (env: Environment, root: string): boolean => {
  const runtime = runtimeOf(env)
  return namesIn(runtime).some((name) => {
    if (name.startsWith(turnPrefix)) return isLiveTag(holderOf(join(runtime, name)) ?? '')
    if (!name.startsWith(prefix) || !isLeft(name.slice(prefix.length), join(runtime, name))) return false
    return readJson<KeeperNote>(join(runtime, name, noteFile))?.root === root
  })
}

/** Every living keeper of this user, oldest first; of one project when its root is named. */
export const listKeepers = (env: Environment, root?: string): KeeperNote[] => {
  const runtime = runtimeOf(env)
  const found: KeeperNote[] = []
  for (const name of namesIn(runtime)) {
    if (name.startsWith(turnPrefix)) sweepTurn(env, name)
    if (!name.startsWith(prefix)) continue
    const tag = name.slice(prefix.length)
    if (isLeft(tag, join(runtime, name))) sweepDead(join(runtime, name))
    else if (isLiveTag(tag)) {
      const note = readJson<KeeperNote>(join(runtime, name, noteFile))
      if (note && (root === undefined || note.root === root)) found.push(note)
    }
  }
  return found.sort((left, right) => left.startedAt - right.startedAt)
}
