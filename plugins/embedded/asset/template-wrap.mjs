// Templates that put something around an expression, or take it away: await, copies, trims, clamps, defaults, whole
// numbers, comparators, conversions.

import {textOf, walk} from './parse.mjs'
import {fitted, isLoose} from './surface.mjs'

const places = new Set(
  'yield return binary paren ternary pair named list loop each template chain unary slice spread if do function comprehension filter'.split(' '),
)
const isValuePlace = (node) => {
  const up = node.up?.view
  if (!up) return false
  if (up.is === 'call' || up.is === 'new') return up.callee !== node
  if (up.is === 'assign' || up.is === 'declare' || up.is === 'param') return up.value === node
  if (up.is === 'index') return up.index === node || up.object === node
  if (up.is === 'attr') return up.object === node
  return places.has(up.is) || /interpolation|template_substitution/.test(node.up.type)
}

const atom = (node) => (isLoose(node) ? `(${textOf(node)})` : textOf(node))
const say = (text) => `\`${text}\``

const inAsync = (node) => {
  for (let up = node.up; up; up = up.up) if (up.view?.is === 'function') return up.view.async
  return true
}

const waiting = (node, at) => {
  if (node.up?.view?.is === 'await' || !inAsync(node)) return
  at.put(
    node,
    node.up?.view?.is === 'attr' || node.up?.view?.is === 'index' ? `(await ${textOf(node)})` : `await ${textOf(node)}`,
    0.8,
    'missing await',
    `${say(textOf(node))} must be awaited`,
  )
  if (at.surface.name === 'js' && /\.map$/.test(textOf(node.view.callee)))
    at.put(node, `await Promise.all(${textOf(node)})`, 0.9, 'missing await', 'all promises must be awaited')
}

const notWaiting = (node, at) => at.put(node, textOf(node.view.value), 1.3, 'await', '`await` does not belong here')

const changers = /^(sort|reverse|push|splice|shift|unshift|pop|fill|append|extend|insert|remove|clear|update|add|delete|set)$/
// xs.sort() → [...xs].sort()
const copyFirst = (node, at) => {
  const {callee} = node.view
  if (callee.view?.is !== 'attr' || !changers.test(textOf(callee.view.attr)) || callee.view.object.view?.is === 'list') return
  const object = callee.view.object
  if (at.surface.name === 'js') at.put(object, `[...${textOf(object)}]`, 0.75, 'missing copy', `${say(textOf(object))} must be copied before it is changed`)
}

