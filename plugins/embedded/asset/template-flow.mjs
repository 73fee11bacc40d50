// Templates for steps that were left out of a function: marking what was seen, a last flush after a loop, moving an entry to
// the end, a copy of what was handed in, a check of what a search found. Whole statements only.

import {textOf, walk} from './parse.mjs'
import {siblingsOf} from './sibling.mjs'
import {exits, say} from './spot.mjs'

const oneLine = (text) => !text.includes('\n')

const before = (statement, at, text, cost, name, words) =>
  at.putAt(statement.start, statement.start, `${text}\n${at.indentOf(statement)}`, cost, name, words ?? `${say(text)} is missing here`)
const behind = (statement, at, text, cost, name, words) =>
  at.putAt(statement.end, statement.end, `\n${at.indentOf(statement)}${text}`, cost, name, words ?? `${say(text)} is missing here`)
const around = (statement, at, text, cost, name, words) => {
  before(statement, at, text, cost, name, words)
  const {items} = statement.up.view
  if (items.at(-1) === statement && !exits.has(statement.view?.is)) behind(statement, at, text, cost, name, words)
}

// seen.has(x) is asked, and nobody ever adds x.
const questionsOf = (fn) => {
  const found = new Map()
  for (const {view} of walk(fn)) {
    if (view?.is === 'call' && view.callee.view?.is === 'attr' && /^(has|includes)$/.test(textOf(view.callee.view.attr)) && view.args.length === 1)
      found.set(`${textOf(view.callee.view.object)}\n${textOf(view.args[0])}`, [textOf(view.callee.view.object), textOf(view.args[0])])
    if (view?.is === 'binary' && /^(not in|in)$/.test(textOf(view.op).replace(/\s+/g, ' ')))
      found.set(`${textOf(view.right)}\n${textOf(view.left)}`, [textOf(view.right), textOf(view.left)])
  }
  return [...found.values()].filter(([set, key]) => set.length < 30 && key.length < 40 && oneLine(set + key) && !/^['"[({]/.test(set)).slice(0, 4)
}
const adders = {
  js: (set, key) => [`${set}.add(${key})`, `${set}.push(${key})`, `${set}.set(${key}, true)`],
  py: (set, key) => [`${set}.add(${key})`, `${set}.append(${key})`, `${set}[${key}] = True`],
}
const mark = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  for (const [set, key] of at.questions(fn)) {
    const visible = new Set(at.names(statement).map((one) => one.name))
    if (!visible.has(/^[A-Za-z_$][\w$]*/.exec(key)?.[0] ?? '')) continue
    for (const text of adders[at.surface.name](set, key))
      if (!textOf(fn).includes(text))
        around(statement, at, text + at.end, /add/.test(text) ? 1.0 : 1.25, 'missing mark', `${say(key)} must be noted in ${say(set)}`)
  }
}

// What a loop does when an element is full must also happen after the last one.
const flush = (statement, at) => {
  const {items} = statement.up.view
  const loop = statement.view?.is === 'loop' ? statement : items[items.indexOf(statement) - 1]
  if (loop?.view?.is !== 'loop' || !loop.view.body || (loop === statement && items.at(-1) !== statement)) return
  const put = loop === statement ? behind : before
  const seen = new Set()
  for (const one of walk(loop.view.body)) {
    const text = textOf(one)
    const given = one.view?.is === 'do' && one.view.value?.view?.is === 'yield' ? one.view.value.view.value : one.view?.value
    if (one.view?.is !== 'do' || !['call', 'name', 'list'].includes(given?.view?.is) || !oneLine(text) || text.length > 80 || seen.has(text)) continue
    if (given.view.is !== 'call' && given === one.view.value) continue
    seen.add(text)
    put(statement, at, text, 1.25, 'missing last step')
    const names = new Set(
      (given.view.is === 'call' ? given.view.args : [given]).flatMap((arg) =>
        [...walk(arg)].filter((each) => each.view?.is === 'name').map((each) => each.view.name),
      ),
    )
    for (const name of [...names].slice(0, 3))
      for (const test of at.surface.name === 'py' ? [name] : [name, `${name}.length > 0`])
        put(statement, at, at.surface.guard(test, text), 1.1, 'missing last step', `${say(text)} is missing after the loop`)
  }
}

const mapCalls = (fn) => {
  const found = new Map()
  for (const {view} of walk(fn)) {
    if (view?.is !== 'call' || view.callee.view?.is !== 'attr' || view.args.length === 0) continue
    const method = textOf(view.callee.view.attr)
    const [map, key] = [textOf(view.callee.view.object), textOf(view.args[0])]
    if (/^(get|set|has)$/.test(method) && map.length < 30 && key.length < 30) found.set(`${map}\n${key}`, [map, key])
  }
  for (const {view} of walk(fn))
    if (view?.is === 'index' && view.index && view.index.view?.is === 'name')
      found.set(`${textOf(view.object)}\n${textOf(view.index)}`, [textOf(view.object), textOf(view.index)])
  return [...found.values()].slice(0, 3)
}
// The entry that was used goes to the end.
const touch = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  for (const [map, key] of at.maps(fn)) {
    if (at.surface.name === 'py') {
      const usual = at.facts.methods.has('move_to_end') ? 1.3 : 1.5
      const words = `${say(key)} must go to the end of ${say(map)}`
      if (!textOf(fn).includes(`${map}.move_to_end(${key})`)) around(statement, at, `${map}.move_to_end(${key})`, usual, 'order of entries', words)
      around(statement, at, `${map}[${key}] = ${map}.pop(${key})`, 1.5, 'order of entries', words)
      continue
    }
    around(statement, at, `${map}.delete(${key})${at.end}`, 1.5, 'order of entries', `${say(key)} must leave ${say(map)} first`)
    for (const value of at.valuesOf(fn, map, key))
      before(
        statement,
        at,
        `${map}.delete(${key})${at.end || ';'} ${map}.set(${key}, ${value})${at.end}`,
        1.2,
        'order of entries',
        `${say(key)} must go to the end of ${say(map)}`,
      )
  }
}
const valuesOf = (fn, map, key) => {
  const found = []
  for (const {view} of walk(fn))
    if ((view?.is === 'declare' || view?.is === 'assign') && view.value && textOf(view.value) === `${map}.get(${key})` && view.target.type === 'identifier')
      found.push(textOf(view.target))
  return found.slice(0, 2)
}

