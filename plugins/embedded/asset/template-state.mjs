// Templates for what an object keeps and for what nobody uses: a step that its siblings take, a limit that it knows, a flag
// that is asked nowhere, a name that is imported or declared and never read.

import {textOf, walk} from './parse.mjs'
import {fitted, isLoose} from './surface.mjs'

const say = (text) => `\`${text.replace(/\s+/g, ' ').slice(0, 60)}\``
const exits = new Set(['return', 'throw', 'break', 'continue'])
const ownOf = /^(this|self)$/
const isTarget = (node) => node.up?.view?.is === 'assign' && node.up.view.target === node
const isCallee = (node) => node.up?.view?.is === 'call' && node.up.view.callee === node

/** How deep a statement stands in its function: what was left out stood seldom deep. */
export const depthOf = (statement) => {
  let depth = 0
  for (let up = statement.up?.up; up && up.view?.is !== 'function'; up = up.up) if (up.view?.is === 'if' || up.view?.is === 'loop' || up.type === 'with_statement' || up.type === 'try_statement') depth += 1
  return depth
}

const put = (statement, at, text, cost, words) => {
  const own = cost + 0.08 * depthOf(statement)
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
    list: [['.clear()', 1.55], ['.pop()', 1.65]],
    dict: [['.clear()', 1.55]],
    set: [['.clear()', 1.55]],
    deque: [['.clear()', 1.55], ['.popleft()', 1.6], ['.pop()', 1.7]],
    number: [[' += 1', 1.6], [' -= 1', 1.65]],
  },
  js: {
    list: [['.length = 0', 1.6], ['.pop()', 1.65], ['.shift()', 1.7]],
    dict: [['.clear()', 1.55]],
    set: [['.clear()', 1.55]],
    number: [['++', 1.6], ['--', 1.65]],
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
  const params = at.names(statement).filter((one) => one.depth === 0 && one.kind === 'param' && !ownOf.test(one.name) && one.name !== 'cls')
  for (const {name, kind, methods} of fields) {
    const field = `${at.surface.self}.${name}`
    for (const [end, cost] of steps[at.surface.name][kind] ?? []) put(statement, at, field + end + at.end, cost)
    for (const {name: one} of params.slice(0, 3))
      for (const text of stepsWith[at.surface.name][kind]?.(field, one) ?? []) put(statement, at, text + at.end, 1.7)
    if (kind === 'dict') {
      const keys = at.keysIn(fn)
      for (const key of keys) for (const text of [`${field}[${key}] += 1`, `${field}[${key}] -= 1`, ...keys.filter((other) => other !== key).map((other) => `${field}[${key}] += ${field}[${other}]`)]) put(statement, at, text + at.end, 1.65)
    }
    for (const method of methods) put(statement, at, `${field}.${method}()${at.end}`, method === fn.view.name || /^(clear|reset)$/.test(method) ? 1.2 : 1.6)
  }
  for (const method of at.ownSteps(fn)) put(statement, at, `${at.surface.self}.${method}()${at.end}`, 1.5)
}

const texts = /^(r?strip|lstrip|lower|upper|title|replace|trim|trimStart|trimEnd|toLowerCase|toUpperCase|removeprefix|removesuffix|format|join|slice|concat|filter|map)$/
// f(x) → self.last = f(x), name = name.strip(): what comes out is lost.
const lostResult = (statement, at) => {
  const call = statement.view?.is === 'do' ? statement.view.value : null
  if (call?.view?.is !== 'call' || textOf(call).length > 80) return
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
    for (const name of [...at.collections].slice(0, 8)) at.put(statement, at.surface.guard(test(`${own}.${name}`), textOf(statement)), 1.5, 'missing condition', `this only happens where ${say(`${own}.${name}`)} is not empty`)
  }
}

