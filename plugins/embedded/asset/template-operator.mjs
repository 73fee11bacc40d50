// Templates that change one operator: comparison, arithmetic, logic, assignment, step, negation, order and precedence.

import {textOf, walk} from './parse.mjs'
import {isLoose} from './surface.mjs'

const boundary = new Map([
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
])
const order = ['<', '<=', '>', '>=']
const js = {
  equality: ['===', '!==', '==', '!='],
  arithmetic: ['+', '-', '*', '/', '%', '**'],
  bits: ['&', '|', '^', '<<', '>>', '>>>'],
  logic: ['&&', '||', '??'],
  assign: ['=', '+=', '-=', '*=', '/=', '||=', '??='],
}
const py = {
  equality: ['==', '!=', 'is', 'is not', 'in', 'not in'],
  arithmetic: ['+', '-', '*', '/', '//', '%', '**'],
  bits: ['&', '|', '^', '<<', '>>'],
  logic: ['and', 'or'],
  assign: ['=', '+=', '-=', '*=', '/=', '//=', '|='],
}
const tables = {js, py}

const words = (from, to) => `\`${from}\` should be \`${to}\``

const compare = (node, at) => {
  const {op} = node.view
  const from = textOf(op)
  const put = (to, cost, name = 'relational operator') => at.put(op, to, cost, name, words(from, to))
  if (boundary.has(from)) {
    for (const to of order) if (to !== from) put(to, to === boundary.get(from) ? 0.45 : 0.8)
    for (const to of [at.surface.eq, at.surface.neq]) put(to, 1.1)
  } else if (tables[at.surface.name].equality.includes(from)) {
    const {equality} = tables[at.surface.name]
    const opposite = {'===': '!==', '!==': '===', '==': '!=', '!=': '==', is: 'is not', 'is not': 'is', in: 'not in', 'not in': 'in'}
    put(opposite[from], 0.55)
    for (const to of equality) if (to !== from && to !== opposite[from]) put(to, 1.0)
    // Texts are seldom told apart by their order.
    const ofText = node.view.left?.view?.what === 'string' || node.view.right?.view?.what === 'string'
    for (const to of order) put(to, ofText ? 2.0 : 1.1)
  }
}

const identities = ['id', 'key', 'name', 'value', 'code', 'sku', 'uuid', 'slug']
// a === b → a.id === b.id: the same thing is not always the same object.
const byIdentity = (node, at) => {
  const {left, right, op} = node.view
  if (
    !/^(===?|!==?|is|is not)$/.test(textOf(op)) ||
    !['name', 'attr', 'call', 'index'].includes(left.view?.is) ||
    !['name', 'attr', 'call', 'index'].includes(right.view?.is)
  )
    return
  const known = identities.filter((name) => at.facts.attrs.has(name))
  const more = [...at.facts.attrs.keys()].filter((name) => !known.includes(name) && /id$/i.test(name)).slice(0, 4)
  for (const name of [...known, ...more])
    at.putMany(
      [
        [left, `${textOf(left)}.${name}`],
        [right, `${textOf(right)}.${name}`],
      ],
      1.3,
      'identity',
      `both sides must be compared by \`${name}\``,
    )
}

// (a, b) => a - b: an order is a difference and nothing else.
const isOrdering = ({up}) => up?.view?.is === 'function' && up.up?.view?.is === 'call' && /\.(sort|toSorted)$/.test(textOf(up.up.view.callee))

