// Templates for what Python code says in its own idioms: arguments of built-in calls that are easily left out, entries of
// dictionaries that are added to, numbers that come from a counter, errors that are caught, decorators.

import {textOf, walk} from './parse.mjs'
import {say} from './spot.mjs'

const isPython = (at) => at.surface.name === 'py'

/** What a call by this name may lack behind its last argument: how many arguments it has, what is missing, what that costs. */
const missing = new Map([
  [
    'pop',
    [
      [0, '0', 0.9],
      [1, 'None', 0.9],
      [1, '0', 1.3],
    ],
  ],
  ['popitem', [[0, 'last=False', 0.8]]],
  ['move_to_end', [[1, 'last=False', 1.0]]],
  ['next', [[1, 'None', 0.9]]],
  ['getattr', [[2, 'None', 0.9]]],
  [
    'split',
    [
      [2, '1', 1.0],
      [0, "','", 1.2],
      [0, "'\\n'", 1.2],
    ],
  ],
  ['rsplit', [[1, '1', 0.9]]],
  [
    'splitlines',
    [
      [0, 'True', 1.0],
      [0, 'keepends=True', 1.05],
    ],
  ],
  [
    'max',
    [
      [1, 'default=0', 0.9],
      [1, 'default=None', 0.9],
    ],
  ],
  [
    'min',
    [
      [1, 'default=0', 0.9],
      [1, 'default=None', 0.9],
    ],
  ],
  ['sum', [[1, '0', 1.4]]],
  [
    'int',
    [
      [1, '16', 1.2],
      [1, '2', 1.2],
    ],
  ],
  [
    'round',
    [
      [1, '1', 1.1],
      [1, '3', 1.2],
      [1, '4', 1.3],
    ],
  ],
  ['enumerate', [[1, 'start=1', 0.95]]],
  ['replace', [[2, '1', 1.1]]],
  ['unlink', [[0, 'missing_ok=True', 0.9]]],
  [
    'mkdir',
    [
      [0, 'parents=True, exist_ok=True', 0.9],
      [0, 'exist_ok=True', 0.85],
      [0, 'parents=True', 0.9],
    ],
  ],
  ['sub', [[3, '1', 1.2]]],
  [
    'dumps',
    [
      [1, 'sort_keys=True', 0.9],
      [1, 'default=str', 1.0],
      [1, 'ensure_ascii=False', 1.0],
    ],
  ],
  [
    'gather',
    [
      [1, 'return_exceptions=True', 1.0],
      [2, 'return_exceptions=True', 1.0],
    ],
  ],
  [
    'field',
    [
      [0, 'default_factory=list', 1.0],
      [0, 'default_factory=dict', 1.0],
      [0, 'default_factory=set', 1.0],
    ],
  ],
])
const lacking = (node, at) => {
  if (!isPython(at) || !textOf(node).endsWith(')')) return
  const {callee, args} = node.view
  const name = textOf(callee).split('.').at(-1)
  const lead = args.length > 0 ? ', ' : ''
  for (const [count, text, cost] of missing.get(name) ?? [])
    if (args.length === count) at.putAt(node.end - 1, node.end - 1, lead + text, cost, 'missing argument', `${say(textOf(callee))} also needs ${say(text)}`)
}

// re.compile(made) → re.compile(made + '$'): all of the text must fit.
const anchored = (node, at) => {
  const {callee, args} = node.view
  if (!isPython(at) || !/^re\.(compile|match|search)$/.test(textOf(callee)) || args.length === 0 || args[0].view?.what === 'string') return
  const own = textOf(args[0])
  at.put(args[0], `${own} + '$'`, 0.9, 'pattern', 'the end of the text must fit too')
  at.put(args[0], `'^' + ${own}`, 0.95, 'pattern', 'the start of the text must fit too')
}

const emptyOf = {list: '[]', set: 'set()', dict: '{}'}
// d[k] = {x} → d.setdefault(k, set()).add(x); d[k] = v → d[k] = d.get(k, 0) + v: what is there already stays.
const entries = (node, at) => {
  const {target, value, op} = node.view
  if (!isPython(at) || op || target?.view?.is !== 'index' || !target.view.index || !value || value.type === 'assignment') return
  const [map, key, own] = [textOf(target.view.object), textOf(target.view.index), textOf(value)]
  const put = (text, cost) => at.put(node, text, cost, 'missing key', `${say(textOf(target))} may have a value already`)
  const [, kind, inner] = /^(list|set|dict)\((.+)\)$/s.exec(own) ?? []
  if (kind) put(`${map}.setdefault(${key}, ${emptyOf[kind]}).${kind === 'list' ? 'extend' : 'update'}(${inner})`, 0.95)
  if (value.type === 'set' || value.type === 'list') {
    const items = own.slice(1, -1)
    const [, more] = value.view.items
    put(
      `${map}.setdefault(${key}, ${emptyOf[value.type]}).${value.type === 'set' ? (more ? 'update' : 'add') : more ? 'extend' : 'append'}(${more ? own : items})`,
      0.95,
    )
  }
  if (value.type === 'dictionary' && value.view.items.length > 0) put(`${map}.setdefault(${key}, {}).update(${own})`, 1.0)
  if (!own.includes(map)) {
    const counts = /add|inc|count|record|note|tally|accumulate|deposit|receive|credit|put|earn/.test(at.functionOf(node)?.view.name ?? '')
    put(`${map}[${key}] = ${map}.get(${key}, 0) + ${own}`, counts ? 0.85 : 1.25)
    put(`${map}.setdefault(${key}, ${own})`, 1.2)
  }
}

