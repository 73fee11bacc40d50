// Templates that change one value: numbers, strings, booleans, names, attributes, methods, arguments, bounds.

import {textOf} from './parse.mjs'
import {siblingsOf} from './sibling.mjs'
import {fitted, fittedOperation, isLoose} from './surface.mjs'

const number = (node, at) => {
  const from = textOf(node)
  const value = Number(from.replaceAll('_', ''))
  const grouped = from.includes('_')
  if (!Number.isFinite(value)) return
  const say = (to) => `\`${from}\` should be \`${to}\``
  const signed = node.up?.view?.is === 'unary'
  // `x + 0` and `x * 1` are left to the templates that drop an operand.
  const idle = node.up?.view?.is === 'binary' ? {'+': '0', '-': '0', '*': '1', '/': '1'}[textOf(node.up.view.op)] : undefined
  const stands = node.up?.view?.is === 'assign' && node.up.view.op
  const put = (plainly, cost) => {
    const to = grouped && /^\d{4,}$/.test(plainly) ? plainly.replace(/\B(?=(\d{3})+$)/g, '_') : plainly
    if (to !== from && to !== idle && !(stands && to === '0') && !(signed && to.startsWith('-'))) at.put(node, to, cost, 'constant', say(to))
  }
  if (Number.isInteger(value)) {
    const near = ['binary', 'index', 'slice', 'chain', 'unary'].includes(node.up?.view?.is) || node.up?.view?.is === 'declare' ? 0.7 : 0.85
    put(String(value + 1), near)
    put(String(value - 1), near)
  }
  for (const to of ['0', '1', '-1', '2']) put(to, 0.95)
  for (const [factor, cost] of [
    [10, 1.2],
    [100, 1.2],
    [60, 1.25],
    [2, 1.4],
    [1000, 1.25],
    [24, 1.4],
    [3600, 1.45],
  ]) {
    put(String(value * factor), cost)
    put(plain(value / factor), cost)
  }
  if (value === 0) for (const to of at.surface.infinite) put(to, 1.1)
  put(`-${from}`, 1.1)
  for (const from of [units.find((one) => one.includes(value)) ?? []]) for (const to of from) put(String(to), 1.15)
  for (const [other] of at.facts.numbers) put(other, 1.2)
  for (const other of at.asked.numbers) put(other, 1.35)
  if (cuts.test(node.source.slice(Math.max(0, node.start - 40), node.start))) for (const other of at.asked.lengths) put(other, 1.2)
  for (const to of [at.surface.null, at.surface.true, at.surface.false, "''", '[]']) put(to, 1.7)
}
// How many of one are in another: what is mistaken for one another.
const units = [
  [60, 3600, 24, 1440, 86400, 7, 12],
  [1000, 60000, 3600000, 86400000],
  [1024, 1000, 1048576],
  [365, 366, 360],
  [16, 10, 8, 2, 36],
]
// Where a number says how long a text is.
const cuts = /\.(slice|substring|substr|padStart|padEnd|repeat|length)\b[^;\n]*$/
const plain = (value) => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12))))

const string = (node, at) => {
  const from = textOf(node)
  if (node.up?.type === 'pair' && node.field === 'key' && at.surface.name === 'js') return
  const quote = from.at(-1)
  const body = from.slice(1, -1)
  const say = (to) => `${short(from)} should be ${short(to)}`
  const put = (to, cost) => to !== from && at.put(node, to, cost, 'string', say(to))
  for (const [other] of at.facts.strings) put(other, other.length < 30 ? 1.15 : 1.6)
  for (const other of at.asked.strings) put(quote + other + quote, 1.3)
  if (/[a-z]/i.test(body) && body.length < 40) {
    put(quote + body.toLowerCase() + quote, 1.2)
    put(quote + body.toUpperCase() + quote, 1.2)
  }
  if (body.length < 4) for (const to of ['', ' ', ',', ', ', '\\n', '.', '-', '_', '/', ':', '0', '=', '&', ';', '|', '\\t']) put(quote + to + quote, 1.25)
  if (body.length > 0 && body.length < 30) {
    put(`${quote}${body} ${quote}`, 1.4)
    put(`${quote} ${body}${quote}`, 1.5)
    put(quote + body.trim() + quote, 1.2)
    put(quote + body.slice(0, -1) + quote, 1.4)
    put(quote + body.slice(1) + quote, 1.4)
  }
  for (const [attr] of at.facts.attrs) if (/^\w+$/.test(body)) put(quote + attr + quote, 1.5)
  put(at.surface.null, 1.7)
}
const short = (text) => `\`${text.length > 40 ? `${text.slice(0, 37)}...` : text}\``

