// What each role does next, from what it has done so far in this piece of work. Pure: a request and results in, one
// move out. A role that does not know says so and stops; nothing is tried "just in case".

import type {Message, Turn} from '../../engine/plugin.ts'
import {type Finalist, type Finding, findingIn} from './finding.ts'
import {wishOf} from './goal.ts'
import {type Move, type Results, resultsIn} from './move.ts'
import {planOf, reviewOf, testedText} from './scene-others.ts'
import {fixedText, locatedText, noEditText, opening, outsideText} from './wording.ts'

const last = (results: Results, tool: string): Results[number] | undefined => results.findLast((one) => one.tool === tool)
const has = (turn: Turn, tool: string): boolean => turn.tools.some((one) => one.name === tool)

/** `{passed, failed}` from the first line of run_tests; green when it says so. */
export const testedIn = (text: string): {green: boolean; passed: number; failed: number} | undefined => {
  const [, words, passed, failed] = /^\S+: ([^\n]*?)(?: \((\d+) passed, (\d+) failed, \d+ skipped\))?$/m.exec(text.split('\n')[0] ?? '') ?? []
  return words === undefined ? undefined : {green: words === 'green', passed: Number(passed ?? 0), failed: Number(failed ?? 0)}
}

const firstSeconds = 60
const laterSeconds = 90

const searchCall = (turn: Turn, more: Record<string, unknown> = {}): Move['call'] => {
  const {slice, seed, attempt} = turn.envelope
  return {tool: 'eval_candidates', input: {seconds: attempt > 1 ? laterSeconds : firstSeconds, seed, ...(slice && slice.of > 1 ? {slice} : {}), ...more}}
}

/** Nothing to go by: no check at all, or no tool to search with. */
const cannot = (turn: Turn): string | undefined => {
  if (!has(turn, 'eval_candidates')) return 'this role was not given the search tool'
  if (turn.envelope.checks.length === 0) return 'no test command was found here, or this run asks for no check, so nothing shows a bug; name one with --check'
  return undefined
}

const coder = (turn: Turn, results: Results): Move => {
  const wish = wishOf(turn.envelope.goal)
  const why = wish.is === 'other' ? wish.why : cannot(turn)
  if (why) return {text: outsideText(why)}
  return wish.is === 'repair' ? repair(turn, results, wish.paths) : explorer(turn, results)
}

const repair = (turn: Turn, results: Results, paths: readonly string[]): Move => {
  const searched = last(results, 'eval_candidates')
  if (!searched) return beforeSearch(turn, results, paths)
  if (!searched.ok) return {text: outsideText(`the search could not run: ${searched.text.slice(0, 400)}`)}
  const finding = findingIn(searched.text)
  if (!finding) return {text: outsideText('the search gave no readable result')}
  const steps = finding.steps ?? finding.finalists?.slice(0, 1) ?? []
  return steps.length > 0 ? apply(turn, results, finding, steps) : {text: noEditText(finding)}
}

const beforeSearch = (turn: Turn, results: Results, paths: readonly string[]): Move => {
  const tested = last(results, 'run_tests')
  if (!tested && has(turn, 'run_tests'))
    return {
      text: turn.envelope.attempt > 1 ? 'The check is still red: looking at the failing tests again.' : firstWords(turn),
      call: {tool: 'run_tests', input: {}},
    }
  return {call: searchCall(turn, {...failingIn(tested?.text), ...(paths.length > 0 ? {prefer: [...paths]} : {})})}
}

/** Said once in a run: not again where the explorer has spoken. */
const firstWords = (turn: Turn): string =>
  turn.messages.some((message) => 'text' in message && message.text.includes('From the explorer')) ? 'Searching for a repair.' : opening

/** `✗ name (file:line)` as run_tests lists what fails. */
const failingIn = (tested: string | undefined): {failing?: string[]} => {
  const names = [...(tested ?? '').matchAll(/^✗ (.+?)(?: \([^()]+\))?$/gm)].map(([, name]) => name ?? '').slice(0, 60)
  return names.length > 0 ? {failing: names} : {}
}

// read → edit, for each step; then run_tests → words
const apply = (turn: Turn, results: Results, finding: Finding, steps: readonly Finalist[]): Move => {
  const after = results.slice(results.findLastIndex((one) => one.tool === 'eval_candidates') + 1)
  const edits = after.filter((one) => one.tool === 'edit' || one.tool === 'apply_patch')
  const best = together(steps)
  const failed = edits.findIndex((one) => !one.ok)
  if (failed !== -1) return {text: notApplied(edits[failed]?.text ?? '', steps.slice(failed)), confidence: best.confidence}
  const step = steps[edits.length]
  if (step) {
    const reads = after.filter((one) => one.tool === 'read').length
    if (reads <= edits.length && has(turn, 'read')) return {call: {tool: 'read', input: {path: step.path}}}
    return {text: `Applying: ${step.say} (${step.path}:${step.line}).`, call: editCall(turn, step)}
  }
  const tested = last(after, 'run_tests')
  if (!tested && has(turn, 'run_tests')) return {call: {tool: 'run_tests', input: {}}}
  return closing(tested?.text, finding, best)
}

