// What the engine says, and that it says no more than it knows. Facts in, sentences out; nothing here guesses.

import type {Finalist, Finding} from './finding.ts'

const count = (n: number | undefined): string => (n ?? 0).toLocaleString('en-US')
const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`

export const opening = 'Embedded search: running the tests to see what fails.'

/** Why the label is what it is, in one clause. */
const reasonOf = (best: Finalist, finding: Finding): string => {
  const failing = finding.failing ?? 0
  if (best.clusters > 1) return `${best.clusters} patches that pass behave differently`
  if (failing < 2) return 'only one failing test describes this bug'
  if (best.inputs < 50) return best.inputs === 0 ? 'no other inputs could be compared' : `only ${best.inputs} other inputs could be compared`
  return `the passing patches agree on ${count(best.inputs)} other inputs`
}

const differenceOf = (best: Finalist): string =>
  best.difference ? `They differ for ${best.difference.input}: ${best.difference.outputs.join(' or ')}. A test for this input would decide.` : ''

export const fixedText = (finding: Finding, best: Finalist, counts?: {passed: number; total: number}): string => {
  const edits = best.template.includes(' + ') ? 2 : 1
  const total = counts?.total ?? finding.tests ?? 0
  return [
    `Passes ${counts?.passed ?? total}/${total} tests (${count(finding.failing)} failed before). ${plural(edits, 'edit')}, ${best.template}, ${best.path}:${best.line}. Confidence ${best.confidence}: ${reasonOf(best, finding)}.`,
    `${sentence(best.say)}`,
    differenceOf(best),
    `Tried ${count(finding.tried)} of ${count(finding.space)} candidate edits; ${plural(finding.plausible ?? 1, 'patch').replace('patchs', 'patches')} passed.`,
  ]
    .filter(Boolean)
    .join('\n')
}

const startsWithPlace = /^\S+:\d+:/
const sentence = (text: string): string =>
  `${startsWithPlace.test(text) ? text.charAt(0) : text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`

const suspicious = (finding: Finding): string => {
  const places = (finding.suspects ?? []).slice(0, 4).map((one) => `${one.path}:${one.lines[0]?.line ?? one.line} (${one.name})`)
  return places.length > 0 ? `Suspicious lines: ${places.join(', ')}.` : ''
}

const failingText = (finding: Finding): string => {
  const first = finding.failures?.[0]
  return first ? `Failing: ${first.name} (${first.file}): ${first.message.split('\n').filter(Boolean).slice(0, 3).join(' ').slice(0, 300)}` : ''
}

const closestText = (finding: Finding): string => {
  const {closest} = finding
  if (!closest) return 'None of them fixes any failing test.'
  return `Closest: fixes ${closest.fixes} of ${closest.of}, breaks ${closest.breaks} (${closest.path}:${closest.line}, ${closest.say}).`
}

const refusedText = (finding: Finding): string =>
  [
    `Not fixed. ${plural(finding.refused ?? 0, 'edit')} of ${count(finding.tried)} tried made the failing tests pass when the search ran them by itself, but the project's own test command still fails${finding.refusal ? `: ${finding.refusal}` : ''}. Nothing was changed.`,
    suspicious(finding),
    failingText(finding),
  ]
    .filter(Boolean)
    .join('\n')

export const unfixedText = (finding: Finding): string => {
  if (finding.refused) return refusedText(finding)
  const more = finding.exhausted ? '' : ' within the time given'
  return [
    `Not fixed. No single edit among ${count(finding.tried)} tried${more} (of ${count(finding.space)}; ${count(finding.timeouts)} timed out) in ${plural(finding.regions ?? 0, 'function')} passes all tests. ${closestText(finding)} Likely missing logic, or a test that asks for the wrong thing.`,
    suspicious(finding),
    failingText(finding),
  ]
    .filter(Boolean)
    .join('\n')
}

const abilities =
  'It repairs small bugs that failing tests show, in Python, JavaScript and TypeScript (unittest, pytest, node:test, vitest; any other test command slowly), and ranks suspicious lines.'

export const outsideText = (why: string): string =>
  `Outside what search can do: ${why}. ${abilities} For anything else configure a model: set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY, or run Ollama.`

export const greenText = (finding: Finding): string =>
  outsideText(`${plural(finding.tests ?? 0, 'test')} ran and none fails, so there is no bug that a test shows`)

/** The whole report for a finding that led to no edit. */
export const noEditText = (finding: Finding): string => {
  if (finding.state === 'unfixed') return unfixedText(finding)
  if (finding.state === 'green') return greenText(finding)
  if (finding.state === 'unsupported')
    return outsideText(`the test runner ${finding.runner ? `"${finding.runner}"` : 'of this project'} is not one that it can drive, or no test file was found`)
  if (finding.state === 'nowhere')
    return [outsideText('the failing tests run no code of the project that may be changed'), failingText(finding)].filter(Boolean).join('\n')
  if (finding.state === 'blind') return [outsideText('the tests could not be run'), `${finding.why ?? ''}`.slice(0, 800)].filter(Boolean).join('\n')
  return `The search itself failed: ${(finding.why ?? 'unknown reason').slice(0, 600)}`
}

/** Explorer's findings: failing tests and ranked places, for people and for the planner. */
export const locatedText = (finding: Finding): string => {
  const tests = (finding.failures ?? []).map(
    (one) => `- ${one.name} (${one.file}): ${one.message.split('\n').filter(Boolean).slice(0, 2).join(' ').slice(0, 200)}`,
  )
  const places = (finding.suspects ?? [])
    .slice(0, 6)
    .map((one) => `- ${one.path}:${one.lines[0]?.line ?? one.line} ${one.name} (suspicion ${one.score.toFixed(2)})`)
  return [
    `${count(finding.failing)} of ${plural(finding.tests ?? 0, 'test')} fail (${finding.runner ?? 'unknown runner'}).`,
    'Failing tests:',
    ...tests,
    'Suspicious places (Ochiai over covered statements):',
    ...places,
  ].join('\n')
}

/** One line for the pane and the log. */
export const headline = (finding: Finding): string => {
  const best = (finding.steps ?? finding.finalists)?.[0]
  if (finding.steps) return `found ${finding.steps.length} edits that pass together, the first at ${best?.path}:${best?.line} (${count(finding.tried)} tried)`
  if (best) return `found a patch: ${best.path}:${best.line}, ${best.say} (confidence ${best.confidence}; ${count(finding.tried)} tried)`
  if (finding.state === 'located')
    return `${count(finding.failing)} failing; most suspicious: ${finding.suspects?.[0] ? `${finding.suspects[0].path}:${finding.suspects[0].lines[0]?.line ?? finding.suspects[0].line}` : 'nothing'}`
  if (finding.state === 'unfixed') return `no patch among ${count(finding.tried)} candidates`
  if (finding.state === 'green') return 'no test fails'
  return `the search could not work here: ${finding.state}${finding.why ? ` (${finding.why.split('\n')[0]?.slice(0, 120)})` : ''}`
}
