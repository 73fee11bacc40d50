// Source text → a plain tree with abstract views, so that templates never meet a grammar's node names.
// Works on text alone: no file is read here but the grammars.

import {pathToFileURL} from 'node:url'
import {viewOf} from './view.mjs'

const grammars = new Map([
  ['.js', 'javascript'],
  ['.mjs', 'javascript'],
  ['.cjs', 'javascript'],
  ['.jsx', 'javascript'],
  ['.ts', 'typescript'],
  ['.mts', 'typescript'],
  ['.cts', 'typescript'],
  ['.tsx', 'tsx'],
  ['.py', 'python'],
])

const extensionOf = (path) => path.slice(path.lastIndexOf('.'))

export const grammarOf = (path) => grammars.get(extensionOf(path))

/** `js` or `py`: which surface syntax candidates are written in. */
export const surfaceOf = (path) => (grammarOf(path) === 'python' ? 'py' : 'js')

/** Opens the parser. `parse(path, text)` gives the plain tree; `sound(path, text)` says whether the text has no syntax error. */
export const openParser = async ({treeSitter, grammarDir}) => {
  const {Parser, Language} = await import(pathToFileURL(treeSitter).href)
  await Parser.init()
  const parser = new Parser()
  const loaded = new Map()
  const use = (path) => parser.setLanguage(loaded.get(grammarOf(path)))
  return {
    /** Loads the grammars that these paths need. */
    async ready(paths) {
      for (const name of new Set(paths.map(grammarOf)))
        if (name && !loaded.has(name)) loaded.set(name, await Language.load(`${grammarDir}/tree-sitter-${name}.wasm`))
    },
    parse(path, text) {
      use(path)
      const tree = parser.parse(text)
      const cursor = tree.walk()
      const root = plain(cursor, text, null)
      root.broken = tree.rootNode.hasError
      // A cursor left to the collector frees itself through its tree; after the tree is gone that breaks the parser's memory.
      cursor.delete()
      tree.delete()
      const surface = surfaceOf(path)
      look(root, surface)
      return root
    },
    sound(path, text) {
      use(path)
      const tree = parser.parse(text)
      const ok = !tree.rootNode.hasError
      tree.delete()
      return ok
    },
  }
}

// One node: {type, named, field, start, end, row, kids, up, source}; `kids` holds anonymous tokens too.
const plain = (cursor, source, up) => {
  const node = {
    type: cursor.nodeType,
    named: cursor.nodeIsNamed,
    field: cursor.currentFieldName,
    start: cursor.startIndex,
    end: cursor.endIndex,
    row: cursor.startPosition.row,
    column: cursor.startPosition.column,
    kids: [],
    up,
    source,
    view: null,
  }
  if (cursor.gotoFirstChild()) {
    // To an argument, the call is its parent; to what a text is filled with, the text.
    const parent = up && /^(arguments|argument_list|template_substitution|interpolation)$/.test(node.type) ? up : node
    do node.kids.push(plain(cursor, source, parent))
    while (cursor.gotoNextSibling())
    cursor.gotoParent()
  }
  return node
}

const look = (node, surface) => {
  for (const kid of node.kids) look(kid, surface)
  node.view = viewOf(node, surface)
}

export const textOf = (node) => node.source.slice(node.start, node.end)
export const kid = (node, field) => node.kids.find((one) => one.field === field)
export const namedKids = (node) => node.kids.filter((one) => one.named && one.type !== 'comment')

/** Every node under `node`, itself first, parents before children. */
export const walk = function* (node) {
  yield node
  for (const one of node.kids) yield* walk(one)
}