const bool = (node, at) => {
  const flipped = textOf(node).toLowerCase() === 'true' ? at.surface.false : at.surface.true
  at.put(node, flipped, 0.55, 'boolean', `\`${textOf(node)}\` should be \`${flipped}\``)
  at.put(node, at.surface.null, 1.5, 'constant', `\`${textOf(node)}\` should be \`${at.surface.null}\``)
}

const nothing = (node, at) => {
  for (const to of at.surface.defaults) at.put(node, to, 1.3, 'constant', `\`${textOf(node)}\` should be \`${to}\``)
}

const literal = (node, at) => ({number, string, bool, null: nothing})[node.view.what](node, at)

const list = (node, at) => {
  const {items} = node.view
  if (items.length === 0) for (const to of ['{}', at.surface.null, '0', "''"]) at.put(node, to, 1.4, 'initial value', `\`[]\` should be \`${to}\``)
  for (let i = 0; i < Math.min(items.length, 6) - 1; i++) swapPair(items[i], items[i + 1], at, 1.1, 'element order')
}

const swapPair = (a, b, at, cost, name) => {
  if (textOf(a) !== textOf(b))
    at.putMany(
      [
        [a, textOf(b)],
        [b, textOf(a)],
      ],
      cost,
      name,
      `\`${short(textOf(a)).slice(1, -1)}\` and \`${short(textOf(b)).slice(1, -1)}\` are swapped`,
    )
}

const map = (node, at) => {
  const {items} = node.view
  for (let i = 0; i < items.length - 1; i++) {
    if (/spread|splat/.test(items[i].type) || /spread|splat/.test(items[i + 1].type)) swapPair(items[i], items[i + 1], at, 0.9, 'spread order')
    else if (items[i].view?.value && items[i + 1].view?.value) swapPair(items[i].view.value, items[i + 1].view.value, at, 1.2, 'swapped values')
  }
}

// What is filled here has a size that may be meant.
const grows = /^(push|append|add|extend|unshift|insert|pop|set)$/

const isClass = (text) => /^[A-Z].*[a-z]/.test(text)

const name = (node, at) => {
  const {name: from} = node.view
  // any(x for x in xs) has a generator in place of arguments.
  const isCallee = (node.up?.view?.is === 'call' && node.up.view.callee === node) || (node.up?.type === 'call' && node.field === 'function')
  const say = (to) => `\`${from}\` should be \`${to}\``
  // Where many could be meant, each is the less likely.
  const crowd = 0.1 * Math.max(0, Math.log2(at.names(node).filter((one) => one.depth === 0).length / 5))
  for (const one of at.names(node)) {
    if (one.name === from || one.name === at.surface.self) continue
    const callable = one.kind === 'function' || one.kind === 'import' || at.facts.callees.has(one.name)
    if (isCallee !== callable && !(isCallee && one.kind === 'param')) {
      if (isCallee || one.kind === 'function' || one.depth !== -1 || isClass(one.name)) continue
    }
    const cost = one.depth === -1 ? 1.3 : 0.85 + crowd + 0.15 * Math.max(0, one.depth)
    at.put(
      node,
      node.type === 'shorthand_property_identifier' ? `${from}: ${one.name}` : one.name,
      cost,
      isCallee ? 'called function' : 'variable',
      say(one.name),
    )
  }
  if (!isCallee && (node.up?.view?.is !== 'assign' || node.up.view.target !== node))
    for (const one of at.names(node))
      if (one.depth === 0 && one.name !== from && at.attrsOf(one.name).some(([attr]) => grows.test(attr)))
        at.put(node, at.surface.len(one.name), 1.5, 'variable', say(at.surface.len(one.name)))
  if (isCallee) for (const to of siblingsOf(from, at.surface.name)) at.put(node, to, 0.75, 'called function', say(to))
  if (!isCallee) offByOne(node, at)
  if (!isCallee && node.up?.view?.is !== 'attr')
    for (const [attr] of at.attrsOf(from)) at.put(node, `${from}.${attr}`, 1.35, 'attribute', `\`${from}\` should be \`${from}.${attr}\``)
  if (!isCallee && at.selfAttrs.has(from)) at.put(node, `${at.surface.self}.${from}`, 1.0, 'attribute', `\`${from}\` should be \`${at.surface.self}.${from}\``)
}

