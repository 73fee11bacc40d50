// Composition of one agent: models, tools and files meet the loop here. The same for a role process and for
// `--in-process`; the only difference is which end of which link is handed in.

import {mkdirSync} from 'node:fs'
import type {Clock} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import type {AgentLink} from '../engine/contract/link.ts'
import {liveAgent} from '../engine/role/agent.ts'
import {onRenewed, takeRenewed} from './secrets.ts'
import {openWork} from './work.ts'

export interface AgentEdges {
  clock: Clock
  dice: Dice
}

/** A key that one process of the run has read anew is known to all of them: none shows it. */
const sharingKeys = (link: AgentLink): AgentLink => {
  const silence = onRenewed((source, key) => link.send({say: 'key', source, key}))
  return {
    ...link,
    onMessage: (take) => link.onMessage((message) => (message.say === 'key' ? takeRenewed(message.source, message.key) : take(message))),
    onClose: (take) =>
      link.onClose((why) => {
        silence()
        take(why)
      }),
  }
}

/** Resolves when the agent's life is over. */
export const runAgent = (link: AgentLink, edges: AgentEdges): Promise<void> =>
  liveAgent({
    link: sharingKeys(link),
    clock: edges.clock,
    dice: edges.dice,
    openWork: (assignment, signal) => {
      mkdirSync(assignment.scratch, {recursive: true})
      return openWork(assignment, signal, edges)
    },
  })
