// Where the searcher's own programs lie: beside this file in the source, under `asset/embedded` in the bundle; and the
// parser with its grammars, from Penguin's dependencies.

import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const near = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Absolute path of the folder with `search.mjs`. Throws when the installation lacks it. */
export const assetDir = (): string => {
  const found = [near('./asset/embedded'), near('../asset/embedded'), near('./asset')].find((dir) => existsSync(join(dir, 'search.mjs')))
  if (found === undefined) throw new Error('the search engine is missing from this installation')
  return found
}

export interface ParserFiles {
  /** The module of web-tree-sitter; its wasm lies beside it. */
  treeSitter: string
  grammarDir: string
}

export const parserFiles = (): ParserFiles => {
  const {resolve} = createRequire(import.meta.url)
  return {
    treeSitter: join(dirname(resolve('web-tree-sitter')), 'web-tree-sitter.js'),
    grammarDir: dirname(resolve('@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm')),
  }
}
