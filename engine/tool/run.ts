// One call from a model, from its raw text to the envelope that answers it:
//   find the tool → read and mend the input → validate → permit → begin (on record) → run → clip
// Never throws, and never runs anything that was not permitted and begun.

import {clip} from '../base/clip.ts'
import type {Clock} from '../base/clock.ts'
import {bad, type Envelope, type Fault, good} from '../base/envelope.ts'
import {asFault} from '../contract/fault.ts'
import type {Call} from '../contract/message.ts'
import type {Need} from '../contract/permission.ts'
import type {AnyTool, Site, Told, ToolDone} from '../contract/tool.ts'
import type {Path} from '../contract/workspace.ts'
import {attempt} from './attempt.ts'
import {inputFault, toldOf, unknownFault} from './correct.ts'
import {readInput} from './input.ts'
import {sameName} from './nearest.ts'
import type {Shelf} from './shelf.ts'

export interface Called {
  tool: string
  input: unknown
  needs: Need[]
  touches: readonly Path[] | 'any'
}

export interface RunKit {
  shelf: Shelf
  site: Site
  /** Names that this agent may call. */
  offered: readonly string[]
  permit(needs: Need[], tool: AnyTool, call: Call, input: unknown): Promise<Envelope<void>>
  /** The call is valid and allowed; for an effect (`touches` not empty) this resolves once that is durable. */
  begin(called: Called): Promise<Envelope<unknown>>
  clock: Clock
}

export interface Ran {
  done: ToolDone
  /** What goes back to the model. */
  told: string
  /** One line for the pane and the log. */
  line: string
  /** The whole output when `told` is a clipping of it. */
  whole?: string
  /** Set when the tool ends the agent's work with this text. */
  finish?: string
}

/** Most characters of one result that a model is sent. */
const maxToldChars = 24_000
/** Backstop for tools that are no command: a command carries its own time limit. */
const limitMs = 660_000

interface Ready extends Called {
  body: AnyTool
}

const offeredTool = async (call: Call, kit: RunKit): Promise<Envelope<AnyTool>> => {
  const name = sameName(call.tool, kit.offered)
  const tool = name === undefined ? undefined : await kit.shelf.get(name)
  return tool ? good(tool) : bad(unknownFault(call.tool, kit.offered))
}

const validInput = async (tool: AnyTool, call: Call, kit: RunKit): Promise<Envelope<unknown>> => {
  const [spec] = await kit.shelf.spec([tool.name])
  const read = await readInput(call.input, spec?.input ?? {})
  if (!read.ok) return bad(inputFault(tool.name, [read.why]))
  const checked = await kit.shelf.check(tool, read.value)
  return checked.ok ? good(checked.value) : bad(inputFault(tool.name, checked.wrong))
}

const prepare = async (call: Call, kit: RunKit): Promise<Envelope<Ready>> => {
  const found = await offeredTool(call, kit)
  if (!found.ok) return found
  const body = found.result
  const input = await validInput(body, call, kit)
  if (!input.ok) return input
  const needs = body.needs(input.result, kit.site)
  const permitted = await kit.permit(needs, body, call, input.result)
  if (!permitted.ok) return permitted
  return good({body, tool: body.name, input: input.result, needs, touches: body.touches(input.result, kit.site)})
}

const perform = async (call: Call, kit: RunKit, begins: () => void): Promise<Envelope<Told>> => {
  try {
    const ready = await prepare(call, kit)
    if (!ready.ok) return ready
    const {body, ...called} = ready.result
    const begun = await kit.begin(called)
    if (!begun.ok) return begun
    begins()
    const selfLimited = called.touches === 'any' || called.needs.some(({kind}) => kind === 'ask')
    return await attempt({
      tool: body,
      input: called.input,
      site: kit.site,
      touches: called.touches,
      clock: kit.clock,
      limitMs: selfLimited ? undefined : limitMs,
    })
  } catch (thrown) {
    return bad(asFault(thrown, 'tool.crashed', {name: call.tool}))
  }
}

const failure = (error: Fault) => ({code: error.code, msg: error.msg, hint: error.hint, again: error.again})

/** Never throws; whatever goes wrong is in the envelope `done`. */
export const runCall = async (call: Call, kit: RunKit): Promise<Ran> => {
  let begunAt = kit.clock.tick()
  // What a person took to allow it is not the tool's time.
  const outcome = await perform(call, kit, () => {
    begunAt = kit.clock.tick()
  })
  const base = {
    call: call.id,
    tool: sameName(call.tool, kit.offered) ?? call.tool,
    wallMs: Math.round(kit.clock.tick() - begunAt),
    sandbox: kit.site.sandbox.state,
  }
  if (!outcome.ok) {
    const error = failure(outcome.error)
    return {done: {...base, ok: false, error}, told: toldOf(error), line: `${call.tool}: ${error.msg.split('\n')[0]}`}
  }
  const {model, line, result, whole} = outcome.result
  const short = clip(model, maxToldChars)
  const full = whole ?? (short.cutChars > 0 ? model : undefined)
  return {
    done: {...base, ok: true, result},
    told: short.text,
    line,
    ...(full === undefined ? {} : {whole: full}),
    ...(result.finish === true ? {finish: model} : {}),
  }
}