const copies = {
  js: (e) => [`[...${e}]`, `{...${e}}`, `${e}.slice()`, `structuredClone(${e})`],
  py: (e) => [`list(${e})`, `dict(${e})`, `${e}.copy()`, `${e}[:]`, `set(${e})`, `tuple(${e})`],
}
const isParam = (node, at) => node.view?.is === 'name' && at.names(node).some((one) => one.name === node.view.name && one.depth === 0 && one.kind === 'param')
const copied = (node, at) => {
  const up = node.up.type === 'as_expression' && node.up.up?.view ? node.up.up.view : node.up.view
  if (up.is !== 'return' && up.is !== 'yield' && up.is !== 'assign' && up.is !== 'declare' && up.is !== 'call' && up.is !== 'pair' && up.is !== 'loop') return
  for (const text of copies[at.surface.name](atom(node)))
    at.put(
      node,
      text,
      (up.is === 'call' ? 1.6 : isParam(node, at) ? 1.0 : 1.25) + (/^(structuredClone|set\(|tuple)/.test(text) ? 0.1 : 0),
      'missing copy',
      `${say(textOf(node))} must be copied`,
    )
}

const path = '([\\w$]+(?:\\.[\\w$]+)*)'
const shallow = {
  js: [new RegExp(`^\\[\\.\\.\\.${path}\\]$`), new RegExp(`^${path}\\.slice\\(\\)$`), new RegExp(`^Array\\.from\\(${path}\\)$`)],
  py: [new RegExp(`^list\\(${path}\\)$`), new RegExp(`^${path}\\.copy\\(\\)$`), new RegExp(`^${path}\\[:\\]$`)],
}
const ofEach = {
  js: (all) => [`${all}.map((each) => [...each])`, `${all}.map((each) => ({...each}))`, `structuredClone(${all})`],
  py: (all) => [`[list(each) for each in ${all}]`, `[dict(each) for each in ${all}]`, `[each.copy() for each in ${all}]`],
}
// [...rows] → rows.map((row) => [...row]): a copy of a list still shares what is in it.
const deeper = (node, at) => {
  const text = textOf(node)
  const all = shallow[at.surface.name].map((form) => form.exec(text)?.[1]).find(Boolean)
  if (all) for (const copy of ofEach[at.surface.name](all)) at.put(node, copy, 0.9, 'missing copy', `what is in ${say(all)} must be copied too`)
}
const mapped = /^dict\(([\w.]+)\)$/
// dict(groups) → {key: list(each) for key, each in groups.items()}
const deeperMap = (node, at) => {
  const [, all] = (at.surface.name === 'py' && mapped.exec(textOf(node))) || []
  if (all)
    for (const kind of ['list', 'dict', 'set'])
      at.put(node, `{key: ${kind}(each) for key, each in ${all}.items()}`, 1.0, 'missing copy', `what is in ${say(all)} must be copied too`)
}

// A loop that calls its elements, or changes what it goes over, needs a copy of that; also where the loop has it by another name.
const loopCopies = {js: (e) => `[...${e}]`, py: (e) => `list(${e})`}
const walked = (node, at) => {
  const up = node.up.view
  const loops =
    up.is === 'loop' && up.over === node ? [node.up] : up.is === 'declare' || up.is === 'assign' ? loopsOver(textOf(up.target), at.functionOf(node)) : []
  if (!loops.some((loop) => changesItsOwn(loop, textOf(node)))) return
  at.put(node, loopCopies[at.surface.name](textOf(node)), 0.75, 'missing copy', `${say(textOf(node))} may change while the loop goes over it`)
}
const loopsOver = (name, fn) => (fn ? [...walk(fn)].filter((one) => one.view?.is === 'loop' && one.view.over && textOf(one.view.over) === name) : [])
const changesItsOwn = (loop, source) => {
  const {target, over, body} = loop.view
  if (!over || !body) return false
  const element = textOf(target).replace(/^(const|let|var) /, '')
  for (const one of walk(body)) {
    if (one.view?.is !== 'call') continue
    const callee = textOf(one.view.callee)
    if (new RegExp(`^\\(?${element.replace(/\W/g, '\\$&')}\\b`).test(callee)) return true
    if (callee.startsWith(`${source}.`) && changers.test(callee.slice(source.length + 1))) return true
  }
  return false
}

const tidied = (node, at) => {
  if (node.up.view.is === 'attr' && /trim|strip|lower|upper/i.test(textOf(node.up.view.attr))) return
  for (const end of at.surface.tidy) at.put(node, `${atom(node)}${end}`, 1.3, 'missing normalisation', `${say(textOf(node))} needs \`${end}\``)
}

// Without its first or last part, or only these.
const parts = {
  js: (e) => [`${e}.slice(1)`, `${e}.slice(0, -1)`, `${e}.at(-1)`, `${e}[0]`, `[...${e}].reverse()`],
  py: (e) => [`${e}[1:]`, `${e}[:-1]`, `${e}[-1]`, `${e}[0]`, `${e}[::-1]`, `sorted(${e})`],
}
const trimmedEnds = (node, at) => {
  for (const text of parts[at.surface.name](atom(node))) at.put(node, text, 1.75, 'part', `\`${text}\` is meant`)
}

const numeric = (node, at) => {
  const {surface} = at
  const text = textOf(node)
  const up = node.up.view.is
  const cost = up === 'return' || up === 'call' || up === 'assign' || up === 'declare' || up === 'pair' ? 1.3 : 1.6
  for (const fn of surface.whole) if (!text.startsWith(fn)) at.put(node, `${fn}(${text})`, cost, 'whole number', `${say(text)} must be made a whole number`)
  at.put(node, surface.abs(text), cost + 0.1, 'absolute value', `the absolute value of ${say(text)} is meant`)
  at.put(node, surface.max('0', text), cost, 'clamp', `${say(text)} must not be below 0`)
  at.put(node, surface.max('1', text), cost + 0.2, 'clamp', `${say(text)} must not be below 1`)
  if (node.view.is !== 'binary') at.put(node, fitted(node, `-${atom(node)}`), up === 'list' ? 1.0 : cost + 0.1, 'sign', `the sign of ${say(text)} is wrong`)
  at.put(node, surface.number(text), cost + 0.2, 'conversion', `${say(text)} must be a number`)
  at.put(node, surface.text(text), cost + 0.2, 'conversion', `${say(text)} must be a text`)
}

const clamped = (node, at) => {
  for (const one of at.names(node).filter((each) => each.depth === 0 && each.kind !== 'function' && each.name !== textOf(node))) {
    at.put(node, at.surface.max(textOf(node), one.name), 1.75, 'clamp', `${say(textOf(node))} must not be below \`${one.name}\``)
    at.put(node, at.surface.min(textOf(node), one.name), 1.7, 'clamp', `${say(textOf(node))} must not be above \`${one.name}\``)
  }
}

const defaulted = (node, at) => {
  const text = textOf(node)
  for (const value of [...at.surface.defaults.slice(0, 4), '1']) {
    const whole = at.surface.orElse(atom(node), value)
    at.put(
      node,
      needsParens(node) ? `(${whole})` : whole,
      value === '1' ? 1.4 : 1.3,
      'missing default',
      `${say(text)} may be missing: \`${value}\` stands for it`,
    )
  }
}
const needsParens = (node) => ['loop', 'spread', 'attr', 'index', 'binary', 'chain', 'unary', 'each'].includes(node.up?.view?.is)

const optional = (node, at) => {
  const {object, optional: is} = node.view
  if (at.surface.name !== 'js' || is || object.view?.is === 'self' || (node.up?.view?.is === 'assign' && node.up.view.target === node)) return
  at.putAt(object.end, object.end, '?', 1.15, 'missing null guard', `${say(textOf(object))} may be missing`)
}

const dictGet = (node, at) => {
  const {object, index} = node.view
  if (at.surface.name !== 'py' || !index || index.view?.is === 'slice' || (node.up?.view?.is === 'assign' && node.up.view.target === node)) return
  at.put(node, `${textOf(object)}.get(${textOf(index)})`, 1.2, 'missing key', `${say(textOf(index))} may be missing`)
  for (const value of at.surface.defaults.slice(0, 4))
    at.put(node, `${textOf(object)}.get(${textOf(index)}, ${value})`, 1.25, 'missing key', `${say(textOf(index))} may be missing: \`${value}\` stands for it`)
}

const pyCalls = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'py') return
  const name = callee.view?.is === 'attr' ? textOf(callee.view.attr) : textOf(callee)
  const put = (text, cost, why) => at.putAt(node.end - 1, node.end - 1, `${args.length > 0 ? ', ' : ''}${text}`, cost, 'missing argument', why)
  if (name === 'get' && args.length === 1) for (const value of at.surface.defaults.slice(0, 4)) put(value, 1.0, `a missing key stands for \`${value}\``)
  if (/^(sort|sorted|max|min)$/.test(name) && !args.some((one) => one.view?.is === 'named')) {
    if (name.startsWith('sort')) put('reverse=True', 0.9, 'the order must be descending')
    for (const key of ['len', 'str', 'str.lower', 'abs', 'int']) put(`key=${key}`, 1.4, `the order goes by \`${key}\``)
    for (const [attr] of at.facts.attrs) put(`key=lambda item: item.${attr}`, 1.6, `the order goes by \`${attr}\``)
  }
  if (name === 'enumerate' && args.length === 1) put('1', 1.0, 'counting starts at 1')
  if (name === 'range') {
    if (args.length === 1) at.putAt(args[0].start, args[0].start, '1, ', 0.9, 'bound', 'the range starts at 1')
    if (args.length === 1)
      for (const one of at
        .names(node)
        .filter((each) => each.depth === 0 && each.kind !== 'function')
        .slice(0, 10))
        at.putAt(args[0].start, args[0].start, `${one.name}, `, 1.0, 'bound', `the range starts at \`${one.name}\``)
    if (args.length === 2) put('-1', 1.1, 'the range goes down')
    if (args.length === 2) at.putAt(args[0].start, args[1].start, '', 1.0, 'bound', 'the range starts at 0')
  }
  if (name === 'split' && args.length === 1) put('1', 1.1, 'only the first separator splits')
  if (name === 'round' && args.length === 1) put('2', 1.0, 'two decimals are meant')
}

