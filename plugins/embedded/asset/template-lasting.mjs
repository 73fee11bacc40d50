// Templates for what lasts from one step or call to the next: a variable that is never given its value, a flag that is asked
// and never set, a list of the surroundings that must be emptied, a result that is kept instead of returned.

import {textOf, walk} from './parse.mjs'
import {exits, say} from './spot.mjs'

const plainName = /^[A-Za-z_$][\w$]*$/

const around = (statement, at, text, cost, words) => {
  const indent = at.indentOf(statement)
  at.putAt(statement.start, statement.start, `${text}${at.end}\n${indent}`, cost, 'missing statement', words)
  const {items} = statement.up.view
  if (items.at(-1) === statement && !exits.has(statement.view?.is))
    at.putAt(statement.end, statement.end, `\n${indent}${text}${at.end}`, cost, 'missing statement', words)
}

/** Variables of a file that are declared without a value and never given one. */
const unsetIn = (root) => {
  const open = new Set()
  const set = new Set()
  for (const {view} of walk(root)) {
    if (view?.is === 'declare' && !view.value && plainName.test(textOf(view.target))) open.add(textOf(view.target))
    if ((view?.is === 'assign' || view?.is === 'update') && view.target) set.add(textOf(view.target))
  }
  return new Set([...open].filter((name) => !set.has(name)))
}

/** Members that conditions ask for and nothing in the file sets: `job.cancelled`. */
const unsetFlagsIn = (root) => {
  const asked = new Set()
  const set = new Set()
  for (const {view} of walk(root)) {
    const test = view?.test
    const plain = test?.view?.is === 'unary' ? test.view.value : test
    if (plain?.view?.is === 'attr' && plain.view.object.view?.is === 'name') asked.add(textOf(plain.view.attr))
    if ((view?.is === 'assign' || view?.is === 'update') && view.target?.view?.is === 'attr') set.add(textOf(view.target.view.attr))
    if (view?.is === 'pair' && view.key) set.add(textOf(view.key))
  }
  return [...asked].filter((name) => !set.has(name) && !/^(length|size|value|type|done|test)$/.test(name)).slice(0, 4)
}

/** Variables of the surroundings that hold something empty at first: name → how it is emptied. */
const emptiedIn = (root) => {
  const found = new Map()
  for (const {view} of walk(root)) {
    if (view?.is !== 'declare' || !view.value || !plainName.test(textOf(view.target))) continue
    const value = textOf(view.value)
    if (value === '[]') found.set(textOf(view.target), '.length = 0')
    else if (/^new (Map|Set)(<[^(]*>)?\(\)$/.test(value)) found.set(textOf(view.target), '.clear()')
  }
  return found
}

/** The same for what an object keeps: `this.cache` → `.clear()`. */
const emptiedFieldsIn = (root) => {
  const found = new Map()
  const note = (name, value) => {
    if (/^new (Map|Set|WeakMap)(<[^(]*>)?\(\)$/.test(value)) found.set(name, '.clear()')
    else if (value === '[]') found.set(name, '.length = 0')
  }
  for (const node of walk(root)) {
    if (/^(public_field_definition|field_definition)$/.test(node.type)) {
      const [name, value] = ['name', 'value'].map((field) => node.kids.find((one) => one.field === field || (field === 'name' && one.field === 'property')))
      if (name && value) note(textOf(name), textOf(value))
    }
    const {view} = node
    if (view?.is === 'assign' && view.value && view.target?.view?.is === 'attr' && view.target.view.object.view?.is === 'self')
      note(textOf(view.target.view.attr), textOf(view.value))
  }
  return found
}

const lasting = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || at.surface.name !== 'js') return
  const names = at.names(statement)
  const own = textOf(fn)
  const locals = names.filter((one) => one.depth === 0 && one.kind !== 'function' && one.kind !== 'import' && one.start < statement.start)
  for (const {name, depth} of names) {
    if (at.unset.has(name))
      for (const one of locals) if (one.name !== name) around(statement, at, `${name} = ${one.name}`, 1.0, `${say(name)} is never given a value`)
    if (depth === 0) continue
    const end = at.emptied.get(name)
    if (end && !own.includes(name + end)) around(statement, at, name + end, 1.5, `${say(name)} must be emptied`)
  }
  if (fn.view.name !== 'constructor')
    for (const [name, end] of at.emptiedFields)
      if (!own.includes(`this.${name}${end}`)) around(statement, at, `this.${name}${end}`, 1.5, `${say(name)} must be emptied`)
  for (const flag of at.unsetFlags)
    for (const {name} of locals.slice(0, 6))
      around(statement, at, `${name}.${flag} = true`, at.attrsOf(name).some(([attr]) => attr === flag) ? 0.95 : 1.15, `${say(flag)} is asked and never set`)
}

const lastResult = (fn) => {
  const last = fn.view.body?.view?.items?.at(-1)
  return last?.view?.is === 'return' && last.view.value?.view?.is === 'name' ? textOf(last.view.value) : ''
}
// for (…) return x → for (…) result = x, where the function ends with `return result`; and the other way round.
const keptResult = (node, at) => {
  const fn = at.functionOf(node)
  if (!fn || !at.inLoop(node) || !node.view.value) return
  const name = lastResult(fn)
  if (name !== '' && name !== textOf(node.view.value))
    at.put(node, `${name} = ${textOf(node.view.value)}${at.end}`, 0.95, 'early result', `${say(name)} is kept until the end`)
}
const givenAtOnce = (statement, at) => {
  const node = statement.view?.is === 'do' ? statement.view.value : null
  const fn = at.functionOf(statement)
  if (node?.view?.is !== 'assign' || node.view.op || !fn || !at.inLoop(statement) || textOf(node.view.target) !== lastResult(fn)) return
  at.put(statement, `return ${textOf(node.view.value)}${at.end}`, 1.05, 'early result', `${say(textOf(node.view.value))} is the result at once`)
}

// depth = 0 → depth--, where elsewhere it is stepped.
const stepped = (node, at) => {
  const {target, value, op} = node.view
  const fn = at.functionOf(node)
  if (op || !fn || value?.view?.is !== 'literal' || value.view.what !== 'number' || node.up?.view?.is !== 'do') return
  const own = textOf(target)
  const isStepped = [...walk(fn)].some(({view}) => (view?.is === 'update' || (view?.is === 'assign' && view.op)) && textOf(view.target) === own)
  if (!isStepped) return
  const steps = at.surface.name === 'py' ? [`${own} -= 1`, `${own} += 1`] : [`${own}--`, `${own}++`]
  for (const text of steps) at.put(node, text, 0.95, 'step', `${say(own)} moves by one`)
}

export const lastingFacts = (root) => ({unset: unsetIn(root), unsetFlags: unsetFlagsIn(root), emptied: emptiedIn(root), emptiedFields: emptiedFieldsIn(root)})

/** By view. */
export const lastingTemplates = {return: [keptResult], assign: [stepped]}
export const lastingStatements = [lasting, givenAtOnce]
