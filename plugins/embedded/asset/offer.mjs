// What a file has to offer that templates ask for: plain words and numbers, first values of variables and fields, members by
// name, simple statements. Pure.

import {textOf, walk} from './parse.mjs'

export const numbersIn = (fn) =>
  [...new Set([...walk(fn)].filter((node) => node.view?.what === 'number').map(textOf))].filter((text) => !/^[01]$/.test(text)).slice(0, 4)

/** Plain words that the sources put between quotes, by language. */
export const wordsOf = (roots) => {
  const found = new Map()
  for (const root of roots)
    for (const node of walk(root)) {
      if (node.type !== 'string' || node.source[node.end - 1] === '`') continue
      const text = textOf(node).slice(1, -1)
      const surface = root.type === 'module' ? 'py' : 'js'
      if (text.length > 0 && text.length < 25 && !/['"\\\n]/.test(text) && !/^import/.test(node.up?.type ?? '') && !/^\.{0,2}\//.test(text))
        found.set(surface, (found.get(surface) ?? new Set()).add(text))
    }
  return new Map([...found].map(([surface, words]) => [surface, [...words]]))
}

export const memo = (make) => {
  const known = new Map()
  return (key) => {
    if (!known.has(key)) known.set(key, make(key))
    return known.get(key)
  }
}
export const unique = (found) => [...new Map(found.map((one) => [one.text, one])).values()]

export const arityOf = (fn) => {
  const {params} = fn.view
  if (params.type === 'identifier') return 1
  const count = params.kids.filter((kid) => kid.named && kid.type !== 'comment').length
  return params.kids.some((kid) => /^(self|cls)$/.test(textOf(kid))) ? count - 1 : count
}

// `this.items = []` as class fields or a constructor have it: what a reset looks like. With how often it stands there,
// and whether the field gets other values, too.
export const initialsOf = (root) => {
  const found = new Map()
  const varying = new Set()
  const note = (name, value) => {
    const known = found.get(name)
    if (!known) found.set(name, {value, times: 1})
    else if (known.value === value) known.times += 1
    else varying.add(name)
  }
  for (const node of walk(root)) {
    if (/^(public_field_definition|field_definition)$/.test(node.type)) {
      const name = node.kids.find((kid) => kid.field === 'name' || kid.field === 'property')
      const value = node.kids.find((kid) => kid.field === 'value')
      if (name && value && textOf(value).length < 40) note(textOf(name), textOf(value))
    }
    const view = node.view
    if (
      view?.is === 'assign' &&
      !view.op &&
      view.target?.view?.is === 'attr' &&
      /^(this|self)$/.test(textOf(view.target.view.object)) &&
      view.value &&
      /^(\[\]|\{\}|\d+|null|None|''|""|true|false|True|False|new \w+\(\)|set\(\)|dict\(\))$/.test(textOf(view.value))
    )
      note(textOf(view.target.view.attr), textOf(view.value))
    else if (['assign', 'update'].includes(view?.is) && view.target?.view?.is === 'attr' && /^(this|self)$/.test(textOf(view.target.view.object)))
      varying.add(textOf(view.target.view.attr))
  }
  return [...found].map(([name, {value, times}]) => [name, value, times, varying.has(name)])
}

// `user` → {name, email} when the file says user.name and user.email.
export const attributesByName = (root) => {
  const found = new Map()
  for (const node of walk(root)) {
    if (node.view?.is !== 'attr') continue
    const object = textOf(node.view.object)
    if (!found.has(object)) found.set(object, new Map())
    found.get(object).set(textOf(node.view.attr), true)
  }
  return found
}

// `let list = null`, `total = 0`: what a variable of a function begins with, where that is plain to see.
export const firstValues = (fn) => {
  const found = new Map()
  for (const {view} of walk(fn)) {
    if ((view?.is !== 'declare' && view?.is !== 'assign') || view.op || !view.value || !/^[A-Za-z_$][\w$]*$/.test(textOf(view.target))) continue
    const name = textOf(view.target)
    if (!found.has(name)) found.set(name, plainValue.test(textOf(view.value)) ? textOf(view.value) : '')
  }
  return [...found].filter(([, value]) => value !== '').slice(0, 6)
}
const plainValue = /^(\[\]|\{\}|-?\d+|null|undefined|None|''|""|true|false|True|False|[A-Za-z_$][\w$]*(\.[\w$]+)?)$/

export const simpleStatements = (region) => {
  const found = []
  for (const node of walk(region))
    if (node.view?.is === 'do' && node.up?.view?.items && textOf(node).length < 80 && !textOf(node).includes('\n') && node.view.value?.view?.what !== 'string')
      found.push({text: textOf(node), start: node.start, names: [...walk(node)].filter((one) => one.view?.is === 'name').map((one) => one.view.name)})
  return unique(found).slice(0, 40)
}
