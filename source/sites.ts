// Where each candidate's files lie: the user's own tree, or a copy of it outside the repository that is bound
// over the repository's path. At a level that cannot bind, the one candidate sees its copy at the copy's path.

import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {RunId} from '../engine/base/id.ts'
import type {Overlay, SandboxLevel} from '../engine/contract/sandbox.ts'
import type {BlobStore, CandidateSite, Change, Laid, Path, Tree} from '../engine/contract/workspace.ts'
import {adopt, type LaidCopy, layCopy, reopenCopy} from '../engine/workspace/lay.ts'
import {netChanges} from '../engine/workspace/patch.ts'
import {applyRestore, planRestore} from '../engine/workspace/restore.ts'
import {openTracker} from '../engine/workspace/tracker.ts'
import {noteSuffix, ownTag, remove} from './leftovers.ts'
import {memoryFor} from './memory-trees.ts'

export interface SitesFacts {
  run: RunId
  root: string
  dataDir: string
  /** Folder of throwaway trees on disk, outside every repository. */
  trees: string
  blobs: BlobStore
  level: SandboxLevel
  isolated: boolean
  /** Submodules that may be changed: part of the tree. */
  nested: readonly Path[]
  /** Ignored files that changed since are not carried into copies, ms since 1970. */
  openedAt: number
}

export interface Sites {
  /** Candidate 0 is the user's own tree, whatever the others work in. */
  open(candidate: number, made: Change[][]): CandidateSite
  lay(site: CandidateSite, fromStart: (path: Path) => boolean, start: Tree): Laid & {overlays: Overlay[]}
  layStart(site: CandidateSite, start: Tree): Laid & {overlays: Overlay[]}
  /** A throwaway copy of the site, as it would be with these contents. */
  trial(site: CandidateSite, writes: ReadonlyMap<Path, string>): {site: CandidateSite; dispose(): void}
  restore(site: CandidateSite, made: Change[][]): {changes: Change[]; conflicts: string[]}
  adopt(site: CandidateSite, made: Change[][]): {changes: Change[]; conflicts: string[]}
  close(): void
}

const canBind = (level: SandboxLevel): boolean => level === 'bwrap'

/** What a copy was lent, once it was laid whole. */
const bindsIn = (note: string): LaidCopy['binds'] | undefined => {
  try {
    return (JSON.parse(readFileSync(note, 'utf8')) as {binds?: LaidCopy['binds']}).binds
  } catch {
    return undefined
  }
}

/** Undefined where there is no such place, or no longer the room. */
const tryToLay = (layIn: (place: string) => LaidCopy, place: string | undefined): LaidCopy | undefined => {
  if (place === undefined) return undefined
  try {
    return layIn(place)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOSPC') return undefined
    throw thrown
  }
}