// xs.append(x) → also xs.sort(): what is asked in order must be kept in order.
const resorted = (statement, at) => {
  const call = statement.view?.is === 'do' ? statement.view.value : null
  const {callee} = call?.view?.is === 'call' ? call.view : {}
  if (at.surface.name !== 'py' || callee?.view?.is !== 'attr' || !/^(append|extend|insert)$/.test(textOf(callee.view.attr))) return
  const list = textOf(callee.view.object)
  const indent = at.indentOf(statement)
  const after = (args, cost) => at.putAt(statement.end, statement.end, `\n${indent}${list}.sort(${args})`, cost, 'missing statement', `${say(list)} must stay in order`)
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

const upper = /max|limit|burst|cap|size|most|top|upper|high|ceil|length|total|budget|stock|available/i
const lower = /min|least|floor|lower|low|base|bottom/i
// x → min(self.limit, x), max(last.end, x.end): what an object or another of its kind knows bounds it.
const bounded = (node, at) => {
  const up = node.up?.view
  if (!up || isCallee(node) || isTarget(node) || !/^(assign|return|call|declare|named|list|pair)$/.test(up.is)) return
  const own = textOf(node)
  if (/\b(max|min)\($/.test(node.source.slice(Math.max(0, node.start - 9), node.start)) || own.length > 80 || /^(text|list)$/.test(at.kindOfNode(node))) return
  const {max, min, self} = at.surface
  const fn = at.functionOf(node)
  if (!fn) return
  const bound = (other, cost) => {
    if (other === own) return
    at.put(node, min(other, own), cost - (upper.test(other) ? 0.25 : 0), 'clamp', `${say(own)} must not be above ${say(other)}`)
    at.put(node, max(other, own), cost - (lower.test(other) ? 0.25 : 0), 'clamp', `${say(own)} must not be below ${say(other)}`)
  }
  if (node.view.is === 'binary' || node.view.is === 'name' || node.view.is === 'call')
    for (const {name, kind} of at.fieldsAt(fn))
      if ((kind === 'number' || upper.test(name) || lower.test(name)) && !(node.view.is === 'name' && textOf(node) === name)) bound(`${self}.${name}`, node.view.is === 'binary' ? 1.3 : 1.5)
  if (node.view.is === 'attr')
    for (const one of at.names(node))
      if (one.depth === 0 && one.kind !== 'function' && one.name !== textOf(node.view.object) && isAlike(at, one.name, textOf(node.view.object)))
        bound(`${one.name}.${textOf(node.view.attr)}`, 1.0)
}

// Two names are of one kind where the file asks them for the same.
const isAlike = (at, a, b) => {
  const own = new Set(at.attrsOf(a).map(([attr]) => attr))
  return at.attrsOf(b).some(([attr]) => own.has(attr))
}

// if x.room == room → and not x.cancelled: a flag that the project's classes have.
const flagged = (node, at) => {
  const {test} = node.view
  if (!test || at.flags.size === 0) return
  const objects = new Set([...walk(test)].filter((one) => one.view?.is === 'attr' && one.view.object.view?.is === 'name').map((one) => textOf(one.view.object)))
  const own = textOf(test)
  const whole = isLoose(test) && /\bor\b|\|\||\?/.test(own) ? `(${own})` : own
  for (const object of [...objects].slice(0, 3))
    for (const flag of [...at.flags].slice(0, 8)) {
      const text = `${object}.${flag}`
      if (own.includes(text)) continue
      for (const atom of [at.surface.not(text), text]) at.put(test, `${whole} ${at.surface.and} ${atom}`, 1.15, 'stronger condition', `the condition also needs ${say(atom)}`)
    }
}

// a.b.size → part.size, where `part` is at hand.
const otherOwner = (node, at) => {
  const {object, attr} = node.view
  if (isCallee(node) || isTarget(node) || !['attr', 'call', 'index'].includes(object.view?.is) || ownOf.test(textOf(object))) return
  for (const one of at.names(node).filter((each) => each.depth === 0 && each.kind !== 'function' && !ownOf.test(each.name)).slice(0, 10))
    at.put(object, one.name, 1.1, 'variable', `${say(textOf(node))} should be \`${one.name}.${textOf(attr)}\``)
}

// FRIDAY, SATURDAY = 5, 6: all of them are one off.
const shifted = (node, at) => {
  const numbers = node.view.items.filter((one) => one.view?.what === 'number' && /^\d+$/.test(textOf(one)))
  if (numbers.length < 2 || numbers.length > 6 || numbers.length !== node.view.items.length) return
  for (const by of [1, -1])
    at.putMany(numbers.map((one) => [one, String(Number(textOf(one)) + by)]), 1.1, 'constants', `the numbers are off by ${by === 1 ? 'one: more' : 'one: less'}`)
}

// n - k → n - k + 1: the sum as a whole is one off.
const edge = (node, at) => {
  const {op} = node.view
  const up = node.up?.view
  if (!/^(\+|-|\*|\/\/)$/.test(textOf(op)) || !up || !/^(call|slice|index|return|assign|declare|binary|named)$/.test(up.is) || (up.is === 'binary' && /^(\+|-|\*|\/\/|\/|%)$/.test(textOf(up.op)))) return
  if (at.kindOfNode(node) === 'text') return
  const own = textOf(node)
  for (const [sign, word] of [
    ['+', 'one more'],
    ['-', 'one less'],
  ])
    at.put(node, `${own} ${sign} 1`, /^(call|slice|index)$/.test(up.is) ? 0.8 : 0.95, 'off by one', `${say(own)} should be ${word}`)
}

// Two names the other way round, wherever a statement says them.
const exchanged = (statement, at) => {
  if (!['do', 'return', 'declaration'].includes(statement.view?.is) || textOf(statement).length > 200) return
  const byName = new Map()
  for (const node of walk(statement)) if (node.view?.is === 'name' && !isCallee(node)) byName.set(node.view.name, [...(byName.get(node.view.name) ?? []), node])
  const locals = new Set(at.names(statement).filter((one) => one.depth === 0 && one.kind !== 'function').map((one) => one.name))
  const names = [...byName.keys()].filter((one) => locals.has(one) && !ownOf.test(one) && one !== 'cls').slice(0, 6)
  for (const [index, a] of names.entries())
    for (const b of names.slice(index + 1))
      at.putMany([...byName.get(a).map((node) => [node, b]), ...byName.get(b).map((node) => [node, a])], 0.8, 'swapped names', `\`${a}\` and \`${b}\` are swapped`)
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
      to > index ? {start: other.end, end: other.end, text: `\n${indent}${textOf(statement)}`} : {start: other.start, end: other.start, text: `${textOf(statement)}\n${indent}`}
    at.putAll([gone, there], 1.0, 'statement order', `${say(textOf(statement))} must come ${to > index ? 'after' : 'before'} ${say(textOf(other))}`, statement)
  }
}

// What is imported or declared and never read was meant somewhere.
const orphaned = (node, at) => {
  const up = node.up?.view
  if (at.orphans.length === 0 || !up || isTarget(node) || up.is === 'update' || isCallee(node) || up.is === 'attr') return
  const own = textOf(node)
  if (own.length > 80) return
  for (const {name, kind} of at.orphans) {
    if (kind === 'call') {
      if (/^(assign|return|call|named|declare|pair|loop|list|do|index|binary)$/.test(up.is)) {
        at.put(node, `${name}(${own})`, 0.85, 'unused name', `\`${name}\` is there and never used`)
        if (node.view.is === 'call' && node.view.args.length === 1) at.put(node, `${name}(${textOf(node.view.args[0])})`, 0.8, 'unused name', `\`${name}\` is there and never used`)
      }
      continue
    }
    if (node.view.is !== 'call') at.put(node, name, 0.85, 'unused name', `\`${name}\` is there and never used`)
    if (!/^(assign|return|call|named|declare|pair)$/.test(up.is)) continue
    const {surface} = at
    at.put(node, surface.min(own, name), 1.1, 'unused name', `${say(own)} must not be above \`${name}\``)
    at.put(node, surface.max(own, name), 1.1, 'unused name', `${say(own)} must not be below \`${name}\``)
    for (const op of ['+', '-', '*', '/']) at.put(node, fitted(node, `${own} ${op} ${name}`), 1.2, 'unused name', `\`${name}\` is there and never used`)
    if (surface.name === 'py' && node.view.is === 'name')
      for (const one of at.names(node).filter((each) => each.depth === 0 && each.kind !== 'function').slice(0, 8))
        for (const other of [`${own} + 1`, `${own} - 1`])
          for (const [yes, no] of [
            [own, other],
            [other, own],
          ])
            at.put(node, `${yes} if ${one.name} in ${name} else ${no}`, 1.3, 'unused name', `\`${name}\` is there and never used`)
  }
}

const isBool = (text) => /^(True|False|true|false)$/.test(text)
/** Attributes that hold a truth, wherever the project's classes say so. */
export const flagsOf = (roots) => {
  const found = new Set()
  for (const root of roots)
    for (const {view, type, kids, up} of walk(root)) {
      if (view?.is === 'assign' && view.value && isBool(textOf(view.value))) {
        if (view.target.view?.is === 'attr') found.add(textOf(view.target.view.attr))
        else if (up?.up?.up?.view?.is === 'class') found.add(textOf(view.target))
      }
      if (/^(public_field_definition|property_signature)$/.test(type) && kids.some((kid) => /boolean|true|false/.test(textOf(kid)))) found.add(textOf(kids.find((kid) => kid.field === 'name' || kid.field === 'property') ?? kids[0]))
    }
  return found
}

/** Attributes that hold a list or the like, wherever the project's classes say so. */
export const collectionsOf = (roots) => {
  const found = new Set()
  for (const root of roots)
    for (const {view} of walk(root))
      if (view?.is === 'assign' && view.value && view.target.view?.is === 'attr' && /^(\[|\{|list\(|set\(|dict\(|new (Map|Set)\()/.test(textOf(view.value))) found.add(textOf(view.target.view.attr))
  return found
}

/** By the name of a class: methods that take nothing. */
export const classesOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is !== 'class' || !node.view.name || !node.view.body) continue
      const methods = [...walk(node.view.body)].filter((one) => one.view?.is === 'function' && one.view.name && !/^_|^constructor$/.test(one.view.name) && takesNothing(one))
      found.set(node.view.name, methods.map((one) => one.view.name))
    }
  return found
}
const takesNothing = (fn) => {
  const params = fn.view.params
  if (!params || params.type === 'identifier') return false
  const decorated = fn.up?.type === 'decorated_definition'
  return !decorated && params.kids.filter((kid) => kid.named && kid.type !== 'comment' && !ownOf.test(textOf(kid))).length === 0
}

const classOf = (node) => {
  for (let up = node.up; up; up = up.up) if (up.view?.is === 'class') return up
  return null
}

/** What these templates ask of a file; `memo` keeps answers by function. */
export const stateFacts = (memo, root, common, kindOf) => ({
  fieldsAt: memo((fn) => fieldsOf(classOf(fn), common)),
  ownSteps: memo((fn) => ownSteps(fn)),
  keysIn: memo(keysIn),
  unread: unreadIn(root),
  orphans: orphansOf(root),
  kindOfNode: kindOf,
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
    found.set(name, {name, kind: kindsOfFields.find(([, pattern]) => pattern.test(value))?.[0] ?? '', methods: (made && common.classes.get(made)?.slice(0, 4)) || []})
  }
  return [...found.values()].slice(0, 10)
}

/** Names that a function puts between brackets. */
const keysIn = (fn) => [...new Set([...walk(fn)].filter((one) => one.view?.is === 'index' && one.view.index?.view?.is === 'name').map((one) => textOf(one.view.index)))].slice(0, 3)

/** Properties of the file's classes that nothing reads. */
const unreadIn = (root) => {
  const counts = used(root)
  return [...walk(root)]
    .filter((one) => one.type === 'decorated_definition' && /^@property\b/.test(textOf(one)))
    .map((one) => one.kids.find((kid) => kid.view?.is === 'function')?.view.name)
    .filter((name) => name && counts.get(name) === 1)
    .slice(0, 3)
}

const ownSteps = (fn) => {
  const owner = classOf(fn)
  if (!owner?.view.body) return []
  const own = owner.view.body.view?.items ?? []
  return own
    .filter((one) => one.view?.is === 'function' && one !== fn && /^_?[a-z#]/.test(one.view.name) && takesNothing(one) && !/\breturn [^\s]/.test(textOf(one)))
    .map((one) => one.view.name)
    .slice(0, 4)
}

const used = (root) => {
  const found = new Map()
  for (const node of walk(root))
    if (/identifier$/.test(node.type)) found.set(textOf(node), (found.get(textOf(node)) ?? 0) + 1)
  return found
}
/** Imports, and names that the module itself sets, that the file never says again: [{name, kind: 'call' or 'value'}]. */
const orphansOf = (root) => {
  const counts = used(root)
  const source = textOf(root)
  if (root.view?.is !== 'block') return []
  const found = []
  for (const item of root.view.items) {
    if (/^import_(from_)?statement$/.test(item.type)) {
      if (/__future__/.test(textOf(item)) || /__all__/.test(source)) continue
      for (const node of walk(item)) if (node.type === 'identifier' && counts.get(textOf(node)) === 1 && isImportedName(node)) found.push({name: textOf(node), kind: 'call'})
    }
    const made = item.view?.is === 'do' ? item.view.value : null
    if (made?.view?.is === 'assign' && made.view.target?.type === 'identifier' && counts.get(textOf(made.view.target)) === 1) found.push({name: textOf(made.view.target), kind: 'value'})
  }
  return found.filter(({name}) => !/^__/.test(name)).slice(0, 4)
}
const isImportedName = (node) => {
  const holder = node.up?.up
  return holder?.type === 'aliased_import' ? node.field === 'alias' : holder?.type === 'import_from_statement' && node.up.field === 'name'
}

/** By view. */
export const stateTemplates = {
  name: [bounded, orphaned],
  attr: [bounded, orphaned, otherOwner],
  list: [shifted],
  call: [bounded, orphaned],
  binary: [bounded, orphaned, edge],
  literal: [orphaned],
  comprehension: [orphaned],
  if: [flagged],
  filter: [flagged],
  loop: [flagged],
}
export const stateStatements = [kept, alike, exchanged, moved, lostResult, unlessEmpty, resorted]
