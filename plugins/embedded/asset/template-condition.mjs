// Templates for conditions and guards: weaker, stronger, always, never, an early way out, a missing `else`.
// Guards and constant conditions are what overfits, so they cost more and are labelled as such.

import {textOf, walk} from './parse.mjs'
import {isLoose} from './surface.mjs'
import {memberAtoms, unraised} from './template-known.mjs'

const compound = (node) => ((node.view?.is === 'binary' && !node.view.compare) || node.view?.is === 'ternary' ? `(${textOf(node)})` : textOf(node))

/** Simple truths about the names that are visible at `node`: [{text, cost}]. */
export const atomsAt = (node, at, most = 40) => {
  const {surface} = at
  const names = at.names(node).filter((one) => one.depth >= 0 && one.depth < 2 && one.kind !== 'function' && one.kind !== 'import' && one.name !== surface.self)
  const used = new Set([...walk(statementOf(node))].filter((one) => one.view?.is === 'name').map((one) => one.view.name))
  const found = []
  const fn = at.functionOf(node)
  const sought = new Set(fn ? at.sought(fn) : [])
  for (const {name, depth} of names.slice(0, 14)) {
    const base = 0.1 * depth + (used.has(name) ? 0 : 0.25)
    // What a search gave may be nothing.
    const own = sought.has(name) ? base - 0.2 : base
    found.push(
      {text: name, cost: own},
      {text: surface.not(name), cost: own},
      {text: surface.isNull(name), cost: own + 0.1},
      {text: surface.notNull(name), cost: own + 0.1},
    )
    found.push(
      {text: surface.name === 'py' ? `len(${name}) == 0` : surface.empty(name), cost: base + 0.1},
      {text: `${surface.len(name)} > 0`, cost: base + 0.2},
    )
    for (const test of ['> 0', '< 0', '<= 0', `${surface.eq} 0`, `${surface.eq} 1`, `${surface.neq} 0`, '> 1', '< 1'])
      found.push({text: `${name} ${test}`, cost: base + 0.25})
    for (const [attr] of at.attrsOf(name).slice(0, 6))
      found.push({text: `${name}.${attr}`, cost: base + 0.4}, {text: surface.not(`${name}.${attr}`), cost: base + 0.4})
  }
  for (const test of at.tests)
    if (test.names.every((one) => names.some((each) => each.name === one)))
      found.push({text: test.text, cost: 0.15}, {text: surface.not(`(${test.text})`), cost: 0.35})
  found.push(...memberAtoms(node, at, new Set(at.names(node).map((one) => one.name))))
  pairs(names, used, at, found)
  return found.sort((a, b) => a.cost - b.cost).slice(0, most)
}

const pairs = (names, used, at, found) => {
  const near = names.filter((one) => used.has(one.name) || one.depth === 0).slice(0, 7)
  const {surface} = at
  for (const a of near)
    for (const b of near) {
      if (a === b) continue
      for (const op of ['<', '<=']) found.push({text: `${a.name} ${op} ${b.name}`, cost: 0.45})
      if (a.name < b.name) for (const op of [surface.eq, surface.neq]) found.push({text: `${a.name} ${op} ${b.name}`, cost: 0.4})
      if (surface.name === 'py') found.push({text: `${a.name} in ${b.name}`, cost: 0.5}, {text: `${a.name} not in ${b.name}`, cost: 0.5})
      else
        found.push(
          {text: `${b.name}.includes(${a.name})`, cost: 0.7},
          {text: `!${b.name}.includes(${a.name})`, cost: 0.7},
          {text: `${b.name}.has(${a.name})`, cost: 0.7},
          {text: `!${b.name}.has(${a.name})`, cost: 0.7},
          {text: `${a.name} in ${b.name}`, cost: 0.8},
        )
    }
}

export const statementOf = (node) => {
  let at = node
  while (at.up && at.up.view?.is !== 'block' && at.up.view?.is !== 'case') at = at.up
  return at
}

const strengthen = (node, at) => {
  const {test} = node.view
  if (!test) return
  const {surface} = at
  const whole = compound(test)
  for (const {text, cost} of atomsAt(node.view.is === 'filter' ? node : (node.view.yes ?? node.view.body ?? node), at, 60)) {
    at.put(test, `${whole} ${surface.and} ${text}`, 1.5 + cost, 'stronger condition', `the condition also needs \`${text}\``)
    at.put(test, `${whole} ${surface.or} ${text}`, 1.5 + cost, 'weaker condition', `the condition must also hold for \`${text}\``)
  }
}

const constant = (node, at) => {
  const {test} = node.view
  if (!test || node.view.is === 'loop') return
  for (const value of [at.surface.true, at.surface.false])
    at.put(test, value, 2.0, 'constant condition', `the condition \`${textOf(test)}\` is replaced by \`${value}\``)
}

const replaced = (node, at) => {
  const {test} = node.view
  if (!test) return
  for (const {text, cost} of atomsAt(node, at, 40)) at.put(test, text, 1.6 + cost, 'condition', `the condition should be \`${text}\``)
}

