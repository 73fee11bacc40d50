// Reuse: what the code needs is often written elsewhere in it. Expressions and conditions of the same kind, from the
// same function first, then from the file.

import {textOf, walk} from './parse.mjs'
import {kindOf as resultOf} from './result.mjs'
import {fitted, fittedOperation, isLoose} from './surface.mjs'

const kinds = new Set(['call', 'binary', 'attr', 'index', 'ternary', 'new', 'slice', 'map', 'list', 'template'])
const kindOf = (node) =>
  node.view.is === 'binary'
    ? `binary ${/^(<|>|=|!|in|not|is)/.test(textOf(node.view.op)) ? 'test' : /^(&&|\|\||\?\?|and|or)$/.test(textOf(node.view.op)) ? 'logic' : 'sum'}`
    : node.view.is

/** Every reusable expression under `root`: kind → [{text, names, starts}]. */
export const ingredientsOf = (root) => {
  const found = new Map()
  const seen = new Map()
  for (const node of walk(root)) {
    if (!kinds.has(node.view?.is)) continue
    const text = textOf(node)
    const kind = kindOf(node)
    if (text.length > 70 || text.includes('\n')) continue
    if (seen.has(kind + text)) {
      seen.get(kind + text).starts.push(node.start)
      continue
    }
    const names = [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)
    if (!found.has(kind)) found.set(kind, [])
    const one = {
      text,
      names,
      starts: [node.start],
      loose: isLoose(node),
      op: node.view.is === 'binary' ? textOf(node.view.op) : '',
      truth: resultOf(node) === 'truth',
    }
    seen.set(kind + text, one)
    found.get(kind).push(one)
  }
  return found
}

// f(x), f(*x), x.m(): how the file wraps things, as pairs of what comes before and after.
export const wrappersOf = (roots) => {
  const found = new Map()
  const note = (before, after, of, callee) => {
    if (before.length + after.length > 40 || (before + after).includes('\n')) return
    const key = `${before}\u0000${after}`
    found.set(key, {before, after, callee, count: (found.get(key)?.count ?? 0) + 1, of: new Set([...(found.get(key)?.of ?? []), lastName(of)])})
  }
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is !== 'call') continue
      const {callee, args} = node.view
      const whole = textOf(node)
      // What a call, a cast or a function in parentheses gives is called once; it is no habit of the file.
      if (args.length === 1 && (callee.view?.is === 'name' || callee.view?.is === 'attr'))
        note(whole.slice(0, inner(args[0]).start - node.start), whole.slice(inner(args[0]).end - node.start), inner(args[0]), callee.view.name)
      if (callee.view?.is === 'attr' && args.length <= 1 && args.every((one) => one.view?.is === 'literal'))
        note('', whole.slice(callee.view.object.end - node.start), callee.view.object)
    }
  return [...found.values()].sort((a, b) => b.count - a.count).slice(0, 40)
}
const inner = (node) => (node.view?.is === 'spread' && node.view.value ? node.view.value : node)
const lastName = (node) => /[\w$]+$/.exec(textOf(node))?.[0] ?? ''

const wrapped = (node, at) => {
  const up = node.up?.view
  if (!up || (up.is === 'call' && up.callee === node) || (up.is === 'assign' && up.target === node) || up.is === 'update' || up.is === 'declare') return
  const own = textOf(node)
  const last = lastName(node)
  const names = at.names(node)
  for (const {before, after, of, callee} of at.wrappers) {
    const kind = callee && names.find((one) => one.name === callee)?.kind
    if (callee && !kind && at.declared.has(callee)) continue
    const text = before + (isLoose(node) && before === '' ? `(${own})` : own) + after
    if (isAround(node, before, after)) continue
    at.put(
      node,
      text,
      // A function that was handed in is called where its owner says, seldom anywhere else.
      (of.has(last) && last !== '' ? 1.2 : 1.55) + (kind === 'param' ? 0.5 : 0),
      'wrapped as elsewhere',
      `\`${own.replace(/\s+/g, ' ').slice(0, 50)}\` should be \`${text.replace(/\s+/g, ' ').slice(0, 70)}\``,
    )
  }
}
const isAround = (node, before, after) =>
  node.source.slice(node.start - before.length, node.start) === before && node.source.slice(node.end, node.end + after.length) === after

