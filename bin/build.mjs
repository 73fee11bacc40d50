// Bundles source/ into dist/: four entries (the program, a role process, the host to embed, the face for plugins)
// and lazy chunks. Runs on Node 20.19 or newer, because npm may run it under the system's.
//
// dist/ is never taken away from a program that runs: chunks carry the hash of their content and are put in place
// before the entries that name them, each by rename; chunks that nobody names any more go after a day.

import {createHash} from 'node:crypto'
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {mendInk} from './mend-ink.mjs'
import {fromCache, oneSqlite, sqliteBundle, withBuiltins, withoutFacades} from './mend-node.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const dayMs = 24 * 60 * 60 * 1000
const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const loadRolldown = async () => {
  try {
    const [{rolldown}, {parseAst}] = await Promise.all([import('rolldown'), import('rolldown/parseAst')])
    return {rolldown, parseAst}
  } catch (thrown) {
    if (!existsSync(join(dist, 'main.js'))) throw thrown
    process.stdout.write('build: rolldown is not installed (no development packages); dist stays as it is\n')
    process.exit(0)
  }
}

// What a run with a model of OpenAI's kind and a first command loads sooner or later: in one file with the run.
const withEveryAgent = 'source/agent|engine/(?:model/collect|wire/post)|plugins/(?:openai/\\w+|shell/run-shell|files/(?:read|edit|write)-file|gates/run-tests)'
const onEveryRun = new RegExp(`/(?:source/(?:verb/run|models/(?:check-windows|facts))|${withEveryAgent})\\.ts$`)
const onEveryAgent = new RegExp(`/(?:engine/link/connect|${withEveryAgent})\\.ts$`)

// What a run and a screen share: in the run's own file it would bring all of the run to every screen.
const onEveryStart = /\/(?:source\/(?:project-here|leftovers|hiring|verb\/journal-dir)|engine\/(?:fold\/(?:ledger|transcript)|workspace\/listing))\.ts$/

// What stands on the screen before the first key, and what is loaded once that is drawn.
const onEveryScreen = /\/source\/screen\/(?:run|taste|reach)\.ts$/
const onceDrawn = /\/components\/(?:screen\/chrome|draw)\.tsx$/

// Each entry is bundled by itself: a role process must not load what only the host needs because both share a
// piece of it. Within an entry, what is loaded together is one file: a run opens five of them instead of thirty.
const entries = [
  {
    name: 'main',
    file: 'source/main.ts',
    together: [
      {name: 'cli', test: /\/source\/cli\.ts$|rolldown\/runtime/, priority: 5},
      {name: 'start', test: onEveryStart, priority: 4},
      {name: 'run', test: onEveryRun, priority: 3},
      {name: 'screen', test: onEveryScreen, priority: 2},
      {name: 'ink', test: onceDrawn, priority: 1},
    ],
  },
  {name: 'worker', file: 'source/worker.ts', together: [{name: 'agent', test: onEveryAgent}]},
  {name: 'keeper', file: 'source/keeper/main.ts', together: [{name: 'keep', test: /\/source\/keeper\/keeper\.ts$/}]},
  {name: 'embed', file: 'source/host.ts', together: []},
  {name: 'plugin', file: 'engine/plugin.ts', together: []},
]

// Screen and keeper may be of two builds: by this each knows whether the other folds as it does.
const folded = ['stores/view', 'engine/fold', 'engine/base'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
const folds = createHash('sha256')
const alone = ['engine/contract/grant.ts', 'engine/journal/record.ts', 'source/keeper/for-screens.ts'].map((path) => join(root, path))
for (const path of [...folded, ...alone].sort()) folds.update(readFileSync(path))

// By this each knows whether it can read the other at all.
const wire = createHash('sha256')
for (const path of ['engine/contract/screen.ts', 'engine/link/frames.ts', 'engine/link/socket.ts']) wire.update(readFileSync(join(root, path)))

const options = {
  platform: 'node',
  external: [/^node:/, 'better-sqlite3', 'node-pty', 'web-tree-sitter', /^@vscode\//],
  transform: {
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      PENGUIN_VERSION: JSON.stringify(version),
      PENGUIN_FOLDS: JSON.stringify(folds.digest('hex').slice(0, 16)),
      PENGUIN_WIRE: JSON.stringify(wire.digest('hex').slice(0, 16)),
    },
  },
  logLevel: 'warn',
  // An import() of what is loaded anyway costs nothing; it says that the importer can wait.
  checks: {ineffectiveDynamicImport: false},
}

const bundle = async ({rolldown, parseAst}, {name, file, together}) => {
  const built = await rolldown({...options, plugins: [mendInk(root), oneSqlite], input: {[name]: join(root, file)}})
  const {output} = await built.generate({
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    ...(together.length > 0 ? {codeSplitting: {groups: together}} : {}),
  })
  await built.close()
  const mended = withoutFacades(output.map((part) => [part.fileName, part.type === 'chunk' ? withBuiltins(part.code) : part.source]))
  return fromCache(
    mended,
    together.map((group) => group.name),
    parseAst,
  )
}

/** Whole or not at all; a file that is the same already keeps its time stamp. */
const place = (name, content) => {
  const target = join(dist, name)
  if (existsSync(target) && readFileSync(target, 'utf8') === content) return
  mkdirSync(dirname(target), {recursive: true})
  const part = `${target}.${process.pid}`
  writeFileSync(part, content)
  renameSync(part, target)
}

/** Copies beside, then swaps: readers see the old folder or the new one. */
const placeFolder = (from, name) => {
  const target = join(dist, name)
  const [part, old] = [`${target}.${process.pid}.new`, `${target}.${process.pid}.old`]
  mkdirSync(dirname(target), {recursive: true})
  cpSync(from, part, {recursive: true})
  if (existsSync(target)) renameSync(target, old)
  renameSync(part, target)
  rmSync(old, {recursive: true, force: true})
}

const sweep = (files) => {
  const named = new Set(files.map(([name]) => name))
  for (const name of readdirSync(dist).filter((file) => /-[\w-]{8}\.(?:js|script)$/.test(file))) {
    const age = Date.now() - statSync(join(dist, name)).mtimeMs
    if (!named.has(name) && age > dayMs) rmSync(join(dist, name))
  }
}

const startMs = Date.now()
const tools = await loadRolldown()
const files = [...(await Promise.all(entries.map((entry) => bundle(tools, entry)))).flat(), await sqliteBundle(tools.rolldown, options)]
mkdirSync(dist, {recursive: true})
place('cached.js', readFileSync(join(root, 'bin', 'cached.mjs'), 'utf8'))
const isEntry = ([file]) => entries.some(({name}) => file === `${name}.js`)
for (const [name, content] of files.filter((file) => !isEntry(file))) place(name, content)
for (const plugin of readdirSync(join(root, 'plugins'))) {
  const asset = join(root, 'plugins', plugin, 'asset')
  if (existsSync(asset)) placeFolder(asset, join('asset', plugin))
}
placeFolder(join(root, 'plugins', 'roles'), 'roles')
for (const [name, content] of files.filter(isEntry)) place(name, content)
place('version', `${version}\n`)
sweep(files)
const bytes = files.reduce((sum, [, content]) => sum + content.length, 0)
process.stdout.write(`build: ${files.length} files, ${Math.round(bytes / 1024)} KB, ${Date.now() - startMs} ms\n`)