const swapBranches = (node, at) => {
  const {yes, no} = node.view
  if (!yes || !no || node.view.elif) return
  const other = no.type === 'else_clause' ? no.kids.findLast((kid) => kid.named) : null
  if (other && other.view?.is !== 'if')
    at.putMany(
      [
        [yes, textOf(other)],
        [other, textOf(yes)],
      ],
      0.9,
      'swapped branches',
      'the two branches are swapped',
    )
}

// if (a) …  if (b) …  →  if (a) … else if (b) …
const joinElse = (node, at) => {
  const items = node.up?.view?.items
  const next = items?.[items.indexOf(node) + 1]
  if (next?.view?.is !== 'if' || node.view.no || node.view.elif) return
  if (at.surface.name === 'py') at.putAt(next.start, next.start + 2, 'elif', 1.2, 'missing else', 'the second condition only counts when the first fails')
  else at.putAt(next.start, next.start, 'else ', 1.2, 'missing else', 'the second condition only counts when the first fails')
}
const splitElse = (node, at) => {
  if (at.surface.name === 'py') {
    if (node.view.elif) at.putAt(node.start, node.start + 4, 'if', 1.2, 'else', 'both conditions count')
  } else if (node.up?.type === 'else_clause')
    at.putAt(node.up.start, node.start, '\n'.concat(at.indentOf(statementOf(node))), 1.3, 'else', 'both conditions count')
}

/** The ways out that fit a place: values that the function or its like return, errors that the file throws. */
const exits = (node, at, fn) => {
  const {surface} = at
  const texts = new Set()
  for (const one of walk(fn)) if ((one.view?.is === 'return' || one.view?.is === 'throw') && textOf(one).length < 90) texts.add(textOf(one).replace(/;$/, ''))
  for (const value of surface.returns) texts.add(`return ${value}`)
  for (const {name} of at
    .names(node)
    .filter((one) => one.depth === 0 && one.kind !== 'function')
    .slice(0, 6))
    texts.add(`return ${name}`)
  for (const text of [...at.throws.slice(0, 6), ...unraised(node, at, fn)]) texts.add(text)
  if (at.inLoop(node)) texts.add('continue').add('break')
  texts.add('return')
  return [...texts]
}

const guards = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const isFirst = statement.up.view.items[0] === statement
  const indent = at.indentOf(statement)
  for (const {text, cost} of atomsAt(statement, at, isFirst ? 24 : 14))
    for (const exit of exits(statement, at, fn)) {
      const own = (/^(continue|break)$/.test(exit) ? 0.1 : exit.startsWith('throw') || exit.startsWith('raise') ? 0.2 : 0.15) + at.oddity(fn, exit)
      at.putAt(
        statement.start,
        statement.start,
        `${at.surface.guard(text, exit)}${at.end}\n${indent}`,
        (isFirst ? 1.75 : 2.0) + cost + own,
        'missing guard',
        `a guard is missing: \`${at.surface.guard(text, exit)}\``,
      )
    }
}

const onlyWhen = (statement, at) => {
  if (statement.view?.is !== 'do' || statement.view.value?.view?.is === 'literal' || statement.source.slice(statement.start, statement.end).includes('\n'))
    return
  for (const {text, cost} of [...atomsAt(statement, at, 20), ...ownAtoms(statement, at)])
    at.put(statement, at.surface.guard(text, textOf(statement)), 1.9 + cost, 'missing condition', `this only happens when \`${text}\``)
}

// this.push(this.items) → if (this.items.length > 0) …: what a statement hands on or asks must be there.
const ownAtoms = (statement, at) => {
  const call = [...walk(statement)].find((one) => one.view?.is === 'call')?.view
  if (!call) return []
  const parts = [
    ...call.args,
    ...(call.callee.view?.is === 'attr' ? [call.callee.view.object] : []),
    ...call.args.flatMap((one) => (one.view?.is === 'call' ? one.view.args : [])),
  ]
  const texts = new Set(parts.filter((one) => ['attr', 'index', 'name'].includes(one.view?.is) && textOf(one).length < 30).map(textOf))
  return [...texts].slice(0, 4).flatMap((text) => [
    {text, cost: -0.3},
    {text: `${at.surface.len(text)} > 0`, cost: -0.3},
    {text: at.surface.not(text), cost: 0},
    {text: at.surface.notNull(text), cost: -0.1},
    ...(at.surface.name === 'js'
      ? [
          {text: `${text} !== undefined`, cost: -0.2},
          {text: `${text} !== ''`, cost: 0},
          {text: `${text}.size > 0`, cost: 0},
        ]
      : []),
  ])
}

// a ? b : c is missing: x → test ? x : default
const guardedReturn = (node, at) => {
  const {value} = node.view
  if (!value || textOf(value).includes('\n')) return
  const plain = isLoose(value) && value.view?.is === 'ternary' ? `(${textOf(value)})` : textOf(value)
  for (const {text, cost} of atomsAt(node, at, 12))
    for (const other of at.surface.returns)
      at.put(value, at.surface.ternary(text, plain, other), 1.9 + cost, 'missing guard', `the result is \`${other}\` unless \`${text}\``)
}

/** By view. */
export const conditionTemplates = {
  if: [strengthen, constant, replaced, swapBranches, joinElse, splitElse],
  loop: [strengthen, replaced],
  ternary: [strengthen, constant, replaced],
  filter: [strengthen, constant],
  return: [guardedReturn],
}
export const conditionStatements = [guards, onlyWhen]
