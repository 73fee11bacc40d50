// Experience from events: each call and each ended run moves what is known of its route a little, and what is old
// counts less with each new one. Pure; where it is kept is the store's business.

import type {Event} from '../contract/event.ts'
import type {Learned, TaskKind} from '../contract/learned.ts'

/** What one call or run has shown. */
export type Observation = {route: string; kind: TaskKind} & (
  | {is: 'answered'; firstMs?: number; tokensPerSec?: number; ratio?: number}
  | {is: 'failed'}
  | {is: 'won' | 'lost'}
)

/** So much is left of what was known when something new is seen: the last 50 or so make it up. */
const fade = 0.98
/** How far one measurement moves an average. */
const step = 0.2
/** A server that counts otherwise than this is misread, not different. */
const ratioRange = {least: 0.25, most: 4}

const towards = (known: number, seen: number | undefined): number => {
  if (seen === undefined || !Number.isFinite(seen) || seen <= 0) return known
  return known === 0 ? seen : known + (seen - known) * step
}

export const nothingLearned = (route: string, kind: TaskKind): Learned => ({
  route,
  kind,
  good: 0,
  bad: 0,
  wins: 0,
  losses: 0,
  firstMs: 0,
  tokensPerSec: 0,
  ratio: 0,
  at: 0,
})

export const learn = (known: Learned, seen: Observation, now: number): Learned => {
  switch (seen.is) {
    case 'answered': {
      const ratio = seen.ratio === undefined ? undefined : Math.min(ratioRange.most, Math.max(ratioRange.least, seen.ratio))
      return {
        ...known,
        good: known.good * fade + 1,
        bad: known.bad * fade,
        firstMs: towards(known.firstMs, seen.firstMs),
        tokensPerSec: towards(known.tokensPerSec, seen.tokensPerSec),
        ratio: towards(known.ratio, ratio),
        at: now,
      }
    }
    case 'failed':
      return {...known, good: known.good * fade, bad: known.bad * fade + 1, at: now}
    case 'won':
      return {...known, wins: known.wins * fade + 1, losses: known.losses * fade, at: now}
    case 'lost':
      return {...known, wins: known.wins * fade, losses: known.losses * fade + 1, at: now}
  }
}

const key = (route: string, kind: string): string => `${kind} ${route}`

/** What is known after the observations; only rows that changed. */
export const learnAll = (known: readonly Learned[], seen: readonly Observation[], now: number): Learned[] => {
  const rows = new Map(known.map((one) => [key(one.route, one.kind), one]))
  const changed = new Map<string, Learned>()
  for (const one of seen) {
    const at = key(one.route, one.kind)
    const row = learn(changed.get(at) ?? rows.get(at) ?? nothingLearned(one.route, one.kind), one, now)
    changed.set(at, row)
  }
  return [...changed.values()]
}

/** What is known of a route for a kind of task: its own row, or all of its rows together where that kind is new. */
export const learnedFor = (known: readonly Learned[], route: string, kind: TaskKind): Learned | undefined => {
  const mine = known.filter((one) => one.route === route)
  const own = mine.find((one) => one.kind === kind)
  if (own && own.good + own.bad >= 1) return own
  if (mine.length === 0) return undefined
  const newest = mine.reduce((a, b) => (b.at > a.at ? b : a))
  const sum = (pick: (one: Learned) => number): number => mine.reduce((total, one) => total + pick(one), 0)
  return {...newest, kind, good: sum((one) => one.good), bad: sum((one) => one.bad), wins: sum((one) => one.wins), losses: sum((one) => one.losses)}
}

/** Learned token ratios by route. */
export const ratiosOf = (known: readonly Learned[]): Record<string, number> =>
  Object.fromEntries([...known].sort((a, b) => a.at - b.at).flatMap(({route, ratio}) => (ratio > 0 ? [[route, ratio]] : [])))

/** The engines that answer from a file or by search teach nothing of models. */
const taught = (route: string): boolean => !/^(replay|embedded)\//.test(route)

const wellEnded: ReadonlySet<string> = new Set(['done', 'answered'])
/** Endings that say something of the model's work. */
const badlyEnded: ReadonlySet<string> = new Set(['failed', 'gate_failed', 'schema'])

interface Worker {
  role: string
  attempt: number
  candidate: number
  /** Whose work it is: the route that replied last. */
  route?: string
}

/**
 * Collects what the events of one run show: calls as they end, and the work of the coder by what the checks said of it.
 * `kindOf` tells what an agent of a role works at.
 */
export const openLearner = (kindOf: (role: string, attempt?: number) => TaskKind) => {
  const seen: Observation[] = []
  const estimates = new Map<string, number>()
  const workers = new Map<string, Worker>()
  let isJudged = false

  const workerOf = ({agent, role = ''}: Event): Worker => {
    const found = workers.get(agent ?? role) ?? {role, attempt: 1, candidate: 0}
    workers.set(agent ?? role, found)
    return found
  }
  const judge = (worker: Worker | undefined, is: 'won' | 'lost'): void => {
    if (!worker?.route) return
    isJudged = true
    seen.push({is, route: worker.route, kind: kindOf(worker.role, worker.attempt)})
  }
  const coder = (candidate?: number): Worker | undefined =>
    [...workers.values()].findLast((one) => one.role === 'coder' && (candidate === undefined || one.candidate === candidate))

  const replied = (event: Extract<Event, {type: 'model.replied'}>): void => {
    const {route, usage, wallMs, firstMs} = event.body
    if (!taught(route)) return
    const worker = workerOf(event)
    worker.route = route
    const estimated = estimates.get(event.span)
    const spokenMs = wallMs - (firstMs ?? 0)
    seen.push({
      is: 'answered',
      route,
      kind: kindOf(worker.role, worker.attempt),
      ...(firstMs ? {firstMs} : {}),
      ...(usage.output > 1 && spokenMs > 0 ? {tokensPerSec: (usage.output / spokenMs) * 1000} : {}),
      ...(estimated && usage.input > 0 ? {ratio: usage.input / estimated} : {}),
    })
  }

  const take = (event: Event): void => {
    switch (event.type) {
      case 'task.started':
        Object.assign(workerOf(event), {role: event.body.role, attempt: event.body.attempt, candidate: event.body.candidate})
        return
      case 'model.asked':
        if (event.body.estimated) estimates.set(event.span, event.body.estimated)
        return
      case 'model.replied':
        return replied(event)
      case 'model.failed': {
        const {route, error} = event.body
        const {role, attempt} = workerOf(event)
        if (taught(route) && error.code !== 'model.stopped') seen.push({is: 'failed', route, kind: kindOf(role, attempt)})
        return
      }
      case 'task.phase': {
        const {checked, candidate} = event.body
        if (checked?.state === 'green' || checked?.state === 'red') judge(coder(candidate), checked.state === 'green' ? 'won' : 'lost')
        return
      }
      case 'run.closed':
        // What no check has judged is judged by how the run ended.
        if (!isJudged && wellEnded.has(event.body.outcome)) judge(coder(), 'won')
        else if (!isJudged && badlyEnded.has(event.body.outcome)) judge(coder(), 'lost')
        return
      default:
    }
  }
  return {take, seen: (): readonly Observation[] => seen}
}
