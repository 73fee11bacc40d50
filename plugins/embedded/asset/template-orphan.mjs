// Templates for names that are imported or declared and never read: where an edit took a use away, the name stays behind.

import {textOf, walk} from './parse.mjs'
import {isCallee, isTarget, say} from './spot.mjs'
import {fitted} from './surface.mjs'

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
        if (node.view.is === 'call' && node.view.args.length === 1)
          at.put(node, `${name}(${textOf(node.view.args[0])})`, 0.8, 'unused name', `\`${name}\` is there and never used`)
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
      for (const one of at
        .names(node)
        .filter((each) => each.depth === 0 && each.kind !== 'function')
        .slice(0, 8))
        for (const other of [`${own} + 1`, `${own} - 1`])
          for (const [yes, no] of [
            [own, other],
            [other, own],
          ])
            at.put(node, `${yes} if ${one.name} in ${name} else ${no}`, 1.3, 'unused name', `\`${name}\` is there and never used`)
  }
}

/** Properties of the file's classes that nothing reads. */
const unreadIn = (root) => {
  const counts = used(root)
  return [...walk(root)]
    .filter((one) => one.type === 'decorated_definition' && /^@property\b/.test(textOf(one)))
    .map((one) => one.kids.find((kid) => kid.view?.is === 'function')?.view.name)
    .filter((name) => name && counts.get(name) === 1)
    .slice(0, 3)
}

// A field of a class that nothing reads: x → policy.on, self.on.
const unreadField = (node, at) => {
  const up = node.up?.view
  if (!at.uses || isTarget(node) || isCallee(node) || up?.is === 'attr' || up?.is === 'update' || textOf(node).length > 40) return
  const names = [
    at.surface.self,
    ...at
      .names(node)
      .filter((one) => one.depth >= 0 && one.kind !== 'function')
      .map((one) => one.name),
  ]
  for (const [name, fields] of at.fieldsLeft(names))
    for (const field of fields) at.put(node, `${name}.${field}`, 0.95, 'unused name', `\`${field}\` is there and never read`)
}

/** By name: fields of its kind that no source reads. Its kind is that of the members which the file asks it for. */
const fieldsLeftIn = ({families, uses}, attrsOf) => {
  const known = new Map()
  const of = (name) => {
    const own = attrsOf(name).map(([attr]) => attr)
    const found = families.filter((family) => own.some((attr) => family.has(attr))).flatMap((family) => [...family].filter((field) => uses?.get(field) === 1))
    return [...new Set(found)].filter((field) => !field.startsWith('__')).slice(0, 3)
  }
  return (names) => {
    const found = []
    for (const name of new Set(names)) {
      if (!known.has(name)) known.set(name, of(name))
      if (known.get(name).length > 0) found.push([name, known.get(name)])
    }
    return found
  }
}

const used = (root) => {
  const found = new Map()
  for (const node of walk(root)) if (/identifier$/.test(node.type)) found.set(textOf(node), (found.get(textOf(node)) ?? 0) + 1)
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
      for (const node of walk(item))
        if (node.type === 'identifier' && counts.get(textOf(node)) === 1 && isImportedName(node)) found.push({name: textOf(node), kind: 'call'})
    }
    const made = item.view?.is === 'do' ? item.view.value : null
    if (made?.view?.is === 'assign' && made.view.target?.type === 'identifier' && counts.get(textOf(made.view.target)) === 1)
      found.push({name: textOf(made.view.target), kind: 'value'})
  }
  return found.filter(({name}) => !/^__/.test(name)).slice(0, 4)
}
const isImportedName = (node) => {
  const holder = node.up?.up
  return holder?.type === 'aliased_import' ? node.field === 'alias' : holder?.type === 'import_from_statement' && node.up.field === 'name'
}

/** What is declared and never used: `orphans` of the module, `unread` properties. */
export const orphanFacts = (root, common, attrsOf) => ({orphans: orphansOf(root), unread: unreadIn(root), fieldsLeft: fieldsLeftIn(common, attrsOf)})

/** By view. */
export const orphanTemplates = Object.fromEntries(['name', 'attr', 'call', 'binary', 'literal', 'comprehension'].map((view) => [view, [orphaned, unreadField]]))