const jsCalls = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'js' || callee.view?.is !== 'attr') return
  const name = textOf(callee.view.attr)
  if (/^(sort|toSorted)$/.test(name) && args.length === 0) {
    at.put(node, `${textOf(callee)}((a, b) => a - b)`, 0.6, 'missing comparator', 'numbers must be compared as numbers')
    at.put(node, `${textOf(callee)}((a, b) => b - a)`, 1.0, 'missing comparator', 'numbers must be compared as numbers')
  }
  if (name === 'push' || name === 'concat' || name === 'unshift')
    for (const one of args)
      if (one.view?.is !== 'spread') at.put(one, `...${textOf(one)}`, 0.9, 'missing spread', `the elements of ${say(textOf(one))} are meant`)
  if (name === 'split' && args.length === 1) at.put(node, `${textOf(node)}.filter(Boolean)`, 1.3, 'empty parts', 'empty parts must be left out')
  if (name === 'replace' && args[0]?.view?.is === 'literal') at.put(callee.view.attr, 'replaceAll', 0.6, 'method', 'every occurrence must be replaced')
  if (name === 'reduce' && args.length === 1)
    for (const value of at.surface.defaults.slice(0, 4))
      at.putAt(args[0].end, args[0].end, `, ${value}`, 0.9, 'missing initial value', `an empty list gives \`${value}\``)
  if (name === 'join' && args.length === 0)
    for (const value of ["''", "' '", "', '", "'\\n'"])
      at.putAt(node.end - 1, node.end - 1, value, 1.0, 'missing argument', `the parts are joined with \`${value}\``)
}

