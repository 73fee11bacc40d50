// All candidates of one function, cheapest first. Pure: text in, edits out; the same text gives the same list.
// A candidate is {path, edits: [{start, end, text}], cost, template, group, say, line, start}.

import {textOf, walk} from './parse.mjs'
import {kindsOfResults, oddityIn, soughtIn} from './result.mjs'
import {factsOf, scopesOf} from './scope.mjs'
import {surfaces} from './surface.mjs'
import {conditionStatements, conditionTemplates} from './template-condition.mjs'
import {flowFacts, flowStatements} from './template-flow.mjs'
import {idiomTemplates} from './template-idiom.mjs'
import {ingredientsOf, ingredientTemplates, wrappersOf} from './template-ingredient.mjs'
import {nameTemplates} from './template-name.mjs'
import {operatorStatements, operatorTemplates} from './template-operator.mjs'
import {patternTemplates} from './template-pattern.mjs'
import {statementStatements, statementTemplates} from './template-statement.mjs'
import {valueTemplates} from './template-value.mjs'
import {familiesOf, paramsOf, wholeStatements, wholeTemplates} from './template-whole.mjs'
import {wrapTemplates} from './template-wrap.mjs'

/** Which builder looks at which templates first: A local, B conditions, C statements, D reuse. */
const groups = [
  ['A', [operatorTemplates, valueTemplates, patternTemplates, wrapTemplates, nameTemplates, idiomTemplates], operatorStatements],
  ['B', [conditionTemplates], conditionStatements],
  ['C', [statementTemplates], [...statementStatements, ...flowStatements]],
  ['D', [ingredientTemplates, wholeTemplates], wholeStatements],
]

const globals = new Set(
  'Math Number String Array Object JSON Date Map Set Promise Error TypeError RangeError Symbol RegExp Infinity NaN console parseInt parseFloat isNaN Boolean BigInt structuredClone len range int float str list dict set tuple sum min max abs sorted reversed enumerate zip any all map filter isinstance round bool print ValueError KeyError TypeError IndexError'.split(
    ' ',
  ),
)

/** What all files together say: members that go with each other, names of parameters. */
export const commonOf = (roots) => ({families: familiesOf(roots), params: paramsOf(roots), words: wordsOf(roots)})

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
    wrappers: wrappersOf([root, ...others]),
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
    firsts: memo(firstValues),
    elsewhere: memo((fn) =>
      simpleStatements(root)
        .filter((one) => one.start < fn.start || one.start >= fn.end)
        .slice(0, 14),
    ),
  }
}

const numbersIn = (fn) =>
  [...new Set([...walk(fn)].filter((node) => node.view?.what === 'number').map(textOf))].filter((text) => !/^[01]$/.test(text)).slice(0, 4)

/** Plain words that the sources put between quotes, by language. */
const wordsOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.type !== 'string' || node.source[node.end - 1] === '`') continue
      const text = textOf(node).slice(1, -1)
      const surface = root.type === 'module' ? 'py' : 'js'
      if (text.length > 0 && text.length < 25 && !/['"\\\n]/.test(text) && !/^import/.test(node.up?.type ?? '') && !/^\.{0,2}\//.test(text))
        found.set(surface, (found.get(surface) ?? new Set()).add(text))
    }
  return new Map([...found].map(([surface, words]) => [surface, [...words]]))
}

const memo = (make) => {
  const known = new Map()
  return (key) => {
    if (!known.has(key)) known.set(key, make(key))
    return known.get(key)
  }
}
const unique = (found) => [...new Map(found.map((one) => [one.text, one])).values()]

const arityOf = (fn) => {
  const {params} = fn.view
  if (params.type === 'identifier') return 1
  const count = params.kids.filter((kid) => kid.named && kid.type !== 'comment').length
  return params.kids.some((kid) => /^(self|cls)$/.test(textOf(kid))) ? count - 1 : count
}

// `this.items = []` as class fields or a constructor have it: what a reset looks like.
const initialsOf = (root) => {
  const found = new Map()
  for (const node of walk(root)) {
    if (/^(public_field_definition|field_definition)$/.test(node.type)) {
      const name = node.kids.find((kid) => kid.field === 'name' || kid.field === 'property')
      const value = node.kids.find((kid) => kid.field === 'value')
      if (name && value && textOf(value).length < 40) found.set(textOf(name), textOf(value))
    }
    const view = node.view
    if (
      view?.is === 'assign' &&
      !view.op &&
      view.target?.view?.is === 'attr' &&
      /^(this|self)$/.test(textOf(view.target.view.object)) &&
      view.value &&
      /^(\[\]|\{\}|\d+|null|None|''|""|true|false|True|False|new \w+\(\)|set\(\)|dict\(\))$/.test(textOf(view.value))
    )
      found.set(textOf(view.target.view.attr), textOf(view.value))
  }
  return [...found]
}

// `user` → {name, email} when the file says user.name and user.email.
const attributesByName = (root) => {
  const found = new Map()
  for (const node of walk(root)) {
    if (node.view?.is !== 'attr') continue
    const object = textOf(node.view.object)
    if (!found.has(object)) found.set(object, new Map())
    found.get(object).set(textOf(node.view.attr), true)
  }
  return found
}

const functionOf = (node) => {
  for (let up = node.up; up; up = up.up) if (up.view?.is === 'function') return up
  return null
}
const inLoop = (node) => {
  for (let up = node.up; up && up.view?.is !== 'function'; up = up.up) if (up.view?.is === 'loop') return true
  return false
}
const indentOf = (node) => /^[ \t]*/.exec(node.source.slice(node.source.lastIndexOf('\n', node.start - 1) + 1))[0]

// `let list = null`, `total = 0`: what a variable of a function begins with, where that is plain to see.
const firstValues = (fn) => {
  const found = new Map()
  for (const {view} of walk(fn)) {
    if ((view?.is !== 'declare' && view?.is !== 'assign') || view.op || !view.value || !/^[A-Za-z_$][\w$]*$/.test(textOf(view.target))) continue
    const name = textOf(view.target)
    if (!found.has(name)) found.set(name, plainValue.test(textOf(view.value)) ? textOf(view.value) : '')
  }
  return [...found].filter(([, value]) => value !== '').slice(0, 6)
}
const plainValue = /^(\[\]|\{\}|-?\d+|null|undefined|None|''|""|true|false|True|False)$/

const simpleStatements = (region) => {
  const found = []
  for (const node of walk(region))
    if (node.view?.is === 'do' && node.up?.view?.items && textOf(node).length < 80 && !textOf(node).includes('\n') && node.view.value?.view?.what !== 'string')
      found.push({text: textOf(node), start: node.start, names: [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)})
  return unique(found).slice(0, 40)
}

/** `region` is a function node (or the whole tree for a module's own code, its functions left out). */
export const candidatesOf = (file, region, most = 20_000) => {
  const found = new Map()
  const isModule = region.view?.is === 'block'
  for (const [group, tables, statements] of groups) {
    const at = putter(file, group, found)
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
