// All candidates of one function, cheapest first. Pure: text in, edits out; the same text gives the same list.
// A candidate is {path, edits: [{start, end, text}], cost, template, group, say, line, start}.

import {noValues} from './asked.mjs'
import {arityOf, attributesByName, firstValues, initialsOf, memo, numbersIn, simpleStatements, unique, wordsOf} from './offer.mjs'
import {textOf, walk} from './parse.mjs'
import {kindsOfResults, oddityIn, soughtIn} from './result.mjs'
import {factsOf, scopesOf} from './scope.mjs'
import {surfaces} from './surface.mjs'
import {boundFacts} from './template-bound.mjs'
import {flowFacts} from './template-flow.mjs'
import {ingredientsOf, wrappersOf} from './template-ingredient.mjs'
import {inverseFacts} from './template-inverse.mjs'
import {kinFacts} from './template-kin.mjs'
import {faultsOf, lookupsOf} from './template-known.mjs'
import {lastingFacts} from './template-lasting.mjs'
import {flagsOf} from './template-limit.mjs'
import {orphanFacts} from './template-orphan.mjs'
import {pythonFacts, pythonFunctions} from './template-python.mjs'
import {seriesFacts} from './template-series.mjs'
import {classesOf, collectionsOf, stateFacts} from './template-state.mjs'
import {stillIn} from './template-still.mjs'
import {methodsOf, uncalledFacts} from './template-uncalled.mjs'
import {familiesOf, paramsOf} from './template-whole.mjs'
import {groups} from './templates.mjs'

const globals = new Set(
  'Math Number String Array Object JSON Date Map Set Promise Error TypeError RangeError Symbol RegExp Infinity NaN console parseInt parseFloat isNaN Boolean BigInt structuredClone decodeURIComponent encodeURIComponent len range int float str list dict set tuple sum min max abs sorted reversed enumerate zip any all map filter isinstance round bool print ValueError KeyError TypeError IndexError'.split(
    ' ',
  ),
)

/** What all files together say: members that go with each other, names of parameters. */
export const commonOf = (roots) => ({
  families: familiesOf(roots),
  params: paramsOf(roots),
  words: wordsOf(roots),
  flags: flagsOf(roots),
  classes: classesOf(roots),
  collections: collectionsOf(roots),
  methods: methodsOf(roots),
  ...seriesFacts(roots),
  faults: faultsOf(roots),
  farWrappers: wrappersOf(roots).filter((one) => globals.has(one.callee)),
  asked: noValues,
})

/** Prepares a file: what templates may ask about it. `others` are trees of further files that lend ingredients, `common` is what all files say. */
export const fileOf = (path, root, surfaceName, others = [], common = commonOf([root, ...others])) => {
  const surface = surfaces[surfaceName]
  const facts = factsOf([root, ...others])
  const returnsWithEnd = [...walk(root)].filter((node) => node.view?.is === 'return' || node.view?.is === 'do')
  const end = surfaceName === 'js' && returnsWithEnd.some((node) => textOf(node).endsWith(';')) ? ';' : ''
  const names = scopesOf(root)
  const byName = attributesByName(root)
  const selfAttrs = new Set([...(byName.get(surface.self) ?? new Map()).keys()])
  for (const node of walk(root)) if (node.view?.is === 'function' && node.view.name && node.view.params) facts.arity.set(node.view.name, arityOf(node))
  const tests = [...walk(root)].map((node) => node.view?.test).filter((test) => test && textOf(test).length < 60 && !textOf(test).includes('\n'))
  return {
    path,
    root,
    surface,
    facts,
    end,
    names,
    ...common,
    declared: new Set([...walk(root)].filter((node) => node.view?.is === 'declared').map(textOf)),
    selfAttrs,
    ingredients: ingredientsOf(root),
    wrappers: withFar(wrappersOf([root, ...others]), common.farWrappers),
    lookups: lookupsOf(root),
    initials: initialsOf(root),
    tests: unique(
      tests.map((test) => ({text: textOf(test), names: [...walk(test)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)})),
    ).slice(0, 30),
    throws: [
      ...new Set([...walk(root)].filter((node) => node.view?.is === 'throw' && textOf(node).length < 100).map((node) => textOf(node).replace(/;$/, ''))),
    ],
    attrsOf: (name) => [...(byName.get(name) ?? [])],
    builtIn: (name) => globals.has(name),
    functionOf,
    inLoop,
    indentOf,
    simple: memo((fn) => simpleStatements(fn).map((one) => one.text)),
    numbersIn: memo(numbersIn),
    sought: memo(soughtIn),
    oddity: oddityIn(memo(kindsOfResults)),
    farStrings: (common.words.get(surfaceName) ?? []).filter((text) => !facts.strings.has(`'${text}'`) && !facts.strings.has(`"${text}"`)).slice(0, 60),
    ...flowFacts(memo, root, surface, end),
    ...inverseFacts(memo, root, surface),
    ...kinFacts(root),
    ...boundFacts(root),
    ...lastingFacts(root),
    ...pythonFacts(root),
    ...stateFacts(memo, common),
    ...orphanFacts(root, common, (name) => [...(byName.get(name) ?? [])]),
    ...uncalledFacts(memo, root, common),
    still: memo(stillIn),
    firsts: memo(firstValues),
    elsewhere: memo((fn) =>
      simpleStatements(root)
        .filter((one) => one.start < fn.start || one.start >= fn.end)
        .slice(0, 14),
    ),
  }
}