// A counter is asked for its next number; it is none itself.
const counted = (node, at) => {
  const up = node.up?.view
  if (!isPython(at) || !at.counters.has(textOf(node)) || up?.is === 'attr' || (up?.is === 'assign' && up.target === node) || up?.callee === node) return
  if (up?.is === 'call' && textOf(up.callee) === 'next') return
  at.put(node, `next(${textOf(node)})`, 0.7, 'missing call', `${say(textOf(node))} must be asked for its next value`)
}

const errors = [
  'ValueError',
  'TypeError',
  'KeyError',
  'IndexError',
  'AttributeError',
  'LookupError',
  'OSError',
  'RuntimeError',
  'ZeroDivisionError',
  'StopIteration',
  'Exception',
]
// except (A, B): one more may come.
const caught = (node, at) => {
  if (!isPython(at) || node.type !== 'tuple') return
  const clause = node.up?.type === 'as_pattern' ? node.up.up : node.up
  if (clause?.type !== 'except_clause') return
  const known = node.view.items.map(textOf)
  for (const name of [...new Set([...at.errors, ...errors])])
    if (!known.includes(name))
      at.putAt(node.start + 1, node.start + 1, `${name}, `, at.errors.includes(name) ? 0.85 : 0.9, 'kind of error', `\`${name}\` must be caught too`)
}

const handlerOf = (statement) => (statement.up?.up?.type === 'except_clause' ? statement.up.up : null)
// What is cleaned up is not dealt with: the error goes on.
const raised = (statement, at) => {
  const handler = isPython(at) && handlerOf(statement)
  if (!handler || statement.up.view.items.at(-1) !== statement || statement.view?.is === 'throw' || statement.view?.is === 'return') return
  at.putAt(statement.end, statement.end, `\n${at.indentOf(statement)}raise`, 0.9, 'missing raise', 'the error must go on to whoever called')
  if (statement.view?.is === 'pass') at.put(statement, 'raise', 0.8, 'missing raise', 'the error must go on to whoever called')
}

// def wrapper(*args) inside def decorate(function): its name and words are those of the function.
const wrapping = (statement, at) => {
  if (!isPython(at) || statement.view?.is !== 'function' || !/functools|\bwraps\b/.test(textOf(at.root))) return
  const outer = at.functionOf(statement)
  const params = outer?.view.params?.kids.filter((kid) => kid.type === 'identifier').map(textOf) ?? []
  const own = textOf(statement)
  for (const param of params.filter((name) => name !== 'self' && own.includes(`${name}(`)))
    for (const text of /\bfrom functools import\b.*\bwraps\b/.test(textOf(at.root)) ? [`@wraps(${param})`] : [`@functools.wraps(${param})`])
      at.putAt(statement.start, statement.start, `${text}\n${at.indentOf(statement)}`, 0.8, 'missing decorator', `${say(text)} is missing`)
}

// quantize(x) → quantize(x, rounding=ROUND_HALF_UP), where that is imported and used nowhere.
const keyword = (node, at) => {
  if (!isPython(at) || !textOf(node).endsWith(')')) return
  const lead = node.view.args.length > 0 ? ', ' : ''
  for (const {name} of at.orphans)
    for (const text of /^ROUND_/.test(name) ? [`rounding=${name}`] : /^[A-Z]/.test(name) ? [name] : [`key=${name}`, name])
      at.putAt(node.end - 1, node.end - 1, lead + text, 0.95, 'unused name', `\`${name}\` is there and never used`)
}

const decorators = ['@property', '@staticmethod', '@classmethod']
const decorated = (statement, at) => {
  if (!isPython(at) || statement.view?.is !== 'function' || statement.up?.up?.view?.is !== 'class') return
  const params = [...(statement.view.params?.kids ?? [])].filter((kid) => kid.named).map(textOf)
  for (const text of decorators) {
    if (text === '@property' && (params.length !== 1 || statement.view.name.startsWith('__'))) continue
    if (text === '@classmethod' && params[0] !== 'cls') continue
    if (text === '@staticmethod' && (params[0] === 'self' || params[0] === 'cls')) continue
    at.putAt(
      statement.start,
      statement.start,
      `${text}\n${at.indentOf(statement)}`,
      text === '@property' ? 1.3 : 0.9,
      'missing decorator',
      `${say(text)} is missing`,
    )
  }
}

/** What these templates ask of a file: orders that are written in it, names and attributes that hold counters or iterators. */
export const pythonFacts = (root) => {
  const keys = new Set()
  const counters = new Set()
  const thrown = new Set()
  for (const node of walk(root)) {
    if (node.view?.is === 'named' && textOf(node.view.name) === 'key' && node.view.value && textOf(node.view.value).length < 60)
      keys.add(textOf(node.view.value))
    if (node.view?.is === 'assign' && !node.view.op && node.view.value && /^(itertools\.)?(count|cycle)\(|^iter\(/.test(textOf(node.view.value)))
      counters.add(textOf(node.view.target))
    if (node.type === 'identifier' && /(Error|Exception|Operation)$/.test(textOf(node))) thrown.add(textOf(node))
  }
  return {keys: [...keys].slice(0, 8), counters, errors: [...thrown].slice(0, 8)}
}

/** By view. */
export const pythonTemplates = {
  call: [lacking, keyword, anchored],
  list: [caught],
  assign: [entries],
  name: [counted],
  attr: [counted],
}
export const pythonStatements = [raised]
/** For a function as a whole. */
export const pythonFunctions = [decorated, wrapping]
