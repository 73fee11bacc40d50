// What speaks for an edit before it is tried: words of failing tests that it brings in, names that nobody used and that it
// uses; and against it: names that nobody uses any more. Pure; it only orders.

import {textOf, walk} from './parse.mjs'

const idle = new Set(
  'test tests case should when with that this from into they them have does then than only after before each every into over under none same what which will must returns return given value values'.split(
    ' ',
  ),
)

const stemOf = (word) => word.toLowerCase().replace(/(ies|es|s|ed|ing|er)$/, '')
const wordsIn = (text) => text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []
const isTelling = (word) => word.length > 3 && !idle.has(word.toLowerCase())

/** Stems of the telling words in the names of tests: the last part of each name, and in brackets nothing. */
export const hintsOf = (names) => {
  const found = new Set()
  for (const name of names) {
    const last = name.split(/ > |::|\.(?=\w+$)/).at(-1) ?? ''
    for (const word of wordsIn(last.replace(/\[.*\]$/, ''))) if (isTelling(word)) found.add(stemOf(word))
  }
  return found
}

const known = new Map()
const stemsOf = (name) => {
  if (!known.has(name)) known.set(name, wordsIn(name).filter(isTelling).map(stemOf))
  return known.get(name)
}

/** Does a name share a word with them? */
export const isHinted = (name, hints) => stemsOf(name).some((stem) => hints.has(stem))

// `x = …`, `self.x = …`, `x: int = …`: said, but not read.
const isWritten = (node) => {
  const holder = node.up?.view?.is === 'attr' && node.up.view.attr === node ? node.up : node
  const by = holder.up?.view
  return (by?.is === 'assign' || by?.is === 'declare') && by.target === holder
}

/** How often the sources read each name, and once more for where it is made; what a function or class is called counts as used, since others may call it. */
export const usesOf = (roots) => {
  const found = new Map()
  const written = new Set()
  for (const root of roots)
    for (const node of walk(root)) {
      if (!/identifier/.test(node.type) || node.kids.some((kid) => kid.named)) continue
      const name = textOf(node)
      if (isWritten(node)) written.add(name)
      else found.set(name, (found.get(name) ?? 0) + (node.field === 'name' && (node.up?.view?.is === 'function' || node.up?.view?.is === 'class') ? 2 : 1))
    }
  for (const name of written) found.set(name, (found.get(name) ?? 0) + 1)
  return found
}

const names = /[A-Za-z_$][\w$]*/g
const countsIn = (text) => {
  const found = new Map()
  for (const [name] of text.matchAll(names)) found.set(name, (found.get(name) ?? 0) + 1)
  return found
}

const weights = {hinted: 0.2, found: 0.3, lost: 0.25}

/** What an edit costs more (or less) by the names that it brings in and takes away. `source` is the text it changes. */
export const biasOf = (edits, source, {hints, uses}) => {
  let come = ''
  let gone = ''
  for (const {start, end, text} of edits) {
    come += ` ${text}`
    gone += ` ${source.slice(start, end)}`
  }
  const [after, before] = [countsIn(come), countsIn(gone)]
  let bias = 0
  for (const name of after.keys()) {
    if (before.has(name)) continue
    if (bias > -weights.hinted && isHinted(name, hints)) bias -= weights.hinted
    if (uses.get(name) === 1) bias -= weights.found
  }
  for (const [name, count] of before) {
    const left = (uses.get(name) ?? 0) - count + (after.get(name) ?? 0)
    if (left < 2 && (uses.get(name) ?? 0) > left) bias += weights.lost
  }
  return bias
}
