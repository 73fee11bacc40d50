// Templates for what the file itself knows: where it looks things up, which errors it has and never raises, members that
// go with those it uses, names of loops. Guards and truths that people forget are mostly made of these.

import {textOf, walk} from './parse.mjs'
import {isCallee, isTarget, say} from './spot.mjs'

const isPlain = (text) => /^[A-Za-z_$][\w$]*$/.test(text)
const isMap = (text) => /^(?:(?:self|this)\.#?)?[A-Za-z_$][\w$]*$/.test(text) && !/^(self|this)$/.test(text)

/** Where a file looks things up: [{map, key, plain}] with the key a name; `plain` where it is no Map. */
export const lookupsOf = (root) => {
  const found = new Map()
  const note = (map, key, plain) => {
    if (isMap(map) && isPlain(key) && !found.has(`${map} ${key}`)) found.set(`${map} ${key}`, {map, key, plain})
  }
  for (const {view} of walk(root)) {
    if (view?.is === 'index' && view.index?.view?.is === 'name') note(textOf(view.object), textOf(view.index), true)
    if (view?.is === 'call' && view.callee.view?.is === 'attr' && view.args.length > 0 && /^(get|has|set|add)$/.test(textOf(view.callee.view.attr)))
      note(textOf(view.callee.view.object), textOf(view.args[0]), false)
    if (view?.is === 'binary' && /^(in|not in)$/.test(textOf(view.op))) note(textOf(view.right), textOf(view.left), true)
  }
  return [...found.values()].slice(0, 24)
}

/** Is a key that is at hand one of those that the file looks up? [{text, cost}], both ways. */
export const memberAtoms = (node, at, visible) => {
  const {surface} = at
  const own = at.functionOf(node)
  const text = own ? textOf(own) : ''
  const fits = at.lookups.filter(({map, key}) => visible.has(key) && (map.includes('.') || visible.has(map)))
  return fits.slice(0, 4).flatMap(({map, key, plain}) => {
    const cost = text.includes(map) ? 0.1 : 0.2
    if (surface.name === 'py') return [`${key} in ${map}`, `${key} not in ${map}`].map((one) => ({text: one, cost}))
    return (plain ? [`${key} in ${map}`, `!(${key} in ${map})`] : [`${map}.has(${key})`, `!${map}.has(${key})`]).map((one) => ({text: one, cost}))
  })
}

// sum(1 for loan in loans) → … if loan.member == member: of all things those that were asked for.
const chosen = (node, at) => {
  if (at.surface.name !== 'py' || node.view.is !== 'each' || node.up?.kids.some((kid) => kid.type === 'if_clause')) return
  const [name] = loopNames(node)
  if (!name) return
  const members = new Set([...at.attrsOf(name).map(([attr]) => attr), ...at.families.flatMap((family) => [...family])])
  for (const one of at.names(node).filter((each) => each.kind === 'param' && each.name !== at.surface.self && members.has(each.name)))
    at.putAt(node.end, node.end, ` if ${name}.${one.name} == ${one.name}`, 1.0, 'missing condition', `only those whose \`${one.name}\` is the one asked for`)
}

const heads = /\bclass\s+(\w+)\s*(?:extends\s+([\w.]+)|\(([^)]*)\))/g
const isError = (name) => /(Error|Exception)$/.test(name)
/** Names of the classes that are errors, by what they extend, whatever they are called. */
export const faultsOf = (roots) => {
  const parents = new Map()
  for (const root of roots) for (const [, name, one, more] of root.source.matchAll(heads)) parents.set(name, (one ?? more).split(/[\s,]+/))
  const found = new Set()
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const [name, above] of parents) if (above.some((one) => isError(one.split('.').at(-1)) || found.has(one))) found.add(name)
  }
  return found
}

/** Errors that are at hand and that nothing raises: as ways out of a function. */
export const unraised = (node, at, fn) => {
  const param = fn.view.params?.kids?.find((kid) => kid.named && !/^(self|cls)$/.test(textOf(kid)))
  const name = param ? (/^[A-Za-z_$][\w$]*/.exec(textOf(param))?.[0] ?? '') : ''
  return at
    .names(node)
    .filter((one) => at.faults.has(one.name) && !at.throws.some((text) => text.includes(`${one.name}(`)))
    .slice(0, 2)
    .map((one) => (at.surface.name === 'py' ? `raise ${one.name}(${name})` : `throw new ${one.name}(${name})`))
}

// if (limit && …) → if (limit !== undefined && …): 0 and '' are values.
const given = (node, at) => {
  const up = node.up?.view
  const isTested =
    (up?.is === 'binary' && /^(&&|\|\||and|or)$/.test(textOf(up.op)) && up.left === node) ||
    (['if', 'ternary', 'loop', 'filter'].includes(up?.is) && up.test === node) ||
    node.up?.type === 'parenthesized_expression'
  const isDenied = up?.is === 'unary' && /^(!|not)$/.test(textOf(up.op))
  if ((!isTested && !isDenied) || isCallee(node) || isTarget(node)) return
  const own = textOf(node)
  const [is, isNot] = at.surface.name === 'py' ? ['is None', 'is not None'] : ['=== undefined', '!== undefined']
  const why = `${say(own)} may be there and empty`
  if (isDenied) at.put(node.up, `${own} ${is}`, 0.9, 'empty value', why)
  else at.put(node, `${own} ${isNot}`, 0.9, 'empty value', why)
  if (at.surface.name === 'js' && !isDenied) at.put(node, `${own} !== null`, 1.05, 'empty value', why)
}