/** Several steps as one patch, for the report. */
const together = (steps: readonly Finalist[]): Finalist => {
  const [first, ...others] = steps as [Finalist, ...Finalist[]]
  if (others.length === 0) return first
  const final = others.at(-1) ?? first
  return {
    ...final,
    template: steps.map((one) => one.template).join(' + '),
    say: steps.map((one) => `${one.path}:${one.line}: ${one.say}`).join('; '),
    confidence: final.confidence === 'low' ? 'low' : 'medium',
  }
}

const notApplied = (why: string, steps: readonly Finalist[]): string =>
  [`A patch was found but could not be applied (${why.slice(0, 300)}).`, ...steps.map((one) => `${one.path}:${one.edit.line}\n${diffOf(one)}`)].join('\n')

const diffOf = (best: Finalist): string => [...best.edit.before.map((line) => `- ${line}`), ...best.edit.after.map((line) => `+ ${line}`)].join('\n')

const closing = (tested: string | undefined, finding: Finding, best: Finalist): Move => {
  const seen = tested === undefined ? undefined : testedIn(tested)
  const total = (seen?.passed ?? 0) + (seen?.failed ?? 0)
  const patch = `the patch at ${best.path}:${best.line} (${best.say})`
  const told = tested?.split('\n')[0] ?? ''
  // A run that broke off says nothing of the patch; the gate has the last word on it.
  if (seen && !seen.green && total === 0)
    return {
      text: `Not confirmed here: with ${patch} in place the tests could not be run to their end: ${told}. On a copy of the project they passed.`,
      confidence: 'low',
    }
  if (seen && !seen.green)
    return {
      text: `Not fixed: with ${patch} the tests are still red: ${told}. The search saw them pass on a copy; the patch is left in place for a person to judge.`,
      confidence: 'low',
    }
  return {text: fixedText(finding, best, seen && total > 0 ? {passed: seen.passed, total} : undefined), confidence: best.confidence}
}

const names = {path: ['path', 'file'], old: ['old', 'find', 'oldText', 'before', 'search'], new: ['new', 'replace', 'newText', 'after', 'replacement']} as const

/** Fills the edit tool by the names that its own schema gives. */
const editCall = (turn: Turn, best: Finalist): Move['call'] => {
  const properties = (turn.tools.find((tool) => tool.name === 'edit')?.input.properties ?? {}) as Record<string, unknown>
  const nameOf = (part: keyof typeof names): string => names[part].find((name) => name in properties) ?? part
  if (!has(turn, 'edit')) return {tool: 'apply_patch', input: {patch: best.patch}}
  return {tool: 'edit', input: {[nameOf('path')]: best.path, [nameOf('old')]: best.old, [nameOf('new')]: best.new}}
}

const explorer = (turn: Turn, results: Results): Move => {
  const why = cannot(turn)
  if (why) return {text: outsideText(why)}
  if (!last(results, 'run_tests') && has(turn, 'run_tests')) return {text: opening, call: {tool: 'run_tests', input: {}}}
  const searched = last(results, 'eval_candidates')
  if (!searched) return {call: searchCall(turn, {localize: true, ...failingIn(last(results, 'run_tests')?.text)})}
  const finding = searched.ok ? findingIn(searched.text) : undefined
  if (!finding) return {text: outsideText(`the tests could not be traced: ${searched.text.slice(0, 400)}`)}
  return {text: finding.state === 'located' ? locatedText(finding) : noEditText(finding)}
}

const scenes: Readonly<Record<string, (turn: Turn, results: Results) => Move>> = {
  coder,
  explorer,
  planner: planOf,
  tester: (turn, results) =>
    last(results, 'run_tests') || !has(turn, 'run_tests') ? {text: testedText(last(results, 'run_tests')?.text)} : {call: {tool: 'run_tests', input: {}}},
  reviewer: (turn, results) =>
    last(results, 'run_tests') || !has(turn, 'run_tests') ? {text: reviewOf(turn, last(results, 'run_tests')?.text)} : {call: {tool: 'run_tests', input: {}}},
}

/** The next move of the role that `turn.envelope` names; `done` is what was said since its assignment began. */
export const nextMove = (turn: Turn, done: readonly Message[]): Move => {
  const scene = scenes[turn.envelope.role]
  return scene ? scene(turn, resultsIn(done)) : {text: outsideText(`the role ${turn.envelope.role} needs a model that writes`)}
}
