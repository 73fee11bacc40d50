// What comes up from an agent, one message at a time, in order: recorded, and where the agent waits, let go or
// refused. This is the only way for an agent's word to reach the journal.

import {bad, type Envelope, good} from '../base/envelope.ts'
import type {Draft} from '../contract/event.ts'
import {asFault, fault} from '../contract/fault.ts'
import type {KeyRenewed, Up} from '../contract/link.ts'
import type {Accounts} from './accounts.ts'
import type {Asks} from './asks.ts'
import type {Effects} from './effects.ts'
import type {Agent} from './roster.ts'
import type {Scribe} from './scribe.ts'

export interface IntakePorts {
  scribe: Scribe
  accounts: Accounts
  effects: Effects
  asks: Asks
  /** True once the run is ending: nothing more may begin. */
  ending(): boolean
  /** Is the agent still one of the crew? */
  here(agent: Agent): boolean
  /** An agent handed its work over. */
  handed(agent: Agent): void
  /** An agent has read a key anew. */
  renewed(agent: Agent, message: KeyRenewed): void
  /** The journal cannot be written: the run must end. */
  broken(thrown: unknown): void
}

interface Waiting {
  agent: Agent
  message: Extract<Up, {say: 'event'}>
}

const nothing = {tokens: 0, usd: 0}

export const openIntake = (ports: IntakePorts) => {
  const {scribe, accounts, effects, asks} = ports
  const {purse} = accounts
  /** Calls that would pass a cap only together with what is under way. */
  const waiting: Waiting[] = []
  let waking = false

  const clear = (agent: Agent, message: Waiting['message']): Envelope<void> | undefined => {
    if (ports.ending()) return bad(fault('tool.stopped'))
    const {draft} = message
    if (draft.type === 'tool.called') return effects.begin(agent, draft)
    accounts.open(agent)
    if (purse.mustWait(agent.id, message.reserve ?? nothing)) return undefined
    const reserved = purse.reserve(agent.id, message.reserve ?? nothing)
    if (!reserved.ok) return bad({...reserved.error, hint: reserved.error.hint.replace('roles.ROLE.', `roles.${agent.role}.`)})
    scribe.take(draft)
    return good(undefined)
  }

  const record = (agent: Agent, draft: Draft): void => {
    switch (draft.type) {
      case 'tool.done':
        return effects.end(agent, draft)
      case 'model.replied':
      case 'model.failed':
        accounts.settle(agent, draft)
        return
      case 'phase.handed': {
        if (agent.step === null) return
        Object.assign(draft.body, {changed: effects.changed(agent.candidate)})
        scribe.take(draft)
        return ports.handed(agent)
      }
      default:
        scribe.take(draft)
    }
  }

  const answer = (agent: Agent, message: Waiting['message']): void => {
    const cleared = clear(agent, message)
    if (!cleared) waiting.push({agent, message})
    else agent.link?.send({say: 'go', id: message.wait as number, ...(cleared.ok ? {} : {refused: cleared.error})})
  }
  // Those that wait for what others leave are looked at again in their order.
  purse.onFreed(() => {
    if (waiting.length === 0 || waking) return
    waking = true
    queueMicrotask(() => {
      waking = false
      for (const {agent, message} of waiting.splice(0)) if (ports.here(agent)) take(agent, message)
    })
  })

  const take = (agent: Agent, message: Up): void => {
    try {
      if (message.say === 'key') return ports.renewed(agent, message)
      if (message.say === 'ask') return asks.raise(agent, message)
      if (message.say !== 'event') return
      if (message.wait === undefined) return record(agent, message.draft)
      answer(agent, message)
    } catch (thrown) {
      ports.broken(thrown)
      if (message.say === 'event' && message.wait !== undefined) agent.link?.send({say: 'go', id: message.wait, refused: asFault(thrown)})
    }
  }
  return {
    take,
    /** A person stopped the agent (undefined: every one): it waits for no room any more. */
    drop: (only?: string): void => {
      for (const {agent, message} of waiting.splice(0)) {
        if (only !== undefined && agent.id !== only) waiting.push({agent, message})
        else agent.link?.send({say: 'go', id: message.wait as number, refused: fault('model.stopped')})
      }
    },
    /** Nobody waits any longer: the run is ending, and each is told so. */
    release: (): void => {
      for (const {agent, message} of waiting.splice(0)) take(agent, message)
    },
  }
}
