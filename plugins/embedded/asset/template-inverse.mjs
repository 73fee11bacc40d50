// Templates for what goes in pairs: a step that must be taken back, a counter that follows what is added and removed, a
// cursor that moves beside another, something kept that must come out at the end. Whole statements only.

import {textOf, walk} from './parse.mjs'
import {exits, say} from './spot.mjs'

const around = (statement, at, text, cost, words) => {
  const indent = at.indentOf(statement)
  at.putAt(statement.start, statement.start, `${text}${at.end}\n${indent}`, cost, 'missing counterpart', words)
  if (!exits.has(statement.view?.is)) at.putAt(statement.end, statement.end, `\n${indent}${text}${at.end}`, cost, 'missing counterpart', words)
}

const takenBack = {
  js: {push: (x) => [`${x}.pop()`], unshift: (x) => [`${x}.shift()`], add: (x, k) => [`${x}.delete(${k})`], set: (x, k) => [`${x}.delete(${k})`]},
  py: {append: (x) => [`${x}.pop()`], add: (x, k) => [`${x}.remove(${k})`, `${x}.discard(${k})`]},
}
const stops = {setTimeout: 'clearTimeout', setInterval: 'clearInterval'}

const step = (node) => {
  const {view} = node
  if (view?.is === 'update' && view.target) return {target: textOf(view.target), op: textOf(view.op), value: ''}
  if (view?.is === 'assign' && view.op && /^[-+]=$/.test(textOf(view.op))) return {target: textOf(view.target), op: textOf(view.op), value: textOf(view.value)}
  return null
}
const written = ({target, op, value}) => (value === '' ? `${target}${op}` : `${target} ${op} ${value}`)
const turned = (one) => ({...one, op: {'++': '--', '--': '++', '+=': '-=', '-=': '+='}[one.op]})

const makers = /^(constructor|__init__)$/
const plainly = (one) => one.value === '' || /^\d+$/.test(one.value)
// These begin anew after a success; others are counted down again.
const tallies = /fail|error|attempt|retr|miss|streak|strike|consecutive|since|idle/i

/** Statements that would take back what a function does and never takes back: [{text, names}]. */
const openEnds = (fn, surface) => {
  const own = textOf(fn)
  const found = new Map()
  const note = (text, node) => {
    if (text.includes('\n') || text.length > 70 || own.includes(text)) return
    found.set(text, {text, names: [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)})
  }
  for (const node of walk(fn.view.body ?? fn)) {
    const one = step(node)
    if (one && node.up?.view?.is === 'do' && !(plainly(one) && tallies.test(one.target))) note(written(turned(one)), node)
    if (node.view?.is !== 'call') continue
    const {callee, args} = node.view
    const back = callee.view?.is === 'attr' ? takenBack[surface.name][textOf(callee.view.attr)] : undefined
    if (back && args.length > 0 && node.up?.view?.is === 'do') for (const text of back(textOf(callee.view.object), textOf(args[0]))) note(text, args[0])
    const stop = surface.name === 'js' ? stops[textOf(callee)] : undefined
    const kept = stop && (node.up?.view?.is === 'declare' || node.up?.view?.is === 'assign') ? node.up.view.target : null
    if (kept) note(`${stop}(${textOf(kept)})`, kept)
  }
  return [...found.values()].slice(0, 6)
}

const undone = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const visible = new Set(at.names(statement).map((one) => one.name))
  for (const {text, names} of at.openEnds(fn))
    if (names.every((name) => visible.has(name) || at.builtIn(name))) around(statement, at, text, 1.2, `${say(text)} is missing here`)
}

/** Steps of fields (`this.size++`) anywhere in a file. */
const fieldSteps = (root) => {
  const found = new Map()
  for (const node of walk(root)) {
    const one = node.up?.view?.is === 'do' ? step(node) : null
    if (one && /^(this|self)\.[\w$#]+$/.test(one.target)) found.set(written(one), one)
  }
  return [...found.values()].slice(0, 6)
}
// What one method counts up another must count down, or up as well, or set back to where it began.
const counted = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || makers.test(fn.view.name)) return
  const own = textOf(fn)
  const beside = statement.up.view.items.map(textOf)
  for (const one of at.fieldSteps.filter(plainly)) {
    if (beside.some((text) => text.replace(/;$/, '') === written(one))) continue
    const isTally = tallies.test(one.target)
    const first = at.initials.find(([name]) => one.target.endsWith(`.${name}`))
    const back = first ? `${one.target} = ${first[1]}` : ''
    if (back !== '' && !own.includes(back)) around(statement, at, back, isTally ? 1.0 : 1.25, `${say(one.target)} must begin anew here`)
    for (const [text, cost] of [
      [written(turned(one)), isTally ? 1.75 : 1.15],
      [written(one), 1.35],
    ])
      if (!own.includes(text)) around(statement, at, text, cost, `${say(one.target)} must follow`)
  }
}

// i++ stands alone where elsewhere in the function j moves, too.
const beside = (statement, at) => {
  const own = statement.view?.is === 'do' && statement.view.value ? step(statement.view.value) : null
  const fn = own && at.functionOf(statement)
  if (!fn) return
  const block = textOf(statement.up)
  const seen = new Set([own.target])
  for (const node of walk(fn)) {
    const one = step(node)
    if (!one || seen.has(one.target) || block.includes(written(one))) continue
    seen.add(one.target)
    around(statement, at, written({...one, op: own.value === '' || one.value !== '' ? one.op : own.op}), 1.1, `${say(one.target)} must move, too`)
  }
}

/** Methods of the object itself that are called with one argument in this file. */
const ownCalls = (root) => {
  const found = new Map()
  for (const {view} of walk(root)) {
    if (view?.is !== 'call' || view.args.length !== 1 || view.callee.view?.is !== 'attr' || view.callee.view.object.view?.is !== 'self') continue
    found.set(textOf(view.callee.view.attr), (found.get(textOf(view.callee.view.attr)) ?? 0) + 1)
  }
  return [...found.keys()].slice(0, 4)
}
// What the object has kept must come out at the end.
const keptOut = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || at.surface.name !== 'js' || statement.up !== fn.view.body) return
  const fields = new Set([...walk(fn)].filter((one) => one.view?.is === 'attr' && one.view.object.view?.is === 'self').map((one) => textOf(one.view.attr)))
  for (const method of at.ownCalls)
    for (const field of [...fields].slice(0, 4)) {
      const one = `this.${field}`
      const text = `this.${method}(${one})`
      if (method === field || textOf(fn).includes(text)) continue
      for (const test of [one, `${one}.length > 0`]) around(statement, at, `if (${test}) ${text}`, 1.7, `${say(one)} must come out`)
    }
}

export const inverseFacts = (memo, root, surface) => ({
  openEnds: memo((fn) => openEnds(fn, surface)),
  fieldSteps: fieldSteps(root),
  ownCalls: ownCalls(root),
})

export const inverseStatements = [undone, counted, beside, keptOut]