export const openSites = (facts: SitesFacts): Sites => {
  const {root, blobs, level, nested} = facts
  const laid: Laid[] = []
  const cacheFile = join(facts.dataDir, 'stat-cache.json')
  let copies = 0

  const folder = (place: string): string => {
    copies += 1
    return join(place, `${ownTag()}-${facts.run}-${copies}`)
  }
  /**
   * A candidate's copy has the same name in every process that works on the run, and a note beside it: a resumed run
   * goes on in it, or lays it anew with what is on record.
   */
  const candidateCopy = (candidate: number, made: Change[][]): LaidCopy => {
    const dir = join(facts.trees, `${facts.run}-c${candidate}`)
    const note = `${dir}${noteSuffix}`
    const keepNote = (binds?: LaidCopy['binds']): void => writeFileSync(note, JSON.stringify({tag: ownTag(), root, ...(binds ? {binds} : {})}))
    const binds = made.length > 0 ? bindsIn(note) : undefined
    if (binds && existsSync(dir)) {
      keepNote(binds)
      return reopenCopy({dir, origin: root, binds})
    }
    mkdirSync(facts.trees, {recursive: true, mode: 0o700})
    remove(dir)
    keepNote()
    const base = openTracker({dir: root, blobs, cacheFile, nested})
    base.before('any')
    const copy = layCopy({from: root, tree: base.tree(), into: dir, links: !canBind(level), carryBefore: facts.openedAt, nested})
    if (made.length > 0) adopt(netChanges(made), dir, blobs)
    keepNote(copy.binds)
    return copy
  }
  const overlaysOf = (copy: ReturnType<typeof layCopy>): Overlay[] =>
    canBind(level)
      ? [{at: root, from: copy.dir, mode: 'rw'}, ...copy.binds.map((bind): Overlay => ({at: join(root, bind.at), from: bind.from, mode: 'ro'}))]
      : []

  /** A path as it was at the start; `now` is the tree read once for all paths. */
  const content = (now: Tree, start: Tree, path: Path) => {
    const entry = start.get(path)
    if (!entry) return null
    if (now.get(path)?.sha256 === entry.sha256) return undefined
    const bytes = blobs.get(entry.sha256)
    return bytes ? {content: bytes, mode: entry.mode} : undefined
  }

  const copyOf = (site: CandidateSite, tree: Tree, pick: (path: Path) => ReturnType<typeof content>) => {
    const layIn = (place: string) => layCopy({from: site.dir, tree, into: folder(place), pick, links: !canBind(level), carryBefore: facts.openedAt, nested})
    // Below bwrap a command sees the copy where it lies, and may not come to a place of this user alone.
    const copy = (canBind(level) && tryToLay(layIn, memoryFor(tree))) || layIn(facts.trees)
    return Object.assign(copy, {overlays: overlaysOf(copy)})
  }

  return {
    open: (candidate, made) => {
      if (!facts.isolated || candidate === 0) {
        const tracker = openTracker({dir: root, blobs, cacheFile, nested})
        return {candidate, dir: root, root, overlays: [], tracker, inPlace: true}
      }
      const copy = candidateCopy(candidate, made)
      laid.push(copy)
      return {
        candidate,
        dir: copy.dir,
        root: canBind(level) ? root : copy.dir,
        overlays: overlaysOf(copy),
        tracker: openTracker({dir: copy.dir, blobs, nested}),
        inPlace: false,
      }
    },
    lay: (site, fromStart, start) => {
      const now = site.tracker.tree()
      const paths = new Map(now)
      for (const [path, entry] of start) if (!paths.has(path) && fromStart(path)) paths.set(path, entry)
      return copyOf(site, paths, (path) => (fromStart(path) ? content(now, start, path) : undefined))
    },
    layStart: (site, start) => {
      const now = site.tracker.tree()
      return copyOf(site, start, (path) => content(now, start, path))
    },
    trial: (site, writes) => {
      const tree = site.tracker.tree()
      const copy = copyOf(site, tree, (path) => {
        const text = writes.get(path)
        return text === undefined ? undefined : {content: Buffer.from(text), mode: tree.get(path)?.mode ?? '100644'}
      })
      const tracker = openTracker({dir: copy.dir, blobs, nested})
      const at = canBind(level) ? root : copy.dir
      return {site: {candidate: site.candidate, dir: copy.dir, root: at, overlays: copy.overlays, tracker, inPlace: false}, dispose: copy.dispose}
    },
    restore: (site, made) => {
      const plan = planRestore(made, site.dir, blobs)
      return {changes: applyRestore(plan, site.dir, blobs), conflicts: plan.conflicts}
    },
    adopt: (_site, made) => {
      const net = netChanges(made)
      const {conflicts} = adopt(net, root, blobs)
      // All of it stands now, what an earlier process had taken over before it was killed included.
      return {changes: conflicts.length === 0 ? net : [], conflicts}
    },
    close: () => {
      for (const one of laid) {
        one.dispose()
        remove(`${one.dir}${noteSuffix}`)
      }
    },
  }
}