const offByOneCosts = {
  index: 0.8,
  slice: 0.75,
  binary: 0.9,
  call: 1.0,
  return: 1.0,
  assign: 1.1,
  declare: 1.1,
  paren: 1.1,
  ternary: 1.1,
  named: 1.1,
  each: 1.1,
  pair: 1.2,
  template: 1.2,
  list: 1.2,
  comprehension: 1.2,
  function: 1.2,
  spread: 1.3,
}

// Only where a count or a position is likely: bounds, indices, arguments, results, sizes.
const offByOne = (node, at) => {
  const up = node.up?.view
  if (!up || (up.is === 'assign' && up.target === node) || up.is === 'attr' || up.is === 'update') return
  const here = up.is === 'index' && up.index !== node ? undefined : offByOneCosts[up.is]
  if (here === undefined || (up.is === 'call' && up.callee === node)) return
  for (const [sign, word] of [
    ['+', 'one more'],
    ['-', 'one less'],
  ])
    at.put(node, fittedOperation(node, `${textOf(node)} ${sign} 1`, sign), here, 'off by one', `\`${textOf(node)}\` should be ${word}`)
}

// Whose result nobody takes: a call that only asks is no call at all.
const asks = /^(get|has|at|values|keys|entries|slice|includes|indexOf|map|filter|find|some|every|join|trim|index|count|items|copy|toString|valueOf)$/

// What changes something gives no truth to ask for.
const gives = /^(add|push|unshift|set|clear|append|extend|insert|update|forEach|sort|reverse)$/
const isAsked = (call) => {
  const up = call.up?.view
  if (up?.is === 'if' || up?.is === 'ternary' || up?.is === 'loop' || up?.is === 'filter') return up.test === call
  return up?.is === 'unary' || call.up?.type === 'parenthesized_expression' || (up?.is === 'binary' && /^(&&|\|\||and|or)$/.test(textOf(up.op)))
}

const attr = (node, at) => {
  const {object, attr: key} = node.view
  const from = textOf(key)
  const isCallee = node.up?.view?.is === 'call' && node.up.view.callee === node
  const say = (to) => `\`.${from}\` should be \`.${to}\``
  const near = new Set(at.attrsOf(textOf(object)).map(([one]) => one))
  if (isCallee) {
    const idle = node.up.up?.view?.is === 'do'
    const asked = isAsked(node.up)
    const cost = (to, own) => own + (idle && asks.test(to) ? 1.3 : 0) + (asked && gives.test(to) ? 0.9 : 0)
    for (const to of siblingsOf(from, at.surface.name)) at.put(key, to, cost(to, 0.65), 'method', say(to))
    for (const [to] of at.facts.methods) if (to !== from) at.put(key, to, cost(to, near.has(to) ? 1.1 : 1.4), 'method', say(to))
  } else {
    for (const [to] of at.facts.attrs)
      if (to !== from) at.put(key, to, (near.has(to) ? 0.85 : 1.25) + (node.up?.view?.target === node ? 0.25 : 0), 'attribute', say(to))
    for (const [to] of at.facts.methods) if (to !== from && near.has(to)) at.put(key, `${to}()`, 2.1, 'method', say(`${to}()`))
    offByOne(node, at)
    for (const to of siblingsOf(from, at.surface.name)) at.put(key, to, 0.8, 'attribute', say(to))
  }
  if (!isCallee && node.up?.view?.is !== 'attr' && !(node.up?.view?.is === 'assign' && node.up.view.target === node))
    at.put(node, textOf(object), 1.3, 'attribute', `\`.${from}\` does not belong here`)
  for (const one of at.names(node))
    if (object.view?.is === 'self' || object.view?.name === at.surface.self)
      if (one.name === from && one.depth >= 0) at.put(node, from, 0.9, 'variable', `\`${textOf(node)}\` should be \`${from}\``)
}

