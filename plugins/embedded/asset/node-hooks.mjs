// Loader hooks of the warm JavaScript worker: project files come from memory (with probes, and with the candidate's
// text for its file), each round under a fresh address, so that one process can load a program again and again.

import {existsSync, readFileSync, statSync} from 'node:fs'
import {createRequire, registerHooks, stripTypeScriptTypes} from 'node:module'
import {dirname, extname, join, sep} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

const code = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.jsx', '.tsx'])
const require = createRequire(import.meta.url)

/**
 * Installs the hooks. `root` is the project's real path; `probes(path, text)` gives the text with probes;
 * `standIns` maps runner packages to the module that stands for them.
 */
export const install = ({root, probes, standIns}) => {
  const round = {id: 0, override: null}
  const texts = new Map()
  const formats = new Map()
  const loaded = new Set()
  const ours = (path) => path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`) && code.has(extname(path))

  const textOf = (path) => {
    if (round.override?.path === path) return round.override.text
    if (!texts.has(path)) texts.set(path, probes(path, readFileSync(path, 'utf8')))
    return texts.get(path)
  }

  registerHooks({
    resolve(specifier, context, next) {
      const standIn = standIns.get(specifier)
      if (standIn) return {url: standIn, format: 'module', shortCircuit: true}
      const found = resolveKindly(specifier, context, next)
      if (!found.url.startsWith('file:')) return found
      const path = fileURLToPath(stripped(found.url))
      if (!ours(path)) return found
      if (context.conditions.includes('require') && !isModule(path)) return found
      return {...found, url: `${stripped(found.url)}?pg=${round.id}`, format: undefined}
    },
    load(url, context, next) {
      if (!url.startsWith('file:')) return next(url, context)
      const path = fileURLToPath(stripped(url))
      if (!ours(path)) return next(url, context)
      loaded.add(path)
      return {format: isModule(path) ? 'module' : 'commonjs', source: typeless(path, textOf(path)), shortCircuit: true}
    },
  })

  const isModule = (path) => {
    if (!formats.has(path)) formats.set(path, formatOf(path))
    return formats.get(path)
  }

  return {
    loaded,
    /** Begins a round: nothing of the project is kept from the one before. */
    begin(id, override) {
      round.id = id
      round.override = override
      for (const path of Object.keys(require.cache)) if (path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`)) delete require.cache[path]
    },
    /** A new address within the round, so that each test file has modules of its own. */
    fresh(id) {
      round.id = id
      for (const path of Object.keys(require.cache)) if (path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`)) delete require.cache[path]
    },
  }
}

const stripped = (url) => {
  const at = url.indexOf('?')
  return at === -1 ? url : url.slice(0, at)
}

// Bundler habits that plain Node refuses: no extension, a folder, `.js` that stands for `.ts`.
const resolveKindly = (specifier, context, next) => {
  try {
    return next(specifier, context)
  } catch (error) {
    if (!/^\.{0,2}\//.test(specifier) || !context.parentURL?.startsWith('file:')) throw error
    const base = join(dirname(fileURLToPath(stripped(context.parentURL))), specifier)
    const found = guesses(base).find((path) => existsSync(path) && statSync(path).isFile())
    if (!found) throw error
    return {url: pathToFileURL(found).href, shortCircuit: true}
  }
}

const guesses = (base) => [
  base.replace(/\.([mc]?)js$/, '.$1ts'),
  base.replace(/\.js$/, '.tsx'),
  ...['.ts', '.js', '.mjs', '.cjs', '.tsx', '.mts', '.json', '/index.ts', '/index.js', '/index.mjs'].map((end) => base + end),
]

const packageTypes = new Map()
const packageType = (folder) => {
  if (packageTypes.has(folder)) return packageTypes.get(folder)
  const file = join(folder, 'package.json')
  let type = ''
  if (existsSync(file)) {
    try {
      type = JSON.parse(readFileSync(file, 'utf8')).type ?? 'none'
    } catch {
      type = 'none'
    }
  } else if (dirname(folder) !== folder) type = packageType(dirname(folder))
  packageTypes.set(folder, type)
  return type
}

const formatOf = (path) => {
  const extension = extname(path)
  if (extension === '.mjs' || extension === '.mts') return true
  if (extension === '.cjs' || extension === '.cts') return false
  const type = packageType(dirname(path))
  if (type === 'module') return true
  if (type === 'commonjs') return false
  return /^\s*(?:import\s*[\w*{'"]|export\s+(?:default|const|let|var|function|class|async|type|interface|enum|abstract|\{|\*))/m.test(
    readFileSync(path, 'utf8'),
  )
}

const typeless = (path, text) => {
  if (!/\.[mc]?tsx?$/.test(path)) return text
  try {
    return stripTypeScriptTypes(text)
  } catch {
    return stripTypeScriptTypes(text, {mode: 'transform'})
  }
}
