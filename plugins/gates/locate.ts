// Finds the test runner behind a command: in the command itself, or in the scripts of package.json that it leads to.
// A Makefile or shell script that says so plainly is read, too. A command that leads anywhere else is run as it is, without counts.

import {linesOf, makefiles, type RecipeLine, recipeOf, scriptIn} from './make.ts'
import {baseOf, isAssignment, type Part, partsOf} from './words.ts'

export type Runner = 'node:test' | 'vitest' | 'jest' | 'mocha' | 'pytest' | 'unittest' | 'cargo' | 'go'

export interface Located {
  runner: Runner
  /** Name of the script that holds the runner; null when the command itself does. */
  script: string | null
  /** The script's text, or the command. */
  line: string
  part: Part
  /** Words of the part from `first` up to and with `last` name the runner (`python3 -m pytest`). */
  first: number
  last: number
  /** `node FILE` with tests in it: the word of the file. */
  single?: number
  /** Nothing but the runner stands between the command and its process: the line may be run without npm. */
  direct: boolean
  /** The line of a Makefile or shell script that the runner stands in. */
  recipe?: RecipeLine & {file: string; making: boolean}
}

export interface Ground {
  scripts: Readonly<Record<string, string>>
  /** Text of a file beside the manifest; undefined when there is none. */
  read(path: string): string | undefined
  /** Is there a file or folder beside the manifest? */
  has?(path: string): boolean
}

const wrappers = new Set(
  'npx pnpx pnpm exec dlx yarn bunx c8 nyc cross-env cross-env-shell env dotenv dotenvx time uv run poetry pipenv hatch coverage command nice --'.split(' '),
)

const python = /^python[\d.]*$/
const refused = /^--?(?:watch|watchAll|listTests|list-tests|collect-only|co|version|help|h|w)$/
const nodes = new Set(['node', 'nodejs', 'tsx'])
const plain: Record<string, Runner> = {vitest: 'vitest', jest: 'jest', mocha: 'mocha', _mocha: 'mocha', pytest: 'pytest', 'py.test': 'pytest'}
const modules: Record<string, Runner> = {pytest: 'pytest', unittest: 'unittest'}

interface Found {
  runner: Runner
  first: number
  last: number
  single?: number
}

const valued = /^(?:--import|--require|-r|--loader|--experimental-loader|--env-file|--conditions|-C)$/

const nodeAt = (words: string[], at: number, ground: Ground): Found | undefined => {
  const rest = words.slice(at + 1)
  if (rest.includes('--test')) return {runner: 'node:test', first: at, last: at}
  const skip = rest.findIndex((text, i) => !text.startsWith('-') && !valued.test(rest[i - 1] ?? ''))
  const file = rest[skip]
  if (file === undefined || !/\.[cm]?[jt]s$/.test(file)) return undefined
  return /['"]node:test['"]/.test(ground.read(file) ?? '') ? {runner: 'node:test', first: at, last: at, single: at + 1 + skip} : undefined
}

const at = (words: string[], i: number, ground: Ground): Found | undefined => {
  const name = baseOf(words[i] as string)
  if (name === 'vitest' && /^(?:list|bench|related|init)$/.test(words[i + 1] ?? '')) return undefined
  const runner = plain[name]
  if (runner) return {runner, first: i, last: i}
  if (nodes.has(name)) return nodeAt(words, i, ground)
  if ((name === 'cargo' || name === 'go') && words[i + 1] === 'test') return {runner: name, first: i, last: i + 1}
  const module = python.test(name) ? words.indexOf('-m', i) : words[i] === '-m' ? i : -1
  const known = module === -1 ? undefined : modules[words[module + 1] ?? '']
  return known && words.slice(i + 1, module).every((text, n, all) => text.startsWith('-') || /^-[WX]$/.test(all[n - 1] ?? ''))
    ? {runner: known, first: module, last: module + 1}
    : undefined
}

const inPart = (part: Part, ground: Ground): Found | undefined => {
  const words = part.words.map((one) => one.text)
  const start = words.findIndex((text) => !isAssignment(text))
  if (start === -1) return undefined
  const wrapped = wrappers.has(baseOf(words[start] as string))
  for (let i = start; i < words.length; i++) {
    const found = at(words, i, ground)
    if (found) return words.slice(i + 1).some((text) => refused.test(text) && !(found.runner === 'go')) ? undefined : found
    if (!wrapped) return undefined
  }
  return undefined
}

/** The script that a part calls: `npm test`, `npm run x`, `pnpm x`, `yarn x`, `bun run x`; its name, or undefined. */
export const scriptOf = (part: Part, ground: Ground): string | undefined => {
  const words = part.words.map((one) => one.text).filter((text) => !isAssignment(text))
  const [tool, ...rest] = words
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(tool ?? '')) return undefined
  const named = rest.filter((text) => !text.startsWith('-') || text === '--')
  const run = named[0] === 'run' || named[0] === 'run-script'
  const name = run ? named[1] : named[0] === 't' || named[0] === 'tst' ? 'test' : named[0]
  if (name === undefined || ground.scripts[name] === undefined) return undefined
  if (tool === 'npm' && !run && name !== 'test') return undefined
  return tool === 'bun' && !run ? undefined : name
}

const inLine = (line: string, script: string | null, ground: Ground, depth: number, direct: boolean): Located | undefined => {
  const parts = partsOf(line)
  if (parts === undefined || depth > 5) return undefined
  // The last part that leads to a runner: what stands before it (a type check, a build) prepares.
  for (const part of [...parts].reverse()) {
    const found = inPart(part, ground)
    if (found) return {...found, script, line, part, direct}
    const name = scriptOf(part, ground)
    const behind = name === undefined ? undefined : inLine(ground.scripts[name] as string, name, ground, depth + 1, direct && parts.length === 1)
    if (behind) return behind
    const made = inMake(part, ground, depth)
    if (made) return made
  }
  return undefined
}

const inMake = (part: Part, ground: Ground, depth: number): Located | undefined => {
  const making = /^g?make$/.test(part.words[0]?.text ?? '')
  const file = making ? makefiles.find((name) => ground.read(name) !== undefined) : scriptIn(part)
  const text = file === undefined || file.startsWith('/') ? undefined : ground.read(file)
  if (file === undefined || text === undefined) return undefined
  const lines = making ? recipeOf(part, text, ground.has ?? (() => true)) : linesOf(text)
  for (const recipe of lines.reverse()) {
    const found = inLine(recipe.text, null, ground, depth + 1, false)
    // A script of package.json is written anew there, a line where it stands.
    if (found) return found.script === null && found.recipe === undefined ? {...found, recipe: {...recipe, file, making}} : found
  }
  return undefined
}

/** Where the runner stands that `command` starts; undefined when it is none that Penguin can count. */
export const locate = (command: string, ground: Ground): Located | undefined => inLine(command, null, ground, 0, true)

/** Names of all scripts that `command` may start, with their pre and post scripts. */
export const reached = (command: string, ground: Ground, seen = new Set<string>()): Set<string> => {
  for (const part of partsOf(command) ?? []) {
    const name = scriptOf(part, ground)
    if (name === undefined || seen.has(name)) continue
    for (const one of [`pre${name}`, name, `post${name}`]) {
      if (ground.scripts[one] === undefined) continue
      seen.add(one)
      reached(ground.scripts[one] as string, ground, seen)
    }
  }
  return seen
}