const call = (node, at) => {
  const {callee, args} = node.view
  for (let i = 0; i < args.length; i++)
    for (let j = i + 1; j < Math.min(args.length, 5); j++)
      if (args[i].view?.is !== 'named' && args[j].view?.is !== 'named') swapPair(args[i], args[j], at, j === i + 1 ? 0.75 : 1.0, 'argument order')
  if (callee.view?.is === 'attr' && args.length === 1 && !isLoose(args[0]))
    at.putMany(
      [
        [callee.view.object, textOf(args[0])],
        [args[0], textOf(callee.view.object)],
      ],
      1.0,
      'operand order',
      `\`${textOf(callee.view.object)}\` and \`${textOf(args[0])}\` are swapped`,
    )
  if (args.length > 1) at.putAt(args.at(-2).end, args.at(-1).end, '', 1.2, 'dropped argument', `\`${textOf(args.at(-1))}\` does not belong here`)
  if (args.length > 1) at.putAt(args[0].start, args[1].start, '', 1.3, 'dropped argument', `\`${textOf(args[0])}\` does not belong here`)
  if (callee.view?.is === 'attr') at.put(node, textOf(callee.view.object), 1.15, 'dropped call', `\`.${textOf(callee.view.attr)}()\` does not belong here`)
  else if (args.length === 1 && callee.view?.is === 'name')
    at.put(node, fitted(node, textOf(args[0])), 1.2, 'dropped call', `\`${textOf(callee)}()\` does not belong here`)
  if (callee.view?.is === 'attr' && args.length > 0 && /^[A-Z]/.test(textOf(callee.view.object)))
    at.put(node, fitted(node, textOf(args[0])), 1.2, 'dropped call', `\`${textOf(callee)}()\` does not belong here`)
  addArgument(node, at)
  offByOne(node, at)
}

const addArgument = (node, at) => {
  const {args, callee} = node.view
  const known = at.facts.arity.get(textOf(callee).split('.').at(-1))
  if (args.length >= 3 || (known !== undefined && args.length >= known)) return
  const end = node.end - 1
  const lead = args.length > 0 ? ', ' : ''
  for (const one of at.names(node).filter((each) => each.depth >= 0 && each.kind !== 'function'))
    at.putAt(end, end, lead + one.name, known === undefined ? 1.7 : 1.0, 'missing argument', `\`${textOf(callee)}\` also needs \`${one.name}\``)
  if (args.length > 0)
    for (const value of ['1', '0', at.surface.true]) at.putAt(end, end, lead + value, 1.8, 'missing argument', `\`${textOf(callee)}\` also needs \`${value}\``)
}

const index = (node, at) => {
  const {index: key, object} = node.view
  if (!key || key.view?.is === 'slice') return
  if (key.view?.is !== 'literal' && key.view?.is !== 'name') offByOne(key, at)
  if (at.surface.name === 'py') at.put(key, '-1', 1.1, 'index', `the index should be \`-1\``)
  else at.put(key, `${textOf(object)}.length - 1`, 1.2, 'index', 'the last element is meant')
}

const slice = (node, at) => {
  const {from, to, step} = node.view
  const f = from ? textOf(from) : ''
  const t = to ? textOf(to) : ''
  const s = step ? `:${textOf(step)}` : ''
  const put = (text, cost) => text !== textOf(node) && at.put(node, text, cost, 'slice', `\`[${textOf(node)}]\` should be \`[${text}]\``)
  put(`${f}:${s}`, 0.9)
  put(`:${t}${s}`, 0.9)
  put(`${t}:${f}${s}`, 1.2)
  if (!from) put(`1:${t}${s}`, 0.8)
  if (!to) put(`${f}:-1${s}`, 0.9)
  put(`${f}:${t}:-1`, 1.2)
  put(`${f}:${t}`, 1.0)
}

/** By view. */
export const valueTemplates = {
  literal: [literal],
  list: [list],
  map: [map],
  name: [name],
  attr: [attr],
  call: [call],
  new: [call],
  index: [index],
  slice: [slice],
}