const placed = (node, one) => (!one.loose ? one.text : one.op ? fittedOperation(node, one.text, one.op) : fitted(node, one.text))

// A truth is seldom meant where something else stands.
const misfit = (node, one) => (one.truth && resultOf(node) !== 'truth' && !/^(if|loop|filter|unary|ternary)$/.test(node.up?.view?.is ?? '') ? 0.5 : 0)

const isWithin = (one, fn) => one.starts.some((start) => start >= fn.start && start < fn.end)

const reuse = (node, at) => {
  if (
    !kinds.has(node.view?.is) ||
    (node.up?.view?.is === 'assign' && node.up.view.target === node) ||
    (node.up?.view?.is === 'call' && node.up.view.callee === node)
  )
    return
  const own = textOf(node)
  const fn = at.functionOf(node)
  const visible = new Set(at.names(node).map((one) => one.name))
  for (const one of (at.ingredients.get(kindOf(node)) ?? []).slice(0, 150)) {
    if (one.text === own || (own.includes(one.text) === false && one.names.some((name) => !visible.has(name) && !at.builtIn(name)))) continue
    const isNear = fn && isWithin(one, fn)
    const text = placed(node, one)
    at.put(
      node,
      text,
      (isNear ? 1.45 : 1.85) + (one.text.length > 30 ? 0.2 : 0) + misfit(node, one),
      'reused expression',
      `\`${own.replace(/\s+/g, ' ').slice(0, 50)}\` should be \`${one.text}\``,
    )
  }
}

// Calls that change something are seldom meant as a value.
const changes = /\.(push|pop|shift|unshift|splice|set|add|delete|clear|append|extend|insert|remove|update|discard|popleft|sort|reverse)\(/

// A name or a literal where a whole expression is meant: `n` → `items.length`, `0` → `xs[0]`.
const grown = (node, at) => {
  const up = node.up?.view
  if (!up || (up.is === 'call' && up.callee === node) || up.is === 'attr' || (up.is === 'assign' && up.target === node) || up.is === 'update') return
  if (node.view.is === 'literal' && node.view.what === 'string') return
  const fn = at.functionOf(node)
  if (!fn) return
  const visible = new Set(at.names(node).map((one) => one.name))
  for (const kind of ['attr', 'index', 'call', 'binary sum'])
    for (const one of (at.ingredients.get(kind) ?? []).filter((each) => isWithin(each, fn)).slice(0, 20)) {
      if (one.names.some((name) => !visible.has(name) && !at.builtIn(name))) continue
      at.put(
        node,
        placed(node, one),
        (changes.test(one.text) ? 2.1 : 1.6) + misfit(node, one),
        'reused expression',
        `\`${textOf(node)}\` should be \`${one.text}\``,
      )
    }
}

// `item.quantity` where the file elsewhere says `item.quantity - item.reserved`: what was meant may be the longer one.
const extended = (node, at) => {
  const up = node.up?.view
  if (!up || (up.is === 'assign' && up.target === node) || (up.is === 'call' && up.callee === node) || up.is === 'attr') return
  const own = textOf(node)
  const visible = new Set(at.names(node).map((one) => one.name))
  for (const list of at.ingredients.values())
    for (const one of list) {
      if (one.text.length <= own.length || one.text.length > own.length + 40 || !mentions(one.text, own)) continue
      if (one.starts.length === 1 && one.starts[0] <= node.start && one.starts[0] + one.text.length >= node.end) continue
      if (one.names.some((name) => !visible.has(name) && !at.builtIn(name))) continue
      at.put(node, placed(node, one), 1.2 + misfit(node, one), 'reused expression', `\`${own}\` should be \`${one.text}\``)
    }
}
const mentions = (text, part) => {
  const at = text.indexOf(part)
  return at !== -1 && !/[\w$.]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + part.length] ?? '')
}

