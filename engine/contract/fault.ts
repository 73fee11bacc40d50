// The only place where faults are made: code, template, hint, whether to try again, and the outcome a run
// ends with when the fault ends it. `docs/faults.md` is tested against this table both ways.
// Never write a fault literal elsewhere; add a row.

import type {Fault} from '../base/envelope.ts'
import type {Outcome} from './outcome.ts'

export type {Envelope, Fault} from '../base/envelope.ts'
export {bad, good} from '../base/envelope.ts'

interface Row {
  msg: string
  hint: string
  again: boolean
  /** How a run ends when nothing better can be done about it. */
  ends: Outcome
}

const row = (msg: string, hint = '', again = false, ends: Outcome = 'failed'): Row => ({msg, hint, again, ends})

/** `{name}` in a template is filled from the arguments of `fault`. */
export const faults = {
  // what a model asked of a tool
  'tool.unknown': row('there is no tool named {name}', 'tools: {tools}'),
  'tool.input': row('the input of {name} is not valid: {why}', 'correct the input and call again', true),
  'tool.crashed': row('{name} failed: {why}'),
  'tool.timeout': row('{name} was stopped after {seconds} s', 'narrow the work or raise the time limit'),
  'tool.interrupted': row('this call was cut off before its end was recorded; it was not run again', 'look at the current state first, then decide: {seen}'),
  'tool.stopped': row('stopped before it ran', '', false, 'interrupted'),
  'tool.cut': row('stopped while it ran', 'what it did until then stands: look at the current state first', false, 'interrupted'),
  'permission.denied': row('{what} is not allowed: {why}', '{hint}', false, 'needs_person'),
  'permission.asked': row('{what} needs a person to {act} it, and nobody can be asked here', '{hint}', false, 'needs_person'),
  // files
  'file.missing': row('{path} does not exist', '{near}'),
  'file.outside': row('{path} is outside the project', 'name paths relative to the project, or add the folder with --add-dir'),
  'file.protected': row('{path} may not be written', '{why}'),
  'file.binary': row('{path} is not text'),
  'file.large': row('{path} is {sizeBytes} bytes, too large to read whole', 'read a range of lines'),
  'file.stale': row('{path} has changed since it was read', 'read it again, then edit'),
  'file.unread': row('{path} has not been read yet', 'read it first, then edit'),
  'file.failed': row('{path}: {why}'),
  'edit.nomatch': row('the text to replace is not in {path}', 'nearest region:\n{near}'),
  'edit.many': row('the text to replace is in {path} {count} times', 'give more lines around it, or replace all'),
  'edit.syntax': row('the edit would break the syntax of {path}: {why}', 'nothing was written; send the edit again, whole'),
  'edit.same': row('the edit changes nothing in {path}'),
  'patch.rejected': row('the patch does not apply: {why}', '{near}'),
  // models
  'model.unreachable': row('{route} cannot be reached: {why}', '{hint}', true, 'provider'),
  'model.credentials': row('{route} refused the credentials: {why}', '{hint}', false, 'provider'),
  'model.refused': row('{route} refused the request: {why}', '{hint}', false, 'provider'),
  'model.unknown': row('{route} has no model {model}', '{hint}', false, 'provider'),
  'model.limited': row('{route} asks to wait: {why}', 'wait, or name a second route in an alias of routes', true, 'provider'),
  'model.broken': row('{route} failed: {why}', 'try again later, or choose another model with --model', true, 'provider'),
  'model.cut': row(
    'the stream of {route} ended before its answer did',
    'look at the server or the proxy before it, or choose another model with --model',
    true,
    'provider',
  ),
  'model.silent': row('{route} sent nothing for {seconds} s', 'raise timeouts.firstTokenSec or timeouts.idleSec if it is only slow', true, 'provider'),
  'model.garbled': row('{route} sent something that is not its protocol: {why}', 'check its baseUrl and its protocol', true, 'provider'),
  'model.empty': row('{route} sent an empty reply', 'choose another model with --model', true, 'provider'),
  'model.window': row(
    'the request is larger than the window of {route}: {why}',
    'shorten the conversation or choose a model with a larger window',
    false,
    'provider',
  ),
  'model.small': row('{route} has a window of {tokens} tokens, a run needs {needed}: {why}', '{hint}', false, 'config'),
  'model.length': row(
    '{route} stopped at its output limit before the answer was whole',
    'raise roles.ROLE.maxOutputTokens or the output of its card',
    false,
    'failed',
  ),
  'model.stopped': row('the call was stopped', '', false, 'interrupted'),
  'replay.exhausted': row('{file} holds no reply for {key}', 'record it again', false, 'provider'),
  'replay.unreadable': row('{file} cannot be read as a recording: {why}', '', false, 'provider'),
  // spending
  'budget.calls': row('the cap of {limit} calls is reached', 'raise --max-calls', false, 'capped'),
  'budget.tokens': row('the cap of {limit} tokens leaves too little for another call', 'raise --max-tokens', false, 'capped'),
  'budget.usd': row('the cap of {limit} usd leaves too little for another call', 'raise --max-usd', false, 'capped'),
  'budget.turns': row('the cap of {limit} turns is reached', 'raise --max-turns', false, 'capped'),
  'budget.time': row('the time of {limit} s is over', 'raise --timeout', false, 'timeout'),
  // the loop
  'loop.stuck': row('stopped: {why}', 'the last output is in the report'),
  'agent.lost': row('the process of {role} ended: {why}', '', true),
  // sandbox
  'sandbox.unavailable': row('the sandbox level {level} is not available here: {why}', '{hint}', false, 'sandbox'),
  'sandbox.untrusted': row('this folder is not trusted, and below the bwrap level its commands do not run', 'run once with --trust', false, 'config'),
  'job.failed': row('{command} could not be started: {why}'),
  // starting
  'usage.words': row('{why}', '{hint}', false, 'usage'),
  'usage.nothing': row('{why}', '{hint}', false, 'usage'),
  'config.invalid': row('{file}: {why}', '{hint}', false, 'config'),
  'config.untrusted': row('this folder brings {files}, and is not trusted', 'look at the files, then run again with --trust', false, 'config'),
  'project.forbidden': row('{path} is not a project folder', 'go into a project, or name one with --cwd', false, 'config'),
  'plugin.failed': row('the plugin {name} did not load: {why}', '', false, 'config'),
  // journal
  'journal.full': row('the disk is full: {why}', 'free some space, then penguin run --continue'),
  'journal.corrupt': row('the journal is damaged: {why}', 'it was set aside as {copy}', false, 'config'),
  'journal.damaged': row('the journal is damaged: {why}', 'the next penguin run sets it aside', false, 'config'),
  'journal.readonly': row('the journal cannot be written: {why}', '', false, 'config'),
  'journal.busy': row('another process holds the journal: {why}', '', true),
  'journal.missing': row('there is no run {run}', 'penguin sessions list', false, 'usage'),
  // endings
  'schema.mismatch': row('the final answer does not match {file}: {why}', '', false, 'schema'),
  'gate.none': row('files changed and no check could run, so the change is unverified', 'name one with --check "CMD"', false, 'gate_failed'),
  internal: row('internal error: {why}', 'please report it with the output of penguin log'),
} as const satisfies Record<string, Row>

