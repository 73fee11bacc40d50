// Where a path that somebody names really lies: normalised, links followed one by one, held against the folders
// that may be touched. Pure: reading a link is handed in. A path that does not exist yet is resolved as far as it does,
// and a dangling link as the place it points to, so that nothing can be created outside through one.

export interface Bounds {
  /** Where the files really lie. */
  dir: string
  /** The path at which they are seen; names below it mean files below `dir`. */
  root: string
  addDirs: readonly string[]
}

export interface Place {
  /** As named: relative to the root with '/', '' for the root itself; absolute in an added folder. */
  path: string
  /** The same with links followed. */
  real: string
  /** Absolute path on disk, links followed. */
  file: string
  /** False for what a link shows from the root when the files lie elsewhere: it may be read, never written. */
  own: boolean
}

/** The target of a symbolic link; undefined for anything else, or nothing, at that path. Never throws. */
export type ReadLink = (path: string) => string | undefined

const maxHops = 40

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.')

const normal = (path: string): string => {
  const out: string[] = []
  for (const part of partsOf(path)) {
    if (part === '..') out.pop()
    else out.push(part)
  }
  return `/${out.join('/')}`
}

/** The rest of `path` below `folder`: '' for the folder itself, undefined when it is not below. */
export const below = (path: string, folder: string): string | undefined => {
  if (path === folder || folder === '/') return path === folder ? '' : path.slice(1)
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}

/** Follows every link of an absolute path; undefined when links go round in circles. */
export const resolveLinks = (path: string, readLink: ReadLink): string | undefined => {
  let left = partsOf(path)
  let done = ''
  let hops = 0
  while (left.length > 0) {
    const part = left.shift() as string
    if (part === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')))
      continue
    }
    const target = readLink(`${done}/${part}`)
    if (target === undefined) {
      done = `${done}/${part}`
      continue
    }
    hops += 1
    if (hops > maxHops) return undefined
    left = [...partsOf(target), ...left]
    if (target.startsWith('/')) done = ''
  }
  return done || '/'
}

const named = (asked: string, bounds: Bounds, readLink: ReadLink): {path: string; start: string} | undefined => {
  const text = asked.startsWith('file:///') ? asked.slice('file://'.length) : asked
  const absolute = normal(text.startsWith('/') ? text : `${bounds.root}/${text}`)
  for (const candidate of [absolute, text.startsWith('/') ? resolveLinks(absolute, readLink) : undefined]) {
    if (candidate === undefined) continue
    for (const folder of [bounds.root, bounds.dir, resolveLinks(bounds.root, readLink)]) {
      const rest = folder === undefined ? undefined : below(candidate, normal(folder))
      if (rest !== undefined) return {path: rest, start: rest ? `${bounds.dir}/${rest}` : bounds.dir}
    }
    if (bounds.addDirs.some((folder) => below(candidate, normal(folder)) !== undefined)) return {path: candidate, start: candidate}
  }
  return undefined
}

/** undefined when the path, or what its links lead to, is outside everything that may be touched. */
export const placeOf = (asked: string, bounds: Bounds, readLink: ReadLink): Place | undefined => {
  if (asked.includes('\0')) return undefined
  const found = named(asked, bounds, readLink)
  const file = found && resolveLinks(found.start, readLink)
  if (!found || !file) return undefined
  const dir = resolveLinks(bounds.dir, readLink) ?? bounds.dir
  const inside = below(file, dir)
  if (inside !== undefined) return {path: found.path, real: inside, file, own: true}
  const added = bounds.addDirs.some((folder) => below(file, resolveLinks(folder, readLink) ?? folder) !== undefined)
  if (added) return {path: found.path, real: file, file, own: true}
  const shown = below(file, resolveLinks(bounds.root, readLink) ?? bounds.root)
  if (shown === undefined) return undefined
  // A link that names the root absolutely means this copy, unless the copy itself leads back there.
  const mapped = resolveLinks(`${dir}/${shown}`, readLink)
  const own = mapped === undefined ? undefined : below(mapped, dir)
  return own === undefined ? {path: found.path, real: shown, file, own: false} : {path: found.path, real: own, file: mapped as string, own: true}
}