// What a list is turned into at the end of a chain.
const ends = {js: [".join('')", ".join(' ')", ".join(', ')", '.filter(Boolean)', '.flat()', '.sort()', '.reverse()', '.length'], py: []}
const chained = (node, at) => {
  const {callee} = node.view
  if (
    callee.view?.is !== 'attr' ||
    !/^(map|filter|split|slice|concat|flatMap|reverse|sort|keys|values|entries)$/.test(textOf(callee.view.attr)) ||
    node.up?.view?.is === 'attr'
  )
    return
  for (const end of ends[at.surface.name]) at.put(node, `${textOf(node)}${end}`, 1.45, 'end of a chain', `${say(textOf(node))} needs \`${end}\``)
}

const parseCalls = (node, at) => {
  if (textOf(node.view.callee) === 'parseInt' && node.view.args.length === 1)
    at.putAt(node.end - 1, node.end - 1, ', 10', 1.2, 'missing argument', 'the radix is 10')
}

const spread = (node, at) => {
  if (node.up?.view?.is === 'list' || node.up?.type === 'arguments')
    at.put(node, textOf(node.view.value), 1.2, 'spread', 'the list itself is meant, not its elements')
}

const listItem = (node, at) => {
  if (at.surface.name !== 'js') return
  for (const one of node.view.items)
    if (['name', 'attr', 'call', 'index'].includes(one.view?.is))
      at.put(one, `...${textOf(one)}`, 1.1, 'missing spread', `the elements of ${say(textOf(one))} are meant`)
}

const parenless = (node, at) => {
  if (node.up?.view?.is === 'call' && node.up.view.callee === node) return
  if (node.up?.view?.is === 'assign' && node.up.view.target === node) return
  at.put(node, `${textOf(node)}()`, 1.3, 'missing call', `${say(textOf(node))} must be called`)
}

const forEachValue = (makers) => (node, at) => {
  if (isValuePlace(node)) for (const make of makers) make(node, at)
}

/** By view. */
export const wrapTemplates = {
  call: [waiting, copyFirst, deeper, deeperMap, pyCalls, jsCalls, parseCalls, chained, forEachValue([tidied, numeric, defaulted, copied, walked, trimmedEnds])],
  new: [forEachValue([copied])],
  await: [notWaiting],
  attr: [optional, parenless, forEachValue([tidied, numeric, defaulted, copied, walked, trimmedEnds])],
  index: [dictGet, deeper, forEachValue([tidied, numeric, defaulted, copied, walked, trimmedEnds])],
  name: [forEachValue([tidied, numeric, defaulted, copied, walked, trimmedEnds])],
  binary: [forEachValue([numeric, clamped])],
  spread: [spread],
  list: [listItem, deeper],
}
