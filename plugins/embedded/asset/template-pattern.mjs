// Templates for regular expressions: flags, anchors, quantifiers, classes, one more alternative; in literals and in Python's strings.

import {textOf} from './parse.mjs'
import {say} from './spot.mjs'

const regex = (node, at) => {
  const from = textOf(node)
  const close = from.lastIndexOf('/')
  const body = from.slice(0, close + 1)
  const flags = from.slice(close + 1)
  const say = (to) => `\`${from}\` should be \`${to}\``
  const put = (to, cost) => to !== from && at.put(node, to, cost, 'pattern', say(to))
  for (const flag of ['g', 'i', 'm', 'u', 's'])
    put(flags.includes(flag) ? body + flags.replace(flag, '') : from + flag, flag === 'g' || flag === 'i' ? 0.8 : 1.2)
  for (const to of patternEdits(body.slice(1, -1))) put(`/${to}/${flags}`, 1.2)
}

/** Near misses of a regular expression: anchors, quantifiers, classes. */
export const patternEdits = (pattern) => {
  const found = new Set([`^${pattern}`, `${pattern}$`, `^${pattern}$`, `^(?:${pattern})$`])
  if (pattern.startsWith('^')) found.add(pattern.slice(1))
  if (pattern.endsWith('$')) found.add(pattern.slice(0, -1))
  const swap = {'+': ['*', '', '?', '+?'], '*': ['+', '', '*?'], '?': ['', '*', '+']}
  for (let i = 1; i < pattern.length; i++) {
    for (const to of pattern[i - 1] === '\\' ? [] : (swap[pattern[i]] ?? [])) found.add(pattern.slice(0, i) + to + pattern.slice(i + 1))
    if (/[\])]/.test(pattern[i]) && !/[+*?{]/.test(pattern[i + 1] ?? ''))
      for (const q of ['+', '*', '?']) found.add(pattern.slice(0, i + 1) + q + pattern.slice(i + 1))
    if (pattern[i - 1] === '\\' && /[dws]/i.test(pattern[i])) {
      for (const to of ['d', 'w', 's', 'S', 'D', 'W']) found.add(pattern.slice(0, i) + to + pattern.slice(i + 1))
      if (!/[+*?{]/.test(pattern[i + 1] ?? '')) for (const q of ['+', '*']) found.add(pattern.slice(0, i + 1) + q + pattern.slice(i + 1))
    }
    if (pattern[i] === '.' && pattern[i - 1] !== '\\') found.add(`${pattern.slice(0, i)}\\.${pattern.slice(i + 1)}`)
  }
  for (const to of countsIn(pattern)) found.add(to)
  for (const to of classesIn(pattern)) found.add(to)
  found.delete(pattern)
  return [...found]
}

// {1,5} → {1,6}
const countsIn = (pattern) => {
  const found = []
  for (const hit of pattern.matchAll(/\{(\d+)(,?)(\d*)\}/g)) {
    const put = (text) => found.push(pattern.slice(0, hit.index) + text + pattern.slice(hit.index + hit[0].length))
    const [low, high] = [Number(hit[1]), hit[3] === '' ? null : Number(hit[3])]
    for (const by of [1, -1, 2]) {
      if (low + by >= 0 && (high === null || low + by <= high)) put(`{${low + by}${hit[2]}${hit[3]}}`)
      if (high !== null && high + by >= low) put(`{${low},${high + by}}`)
    }
    put(hit[2] === '' ? `{${low},}` : `{${low}}`)
    if (hit[2] === '') put(`{1,${low}}`)
  }
  return found
}

const members = ['a-z', 'A-Z', '0-9', '\\d', '\\w', '\\s', '_', '-', '.', '+', '/', ':', "'"]
// [a-z] → [a-z0-9], [^a-z], and without one of its members.
const classesIn = (pattern) => {
  const found = []
  for (const hit of pattern.matchAll(/(?<!\\)\[(\^?)((?:\\.|[^\]\\])+)\]/g)) {
    const put = (text) => found.push(`${pattern.slice(0, hit.index)}[${text}]${pattern.slice(hit.index + hit[0].length)}`)
    const [, not, body] = hit
    put(not === '' ? `^${body}` : body)
    for (const one of members)
      if (!body.includes(one)) put(one === '-' ? `${not}${body}-` : `${not}${body.replace(/-$/, '')}${one}${body.endsWith('-') ? '-' : ''}`)
    const parts = body.match(/\\.|.-[^\]]|./g) ?? []
    if (parts.length > 1 && parts.length < 8) for (let at = 0; at < parts.length; at++) put(not + [...parts.slice(0, at), ...parts.slice(at + 1)].join(''))
  }
  return found
}

// re.compile(r"…"): the pattern is a string.
const pattern = (node, at) => {
  const {callee, args} = node.view
  if (at.surface.name !== 'py' || !/^re\.(compile|match|search|fullmatch|sub|split|findall|finditer)$/.test(textOf(callee)) || args[0]?.view?.what !== 'string')
    return
  const own = textOf(args[0])
  const [, open, body, close] = /^([rRbB]*["'])([\s\S]*)(["'])$/.exec(own) ?? []
  if (body === undefined || body.startsWith(open.at(-1))) return
  for (const to of patternEdits(body)) at.put(args[0], open + to + close, 1.2, 'pattern', `${say(own)} should be ${say(open + to + close)}`)
  for (const to of alternatives(body, at)) at.put(args[0], open + to + close, 1.5, 'pattern', `${say(own)} should be ${say(open + to + close)}`)
  if (!/re\.[A-Z]/.test(textOf(node)))
    for (const flag of ['IGNORECASE', 'MULTILINE', 'DOTALL', 'VERBOSE'])
      at.putAt(
        node.end - 1,
        node.end - 1,
        `, ${/\.sub$|\.split$/.test(textOf(callee)) ? 'flags=' : ''}re.${flag}`,
        flag === 'IGNORECASE' ? 0.9 : 1.1,
        'pattern flag',
        `the pattern needs \`re.${flag}\``,
      )
}
const literalPattern = (node, at) => {
  const own = textOf(node)
  const close = own.lastIndexOf('/')
  for (const to of alternatives(own.slice(1, close), at))
    at.put(node, `/${to}${own.slice(close)}`, 1.5, 'pattern', `${say(own)} should be ${say(`/${to}${own.slice(close)}`)}`)
}
// (a|b) → (==|a|b), with signs that the project's strings name.
const alternatives = (body, at) => {
  const signs = [...at.facts.strings.keys(), ...at.farStrings.map((one) => `'${one}'`)]
    .map((one) => one.slice(1, -1))
    .filter((one) => /^[^\w\s'"\\]{2,3}$/.test(one) && !body.includes(escaped(one)))
  const found = []
  for (const sign of [...new Set(signs)].slice(0, 6))
    for (const hit of body.matchAll(/\((\?:|\?P<\w+>|\?<\w+>)?(?!\?)/g))
      found.push(`${body.slice(0, hit.index + hit[0].length)}${escaped(sign)}|${body.slice(hit.index + hit[0].length)}`)
  return found
}
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** By view. */
export const patternTemplates = {regex: [regex, literalPattern], call: [pattern]}
