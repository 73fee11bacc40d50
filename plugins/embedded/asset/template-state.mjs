// Templates for what an object keeps: a step on one of its fields that was left out, one that a sister field takes, a result
// that is lost, a list that must stay in order. Whole statements only.

import {textOf, walk} from './parse.mjs'
import {classOf, exits, say} from './spot.mjs'

const ownOf = /^(this|self)$/

/** How deep a statement stands in its function: what was left out stood seldom deep. */
export const depthOf = (statement) => {
  let depth = 0
  for (let up = statement.up?.up; up && up.view?.is !== 'function'; up = up.up)
    if (up.view?.is === 'if' || up.view?.is === 'loop' || up.type === 'with_statement' || up.type === 'try_statement') depth += 1
  return depth
}

const put = (statement, at, text, cost, words) => {
  const own = cost + 0.15 * depthOf(statement)
  const indent = at.indentOf(statement)
  at.putAt(statement.start, statement.start, `${text}\n${indent}`, own, 'missing statement', words ?? `${say(text)} is missing here`)
  const {items} = statement.up.view
  if (items.at(-1) === statement && !exits.has(statement.view?.is))
    at.putAt(statement.end, statement.end, `\n${indent}${text}`, own, 'missing statement', words ?? `${say(text)} is missing here`)
}

