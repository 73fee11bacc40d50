// Templates that learn from kin: what a field is given elsewhere, which function the project applies to such a thing, what a
// name that nobody uses was for, which class could have been made instead, what a map held before.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'
import {fitted, isLoose} from './surface.mjs'

const namesIn = (node) => [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)
const isUsable = (names, node, at) => {
  const visible = new Set(at.names(node).map((one) => one.name))
  return names.every((name) => visible.has(name) || at.builtIn(name))
}

const lastName = (node) => (node?.view?.is === 'attr' ? textOf(node.view.attr) : /^[\w$]+$/.test(textOf(node)) ? textOf(node) : '')

/** What fields, keys and variables of one name are given in a file: name → [{text, names, start}]. */
const givenIn = (root) => {
  const found = new Map()
  const note = (name, value) => {
    const text = value ? textOf(value) : ''
    if (name === '' || text === '' || text.length > 70 || text.includes('\n') || value.view?.is === 'function') return
    if (!found.has(name)) found.set(name, new Map())
    found.get(name).set(text, {text, names: namesIn(value), loose: isLoose(value)})
  }
  for (const {view} of walk(root)) {
    if (view?.is === 'assign' && !view.op) note(lastName(view.target), view.value)
    if (view?.is === 'declare') note(lastName(view.target), view.value)
    if (view?.is === 'pair' && view.key) note(textOf(view.key), view.value)
  }
  return found
}

// session.expiresAt += ttl → session.expiresAt = clock() + ttl, as it is said elsewhere.
const givenElsewhere = (target, value, node, at, put, cost) => {
  const all = at.given.get(lastName(target) || textOf(target))
  for (const one of [...(all?.values() ?? [])].slice(0, 8))
    if (one.text !== textOf(value) && isUsable(one.names, node, at)) put(one.text, cost, `${say(textOf(target))} is given ${say(one.text)} elsewhere`)
}
const assigned = (node, at) => {
  const {target, value} = node.view
  if (!value || !target) return
  const isField = target.view?.is === 'attr'
  givenElsewhere(
    target,
    value,
    node,
    at,
    (text, cost, words) => at.put(node, `${textOf(target)} = ${text}`, cost, 'given elsewhere', words),
    isField ? 1.2 : 1.45,
  )
}
const declared = (node, at) => {
  const {target, value} = node.view
  if (value && target) givenElsewhere(target, value, node, at, (text, cost, words) => at.put(value, text, cost, 'given elsewhere', words), 1.4)
}
const keyed = (node, at) => {
  const {key, value} = node.view
  if (value && key) givenElsewhere(key, value, node, at, (text, cost, words) => at.put(value, text, cost, 'given elsewhere', words), 1.3)
}

// line.price → lineTotal(line), text → trimmed(text): a function of the project for such a thing.
const applied = (node, at) => {
  const up = node.up?.view
  if (!up || (up.callee === node && (up.is === 'call' || up.is === 'new')) || up.is === 'attr' || up.is === 'update' || up.target === node) return
  const thing = node.view.is === 'attr' ? node.view.object : node
  if (thing.view?.is !== 'name' || !/^(call|return|binary|declare|assign|pair|template|ternary|paren|function|list|index|loop|if)$/.test(up.is)) return
  const part = node.view.is === 'attr' ? textOf(node.view.attr) : ''
  const fn = at.functionOf(node)
  for (const one of at.names(node)) {
    const params = at.params.get(one.name)
    if (one.depth !== -1 || (one.kind !== 'function' && one.kind !== 'import') || !params || params.length !== 1 || one.name === fn?.view.name) continue
    if (up.is === 'call' && up.args.length === 1 && textOf(up.callee) === one.name) continue
    const fits = params[0] === thing.view.name || (part !== '' && params[0].startsWith('{') && new RegExp(`\\b${part}\\b`).test(params[0]))
    if (part !== '' && !fits) continue
    at.put(node, `${one.name}(${thing.view.name})`, fits ? 1.15 : 1.5, 'called function', `${say(textOf(node))} should go through \`${one.name}\``)
  }
}

