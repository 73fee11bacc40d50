// One file at a time, inside a folder, never outside: every parent is looked at before anything is read or
// written, because a symbolic link may lead anywhere. Writes go to a name beside and are put in place by rename.
// Used by whoever puts files back or lays them out; tools have their own doors.

import {createHash, hash, randomBytes} from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {basename, dirname, isAbsolute, join, relative, resolve, sep} from 'node:path'
import type {BlobId} from '../base/id.ts'
import {bad, type Envelope, fault, good} from '../contract/fault.ts'
import type {FileMode, Path, Side} from '../contract/workspace.ts'
import {ownFolders} from './listing.ts'

/** What stands at a path: a file or link with its content, nothing, or something that is neither (a folder, a socket). */
export type Found = {is: 'file'; side: Side; content: Uint8Array} | {is: 'nothing'} | {is: 'other'}

export const sha256Of = (content: Uint8Array | string): BlobId => hash('sha256', content, 'hex') as BlobId

export const lstatOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, {throwIfNoEntry: false})
  } catch {
    // A parent is no folder (ENOTDIR), or the name is too long: there is no such file.
    return undefined
  }
}

/** Undefined for what is neither a regular file nor a link. */
export const modeOf = (stat: Stats): FileMode | undefined => {
  if (stat.isSymbolicLink()) return '120000'
  if (!stat.isFile()) return undefined
  return stat.mode & 0o100 ? '100755' : '100644'
}

const bitsOfNew = (mode: FileMode): number => (mode === '100755' ? 0o777 : 0o666) & ~process.umask()

/** `{bits}` where the permissions of a file are not those of a new one. */
export const bitsOf = (stat: Stats, mode: FileMode): Pick<Side, 'bits'> => {
  const bits = stat.mode & 0o777
  return mode === '120000' || bits === bitsOfNew(mode) ? {} : {bits}
}

/** What is told of a side, whatever else is known of it. */
export const plainSide = ({mode, sha256, bits}: Side): Side => ({mode, sha256, ...(bits === undefined ? {} : {bits})})

/** Bytes of a file, or the target of a link. */
export const contentOf = (path: string, mode: FileMode): Uint8Array => (mode === '120000' ? readlinkSync(path, 'buffer') : readFileSync(path))

const chunkBytes = 4 * 1024 * 1024

/** Hashes a file without holding it whole. */
export const sha256OfFile = (path: string): BlobId => {
  const digest = createHash('sha256')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const file = openSync(path, 'r')
  try {
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) digest.update(chunk.subarray(0, got))
  } finally {
    closeSync(file)
  }
  return digest.digest('hex') as BlobId
}

/** A path that a tree may hold: relative, straight, and no part of git's or Penguin's own folders. */
export const isTreePath = (path: Path): boolean =>
  path !== '' &&
  !isAbsolute(path) &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !ownFolders.has(part))

/** Are all folders above a path real folders? `missing`: some are not there yet. `blocked`: one is a link or a file. */
export const wayTo = (root: string, path: Path): 'open' | 'missing' | 'blocked' => {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const stat = lstatOf(join(root, path.slice(0, at)))
    if (!stat) return 'missing'
    if (!stat.isDirectory()) return 'blocked'
  }
  return 'open'
}

export const look = (root: string, path: Path): Found => {
  if (wayTo(root, path) !== 'open') return {is: 'nothing'}
  const at = join(root, path)
  const stat = lstatOf(at)
  if (!stat) return {is: 'nothing'}
  const mode = modeOf(stat)
  if (!mode) return {is: 'other'}
  const content = contentOf(at, mode)
  return {is: 'file', side: {mode, sha256: sha256Of(content), ...bitsOf(stat, mode)}, content}
}

export const sameSide = (a: Side | null, b: Side | null): boolean => a?.sha256 === b?.sha256 && a?.mode === b?.mode

// Root writes for somebody else: what it makes belongs to whom the neighbours belong to.
const own = (path: string, like: Stats | undefined): void => {
  if (like && process.getuid?.() === 0 && like.uid + like.gid > 0) lchownSync(path, like.uid, like.gid)
}

const makeParents = (root: string, path: Path): void => {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const dir = join(root, path.slice(0, at))
    if (lstatOf(dir)) continue
    mkdirSync(dir)
    own(dir, lstatOf(dirname(dir)))
  }
}

const permissions = (mode: FileMode, before: Stats | undefined): number => {
  const executable = mode === '100755'
  if (!before?.isFile()) return bitsOfNew(mode)
  const bits = before.mode & 0o7777
  if (((bits & 0o100) !== 0) === executable) return bits
  // Executable for whoever may read.
  return executable ? bits | ((bits & 0o444) >> 2) : bits & ~0o111
}

/**
 * Puts a file or link in place, whole or not at all; permission bits of a file that is there stay, unless `bits` says others.
 * Throws when a folder above is a link or a file, and whatever the disk says.
 */
export const putFile = (root: string, path: Path, {mode, bits}: Omit<Side, 'sha256'>, content: Uint8Array): void => {
  if (!isTreePath(path) || wayTo(root, path) === 'blocked') throw new Error(`${path} leads out of the folder`)
  makeParents(root, path)
  const at = join(root, path)
  const before = lstatOf(at)
  const beside = join(dirname(at), `.penguin-${randomBytes(6).toString('hex')}`)
  try {
    if (mode === '120000') symlinkSync(Buffer.from(content), beside)
    else {
      writeFileSync(beside, content, {flag: 'wx', mode: 0o600})
      chmodSync(beside, bits ?? permissions(mode, before))
    }
    own(beside, before ?? lstatOf(dirname(at)))
    renameSync(beside, at)
  } catch (thrown) {
    rmSync(beside, {force: true})
    throw thrown
  }
}

/** Removes a file or link. Throws when a folder above is a link, and whatever the disk says. */
export const dropFile = (root: string, path: Path): void => {
  if (!isTreePath(path) || wayTo(root, path) !== 'open') throw new Error(`${path} leads out of the folder`)
  unlinkSync(join(root, path))
}

/** Removes the folders above a path that are empty. */
export const pruneAbove = (root: string, path: Path): void => {
  for (let dir = dirname(path); dir !== '.' && wayTo(root, `${dir}/x`) === 'open'; dir = dirname(dir)) {
    try {
      rmdirSync(join(root, dir))
    } catch {
      return
    }
  }
}

const realParent = (path: string): string => {
  let at = dirname(path)
  const rest = [basename(path)]
  while (!existsSync(at) && dirname(at) !== at) {
    rest.unshift(basename(at))
    at = dirname(at)
  }
  return join(realpathSync(at), ...rest)
}

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/**
 * Where a path leads. `root` and `addDirs` are real paths. `rel` is relative to the root with '/', or absolute in an added folder.
 * Fails with: file.outside, file.protected.
 */
export const resolveInside = (root: string, addDirs: readonly string[], path: string): Envelope<{abs: string; rel: string}> => {
  if (path.includes('\0')) return bad(fault('file.outside', {path: JSON.stringify(path)}))
  const abs = realParent(resolve(root, path))
  const home = [root, ...addDirs].find((dir) => isUnder(abs, dir))
  if (home === undefined) return bad(fault('file.outside', {path}))
  const inside = relative(home, abs).split(sep)
  if (inside.some((part) => ownFolders.has(part))) return bad(fault('file.protected', {path, why: 'it belongs to git or to Penguin'}))
  return good({abs, rel: home === root ? inside.join('/') : abs})
}
