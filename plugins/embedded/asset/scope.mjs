// Which names can be used where, and what a file has to offer: attributes, methods, strings, numbers, conditions.

import {textOf, walk} from './parse.mjs'

const isDeclaration = (node) =>
  node.view?.is === 'declared' ||
  node.type === 'shorthand_property_identifier_pattern' ||
  (node.view?.is === 'name' && node.up?.view?.is === 'assign' && node.up.view.target === node && node.up.view.op === null && node.up.type === 'assignment')

const ownNames = (fn) => {
  const found = new Map()
  const visit = (node) => {
    for (const kid of node.kids) {
      if (isDeclaration(kid) && !isKeyword(kid) && !isMember(kid) && textOf(kid) !== '_') {
        const name = textOf(kid)
        if (!found.has(name)) found.set(name, {name, start: kid.start, kind: kindOf(kid)})
      }
      if (kid.view?.is !== 'function' || kid === fn) visit(kid)
      else if (kid.type === 'function_declaration' || kid.type === 'function_definition') noteFunction(kid, found)
    }
  }
  visit(fn)
  return found
}
const noteFunction = (node, found) => {
  const name = node.view.name
  if (name && !isMember(node)) found.set(name, {name, start: node.start, kind: 'function'})
}
const isKeyword = (node) => node.up?.view?.is === 'named'
// Methods are reached through their object, never by bare name.
const isMember = (node) => {
  const holder = node.view?.is === 'function' ? node.up : node.up?.up
  const up = holder?.type === 'decorated_definition' ? holder.up : holder
  return up?.up?.view?.is === 'class' && up.view?.is === 'block' ? true : node.up?.type === 'method_definition' && node.field === 'name'
}
const kindOf = (node) => {
  const up = node.up
  if (/class|import|namespace/.test(up?.type ?? '') || /import/.test(up?.up?.type ?? '')) return 'import'
  if (up?.view?.is === 'function' && node.field === 'name') return 'function'
  if (/parameter/.test(up?.type ?? '') || up?.view?.is === 'function' || up?.view?.is === 'param') return 'param'
  const value = up?.view?.is === 'declare' ? up.view.value : null
  if (value?.view?.is === 'function') return 'function'
  return 'local'
}

/** For a tree: `namesAt(node)` lists what is visible, nearest scope first: [{name, start, kind, depth}]; depth -1 is the module. */
export const scopesOf = (root) => {
  const memo = new Map()
  const of = (fn) => {
    if (!memo.has(fn)) memo.set(fn, [...ownNames(fn).values()])
    return memo.get(fn)
  }
  return (node) => {
    const found = new Map()
    let depth = 0
    for (let at = node.up; at; at = at.up) {
      if (at.view?.is === 'function') {
        for (const one of of(at)) if (!found.has(one.name)) found.set(one.name, {...one, depth})
        depth += 1
      }
    }
    for (const one of of(root)) if (!found.has(one.name)) found.set(one.name, {...one, depth: -1})
    return [...found.values()]
  }
}

const bump = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)

/** What a file (or several) has to offer as ingredients. */
export const factsOf = (roots) => {
  const facts = {attrs: new Map(), methods: new Map(), strings: new Map(), numbers: new Map(), callees: new Set(), arity: new Map()}
  for (const root of roots) for (const node of walk(root)) note(facts, node)
  return facts
}

const note = (facts, node) => {
  const view = node.view
  if (!view) return
  if (view.is === 'attr') bump(node.up?.view?.is === 'call' && node.up.view.callee === node ? facts.methods : facts.attrs, textOf(view.attr))
  if (view.is === 'literal' && view.what === 'string') bump(facts.strings, textOf(node))
  if (view.is === 'literal' && view.what === 'number') bump(facts.numbers, textOf(node))
  if (view.is === 'call' || view.is === 'new') {
    if (view.callee?.view?.is === 'name' || view.callee?.view?.is === 'made') facts.callees.add(view.callee.view.name)
  }
  if (view.is === 'pair' && view.key && /property_identifier|identifier/.test(view.key.type)) bump(facts.attrs, textOf(view.key))
  if (node.type === 'shorthand_property_identifier') bump(facts.attrs, textOf(node))
}