// A name that nothing reads: its members, and what the function calls with such, as one more argument; called, where it is a function.
const idlePart = (node, at) => {
  const fn = at.functionOf(node)
  if (!fn || !textOf(node).endsWith(')') || at.idle(fn).length === 0) return
  const {args, callee} = node.view
  const makers = new Set(
    [...walk(at.functionOf(fn) ?? fn)]
      .filter((one) => one.view?.is === 'call' && one.view.args.length === 1 && one.view.callee.view?.is === 'name')
      .map((one) => textOf(one.view.callee)),
  )
  for (const name of at.idle(fn)) {
    const parts = at
      .attrsOf(name)
      .slice(0, 4)
      .map(([attr]) => `${name}.${attr}`)
    const whole = [name, ...parts, ...[...makers].slice(0, 4).flatMap((maker) => [name, ...parts].map((one) => `${maker}(${one})`))]
    for (const text of whole) {
      const cost = text === name ? 0.95 : 1.15
      const words = `\`${name}\` is declared and never used`
      if (args.length > 0) at.putAt(args[0].start, args[0].start, `${text}, `, cost, 'unused name', words)
      if (text !== name) at.putAt(node.end - 1, node.end - 1, `${args.length > 0 ? ', ' : ''}${text}`, cost, 'unused name', words)
    }
    if (callee.view?.is === 'attr' && node.up?.view?.is === 'do')
      at.put(node, `${name}(${textOf(callee.view.object)})`, 1.0, 'unused name', `\`${name}\` is declared and never used`)
  }
}

const classes = ['Map Set WeakMap', 'Error TypeError RangeError SyntaxError', 'Date URL', 'Array Set'].map((line) => line.split(' '))
const otherClass = (node, at) => {
  const own = node.view.name
  const near = classes.filter((one) => one.includes(own)).flat()
  const known = at.names(node).filter((one) => one.depth === -1 && /^[A-Z]/.test(one.name) && /Error$/.test(one.name) === /Error$/.test(own))
  for (const to of new Set([...known.map((one) => one.name), ...near]))
    if (to !== own) at.put(node, to, near.includes(to) ? 1.0 : 0.9, /Error$/.test(to) ? 'kind of error' : 'class', `${say(own)} should be ${say(to)}`)
}

// m.set(k, v) → m.set(k, (m.get(k) ?? 0) + v): what was there counts, too.
const summed = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'js' || callee.view?.is !== 'attr' || textOf(callee.view.attr) !== 'set' || args.length !== 2 || textOf(args[1]).length > 40) return
  const [key, value] = args.map(textOf)
  const old = `${textOf(callee.view.object)}.get(${key})`
  if (value.includes('.get(')) return
  at.put(args[1], `(${old} ?? 0) + ${isLoose(args[1]) ? `(${value})` : value}`, 1.1, 'missing part', `what ${say(old)} gave must count, too`)
  at.put(args[1], `[...(${old} ?? []), ${value}]`, 1.25, 'missing part', `what ${say(old)} gave must stay`)
  at.put(args[1], `[...(${old} ?? []), ...${value}]`, 1.4, 'missing part', `what ${say(old)} gave must stay`)
}
const summedAt = (node, at) => {
  const {target, value, op} = node.view
  if (at.surface.name !== 'js' || op || target?.view?.is !== 'index' || !value || textOf(value).length > 40 || value.view?.is === 'list') return
  if (textOf(value).includes(textOf(target))) return
  at.put(
    value,
    `(${textOf(target)} ?? 0) + ${isLoose(value) ? `(${textOf(value)})` : textOf(value)}`,
    1.1,
    'missing part',
    `what ${say(textOf(target))} was must count, too`,
  )
}

// a.localeCompare(b), where the texts hold numbers.
const numeric = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'js' || callee.view?.is !== 'attr' || textOf(callee.view.attr) !== 'localeCompare' || args.length !== 1) return
  at.putAt(args[0].end, args[0].end, ', undefined, {numeric: true}', 1.3, 'comparator', 'numbers in texts are compared as numbers')
  const bare = [callee.view.object, args[0]].map((one) => (one.view?.is === 'call' && one.view.args.length === 1 ? textOf(one.view.args[0]) : textOf(one)))
  const text = `typeof ${bare[0]} === 'number' && typeof ${bare[1]} === 'number' ? ${bare[0]} - ${bare[1]} : ${textOf(node)}`
  at.put(node, fitted(node, text), 1.35, 'comparator', 'numbers are compared as numbers')
  at.put(node, fitted(node, `${bare[0]} - ${bare[1]}`), 1.1, 'comparator', 'numbers are compared as numbers')
}

/** `given`: what names are given in this file. */
export const kinFacts = (root) => ({given: givenIn(root)})

/** By view. */
export const kinTemplates = {
  assign: [assigned, summedAt],
  declare: [declared],
  pair: [keyed],
  attr: [applied],
  name: [applied],
  call: [idlePart, summed, numeric],
  made: [otherClass],
}
