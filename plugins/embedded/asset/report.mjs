// From plausible patches to ranked finalists in words a person can check.

import {relative} from 'node:path'
import {isOracle} from './hunt.mjs'
import {naturalnessOf} from './natural.mjs'
import {splice} from './probe.mjs'

/** The printable part of a candidate. */
export const finalistOf = (candidate, root) => ({path: relative(root, candidate.path), line: candidate.line, template: candidate.template, say: candidate.say})

/** Line-wise replacement: the smallest run of lines that differs, as {line, before, after}. */
export const lineEdit = (before, after) => {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  return {line: head + 1, before: a.slice(head, a.length - tail), after: b.slice(head, b.length - tail)}
}

const occurrences = (text, part) => {
  let count = 0
  for (let at = text.indexOf(part); at !== -1 && count < 2; at = text.indexOf(part, at + 1)) count += 1
  return count
}

/** Old and new text of the change with as many whole lines around it as make the old one unique in the file. */
export const uniqueEdit = (before, after) => {
  const a = before.split('\n')
  const {line, before: gone, after: come} = lineEdit(before, after)
  for (let around = gone.length === 0 ? 1 : 0; around <= a.length; around += 1) {
    const from = Math.max(0, line - 1 - around)
    const to = Math.min(a.length, line - 1 + gone.length + around)
    const old = a.slice(from, to).join('\n')
    if (old !== '' && occurrences(before, old) === 1)
      return {old, new: [...a.slice(from, line - 1), ...come, ...a.slice(line - 1 + gone.length, to)].join('\n')}
  }
  return {old: before, new: after}
}

/** The change as a unified diff of one hunk. */
export const unified = (path, before, after) => {
  const a = before.split('\n')
  const {line, before: gone, after: come} = lineEdit(before, after)
  const lead = a.slice(Math.max(0, line - 4), line - 1)
  const tail = a.slice(line - 1 + gone.length, line + 2 + gone.length)
  const rows = [...lead.map((one) => ` ${one}`), ...gone.map((one) => `-${one}`), ...come.map((one) => `+${one}`), ...tail.map((one) => ` ${one}`)]
  const from = line - lead.length
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${from},${lead.length + gone.length + tail.length} +${from},${lead.length + come.length + tail.length} @@`,
    ...rows,
    '',
  ].join('\n')
}

// Deleting a statement leaves an empty line; take the line away with it.
const withoutEmptyLine = (before, after, candidate) => {
  if (candidate.template !== 'deleted statement') return after
  const {line, after: lines} = lineEdit(before, after)
  if (lines.length !== 1 || lines[0].trim() !== '') return after
  const all = after.split('\n')
  all.splice(line - 1, 1)
  return all.join('\n')
}

const oneLineIf = /^([ \t]*)(if [^:'"#]+): (\S.*)$/
const isWhole = (text) => ['()', '[]', '{}'].every(([open, close]) => text.split(open).length === text.split(close).length)

// `if x: return` that is new becomes two lines, as people write it.
const inTwoLines = (before, after, path) => {
  if (!path.endsWith('.py')) return after
  const {line, after: lines} = lineEdit(before, after)
  const unit = /^([ \t]+)\S/m.exec(before)?.[1] ?? '    '
  const split = lines.map((text) => {
    const [, indent, test, then] = oneLineIf.exec(text) ?? []
    return test !== undefined && isWhole(test) && !before.includes(text.trim()) ? `${indent}${test}:\n${indent}${unit}${then}` : text
  })
  const all = after.split('\n')
  all.splice(line - 1, lines.length, ...split)
  return all.join('\n')
}

/** What a candidate changes, in the forms that tools and people take; `after` is the file's whole new text. */
export const patchOf = (candidate, files, root) => {
  const before = files.get(candidate.path).source
  const after = inTwoLines(before, withoutEmptyLine(before, splice(before, [], candidate.edits), candidate), candidate.path)
  return {after, edit: lineEdit(before, after), ...uniqueEdit(before, after), patch: unified(relative(root, candidate.path), before, after)}
}

// Throwing away what is kept makes many a test green.
const lossCost = 0.3
const loses = ({template, edits}) => template === 'missing statement' && edits.some(({text}) => /\.(pop|clear|popleft|shift|remove)\(|\.length = 0/.test(text))

const strainWeight = 1.5
const usualWeight = 0.22

/** Orders plausible patches: by rank, less what their behaviour speaks against; larger clusters first among equals. */
export const orderFinalists = async (plausible, {driver, files, root, left, tests, planOf, failing}) => {
  const sorted = [...plausible].sort((a, b) => a.candidate.rank - b.candidate.rank)
  const clusters = await clustersOf(sorted, {driver, files, left, tests, planOf})
  const size = (at) => (clusters.of[at] === -1 ? 1 : clusters.of.filter((one) => one === clusters.of[at]).length)
  const gain = naturalnessOf([...files.values()].map((root) => root.source))
  const usual = sorted.map(({candidate}) => {
    const before = files.get(candidate.path).source
    return Math.max(-2, Math.min(2, gain(before, splice(before, [], candidate.edits))))
  })
  const loss = (at) => (loses(sorted[at].candidate) ? lossCost : 0)
  const weigh = (at) =>
    sorted[at].candidate.rank + loss(at) - usualWeight * usual[at] + strainWeight * (clusters.strain?.[at] ?? 0) - 0.12 * Math.min(5, size(at) - 1)
  const order = sorted.map((_, at) => at).sort((a, b) => weigh(a) - weigh(b) || a - b)
  return order.map((at) => {
    const {candidate, fixed} = sorted[at]
    const {after, ...patch} = patchOf(candidate, files, root)
    const told = {
      ...finalistOf(candidate, root),
      ...patch,
      fixed: fixed.length,
      cluster: clusters.of[at],
      clusters: clusters.compared ? clusters.count : 1,
      inputs: clusters.inputs,
      difference: clusters.difference,
      confidence: confidenceOf(clusters, failing.length, candidate),
    }
    return {candidate, after, told}
  })
}

// Templates that make a test green most cheaply by taking something away.
const overfits = new Set(['deleted statement', 'constant condition', 'missing guard', 'missing statement', 'result'])

// A lone patch agrees with nobody; only the plainest is believed, and no number that happens to pass.
const plainCost = 0.9
const enoughInputs = 50

const confidenceOf = ({count, inputs, compared, of}, failing, candidate) => {
  if (compared && count > 1) return 'low'
  const backed = of.filter((one) => one !== -1).length > 1 || (candidate.cost <= plainCost && candidate.template !== 'constant')
  if (compared && failing >= 2 && inputs >= enoughInputs && backed && !overfits.has(candidate.template) && !isOracle(candidate.region)) return 'high'
  return 'medium'
}

const clustersOf = async (sorted, context) => {
  const none = {of: sorted.map((_, at) => at), count: 1, inputs: 0, difference: null, strain: sorted.map(() => 0), compared: false}
  if (sorted.length < 1 || !context.driver.cluster) return none
  return context.driver
    .cluster(
      sorted.map((one) => one.candidate),
      context,
    )
    .catch(() => none)
}
