// The packages of a workspace: npm, yarn, bun (package.json), pnpm (pnpm-workspace.yaml), cargo.

import {matchesGlob} from 'node:path'
import type {Look} from './look.ts'
import {parsed} from './manifest.ts'

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [])

const npmPatterns = (text: string | undefined): string[] => {
  const {workspaces} = parsed(text)
  return Array.isArray(workspaces) ? strings(workspaces) : strings((workspaces as {packages?: unknown} | undefined)?.packages)
}

// The list under `packages:`; the file has no other use here, so its YAML is read by eye.
const pnpmPatterns = (text: string | undefined): string[] => {
  const list = /^packages:\s*\n((?:[ \t]*-.*\n?|[ \t]*#.*\n?|\s*\n)+)/m.exec(text ?? '')?.[1] ?? ''
  return [...list.matchAll(/^\s*-\s*['"]?([^'"#\n]+?)['"]?\s*(?:#.*)?$/gm)].map((one) => one[1] as string)
}

const cargoPatterns = (text: string | undefined): string[] => {
  const list = /^\[workspace\][\s\S]*?^members\s*=\s*\[([^\]]*)\]/m.exec(text ?? '')?.[1] ?? ''
  return [...list.matchAll(/["']([^"']+)["']/g)].map((one) => one[1] as string)
}

const foldersWith = (look: Look, manifest: string): string[] =>
  look
    .files()
    .filter((file) => file.endsWith(`/${manifest}`))
    .map((file) => file.slice(0, -manifest.length - 1))

const matching = (folders: readonly string[], patterns: readonly string[]): string[] => {
  const clean = patterns.map((one) => one.replace(/^\.\//, '').replace(/\/$/, ''))
  const not = clean.filter((one) => one.startsWith('!')).map((one) => one.slice(1))
  const yes = clean.filter((one) => !one.startsWith('!'))
  const hit = (folder: string, globs: string[]): boolean => globs.some((glob) => folder === glob || matchesGlob(folder, glob))
  return folders.filter((folder) => hit(folder, yes) && !hit(folder, not))
}

/** Folders of the packages, relative to the root; [] when this is no workspace. */
export const workspacesOf = (look: Look): string[] => {
  const js = [...npmPatterns(look.read('package.json')), ...pnpmPatterns(look.read('pnpm-workspace.yaml'))]
  const cargo = cargoPatterns(look.read('Cargo.toml'))
  const found = [...(js.length > 0 ? matching(foldersWith(look, 'package.json'), js) : [])]
  if (cargo.length > 0) found.push(...matching(foldersWith(look, 'Cargo.toml'), cargo))
  return [...new Set(found)].sort()
}
