// The people of a run: hired, given work, replaced when their process dies, sent away at the end. What they are
// to do is the conductor's business.
//
// Law 1: an agent that goes without being sent away is lost, and its step goes on in a new process with the same
// id. Law 2: every agent is gone, by its own will or killed, before `leaveAll` resolves. Law 3: nothing that an
// agent says is taken once it has left.

import type {Clock} from '../base/clock.ts'
import {type AgentId, agentId} from '../base/id.ts'
import type {StepState} from '../contract/board.ts'
import type {Down, Up} from '../contract/link.ts'
import {conversationOf} from '../fold/conversation.ts'
import type {Asks} from './asks.ts'
import type {Effects} from './effects.ts'
import {killGroup} from './hire.ts'
import type {CrewPorts} from './ports.ts'
import type {Purse} from './purse.ts'
import {type Agent, openRoster} from './roster.ts'
import type {Scribe} from './scribe.ts'

export interface Staff {
  /** An idle agent of the role and candidate, or a new one; `before` is who worked on it last, and whose conversation goes on. */
  find(role: string, candidate: number, before?: string): Agent
  has(agent: Agent): boolean
  /** Sends the step to the agent, once it is linked. */
  give(agent: Agent, step: StepState, keep: boolean, brief: string): void
  /** A step that an earlier host left open goes on in a new process. */
  resume(step: StepState): void
  /** A person's words for everybody who has worked or works, or for one of them. */
  steer(text: string, to?: string): void
  /** To every agent but the one that said it. */
  tellOthers(agent: Agent, message: Down): void
  /** Stops what those at work (or one of them) do at this moment; false when nobody is. */
  interrupt(only?: string): boolean
  leaveAll(reason: string): Promise<void>
  /** Kills every process at once, without order. */
  kill(): void
}

export interface StaffPorts {
  ports: CrewPorts
  scribe: Scribe
  effects: Effects
  asks: Asks
  purse: Purse
  take(agent: Agent, message: Up): void
  /** Something is on record that may change what is to be done. */
  moved(): void
  broken(thrown: unknown): void
}

/** How long agents may take to leave before their groups are killed. */
const leaveMs = 1500
/** Longest wait for the kernel to bury a killed process. */
const buryMs = 1000
/** What a dead agent's command may still need to be gone: the kernel ends it with its parent, but not in the same moment. */
const settleMs = 50
/** A process that dies this often in a row without a reply of its model takes the step with it. */
const maxReplacements = 10
/** However often it got on in between. */
const maxLosses = 30

const ordinalOf = (id: string): number => Number(id.replace('a_', ''))

