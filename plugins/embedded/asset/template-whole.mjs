// Templates for what belongs to a whole and was left out: one more of a series, an argument that is passed on, a value
// that is put back where it was looked for.

import {textOf, walk} from './parse.mjs'

const short = (text) => `\`${text.replace(/\s+/g, ' ').slice(0, 70)}\``

const keyOf = (item) => {
  if (item.view?.is === 'pair') return textOf(item.view.key).replace(/^['"]|['"]$/g, '')
  return item.type === 'shorthand_property_identifier' ? textOf(item) : ''
}

const selfAttr = (node) => (node.view?.is === 'attr' && /^(self|this)$/.test(textOf(node.view.object)) ? textOf(node.view.attr) : '')

const fieldOf = (node) => {
  if (/^(property_signature|public_field_definition|field_definition)$/.test(node.type))
    return textOf(node.kids.find((one) => one.field === 'name' || one.field === 'property') ?? node)
  return node.view?.is === 'assign' && node.type === 'assignment' && node.view.target?.type === 'identifier' && node.up?.up?.up?.view?.is === 'class'
    ? textOf(node.view.target)
    : ''
}

/** Names that stand side by side as members of one thing: in a literal, a type, a class. */
export const familiesOf = (roots) => {
  const found = []
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is === 'map') found.push(new Set(node.view.items.map(keyOf).filter(Boolean)))
      else if (/^(interface_body|object_type)$/.test(node.type)) found.push(new Set(node.kids.map(fieldOf).filter(Boolean)))
      else if (node.view?.is === 'class') found.push(new Set([...walk(node)].map((one) => selfAttr(one) || fieldOf(one)).filter(Boolean)))
    }
  return found.filter((one) => one.size > 1 && one.size < 25)
}

const ignored = /^(self|cls)$/
const paramName = (node) =>
  node.view?.target ? textOf(node.view.target) : node.type === 'identifier' ? textOf(node) : textOf(node.kids.find((one) => one.type === 'identifier') ?? node)

/** What the parameters of each function are called, by its name; functions that share a name are left out. */
export const paramsOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.view?.is !== 'function' || !node.view.name || !node.view.params) continue
      const {name, params} = node.view
      const own = params.type === 'identifier' ? [textOf(params)] : params.kids.filter((one) => one.named && one.type !== 'comment').map(paramName)
      found.set(name, found.has(name) ? [] : own.filter((one) => !ignored.test(one)))
    }
  return found
}

// `.major` → `.patch`, wherever the part says it.
const nextOf = (part, at) => {
  const attrs = new Set([...walk(part)].filter((one) => one.view?.is === 'attr').map((one) => textOf(one.view.attr)))
  const own = textOf(part)
  const made = []
  for (const attr of attrs)
    for (const family of at.families)
      if (family.has(attr))
        for (const other of family)
          if (other !== attr) made.push(own.replace(new RegExp(`\\.${attr.replace(/\W/g, '\\$&')}(?![\\w$])`, 'g'), () => `.${other}`))
  return [...new Set(made)].filter((text) => text !== own)
}

const chained = (node, at) => {
  const {op, right} = node.view
  const word = textOf(op)
  if (!/^(&&|\|\||and|or|\+)$/.test(word) || (node.up?.view?.is === 'binary' && textOf(node.up.view.op) === word)) return
  const own = textOf(node)
  for (const text of nextOf(right, at))
    if (!own.includes(text)) at.putAt(node.end, node.end, ` ${word} ${text}`, 0.9, 'missing part', `${short(text)} is missing here`)
}

const listed = (node, at) => {
  const {items} = node.view
  const last = items.at(-1)
  if (!last || items.length < 2) return
  const own = textOf(node)
  for (const text of nextOf(last, at))
    if (!own.includes(text)) at.putAt(last.end, last.end, `, ${text}`, 0.95, 'missing part', `${short(text)} is missing here`)
}

const passedOn = (node, at) => {
  const {callee, args} = node.view
  const known = at.params.get(textOf(callee).split('.').at(-1)) ?? []
  const named = new Set(args.filter((one) => one.view?.is === 'named').map((one) => textOf(one.view.name)))
  if (args.some((one) => one.view?.is === 'spread' || /splat/.test(one.type))) return
  const placed = args.length - named.size
  const visible = new Set(at.names(node).map((one) => one.name))
  for (const [index, param] of known.entries()) {
    if (index < placed || named.has(param) || !visible.has(param) || (at.surface.name === 'js' && index !== placed)) continue
    const text = at.surface.name === 'py' ? `${param}=${param}` : param
    at.putAt(node.end - 1, node.end - 1, `${args.length > 0 ? ', ' : ''}${text}`, 0.85, 'missing argument', `\`${param}\` must be passed on`)
  }
}

// found = this.known.get(key) … found = new Thing() … and nobody puts it there.
const putBack = (statement, at) => {
  const made = statement.view?.is === 'do' ? statement.view.value : statement
  if (made?.view?.is !== 'assign' || made.view.op || made.view.target?.type !== 'identifier') return
  const fn = at.functionOf(statement)
  const name = textOf(made.view.target)
  for (const {view} of fn ? walk(fn) : []) {
    const value = (view?.is === 'declare' || view?.is === 'assign') && textOf(view.target) === name ? view.value : null
    const {callee, args} = value?.view?.is === 'call' ? value.view : {}
    if (callee?.view?.is !== 'attr' || textOf(callee.view.attr) !== 'get' || args.length === 0) continue
    const object = textOf(callee.view.object)
    const text = at.surface.name === 'py' ? `${object}[${textOf(args[0])}] = ${name}` : `${object}.set(${textOf(args[0])}, ${name})${at.end}`
    if (!textOf(fn).includes(text))
      at.putAt(statement.end, statement.end, `\n${at.indentOf(statement)}${text}`, 1.0, 'missing statement', `${short(text)} is missing here`)
  }
}

/** By view. */
export const wholeTemplates = {binary: [chained], list: [listed], call: [passedOn], new: [passedOn]}
export const wholeStatements = [putBack]
