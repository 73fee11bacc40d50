// Composition root 2: one role process. It finds its host by one word, works, and ends when the link does. It
// reads nothing else from its environment and, without a terminal of its own, prints nothing: its story is the host's
// to tell.

import {isatty} from 'node:tty'
import {connectToHost} from '../engine/link/connect.ts'
import {runAgent} from './agent.ts'
import {environment} from './config.ts'
import {realClock, realDice} from './edges.ts'

const {PENGUIN_LINK: word = '', PENGUIN_AGENT: agent = '', NO_COLOR: noColour} = environment()
// A terminal's Ctrl-C reaches the whole foreground group; the host decides what becomes of us. SIGUSR1 unheard opens Node's
// door for debuggers.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
const link = await connectToHost(word, agent, process.pid)
const faced = isatty(1) ? (await import('./worker-face.ts')).withFace(link, agent, !noColour) : undefined
await runAgent(faced?.link ?? link, {clock: realClock(), dice: realDice})
await faced?.farewell()
process.exit(0)
