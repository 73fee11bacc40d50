// The abstract views: what a node means, whatever its grammar calls it. About twenty-five kinds, one table a surface.
// A view is {is, ...parts}; parts are nodes. Nothing here edits or decides.

const kid = (node, field) => node.kids.find((one) => one.field === field)
const named = (node) => node.kids.filter((one) => one.named && one.type !== 'comment')
const text = (node) => node.source.slice(node.start, node.end)
const binary = (node) => ({is: 'binary', op: kid(node, 'operator'), left: kid(node, 'left'), right: kid(node, 'right')})
const body = (node) => kid(node, 'body')
const list = (node) => ({is: 'list', items: named(node)})
const args = (node) => named(kid(node, 'arguments') ?? {kids: []})
const literal = (what) => () => ({is: 'literal', what})

const inner = (node) => (node?.type === 'parenthesized_expression' ? (named(node)[0] ?? node) : node)

// A name that is declared, imported or labelled is not an expression that could be swapped.
const declares = new Set(['name', 'pattern', 'parameter', 'alias', 'label', 'key'])
const isPattern = (node) =>
  /pattern|parameter|import|export_specifier|type_|label|decorator|jsx|catch_clause|keyword_argument|aliased/.test(node.up?.type ?? '')
const isDeclared = (node) => {
  // What an error is caught as is declared; which error, is not.
  if (node.up?.type === 'as_pattern') return false
  // from shop import Cart, unlike import shop.cart, declares what can be used by that name.
  if (node.up?.type === 'dotted_name') return node.up.field === 'name' && node.up.up?.type === 'import_from_statement'
  if (node.up?.type === 'keyword_argument' || node.up?.type === 'default_parameter') return node.field === 'name'
  if (node.up?.type === 'typed_default_parameter') return node.field !== 'value'
  if (node.up?.type === 'required_parameter' || node.up?.type === 'assignment_pattern') return node.field !== 'value' && node.field !== 'right'
  if (node.up?.type === 'pattern_list' || node.up?.type === 'tuple_pattern') return true
  if (node.up?.type === 'for_in_statement' || node.up?.type === 'for_statement' || node.up?.type === 'for_in_clause') return node.field === 'left'
  return isPattern(node) || (declares.has(node.field) && node.up?.type !== 'pair') || node.up?.type === 'parameters' || node.up?.type === 'lambda_parameters'
}
// The class of `new X()` is no value that could stand for another.
const isMade = (node) => node.field === 'constructor' && node.up?.type === 'new_expression'
const name = (node) =>
  isMade(node) ? {is: 'made', name: text(node)} : node.field === 'attribute' ? null : isDeclared(node) ? {is: 'declared'} : {is: 'name', name: text(node)}

