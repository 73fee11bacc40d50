// Templates for bounds and flags: a limit that an object or another of its kind knows, a flag that its class has, a sum that
// is one off as a whole.

import {textOf, walk} from './parse.mjs'
import {kindOf} from './result.mjs'
import {isCallee, isTarget, say} from './spot.mjs'

const upper = /max|limit|burst|cap|size|most|top|upper|high|ceil|length|total|budget|stock|available/i
const lower = /min|least|floor|lower|low|base|bottom/i
// x → min(self.limit, x), max(last.end, x.end): what an object or another of its kind knows bounds it.
const bounded = (node, at) => {
  const up = node.up?.view
  if (!up || isCallee(node) || isTarget(node) || !/^(assign|return|call|declare|named|list|pair)$/.test(up.is)) return
  const own = textOf(node)
  if (/\b(max|min)\($/.test(node.source.slice(Math.max(0, node.start - 9), node.start)) || own.length > 80 || /^(text|list)$/.test(kindOf(node))) return
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
      if ((kind === 'number' || upper.test(name) || lower.test(name)) && !(node.view.is === 'name' && textOf(node) === name))
        bound(`${self}.${name}`, node.view.is === 'binary' ? 1.3 : 1.5)
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
  const whole = test.view?.is === 'ternary' || (test.view?.is === 'binary' && /^(or|\|\||\?\?)$/.test(textOf(test.view.op))) ? `(${own})` : own
  for (const object of [...objects].slice(0, 3))
    for (const flag of [...at.flags].slice(0, 8)) {
      const text = `${object}.${flag}`
      if (own.includes(text)) continue
      for (const atom of [at.surface.not(text), text])
        at.put(test, `${whole} ${at.surface.and} ${atom}`, 1.15, 'stronger condition', `the condition also needs ${say(atom)}`)
    }
}

// n - k → n - k + 1: the sum as a whole is one off.
const edge = (node, at) => {
  const {op} = node.view
  const up = node.up?.view
  if (
    !/^(\+|-|\*|\/\/)$/.test(textOf(op)) ||
    !up ||
    !/^(call|slice|index|return|assign|declare|binary|named)$/.test(up.is) ||
    (up.is === 'binary' && /^(\+|-|\*|\/\/|\/|%)$/.test(textOf(up.op)))
  )
    return
  if (kindOf(node) === 'text') return
  const own = textOf(node)
  for (const [sign, word] of [
    ['+', 'one more'],
    ['-', 'one less'],
  ])
    at.put(node, `${own} ${sign} 1`, /^(call|slice|index)$/.test(up.is) ? 0.8 : 0.95, 'off by one', `${say(own)} should be ${word}`)
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
      if (/^(public_field_definition|property_signature)$/.test(type) && kids.some((kid) => /boolean|true|false/.test(textOf(kid))))
        found.add(textOf(kids.find((kid) => kid.field === 'name' || kid.field === 'property') ?? kids[0]))
    }
  return found
}

/** By view. */
export const limitTemplates = {
  name: [bounded],
  attr: [bounded],
  call: [bounded],
  binary: [bounded, edge],
  if: [flagged],
  filter: [flagged],
  loop: [flagged],
}
