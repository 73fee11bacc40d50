// Where the fault may be: Ochiai over the statements that failing and passing tests run, with the stack frames of
// failing tests as a prior. Pure.

import {isRegion, lineCounter} from './generate.mjs'
import {walk} from './parse.mjs'

/** ef / sqrt(F * (ef + ep)) */
export const ochiai = (ef, ep, failing) => (ef === 0 ? 0 : ef / Math.sqrt(failing * (ef + ep)))
/** ef² / (F - ef + ep), shown beside it. */
export const dstar = (ef, ep, failing) => (failing - ef + ep === 0 ? Number.POSITIVE_INFINITY : (ef * ef) / (failing - ef + ep))

/** `tests`: [{ok, hits: [mark numbers], frames}], `marks`: [{file, line}] → Map `file:line` → {score, ef, ep}. */
export const linesOf = (tests, marks) => {
  const failing = tests.filter((one) => !one.ok)
  const found = new Map()
  for (const test of tests) {
    const lines = new Set(test.hits.map((mark) => `${marks[mark].file}:${marks[mark].line}`))
    for (const line of lines) {
      const row = found.get(line) ?? {ef: 0, ep: 0}
      if (test.ok) row.ep += 1
      else row.ef += 1
      found.set(line, row)
    }
  }
  for (const row of found.values()) row.score = ochiai(row.ef, row.ep, failing.length)
  return found
}

const frameBoost = 1.5

/**
 * Regions to search, most suspicious first: [{path, node, name, line, score, lineScore(line)}].
 * `files`: Map path → tree root; only files in it can be repaired.
 */
export const regionsOf = (files, lines, tests) => {
  const frames = new Set(
    tests
      .filter((one) => !one.ok)
      .flatMap((one) => one.frames ?? [])
      .map((one) => `${one.file}:${one.line}`),
  )
  const regions = []
  const asked = namesAsked(files, lines)
  for (const [path, root] of files)
    for (const node of [root, ...[...walk(root)].filter(isRegion)])
      regions.push(regionOf(path, root, node, lines, frames, node === root ? lentTo(root, asked) : new Map()))
  return regions.filter((one) => one.score > 0).sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1) || a.line - b.line)
}

// What a module sets up once runs for every test; whoever reads it says how suspicious it is.
const lentShare = 0.95
const declares = /^(lexical_declaration|variable_declaration|export_statement|expression_statement|assignment)$/

/** How suspicious the most suspicious line is that mentions a name inside a function. */
const namesAsked = (files, lines) => {
  const found = new Map()
  for (const [path, root] of files)
    for (const fn of [...walk(root)].filter(isRegion))
      for (const node of walk(fn.view.body)) {
        if (node.view?.is !== 'name') continue
        const score = lines.get(`${path}:${node.row + 1}`)?.score ?? 0
        if (score > (found.get(node.view.name) ?? 0)) found.set(node.view.name, score)
      }
  return found
}

/** Lines of a module's own values → what their readers lend them. */
const lentTo = (root, asked) => {
  const found = new Map()
  const lineAt = lineCounter(root.source)
  for (const statement of root.kids) {
    if (!declares.test(statement.type)) continue
    const made = [...walk(statement)].find(
      (one) => (one.view?.is === 'declare' || one.view?.is === 'assign') && one.view.target && one.view.value?.view?.is !== 'function',
    )
    const score = made ? lentShare * (asked.get(made.source.slice(made.view.target.start, made.view.target.end)) ?? 0) : 0
    if (score > 0) for (let line = lineAt(statement.start); line <= lineAt(statement.end); line++) found.set(line, score)
  }
  return found
}

const regionOf = (path, root, node, lines, frames, lent) => {
  const lineAt = lineCounter(node.source)
  const own = ownLines(node, root, lineAt)
  let score = 0
  let inFrames = false
  for (const line of own) {
    score = Math.max(score, lines.get(`${path}:${line}`)?.score ?? 0, lent.get(line) ?? 0)
    inFrames ||= frames.has(`${path}:${line}`)
  }
  const boost = inFrames ? frameBoost : 1
  const sorted = own.filter((line) => lines.has(`${path}:${line}`))
  const lineScore = (line) => {
    const nearest = sorted.findLast((one) => one <= line) ?? sorted[0]
    const found = Math.max(nearest === undefined ? score : lines.get(`${path}:${nearest}`).score, lent.get(line) ?? 0)
    return Math.min(1, found * (frames.has(`${path}:${nearest}`) ? frameBoost : boost > 1 ? 1.15 : 1))
  }
  return {path, node, name: node === root ? '(module)' : node.view.name, line: node.row + 1, lines: own, score: score * boost, lineScore}
}

// Lines of a region that no inner region owns.
const ownLines = (node, root, lineAt) => {
  const inner = new Set()
  const all = new Set()
  const visit = (one) => {
    for (const kid of one.kids) {
      if (isRegion(kid)) for (let line = lineAt(kid.start) + 1; line <= lineAt(kid.end); line++) inner.add(line)
      else {
        all.add(lineAt(kid.start))
        visit(kid)
      }
    }
  }
  visit(node)
  if (node !== root) all.add(lineAt(node.start))
  return [...all].filter((line) => !inner.has(line)).sort((a, b) => a - b)
}
