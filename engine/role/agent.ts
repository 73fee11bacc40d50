// An agent's life: linked to its host, given work, handing it over, stopped, gone. One assignment at a time.
//
//   linked ──assign──▶ working ──phase.handed──▶ idle ──assign──▶ …
//     ├── interrupt ──▶ what is under way ends; it waits for words, which a steer brings ──▶ working
//     ├── stop ──▶ aborted: calls die with their signal, how they ended is reported, then the link is closed
//     └── link closed ──▶ aborted: nothing more is reported
//
// Law 1: an agent never outlives its link. Law 2: after `stop` no model is asked and no tool begins.

import {asFault, FaultError} from '../contract/fault.ts'
import type {Down} from '../contract/link.ts'
import type {Message} from '../contract/message.ts'
import {openBrake} from './brake.ts'
import {conversationFor, type Handover, type Session, work} from './loop.ts'
import type {AgentPorts} from './ports.ts'
import {openExchange, stoppedFault} from './uplink.ts'

/** A fault has its words; anything else is a bug, told with where it happened. */
const brokenOff = (thrown: unknown): Handover => {
  if (thrown instanceof FaultError) return {outcome: 'failed', text: '', why: thrown.fault.msg, error: thrown.fault}
  const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return {outcome: 'failed', text: '', why: `internal error: ${why}`, error: asFault(thrown)}
}

/** Resolves when the link is closed and nothing of the agent's is left running. */
export const liveAgent = async (ports: AgentPorts): Promise<void> => {
  const {link, dice} = ports
  const exchange = openExchange(link, dice)
  const over = new AbortController()
  const brake = openBrake(over.signal)
  /** Pieces of work that were given and not handed over yet. */
  let given = 0
  // What a person says while nobody works is taken up with the next piece of work.
  const steered: string[] = []
  let conversation: Message[] | undefined
  let working: Promise<void> = Promise.resolve()

  const assign = async ({assignment}: Extract<Down, {say: 'assign'}>): Promise<void> => {
    const up = exchange.uplink(assignment)
    const mine = conversationFor(assignment, conversation)
    conversation = mine
    const job = await ports.openWork(assignment, brake.signal)
    const session: Session = {
      voice: {assignment, work: job, up, clock: ports.clock, call: assignment.nextCall},
      conversation: mine,
      steered,
      brake,
      signal: over.signal,
    }
    try {
      const handed = await work(session)
      up.report('phase.handed', {...handed})
    } finally {
      await job.close()
    }
  }
  const finish = (): void => {
    over.abort()
    brake.nudge()
    exchange.refuseAsks(stoppedFault())
  }

  link.onMessage((message) => {
    if (exchange.take(message)) return
    if (message.say === 'assign') {
      given += 1
      working = working.then(async () => {
        if (over.signal.aborted) return
        await assign(message).catch((thrown: unknown) => exchange.uplink(message.assignment).report('phase.handed', {...brokenOff(thrown)}))
        given -= 1
        brake.reset()
      })
    } else if (message.say === 'steer') {
      steered.push(message.text)
      brake.nudge()
    } else if (message.say === 'interrupt' && given > 0) {
      brake.pull()
      exchange.dropAsks(stoppedFault())
    } else if (message.say === 'stop') {
      finish()
      void working.then(() => link.close())
    }
  })

  await new Promise<void>((resolve) => link.onClose(() => resolve()))
  finish()
  exchange.refuseAll(stoppedFault())
  await working
}
