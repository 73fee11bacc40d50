// The worlds of bench/router.ts: providers whose speed, price, skill and trouble are fixed, jobs, drawn from a seed or taken
// from a recorded trace, and servers as queues. Nothing here knows of routing.

/** Mulberry32: small, seeded, good enough for a simulation. */
export const seeded = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Kind = 'question' | 'edit' | 'complex'

export interface Provider {
  name: string
  local: boolean
  slots: number
  usdIn: number
  usdOut: number
  firstMs: number
  tokensPerSec: number
  /** Chance that a call fails, and that the work holds by kind. */
  failing: number
  skill: Record<Kind, number>
  down: [from: number, until: number]
}

/** One of the user's own between three that are paid for; the best of them is down for a tenth of the time. */
export const providers: readonly Provider[] = [
  {
    name: 'p/best',
    local: false,
    slots: 8,
    usdIn: 3,
    usdOut: 15,
    firstMs: 1800,
    tokensPerSec: 55,
    failing: 0.02,
    skill: {question: 0.99, edit: 0.95, complex: 0.85},
    down: [0.4, 0.5],
  },
  {
    name: 'p/mid',
    local: false,
    slots: 8,
    usdIn: 0.6,
    usdOut: 3,
    firstMs: 900,
    tokensPerSec: 90,
    failing: 0.03,
    skill: {question: 0.98, edit: 0.92, complex: 0.6},
    down: [2, 2],
  },
  {
    name: 'p/small',
    local: false,
    slots: 8,
    usdIn: 0.1,
    usdOut: 0.5,
    firstMs: 400,
    tokensPerSec: 160,
    failing: 0.05,
    skill: {question: 0.95, edit: 0.75, complex: 0.25},
    down: [2, 2],
  },
  {
    name: 'own/local',
    local: true,
    slots: 1,
    usdIn: 0,
    usdOut: 0,
    firstMs: 600,
    tokensPerSec: 80,
    failing: 0.02,
    skill: {question: 0.93, edit: 0.7, complex: 0.2},
    down: [2, 2],
  },
]

export interface Job {
  kind: Kind
  atMs: number
  input: number
  output: number
  luck: number
  work: number
  /** Draws for the repairs and the fresh start, which follow while a gate says that the work does not hold. */
  again: {luck: number; work: number}[]
}

/** As a crew: two repairs, then one fresh start (`limits` in source/gather.ts). */
const attemptsAgain = 3

export const drawsOf = (random: () => number): Pick<Job, 'luck' | 'work' | 'again'> => ({
  luck: random(),
  work: random(),
  again: Array.from({length: attemptsAgain}, () => ({luck: random(), work: random()})),
})

const share = {question: 0.35, edit: 0.45}

export const jobsOf = (count: number, random: () => number): Job[] => {
  let atMs = 0
  return Array.from({length: count}, () => {
    // Every so often many come at once, as when a crew is hired.
    atMs += random() < 0.3 ? 50 : random() * 9000
    const drawn = random()
    const kind: Kind = drawn < share.question ? 'question' : drawn < share.question + share.edit ? 'edit' : 'complex'
    return {kind, atMs, input: 3000 + Math.floor(random() * 9000), output: 200 + Math.floor(random() * 1200), ...drawsOf(random)}
  })
}

export interface Outcome {
  usd: number
  waitMs: number
  ms: number
  won: boolean
}

interface Held {
  atMs: number
  startMs: number
  endMs: number
}

/** A look at a server's queue is that old when a route is chosen by it. */
const lookMs = 100

/** Servers as queues: each takes the next job when a slot is free. Times must be asked for in their order. */
export const openWorld = (cluster: readonly Provider[], lastMs: number) => {
  const free = new Map(cluster.map((one) => [one.name, Array.from({length: one.slots}, () => 0)]))
  const held = new Map<string, Held[]>(cluster.map((one) => [one.name, []]))
  const isDown = (one: Provider, atMs: number): boolean => atMs >= one.down[0] * lastMs && atMs < one.down[1] * lastMs
  return {
    /** What a look would have told, had it been taken `lookMs` ago. */
    load: (one: Provider, atMs: number) => {
      const seenMs = atMs - lookMs
      const now = (held.get(one.name) as Held[]).filter(({endMs}) => endMs > seenMs)
      held.set(one.name, now)
      const known = now.filter((job) => job.atMs <= seenMs)
      return {
        slots: one.slots,
        busy: known.filter(({startMs}) => startMs <= seenMs).length,
        queued: known.filter(({startMs}) => startMs > seenMs).length,
        loaded: true,
      }
    },
    /** undefined: the call failed. `dry` only asks what would come. */
    run: (one: Provider, job: Job, luck: number, dry = false): Outcome | undefined => {
      const slots = free.get(one.name) as number[]
      const slot = slots.indexOf(Math.min(...slots))
      const startMs = Math.max(job.atMs, slots[slot] as number)
      if (isDown(one, startMs) || luck < one.failing) return undefined
      const ownMs = one.firstMs + (job.output / one.tokensPerSec) * 1000
      if (!dry) {
        slots[slot] = startMs + ownMs
        held.get(one.name)?.push({atMs: job.atMs, startMs, endMs: startMs + ownMs})
      }
      const waitMs = startMs - job.atMs
      return {usd: (job.input * one.usdIn + job.output * one.usdOut) / 1e6, waitMs, ms: waitMs + ownMs, won: job.work < one.skill[job.kind]}
    },
  }
}
