// What the failing tests say in plain values: the numbers and short texts in their bodies, which the code may have to say as
// well. Only the test files are read.

import {existsSync, readFileSync} from 'node:fs'
import {grammarOf, textOf, walk} from './parse.mjs'

const mostValues = 24
const mostFiles = 6
export const noValues = {numbers: [], strings: [], lengths: []}

const lastPart = (name) =>
  name
    .split(/ > |::/)
    .at(-1)
    .replace(/ #\d+$/, '')
    .replace(/\[.*\]$/, '')

// it('adds', () => …) by its text, def test_adds(): by its name.
const bodiesOf = (root, names) => {
  const found = []
  for (const node of walk(root)) {
    const view = node.view
    const title = view?.is === 'call' && view.args[0]?.view?.what === 'string' ? textOf(view.args[0]).slice(1, -1) : view?.is === 'function' ? view.name : ''
    if (title !== '' && names.some((name) => name === title || name.endsWith(`.${title}`))) found.push(view.is === 'call' ? (view.args.at(-1) ?? node) : node)
  }
  return found
}

/** `red`: tests that fail. Without a body that is known by its name: nothing. */
export const askedOf = async (red, parser) => {
  const paths = [...new Set(red.map((one) => one.file))].filter((path) => path && grammarOf(path) && existsSync(path)).slice(0, mostFiles)
  await parser.ready(paths)
  return valuesIn(
    paths.map((path) => parser.parse(path, readFileSync(path, 'utf8'))),
    red.map((one) => one.name),
  )
}

/** `roots`: trees of test files; `names`: names of failing tests. */
export const valuesIn = (roots, names) => {
  const last = names.map(lastPart)
  const numbers = new Set()
  const strings = new Set()
  for (const body of roots.flatMap((root) => bodiesOf(root, last)))
    for (const node of walk(body)) {
      const view = node.view
      if (view?.is !== 'literal' || /^import/.test(node.up?.type ?? '')) continue
      if (view.what === 'number') numbers.add(textOf(node))
      const text = view.what === 'string' ? textOf(node).slice(1, -1) : ''
      if (text.length > 0 && text.length < 20 && !/['"\\\n]/.test(text)) strings.add(text)
    }
  const lengths = new Set([...strings].map((text) => String(text.length)).filter((text) => text.length > 1 || Number(text) > 2))
  return {numbers: [...numbers].slice(0, mostValues), strings: [...strings].slice(0, mostValues), lengths: [...lengths].slice(0, 8)}
}
