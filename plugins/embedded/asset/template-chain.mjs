// Templates for the order in which things happen to one value: calls in a chain, an operation before or after rounding,
// a quotient that is rounded up. Expressions only.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'
import {fittedOperation, isLoose} from './surface.mjs'

/** The calls of a chain from its start on, as texts: x.trim().split(',') → x, [.trim(), .split(',')]. */
const linksOf = (node) => {
  const links = []
  let at = node
  while (at.view?.is === 'call' && at.view.callee.view?.is === 'attr') {
    const {object, attr} = at.view.callee.view
    links.unshift({name: textOf(attr), text: at.source.slice(object.end, at.end), takes: at.view.args.length > 0})
    at = object
  }
  return {base: at, links}
}

// x.replace('<', …).replace('&', …) → x.replace('&', …).replace('<', …)
const reordered = (node, at) => {
  if (node.up?.view?.is === 'attr') return
  const {base, links} = linksOf(node)
  if (links.length < 2 || links.length > 6) return
  const orders = new Map()
  const add = (made, cost) => {
    const text = textOf(base) + made.map((one) => one.text).join('')
    if (text !== textOf(node) && (orders.get(text) ?? cost) >= cost) orders.set(text, cost)
  }
  const isSame = (a, b) => a.name === b.name
  for (let i = 0; i + 1 < links.length; i++)
    add([...links.slice(0, i), links[i + 1], links[i], ...links.slice(i + 2)], isSame(links[i], links[i + 1]) ? 0.9 : 1.35)
  if (links.length > 2) {
    const [first, last] = [links[0], links.at(-1)]
    add([last, ...links.slice(0, -1)], isSame(last, links.at(-2)) ? 0.95 : 1.45)
    add([...links.slice(1), first], isSame(first, links[1]) ? 0.95 : 1.45)
  }
  for (const [text, cost] of orders) at.put(node, text, cost, 'order of calls', `the calls belong in the order ${say(text)}`)
}

const rounds = /(^|\.)(round|floor|ceil|trunc|int|parseInt|abs|toFixed)$/
// round(a / b) ↔ round(a) / b
const outOf = (node, at) => {
  const {callee, args} = node.view
  const [first] = args
  if (first?.view?.is !== 'binary' || !first.view.left || !/^([-+*/]|\/\/)$/.test(textOf(first.view.op)) || args.length > 2) return
  const {left, op, right} = first.view
  const kept = left.view?.is === 'paren' ? left.view.value : left
  const call = node.source.slice(node.start, first.start) + textOf(kept) + node.source.slice(first.end, node.end)
  const text = `${call} ${textOf(op)} ${textOf(right)}`
  at.put(
    node,
    fittedOperation(node, text, textOf(op)),
    rounds.test(textOf(callee)) ? 0.95 : 1.6,
    'order of calls',
    `${say(textOf(node))} should be ${say(text)}`,
  )
}
const into = (node, at) => {
  const {left, op, right} = node.view
  if (left?.view?.is !== 'call' || left.view.args.length === 0 || left.view.args.length > 2 || !/^([-+*/]|\/\/)$/.test(textOf(op))) return
  const [first] = left.view.args
  if (first.view?.is === 'named' || first.view?.is === 'spread') return
  const inner = isLoose(first) ? `(${textOf(first)})` : textOf(first)
  const text = `${node.source.slice(node.start, first.start)}${inner} ${textOf(op)} ${textOf(right)}${node.source.slice(first.end, left.end)}`
  at.put(node, text, rounds.test(textOf(left.view.callee)) ? 0.95 : 1.6, 'order of calls', `${say(textOf(node))} should be ${say(text)}`)
}

// a // b → -(-a // b): what is left over counts as a whole.
const roundedUp = (node, at) => {
  const {left, op, right} = node.view
  if (at.surface.name !== 'py' || textOf(op) !== '//') return
  const text = `-(-${isLoose(left) ? `(${textOf(left)})` : textOf(left)} // ${textOf(right)})`
  at.put(node, text, 1.05, 'rounding', `${say(textOf(node))} must be rounded up`)
}

// a * x / y → a * y / x: what multiplies and what divides.
const turnedRound = (node, at) => {
  const {left, op, right} = node.view
  if (!/^[*/]$/.test(textOf(op)) || left?.view?.is !== 'binary' || !/^[*/]$/.test(textOf(left.view.op)) || textOf(left.view.op) === textOf(op)) return
  if (isLoose(right) || isLoose(left.view.right)) return
  const text = `${textOf(left.view.left)} ${textOf(op)} ${textOf(left.view.right)} ${textOf(left.view.op)} ${textOf(right)}`
  at.put(node, text, 0.95, 'swapped factors', `${say(textOf(node))} should be ${say(text)}`)
}

const begins = /^([\w$.]+)\.(startsWith|endsWith|startswith|endswith)$/
const withoutEnd = {
  js: (text, size, isStart) => `${text}.slice(${isStart ? size : `0, -${size}`})`,
  py: (text, size, isStart) => `${text}[${isStart ? `${size}:` : `:-${size}`}]`,
}
// if (name.startsWith(prefix)) f(name) → f(name.slice(prefix.length)): what was asked for is left out.
const withoutPrefix = (node, at) => {
  const up = node.up?.view
  const fn = at.functionOf(node)
  if (!fn || up?.is === 'attr' || up?.callee === node || (up?.is === 'assign' && up.target === node) || up?.is === 'declare') return
  const own = textOf(node)
  for (const {view} of walk(fn)) {
    const [, text, how] = (view?.is === 'call' && view.args.length > 0 && begins.exec(textOf(view.callee))) || []
    if (text !== own) continue
    const [end] = view.args
    const size = end.view?.what === 'string' ? String(textOf(end).length - 2) : at.surface.len(textOf(end))
    const to = withoutEnd[at.surface.name](own, size, /^starts/i.test(how))
    at.put(node, to, 1.1, 'part', `${say(own)} still has ${say(textOf(end))}: ${say(to)} is meant`)
  }
}

// text[at] → text[++at], where the position moves by itself elsewhere: what is read here is stepped over.
const stepped = (node, at) => {
  const {index} = node.view
  const fn = at.functionOf(node)
  if (at.surface.name !== 'js' || index?.view?.is !== 'name' || !fn || (node.up?.view?.is === 'assign' && node.up.view.target === node)) return
  const own = textOf(index)
  if (![...walk(fn)].some((one) => one.view?.is === 'update' && textOf(one.view.target) === own)) return
  for (const text of [`++${own}`, `${own}++`]) at.put(index, text, 1.1, 'missing step', `what is read at ${say(own)} is stepped over`)
}

/** By view. */
export const chainTemplates = {index: [stepped], call: [reordered, outOf], binary: [into, roundedUp, turnedRound], name: [withoutPrefix]}
