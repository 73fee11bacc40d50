// The last line of a run: what stands, on evidence, and what a person needs to go on. Written exactly once, for
// every ending; when the journal itself cannot be written, the line is made in memory so that it can be shown.

import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import type {BodyOf, Event} from '../engine/contract/event.ts'
import {asFault, type Fault} from '../engine/contract/fault.ts'
import type {Journal} from '../engine/contract/journal.ts'
import {exitCodes, type Outcome} from '../engine/contract/outcome.ts'
import type {Check} from '../engine/contract/tool.ts'
import type {Change} from '../engine/contract/workspace.ts'
import {handoff, lastWords} from '../engine/crew/handoff.ts'
import {openScribe, type Scribe} from '../engine/crew/scribe.ts'
import {openVolatile} from '../engine/journal/volatile.ts'
import {bareAnswer, checkAnswer} from './answer.ts'
import type {Context} from './context.ts'
import {keepLastWords} from './last-words.ts'
import type {Manned} from './man-crew.ts'
import type {Gathered} from './opening.ts'
import type {HostRequest} from './run-options.ts'

type Closed = BodyOf<'run.closed'>
type GateLine = Closed['gates'][number]

export interface ClosingFacts {
  scribe: Scribe
  journal: Journal
  context: Context
  request: HostRequest
  facts: Partial<Gathered>
  crew: Manned | null
  outcome: Outcome
  reason: string
  candidate: number
}

const good: readonly Outcome[] = ['done', 'answered']

const notRun = (check: Check): GateLine => ({
  gate: check.gate,
  command: check.command,
  exitCode: null,
  outputSha256: '',
  treeSha256: '',
  startedAt: 0,
  wallMs: 0,
  summary: 'not run',
  counts: null,
  state: 'skipped',
  required: check.required,
})

/** Evidence is stale as soon as the tree is no longer the one that it was taken on. */
const gateLines = (closing: ClosingFacts): GateLine[] => {
  const {crew, candidate, request} = closing
  if (!crew || request.noCheck) return []
  const found = crew.verifier.evidence(candidate)
  const treeSha256 = found.length > 0 ? crew.standing(candidate).tracker.treeSha256() : ''
  return crew.verifier.checks(candidate).map((check) => {
    const one = found.find((evidence) => evidence.check.gate === check.gate && evidence.check.dir === check.dir)
    if (!one) return notRun(check)
    const state = one.treeSha256 !== treeSha256 ? 'stale' : one.passed ? 'passed' : 'failed'
    return {...one.report, state, required: check.required}
  })
}

/** What stands in the user's tree because of this run. */
const madeInTree = (closing: ClosingFacts): Change[] => {
  const {crew, facts, candidate} = closing
  if (!crew) return []
  const made = facts.isolated ? crew.adopted() : crew.effects.of(candidate)
  return crew.net(made)
}

const withSchema = async (closing: ClosingFacts, text: string): Promise<ClosingFacts> => {
  const {request} = closing
  if (!request.answer || !good.includes(closing.outcome)) return closing
  const why = await checkAnswer(request.answer, text)
  return why ? {...closing, outcome: 'schema', reason: why} : closing
}

/** Work in a copy that was not adopted is not thrown away with the copy: it is kept as a patch. */
const keptPatch = ({crew, facts, candidate, scribe}: ClosingFacts): {diff: string; where: string} => {
  const none = {diff: '', where: ''}
  if (!crew || !facts.isolated || !facts.project || crew.adopted().length > 0) return none
  const diff = crew.diff(crew.net(crew.effects.of(candidate)))
  if (!diff) return none
  const file = join(facts.project.dataDir, 'patches', `${scribe.run}.patch`)
  try {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, diff)
    return {diff, where: relative(facts.project.root, file)}
  } catch {
    return {diff, where: ''}
  }
}

const textOf = (closing: ClosingFacts, changes: readonly Change[], words: string, resume: string): string => {
  const {crew, outcome, reason, candidate, scribe} = closing
  if (!crew || good.includes(outcome)) return words
  const patch = keptPatch(closing)
  const facts = {outcome, reason, board: scribe.board(), ledger: scribe.ledger(), candidate, diff: crew.diff(changes), patch, resume}
  return handoff(facts)
}

const compose = async (first: ClosingFacts): Promise<Closed> => {
  const said = lastWords(first.scribe.board(), first.candidate)
  const closing = await withSchema(first, said)
  const words = first.request.answer && good.includes(closing.outcome) ? bareAnswer(said) : said
  const {scribe, journal, crew, outcome, reason, request} = closing
  if (crew && !good.includes(outcome) && request.onFail === 'restore') crew.restoreAll()
  const changes = madeInTree(closing)
  const ledger = scribe.ledger()
  const resume = `penguin run --resume ${scribe.run}`
  const {steps} = scribe.board()
  const build = steps.findLast((step) => step.candidate === closing.candidate && step.role === 'coder')
  const mended = scribe.board().candidates.get(closing.candidate)?.checked.at(-1)
  const confidence = mended?.confidence ?? build?.confidence ?? steps.findLast((step) => step.confidence)?.confidence
  return {
    outcome,
    reason,
    exitCode: exitCodes[outcome],
    text: textOf(closing, changes, words, resume),
    gates: gateLines(closing),
    files: crew ? crew.summarize(changes) : [],
    usage: {total: ledger.total, models: ledger.models, roles: ledger.roles},
    dropped: journal.dropped(scribe.run) as Record<string, number>,
    checkpoint: crew?.effects.startCheckpoint() ?? null,
    resume,
    ...(confidence ? {confidence} : {}),
  }
}

const bare = (closing: ClosingFacts, found: Fault): Closed => ({
  outcome: 'failed',
  reason: found.msg,
  exitCode: exitCodes.failed,
  text: '',
  gates: [],
  files: [],
  usage: {total: closing.scribe.ledger().total, models: closing.scribe.ledger().models, roles: closing.scribe.ledger().roles},
  dropped: {},
  checkpoint: null,
  resume: `penguin run --resume ${closing.scribe.run}`,
})

/** Resolves with the events that could not be written to the journal; none when all is on record. */
export const closeRun = async (closing: ClosingFacts): Promise<Event[]> => {
  const {scribe, journal, context} = closing
  try {
    scribe.note('run.closed', await compose(closing))
    journal.claim(scribe.run, null)
    return []
  } catch (thrown) {
    const found = asFault(thrown)
    const spare = openVolatile(context.clock, journal.lastSeq(scribe.run))
    const last = openScribe(spare, scribe.run, context.dice, scribe.trace, scribe.rootSpan)
    last.note('error', {...found})
    last.note('run.closed', bare(closing, found))
    const words = [...spare.read({run: scribe.run})]
    keepLastWords(words)
    return words
  }
}