export const openStaff = ({ports, scribe, effects, asks, purse, take, moved, broken}: StaffPorts): Staff => {
  const {clock, journal} = ports
  const roster = openRoster()
  /** By agent: how often it was lost, and how often since its model last replied. */
  const losses = new Map<string, {all: number; row: number; turns: number}>()
  /** For agents whose process has not said hello yet. */
  const pending = new Map<string, ReturnType<CrewPorts['assignment']>>()
  /** Stopped by a person before their process had said hello. */
  const held = new Set<string>()
  const losing = new Set<Promise<void>>()
  let leaving = false

  const leaveAll = async (reason: string): Promise<void> => {
    leaving = true
    const there = roster.all()
    for (const agent of there) {
      agent.dismissed = true
      agent.link?.send({say: 'stop', graceMs: leaveMs, why: reason})
      // One that has not said hello has nothing to put in order.
      if (!agent.link) killGroup(agent.pid)
    }
    await waitUntilGone(there, clock)
    await Promise.all(losing)
    for (const agent of there) leave(agent, 'the run is over')
    ports.sweep()
  }
  const leave = (agent: Agent, why: string): void => {
    roster.remove(agent.id)
    agent.link?.close()
    asks.dropOf(agent.id)
    purse.settle(agent.id)
    try {
      effects.interrupt(agent, why)
      scribe.note('role.left', {why}, {agent: agent.id, role: agent.role})
    } catch {
      // The journal cannot be written any more; the ending says so already.
    }
  }

  /** Sends the step to the agent, once it is linked. What it said before is read back when its process is new. */
  const give = (agent: Agent, step: StepState, keep: boolean, brief: string, fromJournal = false): void => {
    const past = agent.known ? conversationOf(agent.id, journal.read({run: scribe.run, whole: true})) : {messages: [], replies: 0, turn: 0}
    const before = step.role === 'coder' && (scribe.board().candidates.get(step.candidate)?.restarts ?? 0) === 0 ? ports.inherited : []
    const said = fromJournal ? past.messages : keep ? past.messages.slice(0, -1) : []
    const history = [...before, ...said]
    agent.known = true
    const message = ports.assignment({
      step,
      agent: agent.id,
      ordinal: agent.ordinal,
      brief: fromJournal ? '' : brief,
      history,
      keep: keep && !fromJournal,
      nextCall: past.replies + 1,
      turn: past.turn,
    })
    agent.link?.send({say: 'assign', assignment: message})
    if (!agent.link) pending.set(agent.id, message)
  }
  const hire = (role: string, candidate: number, again?: Pick<Agent, 'id' | 'ordinal'>): Agent => {
    const ordinal = again?.ordinal ?? scribe.board().agents + 1
    const id: AgentId = again?.id ?? agentId(ordinal)
    const began = clock.tick()
    const {pid, linked, gone: ended} = ports.hire(id)
    const known = again !== undefined
    const {promise: heardOut, resolve: unlinked} = Promise.withResolvers<void>()
    const gone = Promise.all([ended, heardOut]).then(([how]) => how)
    const agent: Agent = {id, ordinal, role, candidate, pid, gone, known, link: null, step: null, effects: new Map(), steers: [], dismissed: false}
    roster.add(agent)
    scribe.note('role.hired', {ordinal, process: ports.inProcess ? 'host' : 'child', ...(pid ? {pid} : {})}, {role, agent: id})
    const here = (): boolean => roster.get(id) === agent
    linked.then(
      (link) => {
        link.onClose((why) => {
          unlinked()
          lose(agent, why)
        })
        if (agent.dismissed || !here()) return link.close()
        agent.link = link
        scribe.note('role.ready', {wallMs: Math.round(clock.tick() - began)}, {role, agent: id})
        link.onMessage((message) => {
          if (here()) take(agent, message)
        })
        const assignment = pending.get(id)
        pending.delete(id)
        if (assignment) link.send({say: 'assign', assignment})
        if (held.delete(id)) link.send({say: 'interrupt'})
        for (const text of agent.steers.splice(0)) link.send({say: 'steer', text})
      },
      (thrown: Error) => {
        unlinked()
        lose(agent, thrown.message)
      },
    )
    return agent
  }

  const lose = (agent: Agent, why: string): void => {
    if (agent.dismissed || roster.get(agent.id) !== agent) return
    roster.remove(agent.id)
    const loss = bury(agent, why).catch(broken)
    losing.add(loss)
    void loss.then(() => losing.delete(loss))
  }
  const bury = async (agent: Agent, seen: string): Promise<void> => {
    asks.dropOf(agent.id)
    purse.settle(agent.id)
    killGroup(agent.pid)
    ports.sweep()
    const why = (await within(buryMs, clock, agent.gone)) || seen
    if (agent.effects.size > 0) await clock.sleep(settleMs)
    effects.interrupt(agent, `its process ended: ${why}`)
    const {step} = agent
    const replace = step !== null && !leaving && mayGoOn(agent)
    scribe.note('role.lost', {why, replaced: replace}, {agent: agent.id, role: agent.role})
    if (!step || leaving) return
    if (replace) return resumeStep(step, hire(agent.role, agent.candidate, agent))
    scribe.note(
      'phase.handed',
      {outcome: 'failed', text: '', why: `its process ended ${losses.get(agent.id)?.all} times: ${why}`, changed: effects.changed(agent.candidate)} as never,
      {task: 't_1', agent: agent.id, role: agent.role, span: scribe.newSpan()},
    )
    moved()
  }
  const mayGoOn = (agent: Agent): boolean => {
    const {turns} = scribe.ledger()
    const before = losses.get(agent.id) ?? {all: 0, row: 0, turns}
    const now = {all: before.all + 1, row: turns > before.turns ? 1 : before.row + 1, turns}
    losses.set(agent.id, now)
    return now.row <= maxReplacements && now.all <= maxLosses
  }
  const resumeStep = (step: StepState, agent: Agent): void => {
    agent.step = step
    give(agent, step, true, '', true)
  }
  const knownAs = (id: string): Pick<Agent, 'id' | 'ordinal'> => ({id: id as AgentId, ordinal: ordinalOf(id)})

  return {
    find: (role, candidate, before) => roster.idle(role, candidate) ?? hire(role, candidate, before ? knownAs(before) : undefined),
    has: (agent) => roster.get(agent.id) === agent,
    give: (agent, step, keep, brief) => {
      agent.step = step
      give(agent, step, keep, brief)
    },
    resume: (step) => resumeStep(step, hire(step.role, step.candidate, knownAs(step.agent))),
    steer: (text, to) => {
      for (const agent of roster.all()) {
        if (to !== undefined && agent.id !== to) continue
        if (agent.link) agent.link.send({say: 'steer', text})
        else agent.steers.push(text)
      }
    },
    tellOthers: (agent, message) => {
      for (const other of roster.all()) if (other !== agent) other.link?.send(message)
    },
    interrupt: (only) => {
      const working = roster.all().filter((agent) => agent.step !== null && (only === undefined || agent.id === only))
      for (const agent of working) {
        asks.denyOf(agent.id)
        if (agent.link) agent.link.send({say: 'interrupt'})
        else held.add(agent.id)
      }
      return working.length > 0
    },
    leaveAll,
    kill: () => {
      for (const agent of roster.all()) killGroup(agent.pid)
      ports.sweep()
    },
  }
}

/** What comes about within the time, or undefined. */
const within = async <T>(ms: number, clock: Clock, coming: Promise<T>): Promise<T | undefined> => {
  const over = new AbortController()
  const late = clock.sleep(ms, over.signal).then(
    () => undefined,
    () => undefined,
  )
  const inTime = await Promise.race([coming, late])
  over.abort()
  return inTime
}

/** Waits for the processes to end by themselves, then kills their groups. */
const waitUntilGone = async (agents: readonly Agent[], clock: Clock): Promise<void> => {
  const all = Promise.all(agents.map((agent) => agent.gone))
  if (await within(leaveMs, clock, all)) return
  for (const agent of agents) killGroup(agent.pid)
  await within(buryMs, clock, all)
}
