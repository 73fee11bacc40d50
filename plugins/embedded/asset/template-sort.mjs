// Templates for order: by what elements are sorted (in JavaScript: by the project's own comparison), and in Python the other way
// round, ties by the rest, the longest text first, a list that must be sorted before what comes next.

import {textOf} from './parse.mjs'
import {say} from './spot.mjs'

const isPython = (at) => at.surface.name === 'py'

/** Orders by a part of the element: as `key=` of what is sorted, where nothing says how. */
const ordered = (node, at) => {
  if (!isPython(at) || !textOf(node).endsWith(')')) return
  const {callee, args} = node.view
  const name = textOf(callee).split('.').at(-1)
  if (/^sort(ed)?$/.test(name) && !textOf(node).includes('reverse'))
    at.putAt(node.end - 1, node.end - 1, `${args.length > 0 ? ', ' : ''}reverse=True`, 0.85, 'missing argument', 'the order must be descending')
  if (!/^(sort|sorted|max|min)$/.test(name) || textOf(node).includes('key=') || args.length !== (name === 'sort' ? 0 : 1)) return
  const put = (key, cost) =>
    at.putAt(node.end - 1, node.end - 1, `${args.length > 0 ? ', ' : ''}key=${key}`, cost, 'missing argument', `the order goes by ${say(key)}`)
  for (const key of at.keys) put(key, 1.0)
  for (const place of [0, 1, 2]) put(`lambda item: item[${place}]`, 1.15)
  put('lambda item: (-item[1], item[0])', 1.25)
  put('lambda item: -item[1]', 1.3)
}

// key=lambda p: p[1] → (-p[1], p[0]), -p[1]: the other way round, ties by the rest.
const keyed = (node, at) => {
  if (!isPython(at) || textOf(node.view.name) !== 'key' || node.view.value?.type !== 'lambda') return
  const {body} = node.view.value.view
  if (!body) return
  const own = textOf(body)
  const put = (text, cost) => text !== own && at.put(body, text, cost, 'order', `the order goes by ${say(text)}`)
  if (body.view?.is === 'list') {
    for (const item of body.view.items)
      at.put(item, textOf(item).startsWith('-') ? textOf(item).slice(1) : `-${textOf(item)}`, 0.9, 'order', `${say(textOf(item))} counts the other way round`)
    return
  }
  put(own.startsWith('-') ? own.slice(1) : `-${own}`, 0.85)
  const [, name, place] = /^-?(\w+)\[([01])\]$/.exec(own) ?? []
  if (name)
    for (const first of [`-${name}[${place}]`, `${name}[${place}]`]) put(`(${first}, ${name}[${1 - Number(place)}])`, first.startsWith('-') ? 0.95 : 1.1)
}

// list(xs) → sorted(xs, key=…): what comes next needs an order.
const unsorted = (node, at) => {
  const {callee, args} = node.view
  if (!isPython(at) || !/^(list|tuple|iter|reversed)$/.test(textOf(callee)) || args.length !== 1) return
  const own = textOf(args[0])
  const getter = at.orphans.find((one) => one.name === 'attrgetter' || one.name === 'itemgetter')?.name
  if (getter === 'attrgetter')
    for (const [attr] of [...at.facts.attrs].slice(0, 16))
      at.put(node, `sorted(${own}, key=attrgetter('${attr}'))`, 0.95, 'order', `${say(own)} must be sorted by ${say(attr)}`)
  if (getter === 'itemgetter')
    for (const place of [0, 1, 2]) at.put(node, `sorted(${own}, key=itemgetter(${place}))`, 0.95, 'order', `${say(own)} must be sorted`)
  for (const key of at.keys) at.put(node, `sorted(${own}, key=${key})`, 1.05, 'order', `${say(own)} must be sorted by ${say(key)}`)
  for (const [attr] of [...at.facts.attrs].slice(0, 12))
    at.put(node, `sorted(${own}, key=lambda item: item.${attr})`, 1.3, 'order', `${say(own)} must be sorted by ${say(attr)}`)
}

const first = (body) => (body?.view?.is === 'block' ? body : null)
// for mark in marks: if text.startswith(mark) → the longest first.
const longest = (node, at) => {
  const {over, body, target} = node.view
  if (!isPython(at) || !over || !first(body) || !/\.(startswith|endswith|removeprefix)\(|\bin\b/.test(textOf(body)) || /sorted\(/.test(textOf(over))) return
  for (const order of ['key=len, reverse=True', 'reverse=True'])
    at.put(over, `sorted(${textOf(over)}, ${order})`, 1.2, 'iteration', `of ${say(textOf(over))} the longest ${say(textOf(target))} must come first`)
}

// fitting.sort() → fitting.sort(compare): without one everything is compared as text.
const compared = (node, at) => {
  const {callee, args} = node.view
  if (isPython(at) || callee.view?.is !== 'attr' || args.length > 0 || !/^(sort|toSorted)$/.test(textOf(callee.view.attr))) return
  for (const {name, kind} of at.names(node))
    if (/^(function|import|local)$/.test(kind) && at.params.get(name)?.length === 2)
      at.put(node, `${textOf(callee)}(${name})`, 0.7, 'missing comparator', `the order goes by ${say(name)}`)
}

/** By view. */
export const sortTemplates = {call: [ordered, unsorted, compared], named: [keyed], loop: [longest]}
