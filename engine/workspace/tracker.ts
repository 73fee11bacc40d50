// Sees what an effect changed. Contents are stored before it, so that whatever it does can be undone; nothing is
// read before somebody asks.
//
// Law 1: a change is told once, by the first `after` that sees it. Law 2: `before` takes in what somebody else
// changed meanwhile, but never under an effect that is still open: that one's `after` must see it. Law 3: what was
// there already but left out of the tree is never told as added, because undoing that would delete it.

import {hash} from 'node:crypto'
import {realpathSync, type Stats} from 'node:fs'
import {dirname, join, relative, sep} from 'node:path'
import {many} from '../base/many.ts'
import type {Change, Path, Side, Tracker, Tree, TreeEntry} from '../contract/workspace.ts'
import {isTreePath, lstatOf, plainSide, sameSide, wayTo} from './files.ts'
import type {LeftOut} from './listing.ts'
import {openStock, type Stock, type StockOptions} from './stock.ts'

export type OpenTracker = Tracker & {
  /** Writes the cache file, if something new is known. */
  flush(): void
}

/** The last state that was told or taken in, against which the next `after` tells. */
interface Base {
  tree: Tree
  /** Paths that were looked at by name since. */
  named: Map<Path, TreeEntry | null>
  leftOut: readonly LeftOut[]
  bounded: boolean
  atMs: number
}

interface Open {
  any: number
  named: Map<Path, number>
}

const sideOf = (entry: TreeEntry | null): Side | null => entry && plainSide(entry)

/** The path in the tree that a name leads to; undefined when it leads out of the folder or into git's or Penguin's own. */
const treePath = (dir: string, path: Path): Path | undefined => {
  if (isTreePath(path) && wayTo(dir, path) !== 'blocked') return path
  try {
    const real = join(realpathSync(dirname(join(dir, path))), path.slice(path.lastIndexOf('/') + 1))
    const found = relative(dir, real).split(sep).join('/')
    return isTreePath(found) ? found : undefined
  } catch {
    return undefined
  }
}

const isLeftOut = (leftOut: ReadonlySet<Path>, path: Path): boolean => {
  for (let at = path.length; at !== -1; at = path.lastIndexOf('/', at - 1)) if (leftOut.has(path.slice(0, at))) return true
  return false
}

const bornSince = (stat: Stats | undefined, atMs: number): boolean => stat !== undefined && stat.birthtimeMs >= atMs

/** What differs between the base and the tree of now. */
const differences = (dir: string, stock: Stock, base: Base, now: Tree): Change[] => {
  const changes: Change[] = []
  const told = (path: Path, before: TreeEntry | null, after: TreeEntry | null): void => {
    if (!sameSide(before, after)) changes.push({path, before: sideOf(before), after: sideOf(after)})
  }
  const was = (path: Path): TreeEntry | null => base.named.get(path) ?? (base.named.has(path) ? null : (base.tree.get(path) ?? null))
  let leftOut: Set<Path> | undefined
  const mayBeAdded = (path: Path): boolean => {
    leftOut ??= new Set(base.leftOut.filter((one) => one.why !== 'empty').map((one) => one.path))
    return !isLeftOut(leftOut, path) && (!base.bounded || bornSince(lstatOf(join(dir, path)), base.atMs))
  }
  for (const [path, entry] of now) {
    const before = was(path)
    if (before !== entry && (before || base.named.has(path) || mayBeAdded(path))) told(path, before, entry)
  }
  // Gone from the tree is not gone from the disk: it may be ignored now, or beyond the bound.
  for (const path of base.tree.keys()) if (!now.has(path) && was(path)) told(path, was(path), stock.look(path))
  for (const [path, before] of base.named) if (!now.has(path) && !base.tree.has(path)) told(path, before, stock.look(path))
  return changes
}

/**
 * SHA-256, in hex, over one line for each file, sorted by the bytes of the path in UTF-8:
 * `MODE SPACE PATH NUL SHA256 LF`, with MODE as in git (`100644`, `100755`, `120000`) and SHA256 of the content in hex.
 */
export const treeSha256 = (tree: Tree): string => {
  const paths = [...tree.keys()]
  // Code units sort as bytes do unless one of them is a surrogate; Buffers are asked only then.
  if (paths.some((path) => /[\ud800-\udfff]/.test(path))) paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  else paths.sort()
  const lines = paths.map((path) => {
    const {mode, sha256} = tree.get(path) as TreeEntry
    return `${mode} ${path}\0${sha256}\n`
  })
  return hash('sha256', lines.join(''), 'hex')
}

