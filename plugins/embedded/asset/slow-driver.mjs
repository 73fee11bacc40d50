// Where no warm runner fits: the project's own command, once for each candidate. A few dozen candidates a minute, so
// only the likeliest are tried. Coverage is unknown; places come from the command's output and from names.

import {globSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {isGuarded} from './discover.mjs'
import {isRegion, lineCounter} from './generate.mjs'
import {grammarOf, walk} from './parse.mjs'
import {splice} from './probe.mjs'

const skip = /(^|\/)(node_modules|\.git|\.venv|venv|dist|build|coverage|__pycache__)(\/|$)/
const sources = '**/*.{js,mjs,cjs,ts,mts,cts,jsx,tsx,py}'
const mostFiles = 60
const test = '(the test command)'

const filesIn = (root) =>
  globSync(sources, {cwd: root, exclude: (name) => skip.test(typeof name === 'string' ? name : name.name)}).filter(
    (path) => !skip.test(path) && !path.endsWith('.d.ts'),
  )

/** How much speaks for a function: its lines in stack traces, its name in the output or in test files. */
const scoreOf = (node, lineAt, places, words, called) => {
  const first = lineAt(node.start)
  const last = lineAt(node.end)
  if (places.some((line) => line >= first && line <= last)) return 1
  if (words.has(node.view.name)) return 0.8
  return called.has(node.view.name) ? 0.6 : 0.25
}

const wordsOf = (text) => new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? [])

/** The same shape as the warm drivers; `run(command, wallMs)` gives {code, output}. */
export const openSlowDriver = ({root, command, run, parser}) => {
  const texts = new Map()
  let dirty = null
  const limits = {wall: 60_000}
  const restore = () => {
    if (dirty) writeFileSync(dirty, texts.get(dirty))
    dirty = null
  }
  return {
    mode: 'cold',
    async baseline(wallMs) {
      const started = performance.now()
      const {code, output} = await run(command, wallMs)
      if (code === null) return {error: 'the test command took too long or could not be started'}
      limits.wall = Math.max(3000, (performance.now() - started) * 4)
      return {
        tests: [{id: test, name: test, file: root, ok: code === 0, message: output.slice(-1500), frames: [], ms: performance.now() - started, hits: []}],
        output,
      }
    },
    /** Trees of the sources and regions by suspicion, from what the command printed. */
    async places(output) {
      const all = filesIn(root)
      const tests = all.filter((path) => isGuarded(join(root, path), root))
      const paths = all.filter((path) => grammarOf(path) && !isGuarded(join(root, path), root)).slice(0, mostFiles)
      await parser.ready(paths)
      const files = new Map(paths.map((path) => [join(root, path), parser.parse(path, readFileSync(join(root, path), 'utf8'))]))
      const words = wordsOf(
        `${output}\n${tests
          .slice(0, 40)
          .map((path) => readFileSync(join(root, path), 'utf8'))
          .join('\n')}`,
      )
      const regions = []
      for (const [path, tree] of files) {
        const places = [
          ...output.matchAll(new RegExp(`${path.slice(root.length + 1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']?(?::|, line |\\()(\\d+)`, 'g')),
        ].map((found) => Number(found[1]))
        const lineAt = lineCounter(tree.source)
        const nodes = [...walk(tree)].filter(isRegion)
        const called = new Set(nodes.filter((node) => words.has(node.view.name)).flatMap((node) => [...wordsOf(node.source.slice(node.start, node.end))]))
        for (const node of nodes) {
          const score = scoreOf(node, lineAt, places, words, called)
          regions.push({path, node, name: node.view.name, line: node.row + 1, score, lineScore: (line) => (places.includes(line) ? 1 : Math.min(0.9, score))})
        }
      }
      return {files, regions: regions.sort((a, b) => b.score - a.score)}
    },
    async evaluate({path, edits}) {
      restore()
      if (!texts.has(path)) texts.set(path, readFileSync(path, 'utf8'))
      const text = splice(texts.get(path), [], edits)
      if (!parser.sound(path, text)) return {passed: [], failed: [test], crashed: false}
      writeFileSync(path, text)
      dirty = path
      const {code} = await run(command, limits.wall)
      return code === 0 ? {passed: [test], failed: [], broke: [], done: true} : {passed: [], failed: [test], broke: [], late: code === null}
    },
    rest: restore,
    close: restore,
  }
}
