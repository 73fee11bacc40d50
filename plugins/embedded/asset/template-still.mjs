// Templates for what a function begins and never goes on with: a count that stays, a list that nobody fills, a flag that
// nobody sets. Whole statements only.

import {textOf, walk} from './parse.mjs'
import {exits, say} from './spot.mjs'
import {depthOf} from './template-state.mjs'

const changers = /^(push|append|add|extend|insert|unshift|set|update|appendleft|setdefault|delete|remove|discard|pop|clear)$/

const kinds = [
  ['number', /^-?\d[\d.]*$/],
  ['flag', /^(true|false|True|False)$/],
  ['list', /^(\[\]|list\(\)|deque\(\))$/],
  ['set', /^(set\(\)|new Set\(\))$/],
  ['text', /^(''|"")$/],
  ['nothing', /^(None|null|undefined)$/],
]

/** Variables of a function that get a plain first value and no other: [{name, kind, first, start}]. */
export const stillIn = (fn) => {
  const found = new Map()
  const changed = new Set()
  for (const node of walk(fn)) {
    const {view} = node
    if (view?.is === 'call' && view.callee.view?.is === 'attr' && changers.test(textOf(view.callee.view.attr))) changed.add(textOf(view.callee.view.object))
    if (!['assign', 'declare', 'update', 'loop', 'each'].includes(view?.is) || !view.target) continue
    const name = textOf(view.target)
    if (view.target.view?.is === 'index') changed.add(textOf(view.target.view.object))
    if (found.has(name) || view.op || !view.value || view.is === 'update') changed.add(name)
    else found.set(name, {name, first: textOf(view.value), start: node.end})
  }
  for (const node of walk(fn))
    if (/^(nonlocal|global)_statement$/.test(node.type))
      for (const kid of node.kids)
        if (kid.type === 'identifier' && !found.has(textOf(kid))) found.set(textOf(kid), {name: textOf(kid), first: '0', start: node.end, outer: true})
  return [...found.values()]
    .map((one) => ({...one, kind: kinds.find(([, pattern]) => pattern.test(one.first))?.[0]}))
    .filter((one) => one.kind && !changed.has(one.name) && /^[A-Za-z_$][\w$]*$/.test(one.name))
    .slice(0, 4)
}

const opposite = {true: 'false', false: 'true', True: 'False', False: 'True'}
const goesOn = ({name, kind, first}, others, {surface}) => {
  const py = surface.name === 'py'
  const each = (text, cost) => others.map((other) => [text(other), cost])
  if (kind === 'number')
    return [
      [`${name} += 1`, 1.2],
      [`${name} -= 1`, 1.3],
      ...each((other) => `${name} += ${other}`, 1.45),
      ...(/^-?1$/.test(first) ? [[`${name} = -${name}`, 1.25]] : []),
    ]
  if (kind === 'flag') return [[`${name} = ${opposite[first]}`, 1.2]]
  if (kind === 'list') return each((other) => `${name}.${py ? 'append' : 'push'}(${other})`, 1.3)
  if (kind === 'set') return each((other) => `${name}.add(${other})`, 1.3)
  if (kind === 'text') return each((other) => `${name} += ${other}`, 1.3)
  return each((other) => `${name} = ${other}`, 1.35)
}

const still = (statement, at) => {
  const fn = at.functionOf(statement)
  const all = fn ? at.still(fn) : []
  if (all.length === 0) return
  const names = at.names(statement).filter((one) => one.depth === 0 && one.kind !== 'function' && one.start < statement.end)
  const once = at.inLoop(statement) ? 0 : 0.25
  const indent = at.indentOf(statement)
  for (const one of all) {
    if (statement.start < one.start) continue
    const others = names.map((each) => each.name).filter((name) => name !== one.name && name !== at.surface.self && name !== 'cls')
    for (const [text, cost] of goesOn(one, others.slice(0, 8), at)) {
      const own = cost + (one.outer ? -0.1 : once) + 0.04 * depthOf(statement)
      const words = `\`${one.name}\` never changes: ${say(text)} is missing`
      at.putAt(statement.start, statement.start, `${text}${at.end}\n${indent}`, own, 'missing statement', words)
      if (statement.up.view.items.at(-1) === statement && !exits.has(statement.view?.is))
        at.putAt(statement.end, statement.end, `\n${indent}${text}${at.end}`, own, 'missing statement', words)
    }
  }
}

export const stillStatements = [still]
