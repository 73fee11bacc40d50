// Templates for what programmers mean together: a running maximum, a comparator, membership, a quotient without zero, pairs in
// order, one row for each. Expressions only; whole statements are in template-flow.

import {textOf, walk} from './parse.mjs'
import {kindOf} from './result.mjs'
import {say} from './spot.mjs'
import {fitted, fittedOperation, isLoose} from './surface.mjs'
import {statementOf} from './template-condition.mjs'

const isOrder = (op) => /^(<|<=|>|>=)$/.test(op)

// best = x → best = max(best, x), where something is kept over many steps.
const running = (node, at) => {
  const {target, value, op} = node.view
  if (op || !value || value.view?.is === 'literal' || !['name', 'attr', 'index'].includes(target.view?.is) || textOf(value).length > 60) return
  if (/\b(max|min)\(/.test(textOf(value)) || (value.view?.is === 'call' ? kindOf(value) !== 'number' : /^(text|list|record|truth)$/.test(kindOf(value)))) return
  const own = textOf(target)
  for (const fold of ['max', 'min'])
    at.put(
      value,
      at.surface[fold](own, textOf(value)),
      at.inLoop(node) ? 0.95 : 1.3,
      'running extreme',
      `${say(own)} keeps the ${fold === 'max' ? 'most' : 'least'}`,
    )
}

const assignedIn = (body) => [...walk(body)].filter((one) => one.view?.is === 'assign' && !one.view.op && one.view.target && one.view.value).slice(0, 4)

// if (unknown) best[k] = d → if (unknown || d < best[k]) best[k] = d
const betterOnly = (node, at) => {
  const {test, yes} = node.view
  if (!test || !yes) return
  const whole = isLoose(test) && test.view?.is === 'ternary' ? `(${textOf(test)})` : textOf(test)
  for (const {view} of assignedIn(yes)) {
    const [old, found] = [textOf(view.target), textOf(view.value)]
    if (found.length > 40 || old.length > 40 || /^[[{'"]/.test(found)) continue
    for (const op of ['<', '>']) {
      const text = `${found} ${op} ${old}`
      if (textOf(test).includes(text)) continue
      at.put(test, `${whole} ${at.surface.or} ${text}`, 1.15, 'weaker condition', `also when ${say(text)}`)
      at.put(test, `${whole} ${at.surface.and} ${text}`, 1.25, 'stronger condition', `only when ${say(text)}`)
    }
  }
}

const comparatorName = /cmp|compar|order|rank|collat/i
// a < b → compare(a, b) < 0, where the project has a comparator.
const compared = (node, at) => {
  const {left, right, op} = node.view
  if (!left || !right || !/^([<>]=?|[=!]==?)$/.test(textOf(op))) return
  const [a, b, word] = [textOf(left), textOf(right), textOf(op)]
  for (const {name} of at.names(node))
    if (comparatorName.test(name) && at.facts.arity.get(name) !== 1 && name !== a && name !== b)
      at.put(node, `${name}(${a}, ${b}) ${word} 0`, 1.0, 'comparator', `${say(a)} and ${say(b)} are compared by \`${name}\``)
  if (at.surface.name === 'js' && isOrder(word)) at.put(node, `${a}.localeCompare(${b}) ${word} 0`, 1.7, 'comparator', 'texts are compared by their locale')
}

const lookup = (node) => {
  const value = node?.view?.is === 'await' ? node.view.value : node
  if (value?.view?.is === 'call' && value.view.callee.view?.is === 'attr' && textOf(value.view.callee.view.attr) === 'get' && value.view.args.length > 0)
    return {map: textOf(value.view.callee.view.object), key: textOf(value.view.args[0])}
  if (value?.view?.is === 'index' && value.view.index) return {map: textOf(value.view.object), key: textOf(value.view.index), plain: true}
  return null
}
const subjectOf = (test) => {
  if (test?.view?.is === 'name') return {name: textOf(test), is: true}
  if (test?.view?.is === 'unary' && test.view.value?.view?.is === 'name') return {name: textOf(test.view.value), is: false}
  if (test?.view?.is === 'binary' && test.view.left?.view?.is === 'name' && /^(undefined|null|None)$/.test(textOf(test.view.right)))
    return {name: textOf(test.view.left), is: /!|not/.test(textOf(test.view.op))}
  return null
}
// v = m.get(k); if (v) → if (m.has(k)): a value may look like none.
const membership = (node, at) => {
  const subject = subjectOf(node.view.test)
  const fn = subject && at.functionOf(node)
  if (!fn) return
  for (const {view} of walk(fn)) {
    const found = (view?.is === 'declare' || view?.is === 'assign') && textOf(view.target) === subject.name && lookup(view.value)
    if (!found) continue
    const {map, key, plain} = found
    const text = at.surface.name === 'py' ? `${key} ${subject.is ? 'in' : 'not in'} ${map}` : plain ? `${key} in ${map}` : `${map}.has(${key})`
    const negated = at.surface.name === 'js' && !subject.is
    at.put(node.view.test, negated ? (plain ? `!(${text})` : `!${text}`) : text, 0.95, 'membership', `what counts is whether ${say(key)} is in ${say(map)}`)
  }
}

const yields = (node, at) => {
  const {value, many} = node.view
  if (!value) return
  const [one, all] = at.surface.name === 'py' ? ['yield', 'yield from'] : ['yield', 'yield*']
  at.put(node, `${many ? one : all} ${textOf(value)}`, 0.8, 'yield', many ? 'the whole is one element' : `every element of ${say(textOf(value))} is meant`)
}

const immutable = (node) => node.view?.is === 'literal' || node.view?.is === 'unary'
// [row] * n: the same row n times.
const repeated = (node, at) => {
  if (at.surface.name !== 'py' || textOf(node.view.op) !== '*') return
  const {left, right} = node.view
  const [list, count] = left.type === 'list' ? [left, right] : [right, left]
  const [item, more] = list.view?.items ?? []
  if (list.type !== 'list' || !item || more || immutable(item)) return
  const each = textOf(item)
  for (const [text, cost] of [
    [each, item.view?.is === 'name' ? 1.4 : 0.7],
    [`list(${each})`, 0.8],
    [`${each}.copy()`, 1.0],
  ])
    at.put(node, `[${text} for _ in range(${textOf(count)})]`, cost, 'shared element', `each element must be a ${say(each)} of its own`)
}
const filled = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'js' || callee.view?.is !== 'attr' || textOf(callee.view.attr) !== 'fill' || args.length !== 1 || immutable(args[0])) return
  const made = callee.view.object.view
  if (!['call', 'new'].includes(made?.is) || textOf(made.callee) !== 'Array' || made.args.length !== 1) return
  const each = textOf(args[0])
  for (const text of args[0].view?.is === 'name' ? [`[...${each}]`, `({...${each}})`] : [each.startsWith('{') ? `(${each})` : each])
    at.put(node, `Array.from({length: ${textOf(made.args[0])}}, () => ${text})`, 0.7, 'shared element', `each element must be a ${say(each)} of its own`)
}

// a < b and c < d → (a, c) < (b, d): the second only counts where the first are equal.
const lexicographic = (node, at) => {
  const {left, right} = node.view
  const [a, b] = [left?.view, right?.view]
  if (!/^(&&|\|\||and|or)$/.test(textOf(node.view.op)) || a?.is !== 'binary' || b?.is !== 'binary') return
  if (!isOrder(textOf(a.op)) || !isOrder(textOf(b.op))) return
  const {and, or, eq, name} = at.surface
  const strict = textOf(a.op)[0]
  const text = `${textOf(a.left)} ${strict} ${textOf(a.right)} ${or} (${textOf(a.left)} ${eq} ${textOf(a.right)} ${and} ${textOf(right)})`
  at.put(node, fittedOperation(node, text, or), 0.9, 'order of pairs', `${say(textOf(right))} only counts where the first are equal`)
  if (name === 'py') {
    const pairs = `(${textOf(a.left)}, ${textOf(b.left)}) ${textOf(b.op)} (${textOf(a.right)}, ${textOf(b.right)})`
    at.put(node, pairs, 0.85, 'order of pairs', `${say(textOf(right))} only counts where the first are equal`)
  }
}

// a / b → b === 0 ? 0 : a / b
const quotient = (node, at) => {
  const {left, right, op} = node.view
  if (!/^(\/|\/\/|%)$/.test(textOf(op)) || right.view?.is === 'literal' || !left) return
  const by = textOf(right)
  const test = at.surface.name === 'py' ? by : `${by} === 0`
  const [yes, no] = at.surface.name === 'py' ? [textOf(node), '0'] : ['0', textOf(node)]
  at.put(node, fitted(node, at.surface.ternary(test, yes, no)), 1.15, 'division by zero', `${say(by)} may be 0`)
}

// set(k, fresh) → set(k, [...old, ...fresh]): what was there stays.
const appended = (node, at) => {
  const up = node.up?.view
  if (
    at.surface.name !== 'js' ||
    !(((up?.is === 'call' || up?.is === 'new') && up.callee !== node) || (up?.is === 'assign' && up.value === node) || up?.is === 'return')
  )
    return
  for (const one of at
    .names(node)
    .filter((each) => each.depth === 0 && each.kind === 'local' && each.name !== textOf(node))
    .slice(0, 6))
    at.put(node, `[...${one.name}, ...${textOf(node)}]`, 1.6, 'missing part', `what \`${one.name}\` holds must stay`)
}

// a % b → (a + b) % b, wherever the statement says it: what is below 0 wraps, too.
const wrapping = (node, at) => {
  if (textOf(node.view.op) !== '%') return
  const statement = statementOf(node)
  const around = ({view}) => `(${textOf(view.left).replace(/^\((.*)\)$/, '$1')} + ${textOf(view.right)}) % ${textOf(view.right)}`
  const all = [...walk(statement)].filter((one) => one.view?.is === 'binary' && textOf(one.view.op) === '%')
  if (at.surface.name === 'js') at.put(node, around(node), 1.2, 'wrap', `${say(textOf(node))} may be below 0`)
  if (at.surface.name === 'js' && all.length > 1 && all.length < 5 && all[0] === node)
    at.putMany(
      all.map((one) => [one, around(one)]),
      1.15,
      'wrap',
      'what is below 0 must wrap, too',
    )
}

// a * x + b * y → a * y + b * x
const crossed = (node, at) => {
  const [a, b] = [node.view.left?.view, node.view.right?.view]
  if (!/^[-+]$/.test(textOf(node.view.op)) || a?.is !== 'binary' || b?.is !== 'binary' || textOf(a.op) !== textOf(b.op) || !/^[*/]$/.test(textOf(a.op))) return
  at.putMany(
    [
      [a.right, textOf(b.right)],
      [b.right, textOf(a.right)],
    ],
    1.0,
    'swapped factors',
    `${say(textOf(a.right))} and ${say(textOf(b.right))} are swapped`,
  )
}

// if (a) return x; if (b) return y → x and y the other way round.
const swappedResults = (node, at) => {
  const items = node.up?.view?.items
  const next = items?.[items.indexOf(node) + 1]
  const first = resultIn(node.view.yes)
  const second = next?.view?.is === 'if' ? resultIn(next.view.yes) : next?.view?.is === 'return' ? next.view.value : null
  if (!first || !second || textOf(first) === textOf(second)) return
  at.putMany(
    [
      [first, textOf(second)],
      [second, textOf(first)],
    ],
    0.9,
    'swapped results',
    `${say(textOf(first))} and ${say(textOf(second))} are swapped`,
  )
}
const resultIn = (yes) => {
  const only = yes?.view?.is === 'block' ? (yes.view.items.length === 1 ? yes.view.items[0] : null) : yes
  return only?.view?.is === 'return' ? only.view.value : null
}

// xs.push(v) → xs[at] = v: work that ends in any order has its place.
const placed = (node, at) => {
  const {callee, args} = node.view
  if (node.up?.view?.is !== 'do' || callee.view?.is !== 'attr' || !/^(push|append)$/.test(textOf(callee.view.attr)) || args.length !== 1) return
  for (const one of at.names(node).filter((each) => each.depth >= 0 && each.depth < 2 && /^(i|j|k|at|n|pos|position)$|index|idx/i.test(each.name)))
    at.put(node, `${textOf(callee.view.object)}[${one.name}] = ${textOf(args[0])}`, 1.1, 'place', `${say(textOf(args[0]))} belongs at \`${one.name}\``)
}

const separators = [' ', '/', ':', '.', '-', '_', ',']
// text.startsWith(id) → text.startsWith(`${id} `): what follows an id ends it.
const bounded = (node, at) => {
  const {callee, args} = node.view
  const method = callee.view?.is === 'attr' ? textOf(callee.view.attr) : ''
  if (!/^(startsWith|endsWith|includes|indexOf|startswith|endswith|count|find)$/.test(method) || args.length === 0 || args[0].view?.is === 'literal') return
  const own = textOf(args[0])
  for (const mark of separators)
    at.put(args[0], /^end/.test(method) ? `'${mark}' + ${own}` : `${own} + '${mark}'`, 1.5, 'bounded text', `\`${mark}\` must stand beside ${say(own)}`)
}

const conversions = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name === 'js' && textOf(callee) === 'parseInt' && args.length === 2)
    for (const to of ['Number', 'parseFloat']) at.put(node, `${to}(${textOf(args[0])})`, 0.9, 'conversion', `${say(textOf(args[0]))} need not be whole`)
  if (at.surface.name === 'py' && textOf(callee) === 'enumerate' && args.length === 1)
    for (const first of ['2', ...[...at.facts.numbers.keys()].filter((one) => /^\d+$/.test(one)).slice(0, 4)])
      at.putAt(node.end - 1, node.end - 1, `, ${first}`, 1.0, 'missing argument', `counting starts at ${first}`)
  // d.get(k, v) → d.get(k) or v: what is there may be empty.
  if (at.surface.name === 'py' && callee.view?.is === 'attr' && textOf(callee.view.attr) === 'get' && args.length === 2)
    at.put(node, `(${textOf(callee)}(${textOf(args[0])}) or ${textOf(args[1])})`, 1.15, 'missing default', `${say(textOf(args[0]))} may be empty`)
}
const emptyKey = (node, at) => {
  const {object, index} = node.view
  if (at.surface.name !== 'py' || !index || index.view?.is === 'slice' || (node.up?.view?.is === 'assign' && node.up.view.target === node)) return
  for (const value of ['0', "''", '[]'])
    at.put(node, `(${textOf(object)}.get(${textOf(index)}) or ${value})`, 1.35, 'missing default', `${say(textOf(index))} may be missing or empty`)
}

// d[k] = [] → d.setdefault(k, []), d[k] ??= []: what is there already stays.
const keepOld = (node, at) => {
  const {target, value, op} = node.view
  if (op || !value || !['index', 'attr'].includes(target.view?.is) || !/^(\[\]|\{\}|0|''|""|new \w+\(\)|set\(\)|dict\(\)|list\(\))$/.test(textOf(value))) return
  if (at.surface.name === 'js') at.putAt(target.end, value.start, ' ??= ', 0.9, 'assignment operator', `${say(textOf(target))} may have a value already`)
  else if (target.view.is === 'index' && target.view.index)
    at.put(
      node,
      node.up?.view?.is === 'assign'
        ? `${textOf(target.view.object)}.setdefault(${textOf(target.view.index)}, ${textOf(value)})`
        : `${textOf(target.view.object)}.setdefault(${textOf(target.view.index)}, ${textOf(value)})`,
      0.9,
      'missing key',
      `${say(textOf(target))} may have a value already`,
    )
}

// a & b → a <= b, for sets.
const setTest = (node, at) => {
  if (at.surface.name === 'py' && /^[&|^-]$/.test(textOf(node.view.op)))
    for (const op of ['<=', '>=', '==', '-'])
      if (op !== textOf(node.view.op)) at.put(node.view.op, op, 1.2, 'set operator', `\`${textOf(node.view.op)}\` should be \`${op}\``)
}

/** By view. */
export const idiomTemplates = {
  assign: [running, keepOld],
  if: [betterOnly, membership, swappedResults],
  ternary: [membership],
  binary: [compared, repeated, lexicographic, quotient, setTest, wrapping, crossed],
  yield: [yields],
  name: [appended],
  call: [filled, placed, bounded, conversions],
  index: [emptyKey],
}
