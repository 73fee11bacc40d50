// The status bar: what holds for the whole session, each figure a fold of the events or a word of the keeper, none made
// up. Groups go from the least important when the line is full.

import {bar, bytes, count, elapsed, money} from './figures.ts'
import {joined, type Line, lineWidth, type Piece, piece, spread} from './line.ts'
import type {AppState} from './state.ts'
import {areCutOff, areStopped} from './view/agents.ts'
import {shownRoute} from './view/run.ts'

const gap: Piece = {text: '  '}

/** `coder → qwen3 @ollama`; one route for all is said once. */
const routes = (state: AppState): Line[] => {
  const byRole = Object.entries(state.view.run.routes).flatMap(([role, list]) => (list[0] === undefined ? [] : [{role, route: list[0]}]))
  const distinct = new Set(byRole.map(({route}) => route))
  if (distinct.size === 0) return state.session?.route ? [[piece(shownRoute(state.session.route))]] : []
  if (distinct.size === 1) return [[piece(shownRoute([...distinct][0] as string))]]
  const working = new Set(Object.values(state.view.agents).map(({role}) => role))
  const shown = byRole.filter(({role}) => working.size === 0 || working.has(role))
  return shown.map(({role, route}) => [piece(`${role} → ${shownRoute(route)}`)])
}

const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

/** `gpu0 71% 18/24 GB`, or `cpu` when a sampler has found none; nothing without a sampler. */
const gpu = (state: AppState): Line[] => {
  const sample = state.view.run.gpu
  if (!sample) return []
  const list = Array.isArray(sample.gpus) ? (sample.gpus as Record<string, unknown>[]) : []
  if (list.length === 0) return [[piece('cpu')]]
  return list.slice(0, 4).map((one, at) => {
    const busy = number(one.busy)
    const [used, total] = [number(one.usedBytes), number(one.totalBytes)]
    const memory = used === undefined ? '' : ` ${bytes(used)}${total === undefined ? '' : `/${bytes(total)}`}`
    const name = typeof one.name === 'string' && one.name ? one.name.replace(/^(?:NVIDIA|AMD) (?:GeForce |Radeon )?/, '') : `gpu${at}`
    return [piece(`${name}${busy === undefined ? '' : ` ${Math.round(busy * 100)}%`}${memory}`)]
  })
}

const gauge = (name: string, used: number, limit: number | undefined, words: string): Line => {
  if (limit === undefined) return used > 0 ? [piece(name === 'run' ? words : `${name} ${words}`)] : []
  const share = limit > 0 ? used / limit : 1
  return [piece(`${name} `), piece(bar(share, 8), share >= 0.9 ? 'bad' : share >= 0.7 ? 'warn' : undefined), piece(` ${words}`)]
}

const budget = (state: AppState): Line[] => {
  const {ledger, caps, exceeded} = state.view.spend
  const used = ledger.total.input + ledger.total.output
  const limit = caps.tokens === undefined ? '' : `/${count(caps.tokens)}`
  const agent = state.view.agents[state.layout.focus]
  const cap = agent?.grant.tokens ?? caps.tokens
  // Of the only one, without a cap of its own, the run says it all.
  const isAll = cap === undefined && Object.keys(state.view.agents).length < 2
  const own = agent && agent.tokens > 0 && !isAll ? gauge(agent.role, agent.tokens, cap, count(agent.tokens)) : []
  const over: Line = exceeded.length > 0 ? [piece(`cap on ${exceeded.join(', ')} reached`, 'bad')] : []
  return [gauge('run', used, caps.tokens, `${count(used)}${limit} tok`), own, over]
}

const cost = (state: AppState): Line => {
  const {ledger, before, caps} = state.view.spend
  const usd = ledger.total.usd
  if (usd === 0 && before.usd === 0 && caps.usd === undefined) return []
  const session = before.usd > 0 ? ` (session ${money(before.usd + usd)})` : ''
  return [piece(`${money(usd)}${caps.usd === undefined ? '' : `/${money(caps.usd)}`}${session}`)]
}

const sandbox = (state: AppState): Line => {
  const found = state.view.run.sandbox ?? state.session?.sandbox
  if (!found) return []
  const open = found.writes === 'open'
  return [piece(`sandbox ${found.level}`, open ? 'warn' : undefined)]
}

const git = (state: AppState): Line => {
  const found = state.session?.git
  return found ? [piece(`${found.branch}${found.dirty > 0 ? ` ±${found.dirty}` : ''}`)] : []
}

const breakers = (state: AppState): Line[] =>
  Object.entries(state.view.run.breakers)
    .filter(([, {state: now}]) => now !== 'closed')
    .map(([route, {state: now}]) => [piece(`${shownRoute(route)} ${now}`, 'bad')])

const queue = (state: AppState): Line => {
  const depth = state.session?.queue.length ?? 0
  return depth > 0 ? [piece(`queue ${depth}`, 'warn')] : []
}

/** What the run is at, at the left end; why nothing can be said comes before all. */
const head = (state: AppState): Line => {
  if (state.over) return [piece(`over: ${state.over}`, 'bad')]
  if (state.link === 'lost') return [piece('keeper lost', 'bad')]
  if (state.link === 'seeking') return [piece('taking over', 'warn')]
  if (!state.session) return [piece('joining')]
  const {run} = state.view
  const live = state.session.live && run.closedAt === 0
  if (live && areStopped(state.view.agents)) return [piece('stopped', 'warn')]
  if (live && run.openedAt > 0) return [piece(`working ${elapsed(Math.max(0, state.now - run.openedAt))}`, 'strong')]
  if (!live && areCutOff(state.view.agents)) return [piece('cut off', 'bad')]
  if (run.closed) return [piece(`${run.closed.exitCode === 0 ? '✓' : '✗'} ${run.closed.outcome}`, run.closed.exitCode === 0 ? 'good' : 'bad')]
  return [piece('ready')]
}

const permission = (state: AppState): Line => {
  const mode = state.session?.settings.permission
  return mode === undefined ? [] : [piece(mode)]
}

/** Least important last; what does not fit any more is left out. */
export const statusOf = (state: AppState, columns: number): Line => {
  const asks = state.view.asks.length
  const needs: Line = asks > 0 ? [piece(asks === 1 ? '1 ask' : `${asks} asks`, 'needs')] : []
  const hidden = state.layout.hidden.length
  const groups = [
    head(state),
    state.session?.replay ? [piece('replay', 'strong')] : [],
    needs,
    ...breakers(state),
    queue(state),
    ...budget(state),
    cost(state),
    ...routes(state),
    ...gpu(state),
    sandbox(state),
    permission(state),
    hidden > 0 ? [piece(`${hidden} hidden`)] : [],
  ]
  const room = Math.max(0, columns - 2)
  const right = git(state)
  const left = joined(groups, gap, room - (lineWidth(right) > 0 ? lineWidth(right) + 2 : 0))
  return [{text: ' '}, ...spread(left, lineWidth(left) + lineWidth(right) + 2 <= room ? right : [], room), {text: ' '}]
}
