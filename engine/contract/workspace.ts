// The user's files as values: listings, changes, checkpoints, throwaway copies. Paths are relative to the
// project's root, with '/', and nothing outside the root (or an added folder) can be named.

import type {BlobId} from '../base/id.ts'

export type Path = string

/** Octal file mode as git writes it: regular, executable, symbolic link (the blob is the link's target). */
export type FileMode = '100644' | '100755' | '120000'

/** What a path held. `bits`: its permissions, where they are not those that a new file gets; they tell no two states apart. */
export interface Side {
  mode: FileMode
  sha256: BlobId
  bits?: number
}

export interface TreeEntry extends Side {
  sizeBytes: number
}

/** Every file not ignored, `.git/` and `.penguin/` left out. */
export type Tree = ReadonlyMap<Path, TreeEntry>

/** One path before and after an effect; null where the file was not there. */
export interface Change {
  path: Path
  before: Side | null
  after: Side | null
}

/** A line of `run.closed.files`. */
export interface FileSummary {
  path: Path
  change: 'added' | 'changed' | 'deleted'
  /** Lines; 0 for binary files. */
  add: number
  del: number
}

/** Content by hash. Implemented in `engine/journal/blobs.ts`, handed to whoever needs it. */
export interface BlobStore {
  /** Stores and returns the SHA-256; storing the same content twice is free. */
  put(content: Uint8Array | string): BlobId
  /** undefined when it is not there (dropped by gc). */
  get(id: BlobId): Uint8Array | undefined
  has(id: BlobId): boolean
}

/** Sees what an effect changed. One per edited tree (the user's own, or a candidate's copy), in the host. */
export interface Tracker {
  /** The state now, by stat cache: only files whose stat changed are hashed. */
  tree(): Tree
  /** SHA-256 over the sorted (mode, path, sha256) of `tree()`: `treeSha256` of the contract. */
  treeSha256(): string
  /** What of the folder the last tree lacks and nothing can put back, in words. */
  gaps(): string[]
  /** Stores the pre-images of the paths (or of everything) so that `after` can be undone. Cheap when nothing changed. */
  before(paths: readonly Path[] | 'any'): void
  /** What really changed since `before`, contents stored as blobs. */
  after(paths: readonly Path[] | 'any'): Change[]
}

/** A folder laid out for one job: a copy of some state of the tree. */
export interface Laid {
  dir: string
  dispose(): void
}

/** Where one candidate's files lie, and how its commands see them. The user's own tree is candidate 1 when editing in place. */
export interface CandidateSite {
  candidate: number
  /** Where the files are on disk. */
  dir: string
  /** The path at which agents and commands see them. */
  root: string
  /** What every job is laid over with so that `root` shows `dir`. */
  overlays: {at: string; from: string; mode: 'rw' | 'ro'}[]
  tracker: Tracker
  inPlace: boolean
}

export interface GitInfo {
  /** Branch name, or '' when detached or absent. */
  branch: string
  head: string
  state: 'none' | 'unborn' | 'detached' | 'branch'
  dirty: number
}

export interface RestorePlan {
  /** What will be put back, and to what. */
  changes: Change[]
  /** Paths that somebody else changed since: left alone unless forced. */
  conflicts: Path[]
}
