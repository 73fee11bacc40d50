// Starting a role process: the only place of the crew that knows about child processes. The child gets a clean
// environment, its own process group, and one word that leads it to our door; keys come over the link, never
// through the environment.
//
//   spawned ──hello──▶ linked ──close──▶ gone        spawned ──exit or 30 s──▶ failed
//
// Law 1: an agent ends when its link closes, whatever killed us. Law 2: killing is for the whole group.

import {type ChildProcess, spawn} from 'node:child_process'
import type {HostLink} from '../contract/link.ts'
import type {AgentDoor} from '../link/listen.ts'

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
}

export interface Hired {
  pid: number
  /** Resolves once the child has said hello; rejects when it dies or stays silent before that. */
  linked: Promise<HostLink>
  /** Resolves once it is gone for good, with how it ended; '' when there is nothing to say. Never rejects. */
  gone: Promise<string>
}

/** Longer than a loaded machine needs to start Node; beyond it the child is given up and killed. */
const helloMs = 30_000

const endWords = (code: number | null, signal: string | null): string => (signal ? `killed by ${signal}` : `exit code ${code}`)

export const hireChild = (options: HireOptions): Hired => {
  const {door, token} = options
  const {promise: linked, resolve, reject} = Promise.withResolvers<HostLink>()
  const {promise: gone, resolve: buried} = Promise.withResolvers<string>()
  const word = door.expect(token, (link) => {
    clearTimeout(timer)
    resolve(link)
  })
  const child: ChildProcess = spawn(options.node, [options.script], {
    cwd: options.cwd,
    env: {...options.env, PENGUIN_LINK: word, PENGUIN_AGENT: options.agent},
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const timer = setTimeout(() => child.pid && killGroup(child.pid), helloMs)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-2000)
  })
  const over = (why: string): void => {
    clearTimeout(timer)
    door.forget(token)
    reject(new Error(why))
    buried(why)
  }
  child.once('error', (error) => over(error.message))
  child.once('exit', (code, signal) => over([endWords(code, signal), said.trim()].filter(Boolean).join(': ')))
  return {pid: child.pid ?? 0, linked, gone}
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