const forget = (open: Open, paths: readonly Path[]): void => {
  for (const path of paths) {
    const left = (open.named.get(path) ?? 1) - 1
    if (left > 0) open.named.set(path, left)
    else open.named.delete(path)
  }
}

const openEffects = (dir: string, stock: Stock) => {
  const base: Base = {tree: new Map(), named: new Map(), leftOut: [], bounded: false, atMs: 0}
  const open: Open = {any: 0, named: new Map()}
  let whole = false
  const straight = (paths: readonly Path[]): Path[] => [...new Set(paths.map((path) => treePath(dir, path)).filter((path) => path !== undefined))]
  const rebase = (tree: Tree, named: Map<Path, TreeEntry | null>): void => {
    whole = true
    Object.assign(base, {tree, named, leftOut: stock.leftOut(), bounded: stock.missed().bounded, atMs: Date.now()})
  }
  const was = (path: Path): TreeEntry | null => base.named.get(path) ?? (base.named.has(path) ? null : (base.tree.get(path) ?? null))
  /** Is no open effect waiting to tell this path? One on everything never tells what is no part of the tree. */
  const isFree = (path: Path): boolean => {
    if (open.named.has(path)) return false
    return open.any === 0 || (!base.tree.has(path) && isLeftOut(new Set(base.leftOut.map((one) => one.path)), path))
  }

  return {
    beforeAny: (): void => {
      const tree = stock.scan()
      stock.keepAll()
      // Law 2: with an open effect on everything the base stands; with open ones on some paths, theirs do.
      if (open.any === 0) rebase(tree, new Map([...open.named.keys()].map((path) => [path, was(path)])))
      open.any += 1
    },
    beforeNamed: (named: readonly Path[]): void => {
      for (const path of straight(named)) {
        const entry = stock.look(path)
        stock.keep(path)
        if (isFree(path)) base.named.set(path, entry)
        open.named.set(path, (open.named.get(path) ?? 0) + 1)
      }
    },
    afterAny: (): Change[] => {
      const tree = stock.scan()
      const changes = whole ? differences(dir, stock, base, tree) : []
      open.any = Math.max(0, open.any - 1)
      rebase(tree, new Map([...open.named.keys()].filter((path) => !tree.has(path)).map((path) => [path, stock.look(path)])))
      return changes
    },
    afterNamed: (named: readonly Path[]): Change[] => {
      const paths = straight(named)
      forget(open, paths)
      return paths.flatMap((path): Change[] => {
        const [before, after] = [was(path), stock.look(path)]
        const known = whole || base.named.has(path)
        base.named.set(path, after)
        return !known || sameSide(before, after) ? [] : [{path, before: sideOf(before), after: sideOf(after)}]
      })
    },
  }
}

const gapsOf = ({bounded, nameless, large}: ReturnType<Stock['missed']>): string[] => [
  ...(bounded ? ['more than 100,000 files: those beyond are in no checkpoint, unless a tool names them'] : []),
  ...(nameless > 0 ? [`${many(nameless, 'name')} ${nameless === 1 ? 'is' : 'are'} not UTF-8: what lies there is in no checkpoint and no copy`] : []),
  ...(large > 0 ? [`${many(large, 'file')} over 32 MB: a change to ${large === 1 ? 'it' : 'one'} is told, but cannot be undone`] : []),
]

/** `dir` is a real path. Nothing is walked or read until the first question. */
export const openTracker = (options: StockOptions): OpenTracker => {
  const stock = openStock(options)
  const effects = openEffects(options.dir, stock)
  let hashed: {tree: Tree; sha256: string} | undefined
  const keep = (changes: Change[]): Change[] => {
    for (const change of changes) if (change.after) stock.keep(change.path)
    return changes
  }
  return {
    tree: stock.scan,
    treeSha256: () => {
      const tree = stock.scan()
      if (hashed?.tree !== tree) hashed = {tree, sha256: treeSha256(tree)}
      return hashed.sha256
    },
    before: (paths) => (paths === 'any' ? effects.beforeAny() : effects.beforeNamed(paths)),
    after: (paths) => keep(paths === 'any' ? effects.afterAny() : effects.afterNamed(paths)),
    gaps: () => gapsOf(stock.missed()),
    flush: stock.flush,
  }
}