const withFar = (own, far) => [...own, ...far.filter((one) => own.every((each) => each.before !== one.before || each.after !== one.after))]

const functionOf = (node) => {
  for (let up = node.up; up; up = up.up) if (up.view?.is === 'function') return up
  return null
}
const inLoop = (node) => {
  for (let up = node.up; up && up.view?.is !== 'function'; up = up.up) if (up.view?.is === 'loop') return true
  return false
}
const indentOf = (node) => /^[ \t]*/.exec(node.source.slice(node.source.lastIndexOf('\n', node.start - 1) + 1))[0]

/** `region` is a function node (or the whole tree for a module's own code, its functions left out). */
export const candidatesOf = (file, region, most = 20_000) => {
  const found = new Map()
  const isModule = region.view?.is === 'block'
  for (const [group, tables, statements] of groups) {
    const at = putter(file, group, found)
    if (group === 'C' && !isModule) for (const template of pythonFunctions) template(region, at)
    for (const node of nodesOf(region, isModule)) {
      at.site = node
      if (node.view) for (const table of tables) for (const template of table[node.view.is] ?? []) template(node, at)
      if (node.up?.view?.items && isStatementPlace(node) && !isModule) for (const template of statements) template(node, at)
    }
  }
  return [...found.values()].sort((a, b) => a.cost - b.cost || a.start - b.start || (a.key < b.key ? -1 : 1)).slice(0, most)
}

const isStatementPlace = (node) =>
  (node.up.view.is === 'block' || (node.up.view.is === 'case' && node.field === 'body')) && node.named && node.type !== 'comment'

/** A named function is searched by itself; an anonymous one belongs to what is around it. */
export const isRegion = (node) => node.view?.is === 'function' && node.view.name !== '' && Boolean(node.view.body)

// A region's own code: named functions inside it are left out, and so are imports, types and documentation.
const nodesOf = function* (region, isModule) {
  for (const kid of region.kids) {
    if (isRegion(kid) || /^import/.test(kid.type) || isDocumentation(kid)) continue
    if (/^(type_annotation|type_arguments|type_parameters|interface_declaration|type_alias_declaration|type)$/.test(kid.type)) continue
    yield kid
    yield* nodesOf(kid, isModule)
  }
}

const isDocumentation = (node) => node.view?.is === 'do' && node.view.value?.view?.what === 'string'

const putter = (file, group, found) => {
  const add = (edits, cost, template, say, start) => {
    const real = edits.filter((edit) => file.root.source.slice(edit.start, edit.end) !== edit.text)
    if (real.length === 0) return
    const key = real.map((edit) => `${edit.start}:${edit.end}:${edit.text}`).join('\n')
    const known = found.get(key)
    if (known && known.cost <= cost) return
    found.set(key, {key, path: file.path, edits: real, cost, template, group, say, start, line: lineCounter(file.root.source)(start)})
  }
  return {
    ...file,
    put: (node, text, cost, template, say) => add([{start: node.start, end: node.end, text}], cost, template, say, node.start),
    putAt: (start, end, text, cost, template, say) => add([{start, end, text}], cost, template, say, start),
    putMany: (pairs, cost, template, say) =>
      add(
        pairs.map(([node, text]) => ({start: node.start, end: node.end, text})),
        cost,
        template,
        say,
        pairs[0][0].start,
      ),
    /** `at` is the node whose suspicion counts. */
    putAll: (edits, cost, template, say, at) => add(edits, cost, template, say, at ? at.start : edits[0].start),
  }
}

const counters = new Map()
/** Offset → 1-based line, for one text. */
export const lineCounter = (source) => {
  if (!counters.has(source)) {
    const starts = [0]
    for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
    counters.set(source, (offset) => {
      let low = 0
      let high = starts.length - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (starts[middle] <= offset) low = middle
        else high = middle - 1
      }
      return low + 1
    })
  }
  return counters.get(source)
}
