// The laws of the house as tables, and what it takes to read the code against them: files, imports, comments
// taken out. biome.json carries the same floors for the editor; the house test holds the two together.

import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, posix} from 'node:path'

export const root = join(import.meta.dirname, '../..')

export interface Floor {
  /** Other floors that may be imported; its own is always allowed. */
  may: readonly string[]
  /** No disk, clock, network: no `node:` import, no clock, no dice. */
  pure?: true
  law: string
}

const hands = (name: string): [string, Floor] => [
  `engine/${name}`,
  {
    may: ['engine/base', 'engine/contract'],
    law: 'hands (journal, link, model, wire, tool, sandbox, workspace, memory) import only base and contract, never each other',
  },
]
const thought = (name: string): [string, Floor] => [
  `engine/${name}`,
  {may: ['engine/base', 'engine/contract'], pure: true, law: 'fold, task and prompt are pure, import only base and contract, never each other'},
]

export const floors: Readonly<Record<string, Floor>> = Object.fromEntries<Floor>([
  ['engine/base', {may: [], pure: true, law: 'base imports nothing and is pure'}],
  ['engine/contract', {may: ['engine/base'], pure: true, law: 'contract imports only base and is pure'}],
  ...['fold', 'task', 'prompt'].map(thought),
  ...['journal', 'link', 'model', 'wire', 'tool', 'sandbox', 'workspace', 'memory'].map(hands),
  ['engine/role', {may: ['engine/base', 'engine/contract', 'engine/prompt', 'engine/fold'], law: 'a role touches the world only through ports handed in'}],
  [
    'engine/crew',
    {
      may: ['engine/base', 'engine/contract', 'engine/task', 'engine/prompt', 'engine/fold', 'engine/link'],
      law: 'the crew imports thought and the link; the rest is handed in',
    },
  ],
  ['engine/plugin.ts', {may: ['engine/base', 'engine/contract', 'engine/fold', 'engine/wire'], law: 'the face only re-exports base, contract, fold and wire'}],
  ['plugins', {may: ['engine/plugin.ts'], law: 'a plugin imports only the face and itself, never another plugin'}],
  ['stores', {may: ['engine/base', 'engine/contract', 'engine/fold'], law: 'stores import only base, contract and fold'}],
  ['components', {may: ['stores', 'engine/base', 'engine/contract'], law: 'components import only stores, and the words of base and contract'}],
  ['source', {may: ['engine', 'plugins', 'stores', 'components', 'package.json'], law: 'source wires everything'}],
  ['bench', {may: ['source', 'plugins', 'engine', 'stores', 'components', 'test/kit'], law: 'bench measures the rest'}],
])

/** Every npm package has one door: who may name it. */
export const doors: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['engine/journal/', 'engine/memory/'],
  '@xterm/addon-serialize': ['stores/', 'source/keeper/'],
  '@xterm/addon-unicode-graphemes': ['stores/'],
  '@xterm/headless': ['stores/', 'components/screen/', 'bench/record/'],
  'node-pty': ['engine/crew/hire.ts', 'source/keeper/', 'bench/'],
  ajv: ['source/json-schema.ts'],
  'ajv-formats': ['source/json-schema.ts'],
  diff: ['engine/workspace/patch.ts', 'stores/'],
  'highlight.js': ['components/'],
  ink: ['components/'],
  react: ['components/'],
  zustand: ['stores/'],
  ignore: ['engine/workspace/'],
  jsonrepair: ['engine/tool/'],
  meow: ['source/cli.ts'],
  ollama: ['plugins/ollama/'],
  openai: ['plugins/openai/'],
  yaml: ['source/config-layer.ts', 'source/config-write.ts'],
  'web-tree-sitter': ['plugins/'],
  '@vscode/ripgrep': ['plugins/search/', 'source/'],
  '@vscode/tree-sitter-wasm': ['plugins/'],
  zod: ['engine/contract/', 'engine/journal/', 'engine/tool/', 'plugins/', 'source/'],
}

/** Loaded on use only: a static import that is no type would be paid for at every start. */
export const lazyOnly: readonly string[] = ['ajv', 'ajv-formats', 'zod', 'yaml', 'openai', 'ollama', 'meow', 'jsonrepair', 'web-tree-sitter']

export const childProcess: readonly string[] = [
  'bench/',
  'engine/sandbox/',
  'engine/workspace/git.ts',
  'engine/crew/hire.ts',
  'source/keeper/',
  'source/screen/clipboard.ts',
  'source/screen/external-editor.ts',
  'source/secrets.ts',
  'plugins/gpu/',
]

const skipped = new Set(['node_modules', 'fixture', 'asset', 'repo'])

/** Files under the folders, relative to the root, `asset` and fixtures left out. */
export const filesUnder = (folders: readonly string[], ends: RegExp): string[] => {
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), {withFileTypes: true}).flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path)
      return ends.test(entry.name) ? [path] : []
    })
  const there = new Set(readdirSync(root))
  return folders
    .filter((folder) => there.has(folder))
    .flatMap(walk)
    .sort()
}

export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Code without comments; a `//` inside a text is kept where it follows a colon. */
export const bare = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')

export interface Import {
  file: string
  /** As written. */
  written: string
  /** Path from the root for our own files, else the package or `node:` name. */
  to: string
  own: boolean
  /** False for `import type` and `import()`. */
  atStart: boolean
  /** `import()`. */
  lazy: boolean
}

const forms = /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'"()]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*[,)]/g

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

/** Programs as text, for others to run: their imports are not ours. */
export const programs: readonly string[] = ['plugins/gates/canary-text.ts']

export const importsOf = (file: string): Import[] =>
  [...(programs.includes(file) ? '' : bare(read(file))).matchAll(forms)].map(([, type, fixed, lazy]) => {
    const written = (fixed ?? lazy) as string
    const own = written.startsWith('.')
    const to = own ? posix.normalize(posix.join(dirname(file), written)) : written.startsWith('node:') ? written : packageOf(written)
    return {file, written, to, own, atStart: fixed !== undefined && !type, lazy: lazy !== undefined}
  })

const floorOf = (path: string): string | undefined => Object.keys(floors).find((name) => path === name || path.startsWith(`${name}/`))

/** '' when the import keeps the law of its floor. */
export const trespass = ({file, to, own, written}: Import): string => {
  const name = floorOf(file)
  if (!own || name === undefined) return ''
  const floor = floors[name] as Floor
  const home = name === 'plugins' ? file.split('/').slice(0, 2).join('/') : name
  const allowed = [home, ...floor.may].some((folder) => to === folder || to.startsWith(`${folder}/`))
  return allowed ? '' : `${file} imports ${written}: ${floor.law}`
}

/** The floors in Biome's words: one override for each floor of one folder. */
export const biomeFloors = () => {
  const rule = (includes: string, group: string[], law: string) => ({
    includes: [includes, '!**/asset/**'],
    linter: {rules: {style: {noRestrictedImports: {level: 'error', options: {patterns: [{group, message: law}]}}}}},
  })
  const engine = Object.entries(floors)
    .filter(([name]) => name.startsWith('engine/') && !name.endsWith('.ts'))
    .map(([name, {may, pure, law}]) => {
      const open = may.map((other) => `!../${other.slice('engine/'.length)}/**`)
      return rule(`${name}/**`, ['../**', ...open, ...(pure ? ['node:*'] : [])], law)
    })
  return [...engine, rule('plugins/*/**', ['../**', '!../../engine/plugin.ts'], (floors.plugins as Floor).law)]
}
