// What the terminals of a run's agents showed, told again from the journal: their processes are gone, and with a killed
// keeper their terminals too. Nothing is shown here that did not happen.
//
// It is read from the end, no further than a terminal holds, and told when a screen has said how wide: whoever resumes
// does not want to wait.

import type {Event} from '../../engine/contract/event.ts'
import type {Journal} from '../../engine/contract/journal.ts'
import type {PaneId} from '../../engine/contract/screen.ts'
import {openFace} from '../../engine/fold/face.ts'
import type {OpenJournal} from '../../engine/journal/open.ts'

export interface Retold {
  agent: PaneId
  role: string
  /** How it ended, as far as that is known. */
  ended: string
  /** Tells it for a terminal of this width, which it empties. */
  told(columns: number): string
}

type Run = Parameters<Journal['lastSeq']>[0]
type Told = Pick<Retold, 'agent' | 'role' | 'ended'>

/** A terminal holds no more of it. */
const mostEvents = 2000
const pageEvents = 250
/** What a face keeps of an agent, and some. */
const enoughChars = 128 * 1024
const unknownEnd = 'its process is gone'

/** In the order in which they came. */
const agentsIn = (journal: Journal, run: Run, after: number): Told[] => {
  const agents = new Map<PaneId, Told>()
  // Whoever used a tool was asked for it by a model.
  for (const event of journal.read({run, after, toolsAfter: journal.lastSeq(run)})) {
    const agent = event.agent ?? ''
    if (agent && !agents.has(agent)) agents.set(agent, {agent, role: event.role ?? '', ended: unknownEnd})
    const mine = agents.get(agent)
    if (!mine) continue
    if (event.type === 'role.hired') mine.ended = unknownEnd
    if (event.type === 'role.left' || event.type === 'role.lost') mine.ended = event.body.why
  }
  return [...agents.values()].filter(({role}) => role !== '')
}

/** Of what tools said only what a terminal shows is kept: what commands printed, and what red checks had to say. */
const shown = (event: Event): Event => {
  if (event.type !== 'tool.done' || event.body.tool === 'shell' || (event.body.result as {passed?: unknown} | null | undefined)?.passed === false) return event
  const {told: _, ...body} = event.body
  return {...event, body} as Event
}

/** What a face of this agent may have to tell. */
const concerns = (event: Event, agent: PaneId): boolean =>
  event.agent === undefined || event.agent === agent || event.type === 'user.steered' || event.type.startsWith('gate.')

const charsOf = (event: Event): number => JSON.stringify(event.body).length

/** The end of the run, oldest first, as far as every agent has enough of it. */
const tailOf = (journal: Journal, run: Run, after: number, agents: readonly Told[]): Event[] => {
  const lacking = new Map(agents.map(({agent}) => [agent, enoughChars]))
  let tail: Event[] = []
  for (let end = journal.lastSeq(run); end > after && lacking.size > 0; end -= pageEvents) {
    const page = [...journal.read({run, after: Math.max(after, end - pageEvents), until: end, whole: true})].map(shown)
    for (const event of page) {
      const lacks = lacking.get(event.agent ?? '')
      if (lacks === undefined) continue
      const left = lacks - charsOf(event)
      if (left > 0) lacking.set(event.agent ?? '', left)
      else lacking.delete(event.agent ?? '')
    }
    tail = [...page, ...tail]
  }
  return tail
}

/** In the order in which they came. */
export const retell = (journal: Journal, run: Run, colour: boolean): Retold[] => {
  const after = Math.max(0, journal.lastSeq(run) - mostEvents)
  const agents = agentsIn(journal, run, after)
  const tail = tailOf(journal, run, after, agents)
  return agents.map((one) => {
    const face = openFace({columns: 0, colour, agent: one.agent, retells: true})
    for (const event of tail) if (concerns(event, one.agent)) face.keep(event)
    return {...one, told: face.resize}
  })
}

export const retellFrom = (openReader: () => OpenJournal | undefined, run: Run, colour: boolean): Retold[] => {
  const reader = openReader()
  try {
    return reader ? retell(reader, run, colour) : []
  } finally {
    reader?.close()
  }
}
