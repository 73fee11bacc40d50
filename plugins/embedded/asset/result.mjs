// What a function gives, as far as its text says: numbers, texts, lists, truths. And which of its variables hold what a
// search found, if anything. Pure.

import {textOf, walk} from './parse.mjs'

const byCall = [
  ['number', /^(Math|Number|parseInt|parseFloat|len|sum|int|float|round|abs)\b|\.(length|size|indexOf|getTime|reduce)$/],
  ['text', /^(String|str)\b|\.(join|trim|toUpperCase|toLowerCase|padStart|padEnd|toFixed|replace|replaceAll|strip|upper|lower|format|repeat|title)$/],
  ['list', /^(list|sorted|Array\.from|Object\.(keys|values|entries))\b|\.(map|filter|concat|flatMap|split|slice)$/],
  [
    'truth',
    /^(bool|any|all|isinstance|Boolean)\b|\.(includes|has|some|every|test|startsWith|endsWith|startswith|endswith|isdigit|isalpha|isalnum|isspace|isupper|islower|isnumeric)$/,
  ],
]
const kindOfCall = (callee) => byCall.find(([, pattern]) => pattern.test(callee))?.[0] ?? ''

/** What an expression gives, as far as its text says; '' where it does not. */
export const kindOf = (node) => {
  const view = node?.view
  if (!view) return ''
  if (view.is === 'paren' || view.is === 'await') return kindOf(view.value)
  if (view.is === 'literal') return {number: 'number', string: 'text', bool: 'truth', null: 'nothing'}[view.what] ?? ''
  if (view.is === 'template') return 'text'
  if (view.is === 'list' || view.is === 'comprehension') return 'list'
  if (view.is === 'map') return 'record'
  if (view.is === 'call') return kindOfCall(textOf(view.callee))
  if (view.is === 'attr') return /^(length|size)$/.test(textOf(view.attr)) ? 'number' : ''
  if (view.is === 'unary') return /^(!|not)$/.test(textOf(view.op)) ? 'truth' : 'number'
  if (view.is === 'ternary') return kindOf(view.yes) || kindOf(view.no)
  if (view.is !== 'binary') return ''
  const op = textOf(view.op)
  if (/^([<>]=?|[=!]==?|in|not in|is|is not)$/.test(op)) return 'truth'
  if (/^(-|\*|\/|\/\/|%|\*\*)$/.test(op)) return 'number'
  return op === '+' ? kindOf(view.left) || kindOf(view.right) : ''
}

/** The kinds of all results of a function, its inner functions left out. */
export const kindsOfResults = (fn) => {
  const found = new Set()
  const visit = (node) => {
    for (const one of node.kids) {
      if (one.view?.is === 'function') continue
      if (one.view?.is === 'return' && one.view.value) found.add(kindOf(one.view.value))
      visit(one)
    }
  }
  visit(fn)
  if (fn.view.body && fn.view.body.view?.is !== 'block') found.add(kindOf(fn.view.body))
  found.delete('')
  return found
}

const literalKinds = [
  ['number', /^-?\d/],
  ['text', /^['"]/],
  ['truth', /^(true|false|True|False)$/],
  ['list', /^\[\]$/],
  ['record', /^\{\}$/],
  ['nothing', /^(null|None|undefined|)$/],
]

/** (function, way out) → what a result costs more (or less) that the function does not (or does) give elsewhere. */
export const oddityIn = (kindsOf) => (fn, exit) => {
  if (!exit.startsWith('return')) return 0
  const value = exit.slice('return'.length).trim()
  const kind = literalKinds.find(([, pattern]) => pattern.test(value))?.[0]
  const kinds = kindsOf(fn)
  if (kind === undefined || kinds.size === 0) return 0
  return kinds.has(kind) ? -0.1 : kind === 'nothing' ? 0.05 : 0.2
}

const searching = /\.(find|findLast|get|match|exec|pop|shift|search)$|^next$|^re\.(match|search|fullmatch)$/
/** Variables of a function that hold what a search gave. */
export const soughtIn = (fn) => {
  const found = new Set()
  for (const {view} of walk(fn)) {
    if ((view?.is !== 'declare' && view?.is !== 'assign') || !view.value || view.target?.type !== 'identifier') continue
    const value = view.value.view?.is === 'await' ? view.value.view.value : view.value
    if ((value.view?.is === 'call' && searching.test(textOf(value.view.callee))) || value.view?.is === 'index') found.add(textOf(view.target))
  }
  return [...found]
}