const js = {
  identifier: name,
  this: () => ({is: 'self'}),
  member_expression: (node) => ({
    is: 'attr',
    object: kid(node, 'object'),
    attr: kid(node, 'property'),
    optional: node.kids.some((one) => one.type === 'optional_chain'),
  }),
  subscript_expression: (node) => ({is: 'index', object: kid(node, 'object'), index: kid(node, 'index')}),
  call_expression: (node) => (kid(node, 'arguments')?.type === 'arguments' ? {is: 'call', callee: kid(node, 'function'), args: args(node)} : null),
  new_expression: (node) => ({is: 'new', callee: kid(node, 'constructor'), args: args(node)}),
  binary_expression: binary,
  unary_expression: (node) => ({is: 'unary', op: kid(node, 'operator'), value: kid(node, 'argument')}),
  update_expression: (node) => ({is: 'update', op: kid(node, 'operator'), target: kid(node, 'argument')}),
  ternary_expression: (node) => ({is: 'ternary', test: kid(node, 'condition'), yes: kid(node, 'consequence'), no: kid(node, 'alternative')}),
  parenthesized_expression: (node) => ({is: 'paren', value: named(node)[0]}),
  // What TypeScript is told of a value changes nothing about it.
  as_expression: (node) => ({is: 'paren', value: named(node)[0]}),
  await_expression: (node) => ({is: 'await', value: named(node)[0]}),
  spread_element: (node) => ({is: 'spread', value: named(node)[0]}),
  template_string: () => ({is: 'template'}),
  yield_expression: (node) => ({is: 'yield', value: named(node)[0], many: node.kids.some((one) => one.type === '*')}),
  regex: (node) => ({is: 'regex', pattern: kid(node, 'pattern'), flags: kid(node, 'flags')}),
  number: literal('number'),
  string: literal('string'),
  true: literal('bool'),
  false: literal('bool'),
  null: literal('null'),
  undefined: literal('null'),
  array: list,
  object: (node) => ({is: 'map', items: named(node)}),
  pair: (node) => ({is: 'pair', key: kid(node, 'key'), value: kid(node, 'value')}),
  assignment_expression: (node) => ({is: 'assign', target: kid(node, 'left'), value: kid(node, 'right'), op: null}),
  augmented_assignment_expression: (node) => ({is: 'assign', target: kid(node, 'left'), value: kid(node, 'right'), op: kid(node, 'operator')}),
  variable_declarator: (node) => ({is: 'declare', target: kid(node, 'name'), value: kid(node, 'value')}),
  required_parameter: (node) => ({is: 'param', target: kid(node, 'pattern'), value: kid(node, 'value')}),
  assignment_pattern: (node) => ({is: 'param', target: kid(node, 'left'), value: kid(node, 'right')}),
  if_statement: (node) => ({is: 'if', test: inner(kid(node, 'condition')), yes: kid(node, 'consequence'), no: kid(node, 'alternative')}),
  while_statement: (node) => ({is: 'loop', kind: 'while', test: inner(kid(node, 'condition')), body: body(node)}),
  do_statement: (node) => ({is: 'loop', kind: 'do', test: inner(kid(node, 'condition')), body: body(node)}),
  for_statement: (node) => ({is: 'loop', kind: 'for', test: kid(node, 'condition'), body: body(node)}),
  for_in_statement: (node) => ({is: 'loop', kind: 'each', target: kid(node, 'left'), over: kid(node, 'right'), word: kid(node, 'operator'), body: body(node)}),
  return_statement: (node) => ({is: 'return', value: named(node)[0]}),
  throw_statement: () => ({is: 'throw'}),
  break_statement: () => ({is: 'break'}),
  continue_statement: () => ({is: 'continue'}),
  expression_statement: (node) => ({is: 'do', value: named(node)[0]}),
  lexical_declaration: () => ({is: 'declaration'}),
  variable_declaration: () => ({is: 'declaration'}),
  statement_block: (node) => ({is: 'block', items: named(node)}),
  switch_case: (node) => ({is: 'case', value: kid(node, 'value'), items: named(node).filter((one) => one.field === 'body')}),
  switch_default: (node) => ({is: 'case', value: null, items: named(node).filter((one) => one.field === 'body')}),
  program: (node) => ({is: 'block', items: named(node), top: true}),
  function_declaration: (node) => func(node, text(kid(node, 'name'))),
  generator_function_declaration: (node) => func(node, text(kid(node, 'name'))),
  function_expression: (node) => func(node, nameAround(node)),
  generator_function: (node) => func(node, nameAround(node)),
  arrow_function: (node) => func(node, nameAround(node)),
  method_definition: (node) => func(node, text(kid(node, 'name'))),
  class_declaration: (node) => ({is: 'class', name: text(kid(node, 'name')), body: body(node)}),
  class: (node) => ({is: 'class', name: '', body: body(node)}),
}

const func = (node, title) => ({
  is: 'function',
  name: title,
  body: body(node),
  params: kid(node, 'parameters') ?? kid(node, 'parameter'),
  async: node.kids.some((one) => one.type === 'async'),
})
const nameAround = (node) => {
  const up = node.up
  const target = up && (kid(up, 'name') ?? kid(up, 'left') ?? kid(up, 'key') ?? kid(up, 'property'))
  return target && target !== node && /declarator|assignment|pair|field/.test(up.type) ? text(target) : ''
}

// `a < b <= c` is one node with many operands; only the common single comparison is a binary.
const comparison = (node) => {
  const operands = named(node).filter((one) => one.field !== 'operators')
  const ops = node.kids.filter((one) => one.field === 'operators')
  if (operands.length === 2) return {is: 'binary', op: spanOf(ops), left: operands[0], right: operands[1], compare: true}
  return {is: 'chain', ops, operands}
}
const spanOf = (nodes) => ({...nodes[0], start: nodes[0].start, end: nodes.at(-1).end})

