// Does an edit break the syntax of its file? Parsed with tree-sitter where there is a grammar; only a file that was
// whole before can be broken. No grammar, no parser, a file too large: no opinion. Never throws.
// Grammars lag behind languages: the same content sent a second time is taken as meant (see `insists`).

import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {setFlagsFromString} from 'node:v8'
import {fail, type Site} from '../../engine/plugin.ts'
import {sha256} from './text.ts'

const grammars: Readonly<Record<string, string>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  py: 'python',
  pyi: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  rb: 'ruby',
  css: 'css',
}

const maxChars = 400_000
const require = createRequire(import.meta.url)

const extension = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .split('.')
    .at(-1)
    ?.toLowerCase() ?? ''

type Engine = typeof import('web-tree-sitter')
type Parser = InstanceType<Engine['Parser']>
type Node = NonNullable<ReturnType<Parser['parse']>>['rootNode']

let engine: Promise<Engine> | undefined
const parsers = new Map<string, Promise<Parser>>()

/** After how much work (in bytes of code that ran) a function is compiled anew, to run twice as fast. */
const budgetOf = {patient: 2_000_000_000, usual: 13_000_000}

/**
 * The largest functions compiled anew take 20 MB, and as long as ten large files take to be parsed without it; as V8
 * counts, a few short files would be enough. Said at the launch it would cost Node its own compiled code, and left said
 * the cache of ours: so for this moment only, and to the V8 whose usual is known.
 */
const patiently = (name: string): WebAssembly.Module => {
  const bytes = readFileSync(require.resolve(name))
  if (!process.versions.v8.startsWith('13.6.')) return new WebAssembly.Module(bytes)
  setFlagsFromString(`--wasm-tiering-budget=${budgetOf.patient}`)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${budgetOf.usual}`)
  }
}

const startEngine = async (): Promise<Engine> => {
  const loaded = await import('web-tree-sitter')
  await loaded.Parser.init({
    instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) => {
      const module = patiently('web-tree-sitter/web-tree-sitter.wasm')
      const instance = new WebAssembly.Instance(module, imports)
      done(instance, module)
      return instance.exports
    },
  })
  return loaded
}

const openParser = async (grammar: string): Promise<Parser> => {
  engine ??= startEngine()
  const {Parser, Language} = await engine
  const parser = new Parser()
  parser.setLanguage(Language.loadSync(patiently(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`)))
  return parser
}

const parserFor = (grammar: string): Promise<Parser> => {
  const known = parsers.get(grammar) ?? openParser(grammar)
  parsers.set(grammar, known)
  return known
}

/** Loads the grammar for a path in the background: what is read now is often edited next. Never throws. */
export const warmSyntax = (site: Site, path: string): void => {
  const grammar = grammars[extension(path)]
  if (grammar && site.syntax !== false) parserFor(grammar).catch(() => undefined)
}

const firstBad = (node: Node): Node | undefined => {
  if (node.isError || node.isMissing) return node
  for (const child of node.children) {
    const found = child?.hasError || child?.isMissing ? firstBad(child) : undefined
    if (found) return found
  }
  return undefined
}

const maxQuote = 60

const told = (bad: Node, text: string): string => {
  const row = bad.startPosition.row
  const line = (text.split('\n')[row] ?? '').trim().slice(0, maxQuote)
  const what = bad.isMissing ? `missing ${bad.type}` : 'syntax error'
  return `line ${row + 1}: ${what}${line ? ` near "${line}"` : ''}`
}

const parseError = async (grammar: string, text: string): Promise<string> => {
  const parser = await parserFor(grammar)
  const tree = parser.parse(text)
  if (!tree) return ''
  try {
    const bad = tree.rootNode.hasError ? firstBad(tree.rootNode) : undefined
    return tree.rootNode.hasError ? (bad ? told(bad, text) : 'syntax error') : ''
  } finally {
    tree.delete()
  }
}

const jsonError = (text: string): string => {
  try {
    JSON.parse(text)
    return ''
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : 'not JSON'
  }
}

const errorIn = async (path: string, text: string): Promise<string> => {
  const kind = extension(path)
  if (text.length > maxChars || text.trim() === '') return ''
  if (kind === 'json') return jsonError(text)
  const grammar = grammars[kind]
  return grammar ? parseError(grammar, text) : ''
}

/** What the new text breaks, in words; '' when nothing, or when it cannot be said. `before` is undefined for a new file. */
export const brokenBy = async (path: string, before: string | undefined, after: string): Promise<string> => {
  try {
    const error = await errorIn(path, after)
    if (!error) return ''
    // Settings files are often JSON with comments: only what was strict JSON before must stay so.
    if (before === undefined) return extension(path) === 'json' && /^\s*\/[/*]/m.test(after) ? '' : error
    return (await errorIn(path, before)) === '' ? error : ''
  } catch {
    return ''
  }
}

const insistent = new WeakMap<Site['seen'], Set<string>>()

const insists = (site: Site, path: string, after: string): boolean => {
  const sent = insistent.get(site.seen) ?? new Set()
  insistent.set(site.seen, sent)
  const key = `${path}\0${sha256(after)}`
  if (sent.has(key)) return true
  sent.add(key)
  return false
}

/** Throws `edit.syntax` when the new text is broken and the old one was not. */
export const refuseBroken = async (site: Site, path: string, before: string | undefined, after: string): Promise<void> => {
  if (site.syntax === false) return
  const why = await brokenBy(path, before, after)
  if (why && !insists(site, path, after)) fail('edit.syntax', {path, why})
}
