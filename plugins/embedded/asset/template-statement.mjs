// Templates that delete, move, insert or rewrite whole statements, and those for results, defaults and loops.

import {textOf, walk} from './parse.mjs'
import {depthOf} from './template-state.mjs'

const short = (text) => `\`${text.replace(/\s+/g, ' ').slice(0, 60)}\``
const isSimple = (node) => ['do', 'return', 'declaration', 'break', 'continue', 'throw'].includes(node.view?.is) && !textOf(node).includes('\n')
const lineStart = (node) => node.source.lastIndexOf('\n', node.start - 1) + 1
const ownsLine = (node) => /^\s*$/.test(node.source.slice(lineStart(node), node.start))

const remove = (statement, at) => {
  const isExit = ['return', 'throw', 'if'].includes(statement.view?.is)
  if (statement.view?.is === 'function' || statement.view?.is === 'class' || /import/.test(statement.type)) return
  const alone = statement.up.view.items.length === 1 && at.surface.name === 'py'
  at.put(statement, alone ? 'pass' : '', isExit ? 1.9 : 1.5, 'deleted statement', `${short(textOf(statement))} does not belong here`)
}

const swapNext = (statement, at) => {
  const {items} = statement.up.view
  const next = items[items.indexOf(statement) + 1]
  if (!next || next.view?.is === 'function' || statement.view?.is === 'function') return
  at.putMany(
    [
      [statement, textOf(next)],
      [next, textOf(statement)],
    ],
    statement.view?.is === 'do' && next.view?.is === 'do' ? 0.95 : 1.2,
    'statement order',
    `${short(textOf(statement))} must come after ${short(textOf(next))}`,
  )
}

// The last statement of a block moves out behind it, or the one behind it moves in.
const moveOut = (statement, at) => {
  const block = statement.up
  const owner = block.up
  const outer = ownerStatement(owner)
  if (!outer?.up?.view?.items || statement.view?.is === 'function' || owner.view?.is === 'function' || !ownsLine(statement) || textOf(statement).includes('\n'))
    return
  const {items} = block.view
  if (items.at(-1) === statement && items.length > 1) {
    const gone = {start: items.at(-2).end, end: statement.end}
    at.putAll(
      [
        {...gone, text: ''},
        {start: outer.end, end: outer.end, text: `\n${at.indentOf(outer)}${textOf(statement)}`},
      ],
      1.15,
      'statement nesting',
      `${short(textOf(statement))} belongs after the block`,
      statement,
    )
  }
  if (items[0] === statement && items.length > 1) {
    const gone = {start: statement.start, end: items[1].start}
    at.putAll(
      [
        {start: outer.start, end: outer.start, text: `${textOf(statement)}\n${at.indentOf(outer)}`},
        {...gone, text: ''},
      ],
      1.3,
      'statement nesting',
      `${short(textOf(statement))} belongs before the block`,
      statement,
    )
  }
}
const ownerStatement = (owner) => {
  let node = owner
  while (node?.up && node.up.view?.is !== 'block' && node.up.view?.is !== 'case') node = node.up
  return node
}

const moveIn = (statement, at) => {
  const {items} = statement.up.view
  const before = items[items.indexOf(statement) - 1]
  if (!before || !isSimple(statement) || !['if', 'loop'].includes(before.view?.is)) return
  const blocks = [...walk(before)].filter((one) => one.view?.is === 'block' && one.view.items.length > 0 && ownerStatement(one) !== one)
  for (const block of blocks.slice(0, 6)) {
    const last = block.view.items.at(-1)
    at.putAll(
      [
        {start: last.end, end: last.end, text: `\n${at.indentOf(last)}${textOf(statement)}`},
        {start: before.end, end: statement.end, text: ''},
      ],
      1.4,
      'statement nesting',
      `${short(textOf(statement))} belongs inside the block`,
      statement,
    )
  }
}

// if (day !== entry.day) { out.push(sum); day = entry.day }: where another group begins, what was kept of the last one is read and not set.
const isTurn = (statement, name, at, fn) => {
  const block = statement.up
  if (block.up?.view?.is !== 'if') return false
  const kept = new Set(at.firsts(fn).map(([one]) => one))
  const set = new Set([...walk(block)].filter((one) => one.view?.is === 'assign' && one.view.target?.view?.is === 'name').map((one) => textOf(one.view.target)))
  return !set.has(name) && [...set].some((one) => kept.has(one)) && [...walk(block)].some((one) => one.view?.is === 'name' && one.view.name === name)
}

