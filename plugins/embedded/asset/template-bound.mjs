// Templates for what happens only once, only up to a limit, or round a ring: a count that follows a flag, a step below a
// capacity, a membership that a condition forgot, a remainder that positions need; and a condition that does not belong.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'
import {fitted, isLoose} from './surface.mjs'

const oneLine = (text) => !text.includes('\n')
const limit = /capacity|limit|max|most|cap$|size|total|length/i

// What a neighbour notes: node.done = true, seen.add(key).
const notedBy = (statement, at) => {
  const node = statement?.view?.is === 'do' ? statement.view.value : null
  if (node?.view?.is === 'assign' && !node.view.op && node.view.value?.view?.what === 'bool')
    return [textOf(node.view.value) === at.surface.true ? at.surface.not(textOf(node.view.target)) : textOf(node.view.target)]
  if (node?.view?.is !== 'call' || node.view.callee.view?.is !== 'attr' || node.view.args.length === 0) return []
  const {object, attr} = node.view.callee.view
  if (!/^(add|set)$/.test(textOf(attr))) return []
  const [set, key] = [textOf(object), textOf(node.view.args[0])]
  return at.surface.name === 'py' ? [`${key} not in ${set}`] : [`!${set}.has(${key})`]
}
// count++; node.done = true → if (!node.done) count++
const firstTime = (statement, at) => {
  if (statement.view?.is !== 'do' || !oneLine(textOf(statement))) return
  const {items} = statement.up.view
  for (const test of notedBy(items[items.indexOf(statement) + 1], at))
    at.put(statement, at.surface.guard(test, textOf(statement)), 1.05, 'missing condition', `this only happens when ${say(test)}`)
}

// this.length++ → if (this.length < this.capacity) this.length++
const belowLimit = (statement, at) => {
  const node = statement.view?.is === 'do' ? statement.view.value : null
  const target = node?.view?.is === 'update' || (node?.view?.is === 'assign' && node.view.op) ? node.view.target : null
  if (target?.view?.is !== 'attr' || target.view.object.view?.is !== 'self') return
  const own = textOf(target)
  for (const [name] of at.attrsOf(at.surface.self))
    if (limit.test(name) && `${at.surface.self}.${name}` !== own)
      for (const op of ['<', '<=']) {
        const test = `${own} ${op} ${at.surface.self}.${name}`
        at.put(statement, at.surface.guard(test, textOf(statement)), op === '<' ? 1.2 : 1.4, 'missing condition', `this only happens when ${say(test)}`)
      }
}

