// Templates for what belongs to a series or stands more than once: one more case, a list turned round, positions that are all
// off by one, a flag that all patterns carry, a member that goes by the name of its key, a bound for a position.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'
import {statementOf} from './template-condition.mjs'

const wordOf = (node) => (node?.view?.what === 'string' ? textOf(node).slice(1, -1) : '')
const replacedWord = (text, from, to) => text.replace(new RegExp(`(?<![\\w$])${from}(?![\\w$])`, 'g'), () => to)

// case 'one': return forms.one → also case 'few': return forms.few.
const oneMoreCase = (node, at) => {
  const word = wordOf(node.view.value)
  if (isSign(word)) return oneMoreSign(node, at, word)
  if (!/^[A-Za-z_]\w*$/.test(word) || node.view.items.length === 0 || textOf(node).length > 300) return
  const known = new Set(node.up.kids.map((one) => wordOf(one.view?.value)).filter(Boolean))
  const others = new Set([
    ...at.families.filter((one) => one.has(word)).flatMap((one) => [...one]),
    ...at.unions.filter((one) => one.has(word)).flatMap((one) => [...one]),
    ...at.asked.strings,
  ])
  for (const other of others) {
    if (known.has(other) || !/^[A-Za-z_]\w*$/.test(other)) continue
    const text = replacedWord(textOf(node), word, other)
    const cost = at.unions.some((one) => one.has(word) && one.has(other)) ? 0.9 : 1.2
    at.putAt(node.start, node.start, `${text}\n${at.indentOf(node)}`, cost, 'missing case', `${say(other)} has no case`)
  }
}

