// Composition root 2: one role process. It finds its host by one word, works, and ends when the link does. It
// reads nothing else from its environment and prints nothing: its story is the host's to tell.

import {connectToHost} from '../engine/link/connect.ts'
import {runAgent} from './agent.ts'
import {environment} from './config.ts'
import {realClock, realDice} from './edges.ts'

const {PENGUIN_LINK: word = '', PENGUIN_AGENT: agent = ''} = environment()
// A terminal's Ctrl-C reaches the whole foreground group; the host decides what becomes of us.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
const link = await connectToHost(word, agent, process.pid)
await runAgent(link, {clock: realClock(), dice: realDice})
process.exit(0)