const changers = /^(sort|reverse|push|splice|shift|unshift|pop|fill|append|extend|insert|remove|clear|update|add|delete|set|setdefault|popitem|discard)$/
const copies = {
  js: (name) => [`[...${name}]`, `{...${name}}`, `structuredClone(${name})`],
  py: (name) => [`list(${name})`, `dict(${name})`, `set(${name})`, `${name}.copy()`],
}
// What was handed in is changed: work on a copy.
const copyParam = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const isFirst = fn.view.body?.view?.items?.find((one) => !(one.view?.is === 'do' && one.view.value?.view?.what === 'string')) === statement
  if (!isFirst && statement.view?.is !== 'do') return
  for (const {name, kind} of at.names(statement).filter((one) => one.depth === 0 && one.kind === 'param')) {
    if (kind !== 'param' || !changed(isFirst ? fn : statement, name)) continue
    for (const text of copies[at.surface.name](name))
      before(statement, at, `${name} = ${text}${at.end}`, 1.0, 'missing copy', `\`${name}\` must be copied before it is changed`)
  }
}
const changed = (fn, name) => {
  for (const {view} of walk(fn)) {
    if (view?.is === 'call' && view.callee.view?.is === 'attr' && textOf(view.callee.view.object) === name && changers.test(textOf(view.callee.view.attr)))
      return true
    if ((view?.is === 'assign' || view?.is === 'update') && ['index', 'attr'].includes(view.target?.view?.is) && textOf(view.target.view.object) === name)
      return true
  }
  return false
}

