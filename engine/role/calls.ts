// Running the calls of one reply: readers side by side, everything else one after the other in the model's
// order, each with its own span, permission, record and result. A call's failure is a result, never an end.

import {bad, type Envelope, good} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {Assignment} from '../contract/link.ts'
import type {Call, Message} from '../contract/message.ts'
import type {Asked, CallHooks, Work} from './ports.ts'
import type {Move} from './stuck.ts'
import type {Uplink} from './uplink.ts'

export interface CallOutcome {
  message: Extract<Message, {from: 'tool'}>
  move: Move
  /** Set when the tool ends the agent's work with this text. */
  finish?: string
}

/** Remembers what a person has allowed for the rest of the run. */
export const openPermitter = (assignment: Assignment, up: Uplink) => {
  const allowed = new Set<string>()
  return async (asked: Asked, call: Call): Promise<Envelope<void>> => {
    const memory = asked.rule ?? asked.what
    if (allowed.has(memory)) return good(undefined)
    const text = `${assignment.role.name} wants to ${asked.what} (${asked.why})`
    const choices = asked.rules ? ['once', 'run', 'always', 'deny'] : ['once', 'run', 'deny']
    const answer = await up.ask({kind: 'permission', text, choices, rule: asked.rule, rules: asked.rules, preview: asked.preview, call: call.id})
    if (answer.error) return bad(answer.error)
    if (answer.choice === 'run' || answer.choice === 'always') allowed.add(memory)
    if (['once', 'run', 'always'].includes(answer.choice)) return good(undefined)
    return bad(fault('permission.denied', {what: asked.what, why: answer.text || 'a person said no'}))
  }
}

export type Permitter = ReturnType<typeof openPermitter>

const runOne = async (call: Call, work: Work, assignment: Assignment, up: Uplink, permit: Permitter): Promise<CallOutcome> => {
  const span = up.newSpan()
  let begun = false
  const called = (body: {input: unknown; needs: readonly {kind: string; what: string}[]; touches: readonly string[] | 'any'}) => ({
    call: call.id,
    tool: call.tool,
    input: body.input,
    needs: body.needs.map((need) => `${need.kind}(${need.what})`),
    effect: body.touches === 'any' || body.touches.length > 0,
    touches: body.touches,
    sandbox: assignment.sandboxState,
  })
  const hooks: CallHooks = {
    permit: (asked) => permit(asked, call),
    begin: async (what) => {
      const body = called(what)
      if (body.effect) {
        const cleared = await up.clear('tool.called', body, span)
        begun = cleared.ok
        return cleared
      }
      begun = true
      up.report('tool.called', body, span)
      return good(undefined)
    },
    onOutput: (text) => up.report('tool.output', {call: call.id, text, sandbox: assignment.sandboxState}, span),
    note: (type, body) => up.report(type as 'notice', body as never, span),
    ask: async (question) => {
      const answer = await up.ask({kind: 'question', text: question.text, choices: question.choices ?? [], call: call.id})
      return answer.error ? bad(answer.error) : good(answer.text || answer.choice)
    },
  }
  const {done, told, line, whole, finish} = await work.run(call, hooks)
  // A call that was refused before it began still stands in the journal as called, so that every end has a beginning.
  if (!begun) up.report('tool.called', called({input: call.input, needs: [], touches: []}), span)
  up.report('tool.done', {...done, told, line, ...(whole === undefined ? {} : {whole})}, span)
  return {
    message: {from: 'tool', call: call.id, tool: call.tool, ok: done.ok, text: told},
    move: {tool: call.tool, input: call.input, ok: done.ok, told},
    finish,
  }
}

/** Groups neighbours that may run side by side. */
const batches = (calls: readonly Call[], work: Work): Call[][] => {
  const groups: Call[][] = []
  for (const call of calls) {
    const last = groups.at(-1)
    if (last && work.isParallel(call.tool) && work.isParallel(last[0]?.tool ?? '')) last.push(call)
    else groups.push([call])
  }
  return groups
}

export const runCalls = async (
  calls: readonly Call[],
  work: Work,
  assignment: Assignment,
  up: Uplink,
  permit: Permitter,
  signal: AbortSignal,
): Promise<CallOutcome[]> => {
  const outcomes: CallOutcome[] = []
  for (const batch of batches(calls, work)) {
    if (signal.aborted) break
    outcomes.push(...(await Promise.all(batch.map((call) => runOne(call, work, assignment, up, permit)))))
    if (outcomes.some((outcome) => outcome.finish !== undefined)) break
  }
  return outcomes
}
