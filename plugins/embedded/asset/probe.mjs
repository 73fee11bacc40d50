// Where probes go in JavaScript and TypeScript text: `__pgh(n)` marks a statement as run, `__pgf()` burns fuel in
// loops and functions, `__pga(n, arguments)` keeps a call's arguments. Insertions never add a line, so line numbers stay.

import {textOf, walk} from './parse.mjs'

const isDirective = (node) => node.type === 'expression_statement' && node.kids[0]?.type === 'string'
const markable = (node) =>
  node.named &&
  /_statement$|_declaration$/.test(node.type) &&
  !/^(function|class|import|export|generator_function|interface|type_alias|enum|abstract_class|ambient|empty)/.test(node.type) &&
  !isDirective(node)

const inBlock = (node) => node.up && (node.up.view?.is === 'block' || node.up.view?.is === 'case')
/** A lone statement as the body of an `if`, a loop or an `else`. */
const isLone = (node) =>
  /^(if_statement|else_clause|while_statement|for_statement|for_in_statement|do_statement)$/.test(node.up?.type ?? '') &&
  (node.field === 'consequence' || node.field === 'body' || node.up.type === 'else_clause')

/** Insertions that count fuel: [[offset, text]], sorted. */
export const fuelProbes = (root) => {
  const found = []
  for (const node of walk(root)) {
    const view = node.view
    if ((view?.is === 'loop' || view?.is === 'function') && view.body) found.push(...fuelInto(view.body, view.is))
  }
  return sorted(found)
}

const fuelInto = (body, kind) => {
  if (body.type === 'statement_block') return [[afterDirectives(body), '__pgf();', 0]]
  return kind === 'loop' ? around(body, '{__pgf();', '}') : around(body, '(__pgf(),', ')')
}

// A closer also names where its opener stands. The third part orders insertions at one offset: inner closers, outer closers, outer openers, inner openers.
const around = (node, open, close) => [
  [node.start, open, size(node)],
  [node.end, close, -1 / size(node), node.start],
]
const size = (node) => node.end - node.start + 1

const afterDirectives = (block) => {
  let at = block.start + 1
  for (const one of block.kids) if (isDirective(one)) at = one.end
  return at
}

/** Insertions that mark statements, and what each mark stands for: {line, start, end} with 1-based lines. `base` is the first number. */
export const coverProbes = (root, base) => {
  const found = []
  const marks = []
  const mark = (node) => {
    marks.push({line: node.row + 1, start: node.start, end: node.end})
    return base + marks.length - 1
  }
  for (const node of walk(root)) {
    if (markable(node) && inBlock(node)) found.push([node.start, `__pgh(${mark(node)});`, size(node)])
    else if (markable(node) && isLone(node)) found.push(...around(node, `{__pgh(${mark(node)});`, '}'))
    else if (node.type === 'arrow_function' && node.view.body?.type !== 'statement_block') {
      const body = node.view.body
      found.push(...around(body, `(__pgh(${mark(body)}),`, ')'))
    }
  }
  return {found: sorted(found), marks}
}

/** The insertion that keeps the arguments of one function (arrows have no `arguments`, so their parameters are named). */
export const callProbe = (node, id) => {
  const {body, params} = node.view
  if (!body) return []
  const names = paramNames(params)
  if (names === null) return []
  const call = `__pga(${id},[${names.join(',')}]${node.type === 'method_definition' ? ',this' : ''})`
  return body.type === 'statement_block' ? [[afterDirectives(body), `${call};`, 0]] : around(body, `(${call},`, ')')
}

/** Names of plain parameters, or null when one is a pattern. */
export const paramNames = (params) => {
  if (!params) return []
  if (params.type === 'identifier') return [textOf(params)]
  const names = []
  for (const one of params.kids.filter((kid) => kid.named && kid.type !== 'comment')) {
    const target = one.type === 'identifier' ? one : (one.view?.target ?? one.kids.find((kid) => kid.field === 'pattern'))
    if (target?.type !== 'identifier') return null
    names.push(textOf(target))
  }
  return names
}

/** Puts insertions in the order in which they must be spliced. */
export const sorted = (found) => {
  const isOpener = (one) => (one[2] >= 0 ? 1 : 0)
  // Closers: the smallest node first (-1/size is most negative for the smallest); openers: the largest first.
  return [...found].sort((a, b) => a[0] - b[0] || isOpener(a) - isOpener(b) || (a[2] < 0 ? a[2] - b[2] : b[2] - a[2]))
}

// An opener inside a replaced range was left out, and its closer must go with it.
const isGone = (opener, cuts) => cuts.some((cut) => opener > cut.start && opener < cut.end)

/**
 * Splices insertions into a text that edits have changed: an insertion inside a replaced range is left out.
 * `edits` are [{start, end, text}] on the original, not overlapping.
 */
export const splice = (text, insertions, edits = []) => {
  const cuts = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  const out = []
  let at = 0
  let next = 0
  const flush = (to) => {
    while (next < insertions.length && insertions[next][0] <= to) {
      const [offset, piece, , opener] = insertions[next]
      if (offset >= at && !(opener !== undefined && isGone(opener, cuts))) {
        out.push(text.slice(at, offset), piece)
        at = offset
      }
      next += 1
    }
    out.push(text.slice(at, to))
    at = to
  }
  for (const cut of cuts) {
    flush(cut.start)
    out.push(cut.text)
    at = Math.max(at, cut.end)
  }
  flush(text.length)
  return out.join('')
}
