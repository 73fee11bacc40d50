// The program of a session's keeper: a process that no terminal owns. It reads once how it is meant, says where it can
// be found, and lives until nobody needs it: no screen, no work, and the grace over; or until it is told to end.
//
// Law: it leaves nothing behind, no process and no file, whatever ends it; what it cannot do itself, because it was
// killed, the next one does that looks for keepers.

import {closeSync, readFileSync, writeSync} from 'node:fs'
import {Readable} from 'node:stream'
import {openScreenDoor} from '../../engine/link/screens.ts'
import type {Context} from '../context.ts'
import {makeContext, realDice} from '../edges.ts'
import {keepTrace} from '../last-trace.ts'
import {projectHere} from '../project-here.ts'
import {type Keeper, openKeeper} from './keeper.ts'
import {listKeepers, openOwnFolder} from './registry.ts'
import type {KeeperStart} from './start.ts'
import {turnedAway, wireAs} from './wire-as.ts'

/** An ordered end takes less; whatever still hangs then is killed. */
const patienceMs = 8000
const readyFd = 3

const contextOf = ({flags, version, cwd}: KeeperStart): Context => {
  const made = makeContext({words: [], flags}, version, cwd)
  // Nobody reads what is printed here, and nobody types.
  const nobody = {out: async () => false, err: () => undefined, stdin: Readable.from([]), tty: {in: false, out: false, err: false}}
  return {...nobody, words: [], flags, cwd, version, env: made.env, clock: made.clock, dice: made.dice, startedTick: 0}
}

const start = JSON.parse(readFileSync(0, 'utf8')) as KeeperStart
const context = contextOf(start)
const project = projectHere(context)
listKeepers(context.env)
const own = openOwnFolder(context.env)
const token = Buffer.from(realDice(24)).toString('base64url')
const startedAt = Date.now()

let ending: Promise<void> | undefined
let grace: NodeJS.Timeout | undefined

const end = (why: string): void => {
  ending ??= (async () => {
    clearTimeout(grace)
    const late = setTimeout(() => {
      keeper.kill()
      own.remove()
      process.exit(1)
    }, patienceMs)
    await keeper.close(why)
    clearTimeout(late)
    door.close()
    own.remove()
    // What was said last is on its way to the screens.
    setImmediate(() => setImmediate(() => process.exit(0)))
  })()
}

/** Without a screen and without work the session is over after a while; at once when there is nothing to come back to. */
const look = (): void => {
  clearTimeout(grace)
  if (ending || keeper.isBusy()) return
  grace = setTimeout(() => end('nobody came back'), keeper.hasStory() ? start.graceMs : Math.min(start.graceMs, firstMs))
}
/** Whoever started it needs a moment to arrive. */
const firstMs = 10_000

const note = (session: string): void =>
  own.note({
    ...{pid: process.pid, root: project.root, cwd: project.cwd, session, word: door.word, version: start.version, wire: wireAs, startedAt},
    ...(start.takesOver ? {follows: start.takesOver.pid} : {}),
  })

// Nobody knows the word before it is written down below, when the keeper is there.
const door = await openScreenDoor(own.dir, token, (link, hello) => {
  if (!turnedAway(link, hello)) keeper.arrived(link, hello)
})
const keeper: Keeper = openKeeper({
  context,
  project,
  named: note,
  groups: own.groups,
  moved: look,
  stop: () => end('ended by the user'),
})
note('')
// SIGUSR1 unheard opens Node's door for debuggers; the flag against that would be inherited by every shell in a pane.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined)
process.on('SIGTERM', () => end('the session was ended'))
process.stderr.on('error', () => undefined)
process.on('uncaughtException', (thrown) => {
  keepTrace(context.env, 'keeper', start.version, thrown)
  end(`internal error: ${thrown.message}`)
})
try {
  writeSync(readyFd, `${door.word}\n`)
  closeSync(readyFd)
} catch {
  // Whoever began it was killed meanwhile, and somebody else begins the next one: it goes before anybody comes to it.
  door.close()
  own.remove()
  process.exit(1)
}
if (start.takesOver) keeper.takeOver(start.takesOver)
// Its screen is still busy with itself.
else keeper.prepare()
look()