const arithmetic = (node, at) => {
  const {op, left, right} = node.view
  const from = textOf(op)
  const {arithmetic: all, bits} = tables[at.surface.name]
  const near = {'+': '-', '-': '+', '*': '/', '/': at.surface.name === 'py' ? '//' : '*', '//': '/', '%': '/'}
  const far = isOrdering(node) ? 1.2 : 0
  if (all.includes(from)) for (const to of all) if (to !== from) at.put(op, to, far + (to === near[from] ? 0.7 : 1.1), 'arithmetic operator', words(from, to))
  if (bits.includes(from)) for (const to of bits) if (to !== from) at.put(op, to, 1.1, 'bit operator', words(from, to))
  if (from === '-' || from === '/' || from === '%' || from === '//' || from === '**' || order.includes(from))
    at.put(
      node,
      `${textOf(right)} ${from} ${textOf(left)}`,
      0.9,
      'operand order',
      `\`${textOf(node)}\` has its operands the wrong way round`,
      isLoose(left) || isLoose(right),
    )
  if (from === '/') wholeDivision(node, at)
}

const wholeDivision = (node, at) => {
  if (at.surface.name !== 'js') return
  for (const fn of at.surface.whole)
    at.put(node, `${fn}(${textOf(node)})`, fn === 'Math.floor' ? 0.8 : 1.2, 'whole division', `the quotient must be a whole number`)
}

const logic = (node, at) => {
  const {op, left, right} = node.view
  const from = textOf(op)
  for (const to of tables[at.surface.name].logic) if (to !== from) at.put(op, to, from === '??' || to === '??' ? 0.8 : 0.6, 'logical operator', words(from, to))
  for (const side of [left, right])
    if (side.view?.is !== 'unary')
      at.put(side, at.surface.not(isLoose(side) ? `(${textOf(side)})` : textOf(side)), 1.2, 'negation', `\`${textOf(side)}\` must be negated`)
}

// a op b → a, a op b → b
const dropOperand = (node, at) => {
  const {op, left, right} = node.view
  const logical = tables[at.surface.name].logic.includes(textOf(op))
  if (node.view.compare || order.includes(textOf(op)) || tables[at.surface.name].equality.includes(textOf(op))) return
  at.put(node, textOf(left), logical ? 0.85 : 0.9, 'dropped operand', `\`${textOf(op)} ${textOf(right)}\` does not belong here`)
  at.put(node, textOf(right), logical ? 0.9 : 1.1, 'dropped operand', `\`${textOf(left)} ${textOf(op)}\` does not belong here`)
}

// a + b * c → (a + b) * c, and (a + b) * c → a + b * c
const precedence = (node, at) => {
  const {left, right} = node.view
  for (const [side, isLeft] of [
    [left, true],
    [right, false],
  ]) {
    const inner = side.view
    if (inner?.is === 'binary' && !inner.compare) {
      const text = isLeft
        ? `${textOf(inner.left)} ${textOf(inner.op)} (${textOf(inner.right)} ${textOf(node.view.op)} ${textOf(right)})`
        : `(${textOf(left)} ${textOf(node.view.op)} ${textOf(inner.left)}) ${textOf(inner.op)} ${textOf(inner.right)}`
      at.put(node, text, 1.0, 'precedence', `\`${textOf(node)}\` groups the wrong way`)
    }
    if (inner?.is === 'paren' && inner.value?.view?.is === 'binary')
      at.put(side, textOf(inner.value), 1.1, 'precedence', `\`${textOf(side)}\` groups the wrong way`)
  }
}

// a * b * c + d → a * (b * c + d)
const factored = (node, at) => {
  if (!/^[-+]$/.test(textOf(node.view.op))) return
  let first = node.view.left
  if (first?.view?.is !== 'binary' || !/^[*/]$/.test(textOf(first.view.op))) return
  while (first.view.left.view?.is === 'binary' && /^[*/]$/.test(textOf(first.view.left.view.op))) first = first.view.left
  const {left, op, right} = first.view
  const rest = node.source.slice(right.start, node.end)
  at.put(node, `${textOf(left)} ${textOf(op)} (${rest})`, 0.95, 'precedence', `\`${textOf(node)}\` groups the wrong way`)
}

const binary = (node, at) => {
  const op = textOf(node.view.op)
  if (!node.view.left || !node.view.right) return
  const {logic: logical, equality} = tables[at.surface.name]
  if (logical.includes(op)) logic(node, at)
  else if (order.includes(op) || equality.includes(op)) compare(node, at)
  if (!logical.includes(op) && !equality.includes(op)) arithmetic(node, at)
  dropOperand(node, at)
  if (!equality.includes(op)) precedence(node, at)
}

