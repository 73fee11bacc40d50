// The purse and its events: who was granted what, what is left after each call, which cap was reached. Without any cap
// there is nothing to tell, and nothing is told.

import type {BodyOf, Draft} from '../contract/event.ts'
import type {Caps} from '../contract/grant.ts'
import type {CrewPorts} from './ports.ts'
import {capNames, openPurse, type Purse} from './purse.ts'
import type {Agent} from './roster.ts'
import type {Scribe} from './scribe.ts'

export interface Accounts {
  purse: Purse
  /** Puts the agent into the tree, under its task, when it first wants to spend. */
  open(agent: Agent): void
  /** A model's reply or failure: on record, charged, and what is left told. */
  settle(agent: Agent, draft: Draft): void
}

const task = 't_1'

const isEmpty = (caps: Caps): boolean => capNames.every((cap) => caps[cap] === undefined)

export const openAccounts = (ports: Pick<CrewPorts, 'caps' | 'roleCaps'>, scribe: Scribe): Accounts => {
  const known = new Set<string>()
  const purse = openPurse(ports.caps, scribe.ledger, ({node, cap, limit, used}) => {
    const where = node === 'run' ? {key: `exceeded/${cap}`} : {key: `exceeded/${node}/${cap}`, agent: node}
    scribe.note('budget.exceeded', {cap, limit, used, ...(node === 'run' ? {} : {node})}, where)
  })
  let counts = false

  const open = (agent: Agent): void => {
    if (known.has(agent.id)) return
    if (known.size === 0) {
      purse.open(task, 'run')
      if (!isEmpty(ports.caps)) scribe.note('budget.granted', {caps: {...ports.caps}, node: 'run'}, {key: 'granted/run'})
    }
    known.add(agent.id)
    const caps = purse.open(agent.id, task, ports.roleCaps?.[agent.role])
    if (!isEmpty(caps))
      scribe.note('budget.granted', {caps: {...caps}, node: agent.id, parent: task}, {key: `granted/${agent.id}`, agent: agent.id, role: agent.role, task})
    counts ||= !isEmpty(caps) || !isEmpty(ports.caps)
  }

  const settle = (agent: Agent, draft: Draft): void => {
    const {usage, usd} = draft.body as BodyOf<'model.replied'> | BodyOf<'model.failed'>
    purse.settle(agent.id, {tokens: usage.input + usage.output, usd, turns: draft.type === 'model.replied' ? 1 : 0})
    scribe.take(draft)
    if (!counts) return
    const left = Object.fromEntries(Object.entries(purse.left(agent.id)).filter(([, much]) => Number.isFinite(much)))
    scribe.note('budget.spent', {total: scribe.ledger().total, node: agent.id, left}, {agent: agent.id, role: agent.role, task})
  }

  return {purse, open, settle}
}
