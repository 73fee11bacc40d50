// AGENTS.md and CLAUDE.md: what a repository says to agents. Read from the project's root down to the working
// folder, capped, and never followed outside the root.

import {closeSync, openSync, readSync, realpathSync, statSync} from 'node:fs'
import {join, relative, sep} from 'node:path'

export interface Instruction {
  /** Relative to the root, with '/'. */
  path: string
  text: string
}

const names = ['AGENTS.md', 'CLAUDE.md'] as const
/** Bytes of one file, and of all together; more would crowd the request out. */
const fileBytes = 16 * 1024
const allBytes = 32 * 1024

/** Up to `maxBytes` of the file, never half a character; undefined when it is not a regular file inside the root. */
const readCapped = (root: string, file: string, maxBytes: number): string | undefined => {
  try {
    const real = realpathSync(file)
    if (!real.startsWith(realpathSync(root) + sep) || !statSync(real).isFile()) return undefined
    const descriptor = openSync(real, 'r')
    try {
      const bytes = Buffer.alloc(maxBytes + 1)
      const length = readSync(descriptor, bytes, 0, maxBytes + 1, 0)
      if (length <= maxBytes) return bytes.toString('utf8', 0, length)
      return `${new TextDecoder().decode(bytes.subarray(0, maxBytes), {stream: true})}\n[… cut at ${maxBytes} bytes]`
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return undefined
  }
}

/** From the root down to `cwd`; the nearest file comes last, where a model heeds it most. */
export const readInstructions = (root: string, cwd: string): Instruction[] => {
  const below = relative(root, cwd)
  const outside = below === '..' || below.startsWith(`..${sep}`)
  const steps = outside || below === '' ? [] : below.split(sep)
  const folders = [root, ...steps.map((_, at) => join(root, ...steps.slice(0, at + 1)))]
  const found: Instruction[] = []
  const seen = new Set<string>()
  let leftBytes = allBytes
  for (const folder of folders) {
    for (const name of names) {
      const text = leftBytes > 0 ? readCapped(root, join(folder, name), Math.min(fileBytes, leftBytes)) : undefined
      // CLAUDE.md is often a link to AGENTS.md: the same words are not said twice.
      if (text === undefined || text.trim() === '' || seen.has(text)) continue
      seen.add(text)
      leftBytes -= Buffer.byteLength(text)
      found.push({path: relative(root, join(folder, name)).split(sep).join('/'), text})
    }
  }
  return found
}
