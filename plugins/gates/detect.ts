// Which checks a project has: the test command of the package that holds the working folder, found by reading manifests
// and file names, never by running anything. What was found says where it was found.

import {isAbsolute, posix, relative} from 'node:path'
import type {Check, Path, Tree} from '../../engine/plugin.ts'
import {detectNode, detectNodeFiles} from './detect-node.ts'
import {detectPython} from './detect-python.ts'
import {locate} from './locate.ts'
import {type Look, lookAt} from './look.ts'
import {scriptsOf} from './manifest.ts'
import {groundOf} from './run.ts'
import {workspacesOf} from './workspaces.ts'

interface Site {
  dir: string
  cwd: string
  tree: Tree
  changed: Path[]
}

const required = (found: Omit<Check, 'required' | 'gate'>): Check => ({gate: 'tests', ...found, required: true})

const detectMake = (look: Look): Omit<Check, 'required' | 'gate'> | undefined => {
  const name = ['GNUmakefile', 'makefile', 'Makefile'].find((file) => look.has(file))
  if (name === undefined || !/^test\s*:(?!=)/m.test(look.read(name) ?? '')) return undefined
  return {command: 'make test', from: `${name} test`, dir: look.folder, runner: 'make'}
}

const detectRustAndGo = (look: Look): Omit<Check, 'required' | 'gate'> | undefined => {
  if (look.has('Cargo.toml')) return {command: 'cargo test', from: 'Cargo.toml', dir: look.folder, runner: 'cargo'}
  const go = look.has('go.mod') && look.files().some((file) => file.endsWith('_test.go'))
  return go ? {command: 'go test ./...', from: 'go.mod', dir: look.folder, runner: 'go'} : undefined
}

/** The test command of one folder; undefined when it has none of its own. */
const inFolder = (look: Look): Check | undefined => {
  const found = detectNode(look) ?? detectPython(look) ?? detectRustAndGo(look) ?? detectMake(look) ?? detectNodeFiles(look)
  return found && required(found)
}

/** The working folder relative to the root; '' for the root and for anything outside. */
const folderOf = (dir: string, cwd: string): string => {
  const path = isAbsolute(cwd) ? relative(dir, cwd) : cwd
  const clean = posix.normalize(path || '.')
  return clean === '.' || clean.startsWith('..') ? '' : clean.replace(/\/$/, '')
}

const upward = (folder: string): string[] => (folder === '' ? [''] : [folder, ...upward(posix.dirname(folder) === '.' ? '' : posix.dirname(folder))])

const packageOf = (path: Path, packages: readonly string[]): string | undefined =>
  packages.filter((one) => path.startsWith(`${one}/`)).sort((a, b) => b.length - a.length)[0]

const inWorkspace = (site: Site): Check[] => {
  const packages = workspacesOf(lookAt(site.dir, '', site.tree))
  const touched = new Set(site.changed.map((path) => packageOf(path, packages)).filter((one) => one !== undefined))
  return [...touched].sort().flatMap((folder) => {
    const found = inFolder(lookAt(site.dir, folder, site.tree))
    return found ? [{...found, gate: `tests:${folder}`, dir: folder}] : []
  })
}

/** The test checks of the project; none when nothing that runs tests was found. */
export const detect = async (site: Site): Promise<Check[]> => {
  for (const folder of upward(folderOf(site.dir, site.cwd))) {
    const look = lookAt(site.dir, folder, site.tree)
    const workspace = folder === '' && workspacesOf(look).length > 0
    const found = workspace ? (detectNode(look) ?? (look.has('Cargo.toml') ? detectRustAndGo(look) : undefined)) : inFolder(look)
    if (found) return [required(found)]
    if (workspace) return inWorkspace(site)
  }
  return []
}

interface Wanted {
  detected: readonly Check[]
  /** `--check` and `--no-check`. */
  flags: {check: readonly string[]; noCheck: boolean}
  /** `verification.checks` of the configuration: commands by gate name. */
  config: Readonly<Record<string, string>>
  /** The project's root on disk, and the working folder relative to it; commands given by the user run there. */
  dir?: string
  cwd?: string
}

const given = (gate: string, command: string, from: string, wanted: Wanted): Check => {
  const same = wanted.detected.find((one) => one.command === command)
  if (same) return {...same, gate, from, required: true}
  const dir = wanted.cwd ?? ''
  const ground = wanted.dir === undefined ? {scripts: scriptsOf(undefined), read: () => undefined} : groundOf(posix.join(wanted.dir, dir))
  const located = locate(command, ground)
  return {gate, command, from, dir, runner: located === undefined || located.recipe ? 'command' : located.runner, required: true}
}

/** The checks of a run: what was detected, replaced by configuration, replaced by `--check`, or none. */
export const checksOf = (wanted: Wanted): Check[] => {
  if (wanted.flags.noCheck) return []
  const named = Object.entries(wanted.config).map(([gate, command]) => given(gate, command, 'config', wanted))
  const extra = named.filter((one) => !/^tests(?::|$)/.test(one.gate))
  const flags = wanted.flags.check.map((command, i) => given(`check:${i + 1}`, command, '--check', wanted))
  if (flags.length > 0) return [...flags, ...extra]
  const replaced = new Set(named.map((one) => one.gate))
  return [...wanted.detected.filter((one) => !replaced.has(one.gate)), ...named]
}

/** Which gate of this plugin runs a check. */
export const gateNameOf = (check: Pick<Check, 'gate'>): 'tests' | 'command' => (/^(?:tests(?::.*)?|check:\d+)$/.test(check.gate) ? 'tests' : 'command')
