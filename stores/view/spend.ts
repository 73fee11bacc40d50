// What was spent: the ledger of the run, of the session's runs before it, and a row of samples for the sparkline.

import type {Event} from '../../engine/contract/event.ts'
import type {Caps} from '../../engine/contract/grant.ts'
import {type Ledger, ledgerFold} from '../../engine/fold/ledger.ts'
import {keep} from './ring.ts'

export interface Spend {
  ledger: Ledger
  /** Of the session's runs before this one. */
  before: {usd: number; tokens: number}
  /** Tokens of each reply, newest last. */
  samples: readonly number[]
  caps: Caps
  exceeded: readonly string[]
  /** Models without a price: their calls count as no money. */
  unpriced: readonly string[]
}

export const nothingYet: Spend = {ledger: ledgerFold.empty, before: {usd: 0, tokens: 0}, samples: [], caps: {}, exceeded: [], unpriced: []}

const samplesMost = 240

export const capsIn = (value: unknown): Caps => {
  const from = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const take = (name: string): Record<string, number> => (typeof from[name] === 'number' ? {[name]: from[name]} : {})
  return {...take('tokens'), ...take('usd'), ...take('calls'), ...take('turns'), ...take('timeoutSec')}
}

export const stepSpend = (spend: Spend, event: Event): Spend => {
  switch (event.type) {
    case 'run.opened': {
      const {total} = spend.ledger
      const before = {usd: spend.before.usd + total.usd, tokens: spend.before.tokens + total.input + total.output}
      return {...nothingYet, before, caps: capsIn(event.body.asked?.caps), unpriced: event.body.unpriced ?? []}
    }
    case 'budget.granted':
      // Of an agent's own grant only the agent's pane tells.
      if ((event.body.node ?? 'run') !== 'run') return spend
      return {...spend, caps: {...spend.caps, ...capsIn(event.body.caps)}}
    case 'budget.exceeded':
      if ((event.body.node ?? 'run') !== 'run') return spend
      return {...spend, exceeded: [...new Set([...spend.exceeded, event.body.cap])]}
    case 'model.replied': {
      const {input, output} = event.body.usage
      return {...spend, ledger: ledgerFold.step(spend.ledger, event), samples: keep(spend.samples, input + output, samplesMost)}
    }
    default: {
      const ledger = ledgerFold.step(spend.ledger, event)
      return ledger === spend.ledger ? spend : {...spend, ledger}
    }
  }
}
