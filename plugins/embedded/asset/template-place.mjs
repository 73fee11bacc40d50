// Templates for what stands at the wrong place: another owner, names the other way round, numbers that are all one off, a
// statement that comes too early or too late.

import {textOf, walk} from './parse.mjs'
import {exits, isCallee, isTarget, say} from './spot.mjs'

const ownOf = /^(this|self)$/

// a.b.size → part.size, where `part` is at hand.
const otherOwner = (node, at) => {
  const {object, attr} = node.view
  if (isCallee(node) || isTarget(node) || !['attr', 'call', 'index'].includes(object.view?.is) || ownOf.test(textOf(object))) return
  for (const one of at
    .names(node)
    .filter((each) => each.depth === 0 && each.kind !== 'function' && !ownOf.test(each.name))
    .slice(0, 10))
    at.put(object, one.name, 1.1, 'variable', `${say(textOf(node))} should be \`${one.name}.${textOf(attr)}\``)
}

// FRIDAY, SATURDAY = 5, 6: all of them are one off.
const shifted = (node, at) => {
  const numbers = node.view.items.filter((one) => one.view?.what === 'number' && /^\d+$/.test(textOf(one)))
  if (numbers.length < 2 || numbers.length > 6 || numbers.length !== node.view.items.length) return
  for (const by of [1, -1])
    at.putMany(
      numbers.map((one) => [one, String(Number(textOf(one)) + by)]),
      1.1,
      'constants',
      `the numbers are off by ${by === 1 ? 'one: more' : 'one: less'}`,
    )
}

// Two names the other way round, wherever a statement says them.
const exchanged = (statement, at) => {
  if (!['do', 'return', 'declaration'].includes(statement.view?.is) || textOf(statement).length > 200) return
  const byName = new Map()
  for (const node of walk(statement)) if (node.view?.is === 'name' && !isCallee(node)) byName.set(node.view.name, [...(byName.get(node.view.name) ?? []), node])
  const locals = new Set(
    at
      .names(statement)
      .filter((one) => one.depth === 0 && one.kind !== 'function')
      .map((one) => one.name),
  )
  const names = [...byName.keys()].filter((one) => locals.has(one) && !ownOf.test(one) && one !== 'cls').slice(0, 6)
  for (const [index, a] of names.entries())
    for (const b of names.slice(index + 1))
      at.putMany(
        [...byName.get(a).map((node) => [node, b]), ...byName.get(b).map((node) => [node, a])],
        0.8,
        'swapped names',
        `\`${a}\` and \`${b}\` are swapped`,
      )
}

// A statement that stands too early or too late, past more than its neighbour.
const moved = (statement, at) => {
  const {items} = statement.up.view
  const index = items.indexOf(statement)
  if (!['do', 'declaration'].includes(statement.view?.is) || textOf(statement).includes('\n') || index === -1) return
  const {source} = statement
  for (const [to, other] of items.entries()) {
    if (Math.abs(to - index) < 2 || Math.abs(to - index) > 5 || (to > index && exits.has(other.view?.is))) continue
    const indent = at.indentOf(statement)
    const gone = index > 0 ? {start: items[index - 1].end, end: statement.end, text: ''} : {start: statement.start, end: items[1].start, text: ''}
    if (/#|\/\//.test(source.slice(gone.start, gone.end).replace(textOf(statement), ''))) continue
    const there =
      to > index
        ? {start: other.end, end: other.end, text: `\n${indent}${textOf(statement)}`}
        : {start: other.start, end: other.start, text: `${textOf(statement)}\n${indent}`}
    at.putAll([gone, there], 1.0, 'statement order', `${say(textOf(statement))} must come ${to > index ? 'after' : 'before'} ${say(textOf(other))}`, statement)
  }
}

/** By view. */
export const placeTemplates = {attr: [otherOwner], list: [shifted]}
export const placeStatements = [exchanged, moved]
