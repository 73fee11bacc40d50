// Templates for what stands in the wrong order: the names that a pattern takes apart, the literals of one statement, the links
// of a chain, the two sides of a comparison that must ask for the same.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'

const swapped = (a, b, at, cost, name) => {
  if (textOf(a) === textOf(b)) return
  at.putMany(
    [
      [a, textOf(b)],
      [b, textOf(a)],
    ],
    cost,
    name,
    `${say(textOf(a))} and ${say(textOf(b))} are swapped`,
  )
}

// const [month, day] = … → const [day, month] = …
const taken = (node, at) => {
  const pattern =
    node.view.target?.type === 'array_pattern' ? node.view.target : [...walk(node.view.target ?? {kids: []})].find((one) => one.type === 'array_pattern')
  const names = pattern?.kids.filter((one) => one.type === 'identifier') ?? []
  for (let i = 0; i < Math.min(names.length, 4); i++)
    for (let j = i + 1; j < Math.min(names.length, 4); j++) swapped(names[i], names[j], at, 0.95, 'element order')
}

// (b, a) => … → (a, b) => …
const parameters = (node, at) => {
  const names = node.view.params?.kids.filter((one) => one.named && one.type !== 'comment') ?? []
  if (node.view.params?.type === 'identifier' || names.length < 2) return
  swapped(names[0], names[1], at, 1.2, 'parameter order')
}

// Two literals of one statement that are not beside each other.
const literals = (statement, at) => {
  if (textOf(statement).length > 240 || statement.view?.is === 'function' || statement.view?.is === 'class') return
  const found = []
  for (const node of walk(statement)) {
    if (node.view?.is === 'literal' && (node.view.what === 'number' || node.view.what === 'string')) found.push(node)
    if (found.length > 6) return
  }
  for (const [i, a] of found.entries())
    for (const b of found.slice(i + 1))
      if (a.view.what === b.view.what && !(a.up === b.up && a.up?.view?.is === 'list')) swapped(a, b, at, 1.0, 'swapped values')
}

// a.start - b.end → a.start - b.start: both sides ask for the same.
const sides = (left, right, at, cost) => {
  if (left?.view?.is !== 'attr' || right?.view?.is !== 'attr') return
  const [a, b] = [left.view, right.view]
  const [one, other] = [textOf(a.attr), textOf(b.attr)]
  if (one === other || textOf(a.object) === textOf(b.object) || a.object.view?.is === 'self' || b.object.view?.is === 'self') return
  at.put(a.attr, other, cost, 'attribute', `${say(textOf(left))} should ask for \`.${other}\``)
  at.put(b.attr, one, cost, 'attribute', `${say(textOf(right))} should ask for \`.${one}\``)
}
const paired = (node, at) => {
  const op = textOf(node.view.op)
  if (/^(-|[<>]=?|[=!]==?)$/.test(op)) sides(node.view.left, node.view.right, at, op === '-' ? 0.5 : 0.95)
}
const pairedCall = (node, at) => {
  const {callee, args} = node.view
  if (callee.view?.is === 'attr' && args.length > 0 && /^(localeCompare|compare\w*)$/.test(textOf(callee.view.attr)))
    sides(callee.view.object, args[0], at, 0.5)
}

/** `x.a(1).b(2)` as its beginning and its links `.a(1)`, `.b(2)`. */
const linksOf = (node) => {
  const links = []
  let at = node
  while (at.view?.is === 'call' && at.view.callee.view?.is === 'attr') {
    const {object} = at.view.callee.view
    links.unshift({start: object.end, end: at.end, text: at.source.slice(object.end, at.end)})
    at = object
  }
  return links
}
const chainOrder = (node, at) => {
  if (at.surface.name !== 'js' || (node.up?.view?.is === 'attr' && node.up.up?.view?.is === 'call')) return
  const links = linksOf(node)
  if (links.length < 2 || links.length > 7) return
  const put = (order, cost) => {
    const text = order.map((one) => one.text).join('')
    at.putAt(links[0].start, links.at(-1).end, text, cost, 'order of a chain', `the order should be ${say(text.trim())}`)
  }
  for (let i = 0; i + 1 < links.length; i++) put([...links.slice(0, i), links[i + 1], links[i], ...links.slice(i + 2)], 1.1)
  if (links.length > 2) {
    put([links.at(-1), ...links.slice(0, -1)], 1.15)
    put([...links.slice(1), links[0]], 1.15)
  }
}

// a + b → b + a, for texts.
const textual = /^['"`]|\.(repeat|join|padStart|padEnd|slice|trim|toUpperCase|toLowerCase|toFixed|replace)\(|^String\(/
const textOrder = (node, at) => {
  const {left, right} = node.view
  if (textOf(node.view.op) !== '+' || !left || !right || (node.up?.view?.is === 'binary' && textOf(node.up.view.op) === '+')) return
  const parts = [right]
  let first = left
  for (; first.view?.is === 'binary' && textOf(first.view.op) === '+'; first = first.view.left) parts.unshift(first.view.right)
  parts.unshift(first)
  if (!parts.some((one) => textual.test(textOf(one)))) return
  for (let i = 0; i + 1 < Math.min(parts.length, 5); i++) swapped(parts[i], parts[i + 1], at, 0.9, 'operand order')
}

/** By view. */
export const orderTemplates = {
  declare: [taken],
  loop: [taken],
  function: [parameters],
  binary: [paired, textOrder],
  call: [pairedCall, chainOrder],
}
export const orderStatements = [literals]
