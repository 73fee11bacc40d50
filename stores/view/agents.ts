// What each agent is at, from the events alone: its state, task and phase, route, turn, what it has spent of its
// grant. Never from the text of a pane.

import type {Event} from '../../engine/contract/event.ts'
import type {Caps} from '../../engine/contract/grant.ts'
import {put} from './ring.ts'
import {capsIn} from './spend.ts'

export type AgentState = 'starting' | 'idle' | 'thinking' | 'writing' | 'running' | 'waiting' | 'checking' | 'done' | 'lost' | 'left'

export interface AgentView {
  id: string
  role: string
  ordinal: number
  state: AgentState
  /** The tool that runs, or the check. */
  doing: string
  task: string
  phase: string
  attempt: number
  candidate: number
  route: string
  turn: number
  tokens: number
  usd: number
  calls: number
  /** What it may spend, when it has a grant of its own. */
  grant: Caps
  startedAt: number
  /** Work was given to it and not handed over: whoever comes in its place goes on with it. */
  open: boolean
  /** When it was last told that it works no more; 0 while it does. */
  endedAt: number
  /** Since when it is in this state. */
  since: number
  /** Calls that run, and their tools. */
  running: Readonly<Record<string, string>>
  asks: readonly string[]
  /** Why it was lost or left, or how its work ended. */
  why: string
}

export type Agents = Readonly<Record<string, AgentView>>

const most = 64

const fresh = (event: Event, ordinal: number): AgentView => ({
  id: event.agent ?? '',
  role: event.role ?? '',
  ordinal,
  state: 'starting',
  doing: '',
  task: event.task ?? '',
  phase: '',
  attempt: 1,
  candidate: 0,
  route: '',
  turn: 0,
  tokens: 0,
  usd: 0,
  calls: 0,
  grant: {},
  startedAt: event.at,
  open: false,
  endedAt: 0,
  since: event.at,
  running: {},
  asks: [],
  why: '',
})

const without = (table: Readonly<Record<string, string>>, key: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(table).filter(([one]) => one !== key))

const into = (agent: AgentView, state: AgentState, at: number, more: Partial<AgentView> = {}): AgentView => ({
  ...agent,
  state,
  since: agent.state === state ? agent.since : at,
  doing: '',
  ...more,
})

/** What it goes on with when a call or an ask is over. */
const after = (agent: AgentView, at: number): AgentView => {
  if (agent.asks.length > 0) return into(agent, 'waiting', at)
  const tool = Object.values(agent.running).at(-1)
  return tool === undefined ? into(agent, 'thinking', at) : into(agent, 'running', at, {doing: tool})
}

/** Those of whom nothing says yet that they work no more. */
const changed = (agents: Agents, change: (agent: AgentView) => AgentView): Agents =>
  Object.fromEntries(Object.entries(agents).map(([id, agent]) => [id, agent.endedAt ? agent : change(agent)]))

const lost = (agent: AgentView, at: number, more: Partial<AgentView> = {}): AgentView => into(agent, 'lost', at, {running: {}, asks: [], ...more})

/** Their processes went with the keeper's: nobody of them works until they are begun again. */
export const allLost = (agents: Agents, at: number): Agents => changed(agents, (agent) => lost(agent, at))

/** Nobody works on the run any more, and nothing says when that came about: each was seen last when it did what it did last. */
export const cutOff = (agents: Agents): Agents => changed(agents, (agent) => lost(agent, agent.since, {endedAt: agent.since}))

export const areCutOff = (agents: Agents): boolean => Object.values(agents).some(({open, state, endedAt}) => open && state === 'lost' && endedAt > 0)

