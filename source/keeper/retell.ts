// What the terminals of a run's agents showed, told again from the journal: their processes are gone, and with a killed
// keeper their terminals too. Nothing is shown here that did not happen.

import type {Event} from '../../engine/contract/event.ts'
import type {Journal} from '../../engine/contract/journal.ts'
import type {PaneId, Size} from '../../engine/contract/screen.ts'
import {type Face, openFace} from '../../engine/fold/face.ts'

export interface Retold {
  agent: PaneId
  role: string
  /** How it ended, as far as that is known. */
  ended: string
  /** Tells it anew at another width. */
  face: Face
  text: string
}

/** A screen holds no more of it, and whoever resumes does not want to wait. */
const mostEvents = 2000
const unknownEnd = 'its process is gone'

/** In the order in which they came. */
export const retell = (journal: Journal, run: Parameters<Journal['lastSeq']>[0], columns: Size['columns'], colour: boolean): Retold[] => {
  const agents = new Map<PaneId, Retold>()
  const told = (event: Event): void => {
    const agent = event.agent ?? ''
    if (agent && !agents.has(agent)) {
      const face = openFace({columns, colour, agent, retells: true})
      agents.set(agent, {agent, role: event.role ?? '', ended: unknownEnd, face, text: ''})
    }
    for (const one of agents.values()) one.text += one.face.step(event)
    const mine = agents.get(agent)
    if (!mine) return
    if (event.type === 'role.hired') mine.ended = unknownEnd
    if (event.type === 'role.left' || event.type === 'role.lost') mine.ended = event.body.why
  }
  for (const event of journal.read({run, after: Math.max(0, journal.lastSeq(run) - mostEvents), whole: true})) told(event)
  return [...agents.values()].filter(({role}) => role !== '')
}