export type FaultCode = keyof typeof faults

/** Makes a fault from its row; `{name}` is replaced by `words.name`, or by nothing when absent. */
export const fault = (code: FaultCode, words: Record<string, string | number> = {}): Fault => {
  const {msg, hint, again} = faults[code]
  const fill = (template: string): string => template.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''))
  return {code, msg: fill(msg), hint: fill(hint).trim(), again}
}

/** The outcome a fault leads to when it ends the run. */
export const outcomeOf = (found: Fault): Outcome => (faults as Record<string, Row>)[found.code]?.ends ?? 'failed'

/** A fault on its way up through code that may throw (a tool's `run`, a start-up check). */
export class FaultError extends Error {
  readonly fault: Fault
  constructor(found: Fault) {
    super(found.msg)
    this.name = 'FaultError'
    this.fault = found
  }
}

/** Throws the fault made from its row. */
export const fail = (code: FaultCode, words: Record<string, string | number> = {}): never => {
  throw new FaultError(fault(code, words))
}

/** The fault inside whatever was thrown; anything that is not ours becomes `code`. */
export const asFault = (thrown: unknown, code: FaultCode = 'internal', words: Record<string, string | number> = {}): Fault =>
  thrown instanceof FaultError ? thrown.fault : fault(code, {...words, why: thrown instanceof Error ? thrown.message : String(thrown)})