const py = {
  identifier: name,
  attribute: (node) => ({is: 'attr', object: kid(node, 'object'), attr: kid(node, 'attribute'), optional: false}),
  subscript: (node) => ({is: 'index', object: kid(node, 'value'), index: kid(node, 'subscript')}),
  call: (node) => (kid(node, 'arguments')?.type === 'argument_list' ? {is: 'call', callee: kid(node, 'function'), args: args(node)} : null),
  binary_operator: binary,
  boolean_operator: binary,
  comparison_operator: comparison,
  not_operator: (node) => ({is: 'unary', op: node.kids[0], value: kid(node, 'argument')}),
  unary_operator: (node) => ({is: 'unary', op: kid(node, 'operator'), value: kid(node, 'argument')}),
  conditional_expression: (node) => {
    const [yes, test, no] = named(node)
    return {is: 'ternary', test, yes, no}
  },
  parenthesized_expression: (node) => ({is: 'paren', value: named(node)[0]}),
  await: (node) => ({is: 'await', value: named(node)[0]}),
  yield: (node) => ({is: 'yield', value: named(node)[0], many: node.kids.some((one) => one.type === 'from')}),
  list_splat: (node) => ({is: 'spread', value: named(node)[0]}),
  slice: (node) => sliceView(node),
  integer: literal('number'),
  float: literal('number'),
  string: (node) => (node.kids.some((one) => one.type === 'interpolation') ? {is: 'template'} : {is: 'literal', what: 'string'}),
  true: literal('bool'),
  false: literal('bool'),
  none: literal('null'),
  list,
  tuple: list,
  expression_list: list,
  list_comprehension: (node) => ({is: 'comprehension', body: body(node)}),
  set_comprehension: (node) => ({is: 'comprehension', body: body(node)}),
  generator_expression: (node) => ({is: 'comprehension', body: body(node)}),
  dictionary: (node) => ({is: 'map', items: named(node)}),
  set: list,
  pair: (node) => ({is: 'pair', key: kid(node, 'key'), value: kid(node, 'value')}),
  keyword_argument: (node) => ({is: 'named', name: kid(node, 'name'), value: kid(node, 'value')}),
  assignment: (node) => ({is: 'assign', target: kid(node, 'left'), value: kid(node, 'right'), op: null}),
  augmented_assignment: (node) => ({is: 'assign', target: kid(node, 'left'), value: kid(node, 'right'), op: kid(node, 'operator')}),
  default_parameter: (node) => ({is: 'param', target: kid(node, 'name'), value: kid(node, 'value')}),
  typed_default_parameter: (node) => ({is: 'param', target: kid(node, 'name'), value: kid(node, 'value')}),
  if_statement: (node) => ({is: 'if', test: kid(node, 'condition'), yes: kid(node, 'consequence'), no: kid(node, 'alternative')}),
  elif_clause: (node) => ({is: 'if', test: kid(node, 'condition'), yes: kid(node, 'consequence'), no: null, elif: true}),
  if_clause: (node) => ({is: 'filter', test: named(node)[0]}),
  while_statement: (node) => ({is: 'loop', kind: 'while', test: kid(node, 'condition'), body: body(node)}),
  for_statement: (node) => ({is: 'loop', kind: 'each', target: kid(node, 'left'), over: kid(node, 'right'), body: body(node)}),
  for_in_clause: (node) => ({is: 'each', target: kid(node, 'left'), over: kid(node, 'right')}),
  return_statement: (node) => ({is: 'return', value: named(node)[0]}),
  raise_statement: () => ({is: 'throw'}),
  break_statement: () => ({is: 'break'}),
  continue_statement: () => ({is: 'continue'}),
  pass_statement: () => ({is: 'pass'}),
  expression_statement: (node) => (named(node).length === 1 ? {is: 'do', value: named(node)[0]} : {is: 'do', value: null}),
  block: (node) => ({is: 'block', items: named(node)}),
  module: (node) => ({is: 'block', items: named(node), top: true}),
  function_definition: (node) => ({
    is: 'function',
    name: text(kid(node, 'name')),
    body: body(node),
    params: kid(node, 'parameters'),
    async: node.kids.some((one) => one.type === 'async'),
  }),
  lambda: (node) => ({is: 'function', name: '', body: body(node), params: kid(node, 'parameters'), async: false, lambda: true}),
  class_definition: (node) => ({is: 'class', name: text(kid(node, 'name')), body: body(node)}),
}

const sliceView = (node) => {
  const parts = [null, null, null]
  let at = 0
  for (const one of node.kids) {
    if (one.type === ':') at += 1
    else if (one.named) parts[at] = one
  }
  return {is: 'slice', from: parts[0], to: parts[1], step: parts[2]}
}

const tables = {js: new Map(Object.entries(js)), py: new Map(Object.entries(py))}

/** The view of a node, or null where the node has no meaning of its own. `surface` is `js` or `py`. */
export const viewOf = (node, surface) => (node.named ? (tables[surface].get(node.type)?.(node) ?? null) : null)
