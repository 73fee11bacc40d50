// What may still be spent, as a tree: the run, its tasks, their agents, each agent's one call in flight. A call is
// reserved all the way up before it is sent, by the estimate of its input and of a usual reply, and settled by what the
// server says it cost: a cap is passed by no more than the calls in flight.
//
// Law 1: what a node may spend is never more than what its parent has left when it is granted. Law 2: spent + reserved
// never grows once a cap of the node, or of any node above it, is reached. Law 3: what is reserved is always given back.
// Law 4: after a node is stopped nothing beneath it reserves anything.

import {bad, type Envelope, type Fault, good} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {Caps} from '../contract/grant.ts'
import {type Ledger, tokensOf} from '../fold/ledger.ts'

export type CapName = 'tokens' | 'usd' | 'calls' | 'turns'

export interface Reserved {
  tokens: number
  usd: number
}

/** What a call has cost in the end; `turns` is 1 when it was answered. */
export interface Bill extends Reserved {
  turns: 0 | 1
}

export type Counts = Record<CapName, number>

export interface Purse {
  /** Puts a node under its parent; the caps are cut to what the parent has left. A node that is there already stays as it is. */
  open(node: string, parent: string, caps?: Caps): Caps
  /** True when only calls that are under way stand in the way of this one: what they leave may do. */
  mustWait(holder: string, wish: Reserved): boolean
  /** `holder` has at most one call in flight; a second reservation replaces the first (a retry). */
  reserve(holder: string, wish: Reserved): Envelope<void>
  /** Without a bill nothing is known of the call: it is only no longer in flight. */
  settle(holder: string, bill?: Bill): void
  /** Nothing under the node may begin a call any more. */
  stop(node: string): void
  /** What the node may still spend, with what stands above it and what is in flight; Infinity without a cap. */
  left(node: string): Counts
  /** Called after each settling, when a call that waits may have its turn. */
  onFreed(listen: () => void): void
}

export interface Refusal {
  /** Whose cap it is: `run`, a task, an agent. */
  node: string
  cap: CapName
  limit: number
  used: number
}

interface Node {
  id: string
  parent: Node | undefined
  caps: Caps
  spent: Counts
  stopped: boolean
}

export const capNames: readonly CapName[] = ['calls', 'turns', 'tokens', 'usd']

const nothing = (): Counts => ({tokens: 0, usd: 0, calls: 0, turns: 0})

const countsOf = ({total, turns}: Ledger): Counts => ({tokens: tokensOf(total), usd: total.usd, calls: total.calls, turns})

export const openPurse = (caps: Caps, ledger: () => Ledger, onRefused: (refusal: Refusal) => void): Purse => {
  const run: Node = {id: 'run', parent: undefined, caps, spent: nothing(), stopped: false}
  const nodes = new Map([[run.id, run]])
  const held = new Map<string, Reserved>()
  let freed: () => void = () => undefined

  const nodeOf = (id: string): Node => nodes.get(id) ?? run
  /** The node and all above it, the run first. */
  const chainOf = (node: Node): Node[] => (node.parent ? [...chainOf(node.parent), node] : [node])
  const isUnder = (id: string, node: Node): boolean => {
    for (let at: Node | undefined = nodeOf(id); at; at = at.parent) if (at === node) return true
    return false
  }
  // The run's own figures are the journal's, so that they outlive this process.
  const spentOf = (node: Node): Counts => (node === run ? countsOf(ledger()) : node.spent)
  const inFlight = (node: Node, but: string): Reserved & {calls: number} => {
    const sum = {tokens: 0, usd: 0, calls: 0}
    for (const [holder, wish] of held) {
      if (holder === but || !isUnder(holder, node)) continue
      sum.tokens += wish.tokens
      sum.usd += wish.usd
      sum.calls += 1
    }
    return sum
  }

  /** Which cap of the node stands in the way, with or without what others have in flight. */
  const against = (node: Node, wish: Reserved, others: Reserved & {calls: number}): CapName | undefined => {
    const {caps: most} = node
    const spent = spentOf(node)
    if (most.calls !== undefined && spent.calls >= most.calls) return 'calls'
    // A call in flight will be a turn: with it counted, parallel agents cannot pass the cap together.
    if (most.turns !== undefined && spent.turns + others.calls >= most.turns) return 'turns'
    if (most.tokens !== undefined && spent.tokens + others.tokens + wish.tokens > most.tokens) return 'tokens'
    const usd = spent.usd + others.usd
    return most.usd !== undefined && (usd + wish.usd > most.usd || usd >= most.usd) ? 'usd' : undefined
  }
  const alone = {tokens: 0, usd: 0, calls: 0}

  const refuse = (node: Node, cap: CapName): {ok: false; error: Fault} => {
    const limit = node.caps[cap] as number
    onRefused({node: node.id, cap, limit, used: spentOf(node)[cap]})
    const found = fault(`budget.${cap}`, {limit})
    return bad(node === run ? found : {...found, hint: `raise roles.ROLE.${cap}`})
  }

  const left = (node: Node): Counts => {
    const counts: Counts = {tokens: Number.POSITIVE_INFINITY, usd: Number.POSITIVE_INFINITY, calls: Number.POSITIVE_INFINITY, turns: Number.POSITIVE_INFINITY}
    for (const one of chainOf(node)) {
      const flying = inFlight(one, '')
      const used = spentOf(one)
      // Calls are counted when they begin, turns when they end.
      const taken: Counts = {tokens: used.tokens + flying.tokens, usd: used.usd + flying.usd, calls: used.calls, turns: used.turns + flying.calls}
      for (const cap of capNames) {
        const most = one.caps[cap]
        if (most !== undefined) counts[cap] = Math.max(0, Math.min(counts[cap], most - taken[cap]))
      }
    }
    return counts
  }

  return {
    open: (id, parent, asked = {}) => {
      const there = nodes.get(id)
      if (there) return there.caps
      const above = nodeOf(parent)
      const most = left(above)
      const cut = capNames.flatMap((cap) => (asked[cap] === undefined ? [] : [[cap, Math.min(asked[cap] as number, most[cap])]]))
      const node: Node = {id, parent: above, caps: Object.fromEntries(cut) as Caps, spent: nothing(), stopped: above.stopped}
      nodes.set(id, node)
      return node.caps
    },
    mustWait: (holder, wish) => {
      const chain = chainOf(nodeOf(holder))
      if (chain.some((node) => node.stopped || against(node, wish, alone))) return false
      return chain.some((node) => {
        const others = inFlight(node, holder)
        return others.calls > 0 && against(node, wish, others) !== undefined
      })
    },
    reserve: (holder, wish) => {
      const chain = chainOf(nodeOf(holder))
      if (chain.some((node) => node.stopped)) return bad(fault('tool.stopped'))
      for (const node of chain) {
        const cap = against(node, wish, inFlight(node, holder))
        if (cap) return refuse(node, cap)
      }
      for (const node of chain) node.spent.calls += 1
      held.set(holder, wish)
      return good(undefined)
    },
    settle: (holder, bill) => {
      if (!held.delete(holder)) return
      if (bill)
        for (const {spent} of chainOf(nodeOf(holder))) {
          spent.tokens += bill.tokens
          spent.usd += bill.usd
          spent.turns += bill.turns
        }
      freed()
    },
    stop: (id) => {
      const top = nodes.get(id)
      if (top) for (const node of nodes.values()) if (isUnder(node.id, top)) node.stopped = true
    },
    left: (id) => left(nodeOf(id)),
    onFreed: (listen) => {
      freed = listen
    },
  }
}