// if (full) evict() → if (!entries.has(key) && full) evict()
const known = (node, at) => {
  const fn = at.functionOf(node)
  const {test} = node.view
  if (!fn || !test || at.surface.name !== 'js') return
  const own = textOf(test)
  const plain = isLoose(test) && /\|\||\?/.test(own) ? `(${own})` : own
  for (const [map, key] of at.maps(fn))
    for (const text of [`!${map}.has(${key})`, `${map}.has(${key})`])
      if (!own.includes(`${map}.has(${key})`) && /^[\w$.#]+$/.test(map))
        at.put(test, `${text} && ${plain}`, 1.15, 'stronger condition', `the condition also needs ${say(text)}`)
}

// if (known) keep(x) → keep(x)
const unguarded = (node, at) => {
  const {yes, no, elif} = node.view
  const only = yes?.view?.is === 'block' ? (yes.view.items.length === 1 ? yes.view.items[0] : null) : yes
  if (no || elif || only?.view?.is !== 'do' || node.kids.some((one) => /elif|else/.test(one.type))) return
  // `if (!kept.has(key)) kept.set(key, …)`: what is given anew may well replace what was there.
  const isKept = /\.has\(/.test(textOf(node.view.test)) && /\.(set|add)\(/.test(textOf(only))
  at.put(node, textOf(only), isKept ? 0.75 : 1.15, 'condition', `this happens whether or not ${say(textOf(node.view.test))}`)
}

/** What positions of a file are taken by: the `n` of `% n`. */
const ringsIn = (root) => {
  const found = new Set()
  for (const {view} of walk(root))
    if (view?.is === 'binary' && textOf(view.op) === '%' && oneLine(textOf(view.right)) && view.right.view?.is !== 'literal') found.add(textOf(view.right))
  return [...found].slice(0, 4)
}
// next + 1 → (next + 1) % capacity, where the file says `% capacity` elsewhere.
const ringed = (node, at) => {
  const {left, right, op} = node.view
  if (!/^[+-]$/.test(textOf(op)) || !left || right?.view?.what !== 'number' || (node.up?.view?.is === 'binary' && textOf(node.up.view.op) === '%')) return
  for (const ring of at.rings) at.put(node, fitted(node, `(${textOf(node)}) % ${ring}`), 1.05, 'wrap', `${say(textOf(node))} must begin anew at ${say(ring)}`)
}

// both && → both ===: two truths are compared.
const truth = /^(Array\.isArray|typeof|is[A-Z]\w*)|\.(has|includes|startsWith|endsWith|test|isArray)\(|[<>=!]=/
const equated = (node, at) => {
  const {left, right, op} = node.view
  if (at.surface.name !== 'js' || !/^(&&|\|\|)$/.test(textOf(op)) || !truth.test(textOf(left)) || !truth.test(textOf(right)) || isLoose(left) || isLoose(right))
    return
  for (const to of ['!==', '===']) at.put(op, to, 1.15, 'logical operator', `\`${textOf(op)}\` should be \`${to}\``)
}

// Array.from({length: n}, () => 0) → Array.from({length: n}, (_, i) => i)
const numbered = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'js' || textOf(callee) !== 'Array.from' || args.length !== 2 || args[1].view?.is !== 'function') return
  for (const text of ['(_, i) => i', '(_, i) => i + 1']) at.put(args[1], text, 1.15, 'initial value', 'each place begins with its number')
}

// pair.split('=') → splitOnce(pair, '='): a function of the project that takes the same.
const ofProject = (node, at) => {
  const {callee, args} = node.view
  if (callee.view?.is !== 'attr' || args.length > 2 || !/^(name|attr)$/.test(callee.view.object.view?.is ?? '')) return
  const fn = at.functionOf(node)
  for (const one of at.names(node)) {
    const params = at.params.get(one.name)
    if (one.depth !== -1 || !params || params.length !== args.length + 1 || one.name === fn?.view.name || !/^(function|import|local)$/.test(one.kind)) continue
    const text = `${one.name}(${[callee.view.object, ...args].map(textOf).join(', ')})`
    at.put(node, text, args.length > 0 ? 1.2 : 1.4, 'called function', `${say(textOf(node))} should be ${say(text)}`)
  }
}

// Math.round(x) → round(x), where the project has one of its own.
const ownOne = (node, at) => {
  const {callee} = node.view
  if (callee.view?.is !== 'attr' || callee.view.object.view?.is !== 'name') return
  const name = textOf(callee.view.attr)
  const fn = at.functionOf(node)
  const isOffered = at.names(node).some((one) => one.name === name && one.depth === -1 && /^(function|import|local)$/.test(one.kind))
  if (isOffered && fn?.view.name !== name && at.params.has(name))
    at.put(callee, name, 0.8, 'called function', `${say(textOf(callee))} should be the project's ${say(name)}`)
}

// JSON.stringify(args[0]) → JSON.stringify(args)
const wholeList = (node, at) => {
  const up = node.up?.view
  if (up?.is === 'call' && up.callee !== node && node.view.index?.view?.what === 'number')
    at.put(node, textOf(node.view.object), 1.2, 'dropped index', `all of ${say(textOf(node.view.object))} is meant`)
}

// entry.uses++ → also entry.tick = ++this.clock, as `tick` is given elsewhere.
const givenToo = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || statement.view?.is !== 'do') return
  const target = statement.view.value?.view?.target
  if (target?.view?.is !== 'attr') return
  const holder = textOf(target.view.object)
  const visible = new Set(at.names(statement).map((one) => one.name))
  for (const [attr] of at.attrsOf(holder)) {
    if (attr === textOf(target.view.attr) || textOf(fn).includes(`${holder}.${attr} =`)) continue
    for (const one of [...(at.given.get(attr)?.values() ?? [])].slice(0, 3))
      if (one.names.every((name) => visible.has(name) || at.builtIn(name)))
        at.putAt(
          statement.end,
          statement.end,
          `\n${at.indentOf(statement)}${holder}.${attr} = ${one.text}${at.end}`,
          1.25,
          'missing statement',
          `${say(attr)} must be given, too`,
        )
  }
}

export const boundFacts = (root) => ({rings: ringsIn(root)})

/** By view. */
export const boundTemplates = {
  if: [known, unguarded],
  binary: [ringed, equated],
  call: [numbered, ofProject, ownOne],
  index: [wholeList],
}
export const boundStatements = [firstTime, belowLimit, givenToo]
