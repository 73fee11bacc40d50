// How an idea is written in each language: a dozen lines of syntax that templates need.

const js = {
  name: 'js',
  not: (e) => `!${e}`,
  and: '&&',
  or: '||',
  eq: '===',
  neq: '!==',
  true: 'true',
  false: 'false',
  null: 'null',
  isNull: (e) => `${e} == null`,
  notNull: (e) => `${e} != null`,
  self: 'this',
  len: (e) => `${e}.length`,
  empty: (e) => `${e}.length === 0`,
  ternary: (test, yes, no) => `${test} ? ${yes} : ${no}`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  min: (a, b) => `Math.min(${a}, ${b})`,
  abs: (e) => `Math.abs(${e})`,
  guard: (test, then) => `if (${test}) ${then}`,
  whole: ['Math.floor', 'Math.ceil', 'Math.round', 'Math.trunc'],
  tidy: ['.trim()', '.toLowerCase()', '.toUpperCase()'],
  text: (e) => `String(${e})`,
  number: (e) => `Number(${e})`,
  copy: (e) => `[...${e}]`,
  returns: ['null', 'undefined', 'false', 'true', '0', '-1', '1', "''", '[]', '{}'],
  defaults: ['0', "''", '[]', '{}', 'null', '1', 'false', 'true'],
  infinite: ['Infinity', '-Infinity'],
  orElse: (e, d) => `${e} ?? ${d}`,
}

const py = {
  name: 'py',
  not: (e) => `not ${e}`,
  and: 'and',
  or: 'or',
  eq: '==',
  neq: '!=',
  true: 'True',
  false: 'False',
  null: 'None',
  isNull: (e) => `${e} is None`,
  notNull: (e) => `${e} is not None`,
  self: 'self',
  len: (e) => `len(${e})`,
  empty: (e) => `not ${e}`,
  ternary: (test, yes, no) => `${yes} if ${test} else ${no}`,
  max: (a, b) => `max(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  abs: (e) => `abs(${e})`,
  guard: (test, then) => `if ${test}: ${then}`,
  whole: ['int', 'round', 'math.floor', 'math.ceil'],
  tidy: ['.strip()', '.lower()', '.upper()'],
  text: (e) => `str(${e})`,
  number: (e) => `int(${e})`,
  copy: (e) => `list(${e})`,
  returns: ['None', 'False', 'True', '0', '-1', '1', "''", '[]', '{}'],
  defaults: ['0', "''", '[]', '{}', 'None', '1', 'False', 'True'],
  infinite: ["float('inf')", "float('-inf')"],
  orElse: (e, d) => `${e} or ${d}`,
}

export const surfaces = {js, py}

/** Expressions that bind looser than a call: they need parentheses inside an operator. */
const loose = new Set(['binary', 'chain', 'ternary', 'assign', 'unary', 'await', 'update'])
export const isLoose = (node) =>
  loose.has(node.view?.is) || node.type === 'arrow_function' || node.type === 'lambda' || node.type === 'yield_expression' || node.type === 'yield'

const tight = new Set(['binary', 'chain', 'unary', 'attr', 'index', 'await', 'spread'])
/** Does an operator stand around this node, so that a compound in its place needs parentheses? */
export const isInside = (node) => {
  const up = node.up?.view
  if (!up) return false
  if (up.is === 'index') return up.object === node
  if (up.is === 'call') return up.callee === node
  if (up.is === 'ternary') return up.test === node
  return tight.has(up.is)
}
export const fitted = (node, text) => (isInside(node) ? `(${text})` : text)

const levels = new Map([
  ...['**', '*', '/', '//', '%'].map((op) => [op, 3]),
  ...['+', '-'].map((op) => [op, 2]),
  ...['<', '<=', '>', '>=', '==', '!=', '===', '!==', 'in', 'not in', 'is', 'is not'].map((op) => [op, 1]),
  ...['&&', '||', '??', 'and', 'or'].map((op) => [op, 0]),
])

/** `text`, an operation by `op`, in the place of `node`: in parentheses only where the operator around it binds tighter. */
export const fittedOperation = (node, text, op) => {
  const up = node.up?.view
  if (up?.is === 'chain') return levels.get(op) > 1 ? text : `(${text})`
  if (up?.is !== 'binary') return fitted(node, text)
  const outer = node.source.slice(up.op.start, up.op.end)
  const [inside, around] = [levels.get(op) ?? 0, levels.get(outer) ?? 4]
  const joins = inside === around && (up.left === node || (outer === '+' && inside === 2) || (outer === '*' && op === '*'))
  return inside > around || joins ? text : `(${text})`
}
