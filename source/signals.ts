// SIGINT, SIGTERM and SIGHUP end a run in order; a second one ends the process at once. Only the front door
// listens for them: a host that is embedded elsewhere leaves them alone. They may come before there is a host.

import {longestTimerMs} from '../engine/base/clock.ts'
import {exitCodes, type Outcome} from '../engine/contract/outcome.ts'

const outcomes = {SIGINT: 'interrupted', SIGTERM: 'terminated', SIGHUP: 'terminated'} as const
type Name = keyof typeof outcomes

/** What a signal ends. */
interface Host {
  end(outcome: Outcome, reason: string): void
  kill(): void
}

export interface Signals {
  /** The host to end; at once when a signal has come already. */
  attach(host: Host): void
  /** Resolves at the first one. */
  came: Promise<void>
  stop(): void
}

/** An ordered end takes less; a reader that reads no more must not hold the process for longer. */
export const patienceMs = 4500

/** Whatever is still in the way, the process is over after `ms`, unless the answer is called before. */
export const overdue = (ms: number, code: number, host: () => Host | undefined): (() => void) => {
  const end = (): void => {
    host()?.kill()
    process.exit(code)
  }
  const timer = setTimeout(end, Math.min(Math.max(0, ms), longestTimerMs)).unref()
  return () => clearTimeout(timer)
}

export const watchSignals = (): Signals => {
  let first: Name | undefined
  let host: Host | undefined
  let called = (): void => undefined
  const {promise: came, resolve: tell} = Promise.withResolvers<void>()
  const end = (): void => {
    if (first) host?.end(outcomes[first], `stopped by ${first}`)
  }
  const take = (name: Name): void => {
    const code = exitCodes[outcomes[name]]
    if (first) {
      host?.kill()
      process.exit(code)
    }
    first = name
    tell()
    called = overdue(patienceMs, code, () => host)
    end()
  }
  const names = Object.keys(outcomes) as Name[]
  for (const name of names) process.on(name, take)
  return {
    came,
    attach: (opened) => {
      host = opened
      end()
    },
    stop: () => {
      called()
      for (const name of names) process.off(name, take)
    },
  }
}
