// Templates for names and texts that stand elsewhere: a local in place of an attribute, a parameter that nobody uses, the
// project's own words and errors, the fixed parts of filled texts.

import {textOf} from './parse.mjs'
import {isCallee, isTarget, say} from './spot.mjs'

// this.total → rest, where `rest` is at hand.
const localInstead = (node, at) => {
  if (isCallee(node) || isTarget(node) || node.up?.view?.is === 'attr' || node.up?.view?.is === 'update') return
  for (const one of at.names(node))
    if (one.depth === 0 && one.kind !== 'function' && one.name !== textOf(node.view.attr))
      at.put(node, one.name, 1.4, 'variable', `${say(textOf(node))} should be \`${one.name}\``)
}

// A parameter or variable that nothing reads was meant somewhere.
const idleInstead = (node, at) => {
  const fn = at.functionOf(node)
  if (!fn || isCallee(node) || isTarget(node) || node.up?.view?.is === 'attr') return
  for (const name of at.idle(fn)) if (name !== textOf(node)) at.put(node, name, 0.75, 'unused name', `\`${name}\` is declared and never used`)
}
const idleArgument = (node, at) => {
  const fn = at.functionOf(node)
  if (!fn || !textOf(node).endsWith(')')) return
  const {args} = node.view
  const end = node.end - 1
  const lead = args.length > 0 ? ', ' : ''
  for (const name of at.idle(fn))
    for (const text of at.surface.name === 'py' ? [name, `${name}=${name}`] : [name, `{${name}}`])
      at.putAt(end, end, lead + text, 0.9, 'unused name', `\`${name}\` is declared and never used`)
}

const plainWord = /^['"][\w:./ -]{1,24}['"]$/
// Words that other files of the project use.
const farString = (node, at) => {
  if (node.view.what !== 'string' || (node.up?.type === 'pair' && node.field === 'key' && at.surface.name === 'js')) return
  const own = textOf(node)
  if (!plainWord.test(own)) return
  const quote = own.at(-1)
  for (const text of at.farStrings)
    if (text !== own.slice(1, -1)) at.put(node, quote + text + quote, 1.3, 'string', `${say(own)} should be ${say(quote + text + quote)}`)
}

// x.count → x.total, where the two are members of one thing in another file.
const farMember = (node, at) => {
  const own = textOf(node.view.attr)
  const seen = new Set([own])
  for (const family of at.families)
    if (family.has(own))
      for (const other of family) {
        if (seen.has(other) || at.facts.attrs.has(other)) continue
        seen.add(other)
        at.put(node.view.attr, other, 1.25, 'attribute', `\`.${own}\` should be \`.${other}\``)
      }
}

const errors = {
  js: ['Error', 'TypeError', 'RangeError', 'SyntaxError'],
  py: ['ValueError', 'TypeError', 'KeyError', 'IndexError', 'LookupError', 'RuntimeError', 'AttributeError', 'ZeroDivisionError', 'StopIteration', 'Exception'],
}
const isError = (name) => /(Error|Exception)$/.test(name) || name === 'StopIteration'
const otherError = (node, at) => {
  const {name} = node.view
  const isFault = (one) => isError(one) || at.faults.has(one)
  if (!isFault(name)) return
  const known = at
    .names(node)
    .map((one) => one.name)
    .filter(isFault)
  for (const to of new Set([...known, ...errors[at.surface.name]]))
    if (to !== name) at.put(node, to, known.includes(to) ? 0.9 : 1.0, 'kind of error', `\`${name}\` should be \`${to}\``)
  if (at.surface.name === 'py' && (node.up?.type === 'except_clause' || (node.up?.type === 'as_pattern' && node.up.up?.type === 'except_clause')))
    for (const to of errors.py) if (to !== name) at.put(node, `(${name}, ${to})`, 1.2, 'kind of error', `\`${to}\` must be caught too`)
}

const marks = ['', ' ', ':', ', ', ',', '-', '/', '.', '_', ': ', ' - ', '\\n', '=', '|', '0']
// The fixed text between what is filled in, and how Python formats it.
const fixedText = (node, at) => {
  for (const part of node.kids) {
    if (/^(string_fragment|string_content)$/.test(part.type)) {
      const own = textOf(part)
      const put = (text, cost) => text !== own && at.put(part, text, cost, 'text', `${say(own)} should be ${say(text)}`)
      if (own.length < 4) for (const text of marks) put(text, 1.3)
      put(`${own} `, 1.4)
      put(` ${own}`, 1.5)
      put(own.trim(), 1.3)
      put(own.trimStart(), 1.4)
      put(own.trimEnd(), 1.4)
    }
    for (const spec of part.type === 'interpolation' ? part.kids.filter((one) => one.type === 'format_specifier') : [])
      for (const text of otherSpecs(textOf(spec))) at.put(spec, text, 1.0, 'format', `${say(textOf(spec))} should be ${say(text)}`)
  }
}
const otherSpecs = (spec) => {
  const found = new Set()
  for (const hit of spec.matchAll(/\d+/g))
    for (const by of [1, -1, 2])
      if (Number(hit[0]) + by >= 0)
        found.add(
          `${spec.slice(0, hit.index)}${hit[0].startsWith('0') && hit[0].length > 1 ? '0' : ''}${Number(hit[0]) + by}${spec.slice(hit.index + hit[0].length)}`,
        )
  for (const [from, to] of [
    ['<', '>'],
    ['>', '<'],
    ['^', '<'],
    ['^', '>'],
    [':', ':0'],
    [':', ':>'],
    [':', ':,'],
    [',', ''],
  ])
    if (spec.includes(from)) found.add(spec.replace(from, to))
  found.delete(spec)
  return found
}

// f(a) → f(a, False)
const falseArgument = (node, at) => {
  const {args} = node.view
  if (args.length === 0 || args.length > 2 || !textOf(node).endsWith(')')) return
  at.putAt(node.end - 1, node.end - 1, `, ${at.surface.false}`, 1.9, 'missing argument', `\`${at.surface.false}\` is missing here`)
}

// x → x or 7, with a number that the function names.
const numberInstead = (node, at) => {
  const fn = at.functionOf(node)
  if (!fn || isCallee(node) || isTarget(node) || !/^(named|call|return|assign|declare|pair)$/.test(node.up?.view?.is ?? '')) return
  for (const value of at.numbersIn(fn))
    at.put(
      node,
      at.surface.name === 'py' ? `${textOf(node)} or ${value}` : `${textOf(node)} || ${value}`,
      1.5,
      'missing default',
      `${say(textOf(node))} may be 0: \`${value}\` stands for it`,
    )
}

/** By view. */
export const nameTemplates = {
  attr: [localInstead, idleInstead, farMember],
  name: [idleInstead, otherError, numberInstead],
  literal: [farString, idleInstead],
  call: [idleArgument, falseArgument],
  new: [idleArgument],
  template: [fixedText],
  made: [otherError],
}
