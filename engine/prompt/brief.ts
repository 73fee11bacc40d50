// The words that an assignment begins with: the request itself, a red gate's report for a repair, a root cause
// for a fresh start. Failing output goes in whole where it can: feedback is what makes a second try better.

import type {StepState} from '../contract/board.ts'

export interface RedReport {
  gate: string
  command: string
  summary: string
  failures: {test: string; file?: string; line?: number; message: string}[]
  output: string
}

const maxFailures = 5
const maxMessageChars = 1500
const maxOutputChars = 3000

const failureText = (failure: RedReport['failures'][number]): string => {
  const where = failure.file ? ` (${failure.file}${failure.line ? `:${failure.line}` : ''})` : ''
  return `- ${failure.test}${where}\n${failure.message.slice(0, maxMessageChars)}`
}

/** One red check as a model should read it: what failed, where, and the end of the output when no test is named. */
export const redText = (report: RedReport): string => {
  const named = report.failures.slice(0, maxFailures).map(failureText)
  const body = named.length > 0 ? named.join('\n') : report.output.slice(-maxOutputChars)
  const more = report.failures.length > maxFailures ? `\n… and ${report.failures.length - maxFailures} more` : ''
  return `The check "${report.gate}" (${report.command}) failed: ${report.summary}\n${body}${more}`
}

/** A line that starts so in a reply is that reply's diagnosis. */
const hypothesisLine = /^\s*(?:\*\*)?hypothesis(?:\*\*)?\s*:\s*(.+)$/im

export const hypothesisOf = (text: string): string => hypothesisLine.exec(text)?.[1]?.trim() ?? ''

/** What the coder reads after a red gate. Earlier diagnoses that changed nothing are named so that they are not tried again. */
export const repairBrief = (report: string, tried: readonly string[]): string =>
  [
    report,
    'Work from the evidence: say in one line "Hypothesis: <cause>", then make the smallest edit that removes the cause, then run the tests. Do not change existing tests to fit the code.',
    tried.length > 0 ? `Already tried without effect, do not repeat: ${tried.map((one) => `"${one}"`).join('; ')}` : '',
  ]
    .filter(Boolean)
    .join('\n\n')

/** What the reviewer reads when repairs did not help. */
export const reviewBrief = (request: string, report: string, tried: readonly string[]): string =>
  [
    `The request was: ${request}`,
    report,
    tried.length > 0 ? `Diagnoses tried without effect: ${tried.map((one) => `"${one}"`).join('; ')}` : '',
    'Find the root cause. Answer with the evidence, one line "Hypothesis: <cause>", and the edit that you would make. Change nothing.',
  ]
    .filter(Boolean)
    .join('\n\n')

/** What a fresh coder reads: the request, and what is known from the conversation that failed. */
export const restartBrief = (request: string, review: string, tried: readonly string[]): string =>
  [
    request,
    'An earlier attempt at this failed and its changes were taken back.',
    review ? `A reviewer's root cause:\n${review}` : '',
    tried.length > 0 ? `Tried without effect: ${tried.map((one) => `"${one}"`).join('; ')}` : '',
  ]
    .filter(Boolean)
    .join('\n\n')

/** What a coder reads when explorer and planner have worked before it. */
export const withFindings = (request: string, steps: readonly StepState[]): string => {
  const found = steps.filter((step) => step.candidate === 0 && step.text).map((step) => `From the ${step.role}:\n${step.text.slice(0, 4000)}`)
  return [request, ...found].join('\n\n')
}