/** Names in the condition around a place. */
const nearTest = (node) => {
  let up = node.up
  while (up && up.view?.is !== 'if' && up.view?.is !== 'function') up = up.up
  return new Set(up?.view?.is === 'if' && up.view.test ? [...walk(up.view.test)].filter((one) => one.view?.is === 'name').map((one) => one.view.name) : [])
}

// ignored = true → ignored = !rule.negated, where rules have that.
const truthOf = (node, at) => {
  if (node.view.what !== 'bool' || !['assign', 'return', 'declare', 'pair', 'call'].includes(node.up?.view?.is)) return
  const near = nearTest(node)
  for (const {name} of at
    .names(node)
    .filter((one) => one.depth >= 0 && one.depth < 2 && one.kind !== 'function' && one.kind !== 'import')
    .slice(0, 8)) {
    const cost = near.has(name) ? 0.95 : 1.35
    const used = new Set(at.attrsOf(name).map(([attr]) => attr))
    const members = new Set([...used, ...at.families.filter((family) => [...used].some((attr) => family.has(attr))).flatMap((family) => [...family])])
    for (const member of [...members].slice(0, 8)) {
      const text = `${name}.${member}`
      for (const to of [text, at.surface.not(text)]) at.put(node, to, cost, 'truth', `${say(textOf(node))} should be ${say(to)}`)
    }
  }
}

const loopNames = (loop) => (loop.view.target ? [...walk(loop.view.target)].filter((one) => /identifier/.test(one.type) && !one.kids.length).map(textOf) : [])
// for a … for b …: a thing is not compared with itself, nor is the place itself one of those around it.
const itself = (statement, at) => {
  const inner = statement.up?.up?.view?.is === 'loop' ? statement.up.up : null
  if (!inner || statement.up.view.items[0] !== statement) return
  let outer = inner.up
  while (outer && outer.view?.is !== 'loop' && outer.view?.is !== 'function') outer = outer.up
  if (outer?.view?.is !== 'loop') return
  const [b] = loopNames(inner)
  const [a] = loopNames(outer)
  if (!a || !b || a === b) return
  const {eq, and} = at.surface
  // Over the same things twice: pairs of them, or the steps to all places around.
  const cost = outer.view.over && inner.view.over && textOf(outer.view.over) === textOf(inner.view.over) ? 1.1 : 1.5
  for (const test of [`${a} ${eq} ${b}`, `${a} ${eq} 0 ${and} ${b} ${eq} 0`])
    at.putAt(
      statement.start,
      statement.start,
      `${at.surface.guard(test, 'continue')}${at.end}\n${at.indentOf(statement)}`,
      cost,
      'missing guard',
      `a guard is missing: ${say(test)}`,
    )
}

// lambda value: fn(value), made in a loop over fn → lambda value, fn=fn: fn(value): each keeps its own.
const keptOfLoop = (node, at) => {
  if (at.surface.name !== 'py' || node.type !== 'lambda') return
  const own = new Set(node.view.params ? [...walk(node.view.params)].map(textOf) : [])
  const body = textOf(node.view.body)
  for (let up = node.up; up && up.type !== 'function_definition'; up = up.up) {
    if (up.view?.is !== 'loop') continue
    for (const name of loopNames(up).filter((one) => !own.has(one) && new RegExp(`\\b${one}\\b`).test(body))) {
      const params = node.view.params ? `${textOf(node.view.params)}, ` : ''
      at.put(node, `lambda ${params}${name}=${name}: ${body}`, 0.8, 'closure in a loop', `each must keep its own \`${name}\``)
    }
  }
}

// def reserve(self, sku): … → if sku not in self.levels: raise UnknownItem(sku), with an error that is there and never raised.
const unknownKey = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn?.view.body || statement.up !== fn.view.body || statement.up.view.items[0] !== statement) return
  const params = new Set(at.names(statement).flatMap((one) => (one.depth === 0 && one.kind === 'param' ? [one.name] : [])))
  const visible = new Set(at.names(statement).map((one) => one.name))
  const denials = memberAtoms(statement, at, visible).filter(
    ({text}) => /^!| not in /.test(text) && [...params].some((name) => new RegExp(`\\b${name}\\b`).test(text)),
  )
  for (const {text} of denials)
    for (const exit of unraised(statement, at, fn))
      at.putAt(
        statement.start,
        statement.start,
        `${at.surface.guard(text, exit)}${at.end}\n${at.indentOf(statement)}`,
        1.2,
        'missing guard',
        `a guard is missing: ${say(at.surface.guard(text, exit))}`,
      )
}

/** By view. */
export const knownTemplates = {name: [given], attr: [given], literal: [truthOf], function: [keptOfLoop], each: [chosen]}
export const knownStatements = [itself, unknownKey]