const kindsOfFields = [
  ['list', /^(\[|list\()/],
  ['dict', /^(\{\}|\{.*:|dict\(|(collections\.)?(defaultdict|OrderedDict|Counter)\(|new (Map|WeakMap)\()/],
  ['set', /^(set\(|\{|new Set\()/],
  ['deque', /^(collections\.)?deque\(/],
  ['number', /^-?\d/],
]
const steps = {
  py: {
    list: [
      ['.clear()', 1.55],
      ['.pop()', 1.65],
    ],
    dict: [['.clear()', 1.55]],
    set: [['.clear()', 1.55]],
    deque: [
      ['.clear()', 1.55],
      ['.popleft()', 1.6],
      ['.pop()', 1.7],
    ],
    number: [
      [' += 1', 1.6],
      [' -= 1', 1.65],
    ],
  },
  js: {
    list: [
      ['.length = 0', 1.6],
      ['.pop()', 1.65],
      ['.shift()', 1.7],
    ],
    dict: [['.clear()', 1.55]],
    set: [['.clear()', 1.55]],
    number: [
      ['++', 1.6],
      ['--', 1.65],
    ],
  },
}
const stepsWith = {
  py: {
    list: (field, one) => [`${field}.append(${one})`],
    dict: (field, one) => [`${field}.pop(${one}, None)`],
    set: (field, one) => [`${field}.add(${one})`, `${field}.discard(${one})`],
    deque: (field, one) => [`${field}.append(${one})`],
    number: (field, one) => [`${field} += ${one}`, `${field} -= ${one}`],
  },
  js: {
    list: (field, one) => [`${field}.push(${one})`],
    dict: (field, one) => [`${field}.delete(${one})`],
    set: (field, one) => [`${field}.add(${one})`, `${field}.delete(${one})`],
    number: (field, one) => [`${field} += ${one}`, `${field} -= ${one}`],
  },
}

// A step on what the object keeps, by what that is.
const kept = (statement, at) => {
  const fn = at.functionOf(statement)
  const fields = fn ? at.fieldsAt(fn) : []
  if (fields.length === 0 || /^(__init__|constructor)$/.test(fn.view.name)) return
  const isStill = (name) => at.settled.some(([one]) => one === name)
  const params = at.names(statement).filter((one) => one.depth === 0 && one.kind === 'param' && !ownOf.test(one.name) && one.name !== 'cls')
  for (const {name, kind, methods} of fields) {
    const field = `${at.surface.self}.${name}`
    for (const [end, cost] of steps[at.surface.name][kind] ?? [])
      put(statement, at, field + end + at.end, cost - (kind === 'number' && isStill(name) ? 0.3 : 0))
    for (const {name: one} of params.slice(0, 3))
      for (const text of stepsWith[at.surface.name][kind]?.(field, one) ?? []) put(statement, at, text + at.end, 1.7)
    if (kind === 'dict') {
      const keys = at.keysIn(fn)
      for (const key of keys)
        for (const text of [
          `${field}[${key}] += 1`,
          `${field}[${key}] -= 1`,
          ...keys.filter((other) => other !== key).map((other) => `${field}[${key}] += ${field}[${other}]`),
        ])
          put(statement, at, text + at.end, 1.65)
    }
    for (const method of methods) put(statement, at, `${field}.${method}()${at.end}`, method === fn.view.name || /^(clear|reset)$/.test(method) ? 1.2 : 1.6)
  }
  for (const method of at.ownSteps(fn)) put(statement, at, `${at.surface.self}.${method}()${at.end}`, 1.5)
}

const texts =
  /^(r?strip|lstrip|lower|upper|title|replace|trim|trimStart|trimEnd|toLowerCase|toUpperCase|removeprefix|removesuffix|format|join|slice|concat|filter|map)$/
// f(x) → self.last = f(x), name = name.strip(): what comes out is lost.
const lostResult = (statement, at) => {
  const call = statement.view?.is === 'do' ? statement.view.value : null
  if (call?.view?.is !== 'call' || textOf(call).length > 80 || /\.(delete|add|set|push|clear|discard)\([^()]*\)$/.test(textOf(call))) return
  const own = textOf(statement)
  for (const [field] of at.settled) {
    const text = `${at.surface.self}.${field} = ${own}`
    if (at.functionOf(statement)) at.put(statement, text, 1.0, 'lost result', `what ${say(own)} gives is kept in ${say(`${at.surface.self}.${field}`)}`)
  }
  const {callee} = call.view
  if (callee.view?.is !== 'attr' || !['name', 'attr', 'index'].includes(callee.view.object.view?.is) || !texts.test(textOf(callee.view.attr))) return
  at.put(statement, `${textOf(callee.view.object)} = ${own}`, 0.6, 'lost result', `${say(own)} changes nothing by itself`)
}

// f(xs) → if xs: f(xs), if x.items: f(x): there may be nothing to do it with.
const unlessEmpty = (statement, at) => {
  const call = statement.view?.is === 'do' ? statement.view.value : null
  if (call?.view?.is !== 'call' || call.view.args.length === 0 || textOf(statement).includes('\n')) return
  for (const arg of call.view.args.slice(0, 2)) {
    if (!['name', 'attr'].includes(arg.view?.is)) continue
    const own = textOf(arg)
    const test = (text) => (at.surface.name === 'py' ? text : `${text}.length > 0`)
    at.put(statement, at.surface.guard(test(own), textOf(statement)), 1.45, 'missing condition', `this only happens where ${say(own)} is not empty`)
    for (const name of [...at.collections].slice(0, 8))
      at.put(
        statement,
        at.surface.guard(test(`${own}.${name}`), textOf(statement)),
        1.5,
        'missing condition',
        `this only happens where ${say(`${own}.${name}`)} is not empty`,
      )
  }
}

// xs.append(x) → also xs.sort(): what is asked in order must be kept in order.
const resorted = (statement, at) => {
  const call = statement.view?.is === 'do' ? statement.view.value : null
  const {callee} = call?.view?.is === 'call' ? call.view : {}
  if (at.surface.name !== 'py' || callee?.view?.is !== 'attr' || !/^(append|extend|insert)$/.test(textOf(callee.view.attr))) return
  const list = textOf(callee.view.object)
  const indent = at.indentOf(statement)
  const after = (args, cost) =>
    at.putAt(statement.end, statement.end, `\n${indent}${list}.sort(${args})`, cost, 'missing statement', `${say(list)} must stay in order`)
  after('', 1.2)
  after('reverse=True', 1.4)
  for (const key of at.keys) after(`key=${key}`, 1.25)
  for (const attr of at.unread) for (const item of ['item', 'item[0]', 'item[1]']) after(`key=lambda item: ${item}.${attr}`, 1.1)
}

// self.a.pop(k) → also self.b.pop(k); total += x → the same for another that began alike.
const alike = (statement, at) => {
  const fn = at.functionOf(statement)
  const own = textOf(statement)
  if (!fn || statement.view?.is !== 'do' || own.includes('\n') || own.length > 90) return
  const {self} = at.surface
  const [, name] = new RegExp(`\\b${self}\\.([A-Za-z_]\\w*)`).exec(own) ?? []
  const fields = at.fieldsAt(fn)
  const kind = fields.find((one) => one.name === name)?.kind
  if (!kind) return
  for (const other of fields) {
    if (other.name === name || other.kind !== kind) continue
    const text = own.replace(new RegExp(`\\b${self}\\.${name}(?!\\w)`, 'g'), `${self}.${other.name}`)
    if (!textOf(fn).includes(text)) put(statement, at, text, 1.35)
  }
}

/** Attributes that hold a list or the like, wherever the project's classes say so. */
export const collectionsOf = (roots) => {
  const found = new Set()
  for (const root of roots)
    for (const {view} of walk(root))
      if (view?.is === 'assign' && view.value && view.target.view?.is === 'attr' && /^(\[|\{|list\(|set\(|dict\(|new (Map|Set)\()/.test(textOf(view.value)))
        found.add(textOf(view.target.view.attr))
  return found
}

/** By the name of a class: methods that take nothing. */
export const classesOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is !== 'class' || !node.view.name || !node.view.body) continue
      const methods = [...walk(node.view.body)].filter(
        (one) => one.view?.is === 'function' && one.view.name && !/^_|^constructor$/.test(one.view.name) && takesNothing(one),
      )
      found.set(
        node.view.name,
        methods.map((one) => one.view.name),
      )
    }
  return found
}
const takesNothing = (fn) => {
  const params = fn.view.params
  if (!params || params.type === 'identifier') return false
  const decorated = fn.up?.type === 'decorated_definition'
  return !decorated && params.kids.filter((kid) => kid.named && kid.type !== 'comment' && !ownOf.test(textOf(kid))).length === 0
}

/** What these templates ask of a file; `memo` keeps answers by function. */
export const stateFacts = (memo, common) => ({
  fieldsAt: memo((fn) => fieldsOf(classOf(fn), common)),
  ownSteps: memo((fn) => ownSteps(fn)),
  keysIn: memo(keysIn),
})

const fieldsOf = (owner, common) => {
  if (!owner) return []
  const found = new Map()
  for (const {view} of walk(owner)) {
    if (view?.is !== 'assign' || view.op || view.target?.view?.is !== 'attr' || !ownOf.test(textOf(view.target.view.object)) || !view.value) continue
    const name = textOf(view.target.view.attr)
    if (found.has(name)) continue
    const value = textOf(view.value)
    const [, made] = /^(?:new )?([A-Z]\w*)\(/.exec(value) ?? []
    found.set(name, {
      name,
      kind: kindsOfFields.find(([, pattern]) => pattern.test(value))?.[0] ?? '',
      methods: (made && common.classes.get(made)?.slice(0, 4)) || [],
    })
  }
  return [...found.values()].slice(0, 10)
}

/** Names that a function puts between brackets. */
const keysIn = (fn) =>
  [...new Set([...walk(fn)].filter((one) => one.view?.is === 'index' && one.view.index?.view?.is === 'name').map((one) => textOf(one.view.index)))].slice(0, 3)

const ownSteps = (fn) => {
  const owner = classOf(fn)
  if (!owner?.view.body) return []
  const own = owner.view.body.view?.items ?? []
  return own
    .filter((one) => one.view?.is === 'function' && one !== fn && /^_?[a-z#]/.test(one.view.name) && takesNothing(one) && !/\breturn [^\s]/.test(textOf(one)))
    .map((one) => one.view.name)
    .slice(0, 4)
}

export const stateStatements = [kept, alike, lostResult, unlessEmpty, resorted]