const chain = (node, at) => {
  for (const op of node.view.ops) {
    const from = textOf(op)
    for (const to of order) if (to !== from) at.put(op, to, to === boundary.get(from) ? 0.45 : 0.9, 'relational operator', words(from, to))
  }
}

const unary = (node, at) => {
  const op = textOf(node.view.op)
  if (op === '!' || op === 'not') at.put(node, textOf(node.view.value), 0.6, 'negation', `\`${op}\` does not belong here`)
  if (op === '-') at.put(node, textOf(node.view.value), 0.8, 'sign', 'the sign is wrong')
}

const assign = (node, at) => {
  const {op, target, value} = node.view
  const all = tables[at.surface.name].assign
  if (!value) return
  if (op) {
    const from = textOf(op)
    const near = {'+=': '-=', '-=': '+=', '*=': '/=', '/=': at.surface.name === 'py' ? '//=' : '*='}
    for (const to of all) if (to !== from) at.put(op, to, to === near[from] ? 0.6 : 1.0, 'assignment operator', words(from, to))
    return
  }
  if (target.view?.is === 'name' || target.view?.is === 'attr' || target.view?.is === 'index')
    for (const to of ['+=', '-=']) at.putAt(target.end, value.start, ` ${to} `, 1.1, 'assignment operator', words('=', to))
}

const update = (node, at) => {
  const op = textOf(node.view.op)
  at.put(node.view.op, op === '++' ? '--' : '++', 0.7, 'step direction', words(op, op === '++' ? '--' : '++'))
  const prefix = node.view.op.start < node.view.target.start
  if (node.up?.view?.is !== 'do' && node.field !== 'increment')
    at.put(
      node,
      prefix ? `${textOf(node.view.target)}${op}` : `${op}${textOf(node.view.target)}`,
      1.1,
      'step order',
      'the step must happen on the other side of the use',
    )
}

const ternary = (node, at) => {
  const {test, yes, no} = node.view
  if (!test || !yes || !no) return
  at.putMany(
    [
      [yes, textOf(no)],
      [no, textOf(yes)],
    ],
    0.75,
    'swapped branches',
    'the two branches are swapped',
  )
}

const negate = (node, at) => {
  const {test} = node.view
  if (!test || test.view?.is === 'unary') return
  at.put(test, at.surface.not(isLoose(test) ? `(${textOf(test)})` : textOf(test)), 0.8, 'negation', `the condition \`${textOf(test)}\` must be negated`)
}

// The same operator twice in one statement: both are wrong, or none.
const everywhere = (statement, at) => {
  const found = new Map()
  for (const node of walk(statement)) {
    if (node.view?.is === 'block') return
    const ops = node.view?.is === 'chain' ? node.view.ops : node.view?.is === 'binary' ? [node.view.op] : []
    for (const op of ops) found.set(textOf(op), [...(found.get(textOf(op)) ?? []), op])
  }
  for (const [from, ops] of found) {
    if (ops.length < 2) continue
    const opposite = new Map([...boundary, ['+', '-'], ['-', '+'], ['&&', '||'], ['||', '&&'], ['and', 'or'], ['or', 'and'], ['===', '!=='], ['==', '!=']])
    const to = opposite.get(from)
    if (to)
      at.putMany(
        ops.map((op) => [op, to]),
        1.1,
        'operator throughout',
        `every ${words(from, to).replace('should', 'here should')}`,
      )
  }
}

/** By view. */
export const operatorTemplates = {
  binary: [binary, byIdentity, factored],
  chain: [chain],
  unary: [unary],
  assign: [assign],
  update: [update],
  ternary: [ternary, negate],
  if: [negate],
  loop: [negate],
  filter: [negate],
}
export const operatorStatements = [everywhere]