// at = xs.indexOf(x); xs.splice(at, 1): there may be none.
const searches = /(indexOf|lastIndexOf|findIndex|findLastIndex|search|find|rfind)$/
const foundOnly = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || statement.view?.is !== 'do' || !oneLine(textOf(statement))) return
  for (const {view} of walk(fn)) {
    const value = view?.is === 'declare' || view?.is === 'assign' ? view.value : null
    const callee = value?.view?.is === 'call' ? textOf(value.view.callee) : ''
    const name = value && view.target ? textOf(view.target) : ''
    if (!name || !searches.test(callee) || !new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(textOf(statement))) continue
    const isPlace = !/[^rx]find$/.test(callee) || at.surface.name === 'py'
    const test = isPlace ? `${name} ${at.surface.neq} -1` : name
    at.put(statement, at.surface.guard(test, textOf(statement)), 0.95, 'missing condition', `${say(name)} may say that nothing was found`)
  }
}

// self.updated is read here and set by the constructor alone: it must follow what this function learns.
const stale = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const own = textOf(fn)
  const locals = at.names(statement).filter((one) => one.depth === 0 && one.kind !== 'function')
  for (const [field, first] of at.settled) {
    const whole = `${at.surface.self}.${field}`
    if (!own.includes(whole)) continue
    for (const {name, start} of locals) {
      if (start > statement.end) continue
      const alike = first !== '' && new RegExp(`\\b${name}\\s*=\\s*\\S*${first}\\(`).test(own)
      around(statement, at, `${whole} = ${name}${at.end}`, alike ? 1.0 : 1.5, 'missing update', `${say(whole)} must be kept up to date`)
    }
  }
}
const makers = /^(constructor|__init__)$/
/** Fields that nothing but the constructor sets: [name, the function that gave its value, if any]. */
const settledIn = (root) => {
  const found = new Map()
  for (const node of walk(root)) {
    const target = node.view?.is === 'assign' || node.view?.is === 'update' ? node.view.target : null
    if (target?.view?.is !== 'attr' || !/^(this|self)$/.test(textOf(target.view.object))) continue
    let up = node.up
    while (up && !(up.view?.is === 'function' && up.view.name)) up = up.up
    const name = textOf(target.view.attr)
    const value = node.view.value
    const isFirst = makers.test(up?.view?.name ?? '') && !found.has(name)
    found.set(name, isFirst ? {from: value?.view?.is === 'call' ? textOf(value.view.callee).split('.').at(-1) : ''} : null)
  }
  return [...found].filter(([, one]) => one !== null).map(([name, one]) => [name, one.from])
}

const mirrors = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
])
// A guard at one end often has its mirror at the other.
const mirrored = (statement, at) => {
  if (statement.view?.is !== 'if' || statement.view.no || textOf(statement).length > 160) return
  const {test, yes} = statement.view
  const only = yes?.view?.is === 'block' ? yes.view.items[0] : yes
  if (test?.view?.is !== 'binary' || !mirrors.has(textOf(test.view.op)) || !only || !exits.has(only.view?.is)) return
  const turn = (text) => {
    const last = /[A-Za-z_$]\w*$/.exec(text)?.[0] ?? ''
    return siblingsOf(last, at.surface.name)
      .slice(0, 2)
      .map((other) => text.slice(0, text.length - last.length) + other)
  }
  const [left, right] = [textOf(test.view.left), textOf(test.view.right)]
  const sides = [[left, right], ...turn(left).flatMap((a) => [[a, right], ...turn(right).map((b) => [a, b])]), ...turn(right).map((b) => [left, b])]
  const out = textOf(only).replace(/;$/, '')
  const ways = new Set([out, ...(at.inLoop(statement) ? ['break', 'continue'] : [])])
  for (const [a, b] of sides)
    for (const way of ways) {
      const text = at.surface.guard(`${a} ${mirrors.get(textOf(test.view.op))} ${b}`, way)
      behind(statement, at, text + at.end, 1.35, 'missing guard', `a guard is missing: ${say(text)}`)
    }
}