// case '<': return a < b → also case '>=': return a >= b.
const isSign = (word) => /^[^\w\s'"\\]{1,3}$/.test(word)
const oneMoreSign = (node, at, word) => {
  const label = textOf(node.view.value)
  const own = textOf(node)
  const rest = own.slice(own.indexOf(label) + label.length)
  if (node.view.items.length === 0 || !rest.includes(` ${word} `) || own.length > 200) return
  const known = new Set(node.up.kids.map((one) => wordOf(one.view?.value)))
  const words = [...[...at.facts.strings.keys()].map((one) => one.slice(1, -1)), ...at.farStrings, ...at.asked.strings]
  for (const other of new Set(words.filter((one) => isSign(one) && !known.has(one))))
    at.putAt(
      node.start,
      node.start,
      `${own.replace(label, () => label.replace(word, () => other)).replaceAll(` ${word} `, () => ` ${other} `)}\n${at.indentOf(node)}`,
      1.1,
      'missing case',
      `${say(other)} has no case`,
    )
}

/** Words that a type allows beside each other: 'one' | 'few'. */
const unionsIn = (root) => {
  const found = []
  for (const node of walk(root))
    if (node.type === 'union_type' && node.up?.type !== 'union_type')
      found.push(new Set([...walk(node)].filter((one) => one.type === 'string').map((one) => textOf(one).slice(1, -1))))
  return found.filter((one) => one.size > 1)
}

// [c, a, b] → [a, b, c]
const rotated = (node, at) => {
  const {items} = node.view
  if (items.length < 3 || items.length > 6) return
  const texts = items.map(textOf)
  for (const order of [[...texts.slice(1), texts[0]], [texts.at(-1), ...texts.slice(0, -1)], [...texts].reverse()])
    at.putAt(items[0].start, items.at(-1).end, order.join(', '), 1.1, 'element order', `the order should be ${say(order.join(', '))}`)
}

const position = /^(.+?) ([+-]) (\d+)$/
const moved = (text, by) => {
  const hit = position.exec(text)
  const [, name = text, sign = '+', count = '0'] = hit ?? []
  const sum = (sign === '+' ? 1 : -1) * Number(count) + by
  return sum === 0 ? name : `${name} ${sum > 0 ? '+' : '-'} ${Math.abs(sum)}`
}
// (xs[i] + xs[i + 1]) → (xs[i - 1] + xs[i]): all positions of a statement move together.
const shifted = (statement, at) => {
  if (textOf(statement).length > 200 || ['function', 'class', 'if', 'loop'].includes(statement.view?.is)) return
  const found = [...walk(statement)]
    .filter((one) => one.view?.is === 'index' && one.view.index && one.view.index.view?.what !== 'string')
    .map((one) => one.view.index)
  const byName = new Map()
  for (const index of found) {
    const name = position.exec(textOf(index))?.[1] ?? textOf(index)
    if (/^[\w$.]+$/.test(name) && !/^\d+$/.test(name)) byName.set(name, [...(byName.get(name) ?? []), index])
  }
  for (const all of byName.values()) {
    const distinct = new Set(all.map(textOf))
    if (distinct.size < 2) continue
    const last = all.slice(-distinct.size)
    for (const group of last.length === all.length ? [all] : [all, last])
      for (const by of [-1, 1])
        at.putMany(
          group.map((one) => [one, moved(textOf(one), by)]),
          1.05,
          'off by one',
          `the positions are off by one`,
        )
  }
}

// /a/i … /b/i → /a/ … /b/
const flagsThroughout = (statement, at) => {
  const all = [...walk(statement)].filter((one) => one.view?.is === 'regex')
  if (all.length < 2 || all.length > 4 || all.some((one) => statementOf(one) !== statement && statement.view?.is !== 'if')) return
  for (const flag of ['i', 'g', 'm']) {
    const carry = all.filter((one) => textOf(one).slice(textOf(one).lastIndexOf('/')).includes(flag))
    const change = carry.length > 1 ? carry : carry.length === 0 ? all : []
    if (change.length > 1)
      at.putMany(
        change.map((one) => {
          const own = textOf(one)
          const close = own.lastIndexOf('/')
          return [one, carry.length > 1 ? own.slice(0, close) + own.slice(close).replace(flag, '') : own + flag]
        }),
        1.1,
        'pattern',
        `the flag \`${flag}\` ${carry.length > 1 ? 'does not belong here' : 'is missing'}`,
      )
  }
}

// {...todo, done: true} → {...todo, done: !todo.done}; at: now + every → at: job.at + every
const byKey = (node, at) => {
  const {key, value} = node.view
  if (!key || !value || !/^[\w$]+$/.test(textOf(key))) return
  const name = textOf(key)
  const spread = (node.up?.view?.items ?? [])
    .filter((one) => one.view?.is === 'spread' && one.view.value?.view?.is === 'name')
    .map((one) => textOf(one.view.value))
  const holders = [
    ...new Set([
      ...spread,
      ...at
        .names(node)
        .filter((one) => one.depth >= 0 && one.kind !== 'function')
        .map((one) => one.name),
    ]),
  ].filter((one) => spread.includes(one) || at.attrsOf(one).some(([attr]) => attr === name))
  for (const holder of holders.slice(0, 4)) {
    const member = `${holder}.${name}`
    if (value.view?.what === 'bool') at.put(value, at.surface.not(member), 0.95, 'member of its key', `${say(member)} is turned`)
    for (const one of walk(value)) {
      if (one.view?.is !== 'name' || one.view.name === holder || one.up?.view?.is === 'attr' || (one.up?.view?.is === 'call' && one.up.view.callee === one))
        continue
      at.put(one, member, 1.1, 'member of its key', `${say(textOf(one))} should be ${say(member)}`)
    }
    if (value.view?.is === 'literal')
      for (const op of ['+', '-']) at.put(value, `${member} ${op} ${textOf(value)}`, 1.2, 'member of its key', `what ${say(member)} was counts, too`)
  }
}

// Math.floor(x / w) → Math.min(n - 1, Math.floor(x / w)): a position has an end.
const withinEnd = (node, at) => {
  const up = node.up?.view
  if (
    at.surface.name !== 'js' ||
    !/^Math\.(floor|ceil|round|trunc)$/.test(textOf(node.view.callee)) ||
    !up ||
    !/^(declare|return|index|call|assign|function)$/.test(up.is)
  )
    return
  if (up.is === 'call' && /^Math\.(min|max)$/.test(textOf(up.callee))) return
  const own = textOf(node)
  const counts = at.names(node).filter((one) => one.depth >= 0 && one.depth < 2 && one.kind === 'param')
  for (const {name} of counts.slice(0, 5)) {
    const ends = [`${name} - 1`, ...(at.attrsOf(name).some(([attr]) => attr === 'length') || /s$/.test(name) ? [`${name}.length - 1`] : [])]
    for (const end of ends) at.put(node, at.surface.min(end, own), 1.3, 'clamp', `${say(own)} must not be above ${say(end)}`)
  }
}

// body = line → body = negated ? line.slice(1) : line, by a truth that was just found.
const byTruth = (node, at) => {
  const {value, target} = node.view
  const fn = at.functionOf(node)
  if (at.surface.name !== 'js' || value?.view?.is !== 'name' || !fn || target?.type !== 'identifier') return
  const truths = at
    .names(node)
    .filter(
      (one) =>
        one.depth === 0 &&
        one.kind === 'local' &&
        one.start < node.start &&
        /^(is|has|was|can|should|negat|quot|neg|invert|minus|plus|sign|desc|revers|anchor)/i.test(one.name),
    )
  const own = textOf(value)
  for (const {name} of truths.slice(0, 3))
    for (const part of [`${own}.slice(1)`, `${own}.slice(0, -1)`, `${own}.slice(1, -1)`, `-${own}`])
      at.put(value, `${name} ? ${part} : ${own}`, 1.4, 'missing choice', `${say(own)} depends on \`${name}\``)
}

export const seriesFacts = (roots) => ({unions: roots.flatMap(unionsIn)})

/** By view. */
export const seriesTemplates = {
  case: [oneMoreCase],
  list: [rotated],
  pair: [byKey],
  call: [withinEnd],
  declare: [byTruth],
}
export const seriesStatements = [shifted, flagsThroughout]
