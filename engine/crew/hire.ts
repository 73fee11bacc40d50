// Starting a role process: the only place of the crew that knows about child processes. The child gets a clean
// environment, its own process group, and one word that leads it to our door; keys come over the link, never
// through the environment.
//
//   spawned ──hello──▶ linked ──close──▶ gone        spawned ──exit or 30 s──▶ failed
//
// In a session with screens a child runs on a terminal of its own, which its keeper holds; it is the same child.
//
// Law 1: an agent ends when its link closes, whatever killed us. Law 2: killing is for the whole group.

import {type ChildProcess, spawn} from 'node:child_process'
import {calmFlags} from '../base/node-flags.ts'
import type {HostLink} from '../contract/link.ts'
import type {AgentDoor} from '../link/listen.ts'

export interface Start {
  agent: string
  file: string
  args: string[]
  cwd: string
  env: Record<string, string>
}

/** A process, however it was started. */
export interface Started {
  /** Of its group too; 0 when it could not be started. */
  pid: number
  /** Resolves with how it ended. Never rejects. */
  ended: Promise<string>
}

/** Starts a process on a terminal of its own, in a group of its own. */
export type StartInTerminal = (start: Start) => Started

export interface HireOptions {
  door: AgentDoor
  token: string
  /** The Node that runs us. */
  node: string
  /** The worker's entry. */
  script: string
  agent: string
  cwd: string
  env: Record<string, string>
  /** Undefined: no terminal; what it prints is kept for the case that it fails. */
  inTerminal?: StartInTerminal
}

export interface Hired {
  pid: number
  /** Resolves once the child has said hello; rejects when it dies or stays silent before that. */
  linked: Promise<HostLink>
  /** Resolves once it is gone for good, with how it ended; '' when there is nothing to say. Never rejects. */
  gone: Promise<string>
}

/** Left alone, V8 gives a long stream of tokens a young heap of 100 MB; this one is as fast and stays flat (as in bin/penguin). */
const smallHeap = '--max-semi-space-size=2'

/** Longer than a loaded machine needs to start Node; beyond it the child is given up and killed. */
const helloMs = 30_000

const endWords = (code: number | null, signal: string | null): string => (signal ? `killed by ${signal}` : `exit code ${code}`)

const startPlain = ({file, args, cwd, env}: Start): Started => {
  const {promise: ended, resolve} = Promise.withResolvers<string>()
  const child: ChildProcess = spawn(file, args, {cwd, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true})
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-2000)
  })
  child.once('error', (error) => resolve(error.message))
  child.once('exit', (code, signal) => resolve([endWords(code, signal), said.trim()].filter(Boolean).join(': ')))
  return {pid: child.pid ?? 0, ended}
}

export const hireChild = (options: HireOptions): Hired => {
  const {door, token, agent, cwd} = options
  const {promise: linked, resolve, reject} = Promise.withResolvers<HostLink>()
  const word = door.expect(token, (link) => {
    clearTimeout(timer)
    resolve(link)
  })
  const env = {...options.env, PENGUIN_LINK: word, PENGUIN_AGENT: agent}
  const {pid, ended} = (options.inTerminal ?? startPlain)({
    agent,
    file: options.node,
    args: [...calmFlags(process.execArgv), smallHeap, options.script],
    cwd,
    env,
  })
  const timer = setTimeout(() => killGroup(pid), helloMs)
  const gone = ended.then((why) => {
    clearTimeout(timer)
    door.forget(token)
    reject(new Error(why))
    return why
  })
  return {pid, linked, gone}
}

/** Kills the process group of an agent; a group that is gone already is fine. */
export const killGroup = (pid: number): void => {
  if (pid <= 0) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: nobody is left, which is what was wanted.
  }
}
