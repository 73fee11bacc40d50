// Where a run's agents come from: processes behind one door, or loops in this process over pairs. The first
// process is started before anything else is looked at, so that it is up when the first step is given out.

import {existsSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {type Hired, hireChild, killGroup, type StartInTerminal} from '../engine/crew/hire.ts'
import {type AgentDoor, openDoor} from '../engine/link/listen.ts'
import {linkPair} from '../engine/link/pair.ts'
import {childPath} from './config.ts'
import type {Context} from './context.ts'
import {foldersOf} from './folders.ts'
import {ownTag, sweepDesks} from './leftovers.ts'
import {projectHere} from './project-here.ts'
import type {HostRequest} from './run-options.ts'

export interface Hiring {
  /** Its process is there at once, its link a little later. */
  hire(agent: string): Hired
  /** Ends whoever was started and not hired yet; the others are the crew's. */
  kill(): void
  close(): void
}

const workerScript = (): string => {
  const beside = fileURLToPath(new URL('./worker.js', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('./worker.ts', import.meta.url))
}

/** What a role process finds in its environment: paths and language. Keys come over the link. */
const workerEnvironment = (context: Context): Record<string, string> => {
  const picked = ['HOME', 'LANG', 'NO_COLOR', 'TZ', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR']
  return {
    PATH: childPath(context.env),
    NODE_COMPILE_CACHE: join(foldersOf(context.env).cache, 'v8'),
    ...Object.fromEntries(picked.flatMap((name) => (context.env[name] ? [[name, context.env[name] as string]] : []))),
  }
}

const maxSocketFolder = 70

/** A unix socket path ends at 108 bytes; a long home folder must not stop a run. */
export const socketFolder = (runtime: string): string =>
  Buffer.byteLength(runtime) <= maxSocketFolder ? runtime : join('/tmp', `penguin-${process.getuid?.() ?? 0}`)

const ownFolder = (runtime: string): string => {
  const dir = socketFolder(runtime)
  mkdirSync(dir, {recursive: true, mode: 0o700})
  return mkdtempSync(join(dir, `${ownTag()}-`))
}

const inThisProcess = (context: Context): Hiring => ({
  hire: () => {
    const {host, agent} = linkPair()
    const {promise: gone, resolve: left} = Promise.withResolvers<string>()
    const linked = import('./agent.ts').then(({runAgent}) => {
      runAgent(agent, {clock: context.clock, dice: context.dice})
        .catch(() => agent.close())
        .finally(() => left(''))
      return host
    })
    linked.catch(() => left(''))
    return {pid: 0, linked, gone}
  },
  kill: () => undefined,
  close: () => undefined,
})

const openProcesses = async (context: Context, inTerminal?: StartInTerminal): Promise<Hiring> => {
  const dir = ownFolder(foldersOf(context.env).runtime)
  const door: AgentDoor = await openDoor(dir)
  const env = workerEnvironment(context)
  const start = (agent: string): Hired => {
    const token = Buffer.from(context.dice(24)).toString('base64url')
    const hired = hireChild({door, token, node: process.execPath, script: workerScript(), agent, cwd: dir, env, inTerminal})
    // Killed at a test run, it leaves that run's folder in the user's tree.
    hired.gone.then(() => sweepDesks(projectHere(context).root)).catch(() => undefined)
    return hired
  }
  let spare: Hired | undefined = start('a_1')
  // Nobody may ever take it: a refused run ends before.
  spare.linked.catch(() => undefined)
  return {
    hire: (agent) => {
      const first = spare
      spare = undefined
      return first ?? start(agent)
    },
    kill: () => killGroup(spare?.pid ?? 0),
    close: () => {
      if (spare) killGroup(spare.pid)
      door.close()
      rmSync(dir, {recursive: true, force: true})
    },
  }
}

export const openHiring = async (context: Context, request: HostRequest, inTerminal?: StartInTerminal): Promise<Hiring> =>
  request.inProcess ? inThisProcess(context) : openProcesses(context, inTerminal)
