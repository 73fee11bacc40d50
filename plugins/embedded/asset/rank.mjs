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
  for (const [path, root] of files) for (const node of [root, ...[...walk(root)].filter(isRegion)]) regions.push(regionOf(path, root, node, lines, frames))
  return regions.filter((one) => one.score > 0).sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1) || a.line - b.line)
}

const regionOf = (path, root, node, lines, frames) => {
  const lineAt = lineCounter(node.source)
  const own = ownLines(node, root, lineAt)
  let score = 0
  let inFrames = false
  for (const line of own) {
    score = Math.max(score, lines.get(`${path}:${line}`)?.score ?? 0)
    inFrames ||= frames.has(`${path}:${line}`)
  }
  const boost = inFrames ? frameBoost : 1
  const sorted = own.filter((line) => lines.has(`${path}:${line}`))
  const lineScore = (line) => {
    const nearest = sorted.findLast((one) => one <= line) ?? sorted[0]
    const found = nearest === undefined ? score : lines.get(`${path}:${nearest}`).score
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