// Copies of the function's own simple statements, and small steps, at other places.
const insertKnown = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn) return
  const indent = at.indentOf(statement)
  const nested = 0.15 * depthOf(statement)
  const put = (text, own, say) => {
    const cost = own + nested
    at.putAt(statement.start, statement.start, `${text}\n${indent}`, cost, 'missing statement', say)
    const {items} = statement.up.view
    if (items.at(-1) === statement && !['return', 'throw', 'break', 'continue'].includes(statement.view?.is))
      at.putAt(statement.end, statement.end, `\n${indent}${text}`, cost, 'missing statement', say)
  }
  for (const text of at.simple(fn)) put(text, 1.75, `${short(text)} is missing here`)
  const visible = new Set(at.names(statement).map((one) => one.name))
  for (const {text, names} of at.elsewhere(fn))
    if (names.every((name) => visible.has(name) || at.builtIn(name))) put(text, 1.75, `${short(text)} is missing here`)
  if (at.inLoop(statement))
    for (const [name, value] of at.firsts(fn))
      put(`${name} = ${value}${at.end}`, isTurn(statement, name, at, fn) ? 0.85 : 1.5, `\`${name}\` must begin anew here`)
  for (const {text, cost} of smallSteps(statement, at)) put(text, cost, `${short(text)} is missing here`)
  for (const [name, value, times, varies] of at.initials.slice(0, 6))
    put(
      `${at.surface.self}.${name} = ${value}${at.end}`,
      (/^([[{]|new )/.test(value) ? 1.5 : 1.75) - (times > 1 ? 0.3 : varies ? 0.35 : 0),
      `\`${at.surface.self}.${name}\` must be reset here`,
    )
  if (at.surface.name === 'js' && fn.view.async)
    for (const {name} of at.names(statement).filter((one) => one.depth === 0 && one.kind === 'local')) {
      put(`await Promise.all(${name})${at.end}`, 1.6, `\`${name}\` must be awaited`)
      put(`await ${name}${at.end}`, 1.9, `\`${name}\` must be awaited`)
    }
  if (at.inLoop(statement)) for (const text of ['break', 'continue']) put(text + at.end, 1.6, `\`${text}\` is missing here`)
}

const smallSteps = (statement, at) => {
  const found = []
  const locals = at
    .names(statement)
    .filter((one) => one.depth === 0 && one.kind === 'local')
    .slice(0, 6)
  const all = at
    .names(statement)
    .filter((one) => one.depth >= 0 && one.kind !== 'function')
    .slice(0, 8)
  for (const [attr] of at.attrsOf(at.surface.self).slice(0, 8))
    for (const {name} of all.slice(0, 5)) found.push({text: `${at.surface.self}.${attr} = ${name}${at.end}`, cost: name === attr ? 1.9 : 2.1})
  for (const {name} of locals) {
    found.push({text: `${name} += 1${at.end}`, cost: 1.85}, {text: `${name} -= 1${at.end}`, cost: 1.9})
    if (at.firsts(at.functionOf(statement)).some(([own, value]) => own === name && /^-?1$/.test(value)))
      found.push({text: `${name} = -${name}${at.end}`, cost: 1.4})
    for (const other of all) {
      if (other.name === name) continue
      found.push({text: `${name} = ${other.name}${at.end}`, cost: 2.0}, {text: `${name} += ${other.name}${at.end}`, cost: 2.1})
      for (const method of ['push', 'append', 'add'])
        if (at.facts.methods.has(method)) found.push({text: `${name}.${method}(${other.name})${at.end}`, cost: 2.0})
    }
  }
  return found
}

const jumps = (node, at) =>
  at.put(
    node,
    textOf(node).replace(/break|continue/, (word) => (word === 'break' ? 'continue' : 'break')),
    0.75,
    'loop exit',
    node.view.is === 'break' ? '`break` should be `continue`' : '`continue` should be `break`',
  )

const returns = (node, at) => {
  const {value} = node.view
  const {surface} = at
  const put = (text, cost) => text !== textOf(value) && at.put(value, text, cost, 'result', `the result should be \`${text}\``)
  if (!value) {
    for (const text of surface.returns) at.put(node, `return ${text}${at.end}`, 1.3, 'result', `the result should be \`${text}\``)
    return
  }
  for (const text of surface.returns) put(text, 1.5)
  for (const {name} of at.names(node).filter((one) => one.depth === 0 && one.kind !== 'function')) put(name, 1.2)
  put(surface.not(value.view?.is === 'binary' ? `(${textOf(value)})` : textOf(value)), 1.1)
}

// An expression at the end of a function whose value nobody takes.
const missingReturn = (statement, at) => {
  const block = statement.up
  const fn = at.functionOf(statement)
  if (!fn) return
  const isLast = block.view.items.at(-1) === statement
  if (statement.view?.is === 'do' && statement.view.value && !['literal', 'update', 'yield'].includes(statement.view.value.view?.is))
    if (statement.view.value.view?.is !== 'assign')
      at.putAt(statement.start, statement.start, 'return ', isLast ? 0.8 : 1.3, 'missing return', `${short(textOf(statement))} must be returned`)
  if (isLast && block.up === fn && !['return', 'throw'].includes(statement.view?.is)) {
    const indent = at.indentOf(statement)
    for (const {name} of at.names(statement).filter((one) => one.depth === 0 && one.kind !== 'function'))
      at.putAt(statement.end, statement.end, `\n${indent}return ${name}${at.end}`, 1.0, 'missing return', `\`${name}\` must be returned`)
    for (const text of [at.surface.self, ...at.surface.returns])
      at.putAt(statement.end, statement.end, `\n${indent}return ${text}${at.end}`, 1.3, 'missing return', `\`${text}\` must be returned`)
  }
}

const eachWord = (node, at) => {
  const {word, kind} = node.view
  if (kind === 'each' && word)
    at.put(word, textOf(word) === 'of' ? 'in' : 'of', 0.6, 'loop kind', `\`${textOf(word)}\` should be \`${textOf(word) === 'of' ? 'in' : 'of'}\``)
  if (at.surface.name === 'js' && kind === 'while') at.putAt(node.start, node.start + 5, 'if', 1.4, 'loop kind', 'this happens once')
  if (kind === 'each' && node.view.over) {
    const over = textOf(node.view.over)
    for (const text of at.surface.name === 'py'
      ? [`reversed(${over})`, `sorted(${over})`, `${over}[1:]`, `${over}[:-1]`, `list(${over})`, `enumerate(${over})`, `${over}.items()`, `set(${over})`]
      : [
          `[...${over}].reverse()`,
          `${over}.slice(1)`,
          `${over}.entries()`,
          `Object.keys(${over})`,
          `Object.entries(${over})`,
          `Object.values(${over})`,
          `[...${over}]`,
        ])
      at.put(node.view.over, text, 1.2, 'iteration', `the loop goes over \`${text}\``)
  }
}

const ifToWhile = (node, at) => {
  if (!node.view.elif && !node.view.no) at.putAt(node.start, node.start + 2, 'while', 1.3, 'loop kind', 'this may be needed more than once')
}

// def f(x, seen=[]): one list for all calls.
const mutableDefault = (node, at) => {
  const {target, value} = node.view
  if (at.surface.name !== 'py' || !value || !/^(list|dictionary|set|call)$/.test(value.type)) return
  const fn = at.functionOf(value)
  const first = fn?.view.body?.view?.items?.find((one) => !(one.view?.is === 'do' && one.view.value?.type === 'string'))
  if (!first) return
  const indent = at.indentOf(first)
  at.putAll(
    [
      {start: value.start, end: value.end, text: 'None'},
      {start: first.start, end: first.start, text: `if ${textOf(target)} is None:\n${indent}    ${textOf(target)} = ${textOf(value)}\n${indent}`},
    ],
    0.6,
    'mutable default',
    `the default of \`${textOf(target)}\` is shared by all calls`,
  )
}

// case x: … without break.
const missingBreak = (node, at) => {
  const last = node.view.items.at(-1)
  if (!last || ['break', 'return', 'throw', 'continue'].includes(last.view?.is)) return
  at.putAt(last.end, last.end, `\n${at.indentOf(last)}break${at.end}`, 0.7, 'missing break', 'the case falls through')
}

const superCall = (statement, at) => {
  const fn = at.functionOf(statement)
  if (!fn || fn.view.body?.view?.items?.[0] !== statement || at.surface.name !== 'py' || fn.up?.up?.view?.is !== 'class') return
  const params = [...walk(fn.view.params)]
    .filter((one) => one.view?.is === 'declared')
    .map(textOf)
    .filter((name) => name !== 'self')
  for (const args of [[], params, ...params.map((name) => [name])])
    at.putAt(
      statement.start,
      statement.start,
      `super().${fn.view.name}(${args.join(', ')})\n${at.indentOf(statement)}`,
      1.6,
      'missing super call',
      'the base class must be called',
    )
}

/** By view. */
export const statementTemplates = {
  return: [returns],
  break: [jumps],
  continue: [jumps],
  loop: [eachWord],
  if: [ifToWhile],
  param: [mutableDefault],
  case: [missingBreak],
}
export const statementStatements = [remove, swapNext, moveOut, moveIn, insertKnown, missingReturn, superCall]
