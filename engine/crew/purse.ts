// What the run may still spend. Each call is reserved before it is sent, by the estimate of its input and of a
// usual reply, and settled by what the server says it cost: a cap is passed by no more than the calls in flight.
//
// Law 1: spent + reserved never grows once a cap is reached. Law 2: what is reserved is always given back.

import {bad, type Envelope, type Fault, good} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {Caps} from '../contract/grant.ts'
import {type Ledger, tokensOf} from '../fold/ledger.ts'

export type CapName = 'tokens' | 'usd' | 'calls' | 'turns'

interface Reserved {
  tokens: number
  usd: number
}

export interface Purse {
  /** True when only calls that are under way stand in the way of this one: what they leave may do. */
  mustWait(holder: string, wish: Reserved): boolean
  /** `holder` has at most one call in flight; a second reservation replaces the first (a retry). */
  reserve(holder: string, wish: Reserved): Envelope<void>
  settle(holder: string): void
  /** Called after each settling, when a call that waits may have its turn. */
  onFreed(listen: () => void): void
}

export interface Refusal {
  cap: CapName
  limit: number
  used: number
}

const endless = Number.POSITIVE_INFINITY

const given = (caps: Caps): Caps => Object.fromEntries(Object.entries(caps).filter(([, cap]) => cap !== undefined))

export const openPurse = (caps: Caps, ledger: () => Ledger, onRefused: (refusal: Refusal) => void): Purse => {
  const held = new Map<string, Reserved>()
  let freed: () => void = () => undefined
  const inFlight = (but: string): Reserved & {calls: number} => {
    let tokens = 0
    let usd = 0
    let calls = 0
    for (const [holder, wish] of held) {
      if (holder === but) continue
      tokens += wish.tokens
      usd += wish.usd
      calls += 1
    }
    return {tokens, usd, calls}
  }
  const refuse = (cap: CapName, limit: number, used: number): {ok: false; error: Fault} => {
    onRefused({cap, limit, used})
    return bad(fault(`budget.${cap}`, {limit}))
  }
  return {
    mustWait: (holder, wish) => {
      const others = inFlight(holder)
      if (others.calls === 0) return false
      const {total, turns} = ledger()
      const most = {calls: endless, turns: endless, tokens: endless, usd: endless, ...given(caps)}
      const now = total.calls < most.calls && turns < most.turns && tokensOf(total) + wish.tokens <= most.tokens && total.usd + wish.usd <= most.usd
      const together =
        turns + others.calls >= most.turns || tokensOf(total) + others.tokens + wish.tokens > most.tokens || total.usd + others.usd + wish.usd > most.usd
      return now && together
    },
    onFreed: (listen) => {
      freed = listen
    },
    reserve: (holder, wish) => {
      const {total, turns} = ledger()
      const others = inFlight(holder)
      const spentTokens = tokensOf(total) + others.tokens
      const spentUsd = total.usd + others.usd
      if (caps.calls !== undefined && total.calls >= caps.calls) return refuse('calls', caps.calls, total.calls)
      // A call in flight will be a turn: with it counted, parallel agents cannot pass the cap together.
      if (caps.turns !== undefined && turns + others.calls >= caps.turns) return refuse('turns', caps.turns, turns)
      if (caps.tokens !== undefined && spentTokens + wish.tokens > caps.tokens) return refuse('tokens', caps.tokens, tokensOf(total))
      if (caps.usd !== undefined && (spentUsd + wish.usd > caps.usd || spentUsd >= caps.usd)) return refuse('usd', caps.usd, total.usd)
      held.set(holder, wish)
      return good(undefined)
    },
    settle: (holder) => {
      if (held.delete(holder)) freed()
    },
  }
}