const stepAgent = (agent: AgentView, event: Event): AgentView => {
  switch (event.type) {
    case 'role.ready':
      // Its work may have been given out before its process was there.
      return agent.state === 'starting' ? into(agent, agent.open ? 'thinking' : 'idle', event.at) : agent
    case 'role.idle':
      return into(agent, 'idle', event.at)
    case 'task.started': {
      const {phase, attempt, candidate} = event.body
      return into(agent, 'thinking', event.at, {phase, attempt, candidate, task: event.task ?? agent.task, open: true, endedAt: 0, running: {}, why: ''})
    }
    case 'budget.granted':
      return event.body.node === agent.id ? {...agent, grant: capsIn(event.body.caps)} : agent
    case 'route.chosen':
      return {...agent, route: event.body.route}
    case 'model.asked':
      return into(agent, 'thinking', event.at, {route: event.body.route, calls: agent.calls + 1, turn: event.turn ?? agent.turn})
    case 'model.delta':
      return agent.state === 'thinking' && !event.body.thought ? into(agent, 'writing', event.at) : agent
    case 'model.replied': {
      const {usage, usd, route} = event.body
      return {
        ...into(agent, 'thinking', event.at),
        route,
        turn: event.turn ?? agent.turn + 1,
        tokens: agent.tokens + usage.input + usage.output,
        usd: agent.usd + usd,
      }
    }
    case 'model.failed':
      // What it wrote comes to nothing; it is asked again, or hands over.
      return {...into(agent, 'thinking', event.at), tokens: agent.tokens + event.body.usage.input + event.body.usage.output, usd: agent.usd + event.body.usd}
    case 'tool.called':
      return after({...agent, running: {...agent.running, [event.body.call]: event.body.tool}}, event.at)
    case 'tool.done':
      return after({...agent, running: without(agent.running, event.body.call)}, event.at)
    case 'ask.raised':
      return into(agent, 'waiting', event.at, {asks: [...agent.asks, event.body.ask]})
    case 'ask.answered':
      return after({...agent, asks: agent.asks.filter((ask) => ask !== event.body.ask)}, event.at)
    case 'phase.handed':
      return into(agent, 'done', event.at, {open: false, endedAt: event.at, running: {}, why: event.body.outcome === 'finished' ? '' : event.body.outcome})
    case 'role.lost':
      return lost(agent, event.at, {open: agent.open && event.body.replaced, endedAt: event.body.replaced ? 0 : event.at, why: event.body.why})
    case 'role.left':
      // Who has handed over and goes is done, not gone.
      if (agent.state === 'done') return {...agent, asks: []}
      return into(agent, 'left', event.at, {open: false, endedAt: agent.endedAt || event.at, running: {}, asks: [], why: event.body.why})
    default:
      return agent
  }
}

/** The checks of a candidate belong to whoever handed it over last. */
const checking = (agents: Agents, event: Event): Agents => {
  if (event.type !== 'gate.started' && event.type !== 'gate.passed' && event.type !== 'gate.failed') return agents
  const last = Object.values(agents)
    .filter((agent) => agent.state === 'done' || agent.state === 'checking')
    .reduce<AgentView | undefined>((found, agent) => (found && found.since > agent.since ? found : agent), undefined)
  if (!last) return agents
  const next = event.type === 'gate.started' ? into(last, 'checking', event.at, {doing: event.body.gate}) : into(last, 'done', event.at)
  return {...agents, [last.id]: next}
}

/** A new run begins with nobody. */
export const stepAgents = (agents: Agents, event: Event): Agents => {
  if (event.type === 'run.opened') return {}
  if (event.type === 'run.resumed') return allLost(agents, event.at)
  if (event.type === 'run.closed')
    return changed(agents, (agent) => {
      const why = agent.open ? 'stopped' : agent.why
      return {...into(agent, agent.state === 'lost' ? 'lost' : 'done', event.at), open: false, endedAt: event.at, running: {}, asks: [], why}
    })
  const id = event.agent
  if (id === undefined) return checking(agents, event)
  const known = agents[id]
  if (event.type === 'role.hired') {
    const {ordinal} = event.body
    return put(agents, id, known ? {...known, state: 'starting', since: event.at, endedAt: 0, running: {}, asks: []} : fresh(event, ordinal), most)
  }
  if (event.type.startsWith('gate.')) return checking(agents, event)
  const now = stepAgent(known ?? fresh(event, Number(id.replace(/^\D+/, '')) || 0), event)
  return now === known ? agents : put(agents, id, now, most)
}

/** Something of it is in progress, so that its elapsed time goes on. */
export const isBusy = (agent: AgentView): boolean => agent.endedAt === 0 && agent.state !== 'idle'

const atWork: readonly AgentState[] = ['starting', 'thinking', 'writing', 'running', 'waiting', 'checking']

/** A person has stopped whoever worked, and nobody else does: nothing goes on until they say how. */
export const areStopped = (agents: Agents): boolean => {
  const all = Object.values(agents)
  return all.some(({state, phase}) => state === 'idle' && phase !== '') && !all.some(({state}) => atWork.includes(state))
}