// One-line `if`s of the file, and simple statements with a name that is declared and never used.
const lent = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const visible = new Set(at.names(statement).map((one) => one.name))
  for (const {text, names, start} of at.steps) {
    if (!names.every((name) => visible.has(name) || at.builtIn(name))) continue
    const isNear = start >= fn.start && start < fn.end
    around(statement, at, text, isNear ? 1.6 : 1.7, 'missing statement')
  }
  const idle = [...at.idle(fn), ...(at.functionOf(fn) ? at.idle(at.functionOf(fn)) : [])]
  if (idle.length === 0) return
  for (const text of at.simple(fn))
    for (const name of new Set(text.match(/[A-Za-z_$][\w$]*/g)))
      for (const other of idle)
        if (name !== other && visible.has(other))
          around(
            statement,
            at,
            text.replace(new RegExp(`(?<![\\w$.])${name.replace(/\$/g, '\\$')}(?![\\w$])`, 'g'), () => other),
            1.3,
            'unused name',
            `\`${other}\` is declared and never used`,
          )
}

// a.x += b.x → also a.y += b.y
const sister = (statement, at) => {
  const node = statement.view?.is === 'do' ? statement.view.value : null
  if (node?.view?.is !== 'assign' || node.view.target?.view?.is !== 'attr' || node.view.value?.view?.is !== 'attr') return
  const [own, given] = [textOf(node.view.target.view.attr), textOf(node.view.value.view.attr)]
  if (own !== given) return
  const family = new Set(at.families.filter((one) => one.has(own)).flatMap((one) => [...one]))
  for (const other of family) {
    if (other === own) continue
    const text = textOf(statement).replace(new RegExp(`\\.${own}(?![\\w$])`, 'g'), () => `.${other}`)
    behind(statement, at, text, 1.3, 'missing part')
    if (at.surface.name === 'py') behind(statement, at, text.replace('+=', '|='), 1.5, 'missing part')
  }
}

/** Memoised questions that these templates ask of a function or file: put beside the facts of a file. */
export const flowFacts = (memo, root, surface, end) => ({
  questions: memo(questionsOf),
  maps: memo(mapCalls),
  valuesOf,
  steps: stepsOf(root, surface, end),
  settled: settledIn(root),
  idle: memo(idleOf),
})

const stepsOf = (root, surface, end) => {
  const found = new Map()
  for (const node of walk(root)) {
    if (node.view?.is !== 'if' || node.view.no || node.view.elif || node.kids.some((kid) => /elif|else/.test(kid.type))) continue
    const {test, yes} = node.view
    const only = yes?.view?.is === 'block' ? (yes.view.items.length === 1 ? yes.view.items[0] : null) : yes
    if (!test || only?.view?.is !== 'do' || !oneLine(textOf(only)) || textOf(test).length + textOf(only).length > 90) continue
    const text = surface.guard(textOf(test), textOf(only).replace(/;$/, '')) + end
    const names = [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)
    found.set(text, {text, names, start: node.start})
  }
  return [...found.values()].slice(0, 16)
}

const idleOf = (fn) => {
  const declared = new Map()
  const used = new Map()
  for (const node of walk(fn)) {
    if (node.view?.is === 'declared' || (node.view?.is === 'name' && node.up?.view?.is === 'assign' && node.up.view.target === node && !node.up.view.op))
      declared.set(textOf(node), node)
    if (node.type === 'identifier' || node.type === 'shorthand_property_identifier') used.set(textOf(node), (used.get(textOf(node)) ?? 0) + 1)
  }
  return [...declared.keys()].filter((name) => used.get(name) === 1 && name !== fn.view.name && !/^(_|self$|cls$)/.test(name)).slice(0, 4)
}

export const flowStatements = [mark, flush, touch, copyParam, foundOnly, stale, mirrored, lent, sister]
