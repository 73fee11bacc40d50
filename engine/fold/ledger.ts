// What was spent, by whom and on what: a fold of what models replied and failed. Calls count every request
// sent, retries included; turns count replies. Money comes from the cards and stands in the events.

import type {Event} from '../contract/event.ts'
import type {Spent, Usage} from '../contract/grant.ts'
import type {Fold} from '../contract/journal.ts'

export interface Ledger {
  total: Spent
  models: Record<string, Spent>
  roles: Record<string, Spent>
  /** Model replies over all agents. */
  turns: number
}

export const nothingSpent: Spent = {input: 0, output: 0, reasoning: 0, cached: 0, usd: 0, calls: 0, wallMs: 0, thinkingMs: 0}

interface Bill {
  usage: Usage
  usd: number
  wallMs: number
  thinkingMs: number
  calls: number
}

const add = (to: Spent = nothingSpent, bill: Bill): Spent => ({
  input: to.input + bill.usage.input,
  output: to.output + bill.usage.output,
  reasoning: to.reasoning + bill.usage.reasoning,
  cached: to.cached + bill.usage.cached,
  usd: to.usd + bill.usd,
  calls: to.calls + bill.calls,
  wallMs: to.wallMs + bill.wallMs,
  thinkingMs: to.thinkingMs + bill.thinkingMs,
})

const charge = (ledger: Ledger, route: string, role: string, bill: Bill): Ledger => ({
  ...ledger,
  total: add(ledger.total, bill),
  models: {...ledger.models, [route]: add(ledger.models[route], bill)},
  roles: {...ledger.roles, [role]: add(ledger.roles[role], bill)},
})

const noUsage: Usage = {input: 0, output: 0, reasoning: 0, cached: 0}

export const ledgerFold: Fold<Ledger> = {
  empty: {total: nothingSpent, models: {}, roles: {}, turns: 0},
  step(ledger: Ledger, event: Event): Ledger {
    switch (event.type) {
      case 'model.asked':
        return charge(ledger, event.body.route, event.role ?? '', {usage: noUsage, usd: 0, wallMs: 0, thinkingMs: 0, calls: 1})
      case 'model.replied': {
        const {usage, usd, wallMs, thinkingMs} = event.body
        return {...charge(ledger, event.body.route, event.role ?? '', {usage, usd, wallMs, thinkingMs: thinkingMs ?? 0, calls: 0}), turns: ledger.turns + 1}
      }
      case 'model.failed': {
        const {usage, usd, wallMs} = event.body
        return charge(ledger, event.body.route, event.role ?? '', {usage, usd, wallMs, thinkingMs: 0, calls: 0})
      }
      default:
        return ledger
    }
  },
}

/** Tokens as the caps count them: input + output + reasoning where the provider counts it apart, cached input included. */
export const tokensOf = (usage: Usage): number => usage.input + usage.output