// a → a + b, a - b, a * b: an operand is missing. Its likeliest partners are names of the function and sisters of `x.a`.
const operand = (node, at) => {
  const up = node.up?.view
  if (
    !up ||
    ![
      'binary',
      'call',
      'return',
      'assign',
      'declare',
      'loop',
      'paren',
      'index',
      'named',
      'pair',
      'slice',
      'each',
      'comprehension',
      'template',
      'function',
    ].includes(up.is)
  )
    return
  if ((up.is === 'assign' && up.target === node) || (up.is === 'call' && up.callee === node) || (up.is === 'index' && up.object === node)) return
  if (up.is === 'binary' && !/^[-+*/%<>=!]/.test(textOf(up.op))) return
  const own = textOf(node)
  const others = at
    .names(node)
    .filter((one) => one.depth >= 0 && one.depth < 2 && one.kind !== 'function' && one.kind !== 'import')
    .map((one) => one.name)
  const sisters = node.view.is === 'attr' ? at.attrsOf(textOf(node.view.object)).map(([attr]) => `${textOf(node.view.object)}.${attr}`) : []
  const sizes = others.slice(0, 6).map((name) => at.surface.len(name))
  const put = (op, other, cost) => {
    const text = `${own} ${op} ${other}`
    at.put(node, fittedOperation(node, text, op), cost, 'missing operand', `\`${own}\` should be \`${text}\``)
  }
  for (const other of [...sisters.slice(0, 8), ...others.slice(0, 10), ...sizes]) {
    if (other === own) continue
    const cost = sisters.includes(other) ? 1.55 : sizes.includes(other) ? 2.0 : onceRead(node, other, at) ? 1.6 : 1.85
    for (const op of ['+', '-', '*']) put(op, other, op !== '*' ? cost : isProduct(own, other) ? 0.95 : cost + 0.1)
    // Lists and texts care what comes first.
    if (node.view.is === 'name' && others.includes(other))
      at.put(node, fittedOperation(node, `${other} + ${own}`, '+'), cost, 'missing operand', `\`${own}\` should be \`${other} + ${own}\``)
    put('/', other, cost + 0.25)
  }
}

// What is made and then read in one place only may be missing in another.
const onceRead = (node, name, at) => {
  const fn = at.functionOf(node)
  if (!fn || !isPlainLocal(name, node, at)) return false
  const reads = [...walk(fn)].filter(
    (one) => one.view?.is === 'name' && one.view.name === name && !(one.up?.view?.is === 'assign' && one.up.view.target === one),
  )
  return reads.length === 1
}
const isPlainLocal = (name, node, at) => at.names(node).some((one) => one.name === name && one.depth === 0 && one.kind === 'local' && one.start < node.start)

const each = /price|cost|amount|cents|unit|weight|rate|each|points/i
const many = /quantity|qty|count|units|hours|times|number|amount|copies/i
// How much one is, and how many there are.
const isProduct = (a, b) =>
  [a, b].every(isPath) && lastOf(a) !== lastOf(b) && ((each.test(lastOf(a)) && many.test(lastOf(b))) || (many.test(lastOf(a)) && each.test(lastOf(b))))
const isPath = (text) => /^[\w$.]+$/.test(text)
const lastOf = (text) => text.split('.').at(-1)

// load(id) → load(id, last.version): an argument that the called function knows and this call leaves out.
const lentArgument = (node, at) => {
  const {callee, args} = node.view
  const known = at.params.get(textOf(callee).split('.').at(-1))
  const fn = at.functionOf(node)
  if (!fn || !known || args.length >= known.length || !textOf(node).endsWith(')') || args.some((one) => one.view?.is === 'spread')) return
  const visible = new Set(at.names(node).map((one) => one.name))
  for (const kind of ['attr', 'index', 'call'])
    for (const one of (at.ingredients.get(kind) ?? []).filter((each) => isWithin(each, fn)).slice(0, 12)) {
      if (one.names.some((name) => !visible.has(name) && !at.builtIn(name)) || changes.test(one.text)) continue
      at.putAt(
        node.end - 1,
        node.end - 1,
        `${args.length > 0 ? ', ' : ''}${one.text}`,
        1.3,
        'missing argument',
        `\`${textOf(callee)}\` also needs \`${one.text}\``,
      )
    }
}

export const ingredientTemplates = {
  call: [reuse, extended, operand, wrapped, lentArgument],
  binary: [reuse, extended, wrapped],
  attr: [reuse, extended, operand, grown, wrapped],
  index: [reuse, extended, operand, wrapped],
  ternary: [reuse],
  new: [reuse],
  slice: [reuse],
  map: [reuse],
  list: [reuse],
  template: [reuse],
  name: [grown, extended, operand, wrapped],
  literal: [grown],
}
