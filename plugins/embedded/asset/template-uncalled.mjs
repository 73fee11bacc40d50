// Templates for steps that another part of the program offers and nobody takes: a method of what an object holds, a function
// that was handed back, a field that its sister shares every change with. Whole statements only.

import {textOf, walk} from './parse.mjs'
import {classOf, exits, say} from './spot.mjs'
import {depthOf} from './template-state.mjs'

const ownOf = /^(this|self|cls)$/

const put = (statement, at, text, cost) => {
  const own = cost + 0.15 * depthOf(statement)
  const indent = at.indentOf(statement)
  at.putAt(statement.start, statement.start, `${text}\n${indent}`, own, 'missing statement', `${say(text)} is missing here`)
  if (statement.up.view.items.at(-1) === statement && !exits.has(statement.view?.is))
    at.putAt(statement.end, statement.end, `\n${indent}${text}`, own, 'missing statement', `${say(text)} is missing here`)
}

// self.stock.release(order): the only one of its kind that nobody calls.
const uncalled = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || /^(__init__|constructor)$/.test(fn.view.name)) return
  const params = at
    .names(statement)
    .filter((one) => one.depth === 0 && one.kind === 'param' && !ownOf.test(one.name))
    .map((one) => one.name)
  for (const {field, methods} of at.helpersOf(fn))
    for (const {name, takes} of methods) {
      const lists = takes === 0 ? [''] : takes === 1 ? params.slice(0, 4) : [params.slice(0, takes).join(', ')]
      for (const args of lists) put(statement, at, `${at.surface.self}.${field}.${name}(${args})${at.end}`, 1.35)
    }
}

// off = self.on(…): what is handed back to be called.
const handed = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  for (const one of at.names(statement)) {
    if (one.depth < 0 || one.depth > 1 || !at.handedBack.has(one.name)) continue
    if (!textOf(fn).includes(`${one.name}(`)) put(statement, at, `${one.name}()${at.end}`, 1.3)
  }
}

// a.x -= n → also a.y -= n
const sister = (statement, at) => {
  const node = statement.view?.is === 'do' ? statement.view.value : null
  if (node?.view?.is !== 'assign' || !node.view.op || node.view.target?.view?.is !== 'attr' || !node.view.value) return
  const {target, op, value} = node.view
  const [object, own, word] = [textOf(target.view.object), textOf(target.view.attr), textOf(op)]
  const fn = at.functionOf(statement)
  const flipped = {'+=': '-=', '-=': '+='}[word]
  const others = new Set(at.families.filter((one) => one.has(own)).flatMap((one) => [...one]))
  for (const other of [...others].slice(0, 8)) {
    if (other === own || !fn || textOf(fn).includes(`${object}.${other} ${word}`)) continue
    for (const [way, cost] of [
      [word, 1.15],
      [flipped, 1.3],
    ])
      if (way) {
        const text = `${object}.${other} ${way} ${textOf(value)}${at.end}`
        at.putAt(statement.end, statement.end, `\n${at.indentOf(statement)}${text}`, cost, 'missing statement', `${say(text)} is missing here`)
      }
  }
}

const paramsOf = (fn) => {
  const {params} = fn.view
  if (!params || params.type === 'identifier') return null
  return params.kids.filter((kid) => kid.named && kid.type !== 'comment' && !ownOf.test(textOf(kid)))
}

/** By the name of a class: public methods with how many arguments they take. */
export const methodsOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is !== 'class' || !node.view.name || !node.view.body) continue
      const own = []
      for (const one of walk(node.view.body)) {
        const params = one.view?.is === 'function' && one.view.name && !/^[_#]|^constructor$/.test(one.view.name) ? paramsOf(one) : null
        if (params && params.length < 3 && one.up?.type !== 'decorated_definition') own.push({name: one.view.name, takes: params.length})
      }
      found.set(node.view.name, own)
    }
  return found
}

// self.stock = stock, self._attempts = Window(…): which class a field is of, by its name or its maker.
const kindOfField = (name, value, methods) => {
  const made = /^(?:new )?([A-Z]\w*)\(/.exec(value)?.[1]
  const plain = name.replace(/^[_#]+/, '').toLowerCase()
  if (made && methods.has(made)) return made
  const names = [...methods.keys()]
  return names.find((one) => one.toLowerCase() === plain) ?? names.find((one) => plain.length > 3 && one.toLowerCase().endsWith(plain))
}

/** What these templates ask of a file. */
export const uncalledFacts = (memo, root, common) => ({
  helpersOf: memo((fn) => helpersOf(classOf(fn), common)),
  handedBack: handedBackIn(root),
})

const helpersOf = (owner, {methods, uses}) => {
  if (!owner || !methods) return []
  const found = new Map()
  for (const {view} of walk(owner)) {
    if (view?.is !== 'assign' || view.op || view.target?.view?.is !== 'attr' || !ownOf.test(textOf(view.target.view.object)) || !view.value) continue
    const field = textOf(view.target.view.attr)
    const kind = kindOfField(field, textOf(view.value), methods)
    // Its definition counts twice.
    const free = kind ? methods.get(kind).filter((one) => (uses?.get(one.name) ?? 2) <= 2) : []
    if (!found.has(field) && free.length > 0) found.set(field, {field, methods: free.slice(0, 4)})
  }
  return [...found.values()].slice(0, 4)
}

/** Variables that hold a function: what `on`, `subscribe` and the like give, and functions that are returned. */
const handedBackIn = (root) => {
  const found = new Set()
  for (const {view} of walk(root))
    if (
      (view?.is === 'assign' || view?.is === 'declare') &&
      view.value?.view?.is === 'call' &&
      /(^|\.)(on|once|listen|subscribe|watch|observe|connect|register|add\w*Listener)$/.test(textOf(view.value.view.callee))
    )
      found.add(textOf(view.target))
  return found
}

export const uncalledStatements = [uncalled, handed, sister]
