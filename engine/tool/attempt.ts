// Running one tool once, or again when what failed was the machine and not the call: under a time limit, ended by
// the caller's signal, and with whatever it throws turned into a fault.

import type {Clock} from '../base/clock.ts'
import {bad, type Envelope, type Fault, good} from '../base/envelope.ts'
import {asFault, FaultError, fault} from '../contract/fault.ts'
import type {AnyTool, Site, Told} from '../contract/tool.ts'

const maxRetries = 3
const firstWaitMs = 50
const transient = new Set(['EAGAIN', 'EBUSY', 'ETXTBSY', 'EMFILE', 'ENFILE'])

const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '')

/**
 * A command that could not be started has done nothing and may be started again; so may a file tool that the machine
 * refused, since it changes all or nothing. A command that ran is never run twice.
 */
const isTransient = (thrown: unknown, touches: readonly string[] | 'any'): boolean => {
  if (thrown instanceof FaultError) return thrown.fault.code === 'job.failed'
  return touches !== 'any' && transient.has(codeOf(thrown))
}

export interface Attempt {
  tool: AnyTool
  input: unknown
  site: Site
  touches: readonly string[] | 'any'
  clock: Clock
  /** undefined: the tool limits itself (a command has its own time) or waits for a person. */
  limitMs: number | undefined
}

/** The site with another signal; what it holds is shared, not copied. */
const under = (site: Site, signal: AbortSignal): Site => Object.create(site, {signal: {value: signal, enumerable: true}}) as Site

const ended = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, {once: true})
  })

const once = async ({tool, input, site, limitMs, clock}: Attempt): Promise<Told> => {
  const own = new AbortController()
  const signal = AbortSignal.any([site.signal, own.signal])
  const over = new AbortController()
  if (limitMs !== undefined) {
    const seconds = Math.round(limitMs / 1000)
    clock.sleep(limitMs, over.signal).then(
      () => own.abort(new FaultError(fault('tool.timeout', {name: tool.name, seconds}))),
      () => undefined,
    )
  }
  const stopped = ended(signal)
  // Whoever loses the race must not be reported as unhandled.
  stopped.catch(() => undefined)
  try {
    const running = tool.run(input, under(site, signal))
    running.catch(() => undefined)
    return await Promise.race([running, stopped])
  } finally {
    over.abort()
  }
}

const faultOf = (thrown: unknown, attempt: Attempt): Fault =>
  attempt.site.signal.aborted && !(thrown instanceof FaultError) ? fault('tool.cut') : asFault(thrown, 'tool.crashed', {name: attempt.tool.name})

/** Never throws. */
export const attempt = async (asked: Attempt): Promise<Envelope<Told>> => {
  for (let tries = 0; ; tries++) {
    if (asked.site.signal.aborted) return bad(fault('tool.stopped'))
    try {
      return good(await once(asked))
    } catch (thrown) {
      if (tries >= maxRetries || !isTransient(thrown, asked.touches)) return bad(faultOf(thrown, asked))
      await asked.clock.sleep(firstWaitMs * 4 ** tries, asked.site.signal).catch(() => undefined)
    }
  }
}
