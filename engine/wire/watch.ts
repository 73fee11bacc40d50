// The clocks of one call: connect, first token, silence, total. A timer is set once per phase and looks at the
// time of the last byte when it rings, so a stream of thousands of pieces sets no timers.

import {longestTimerMs} from '../base/clock.ts'
import type {Fault} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {Timeouts} from '../contract/model.ts'

export interface Watch {
  enter(what: 'first' | 'next'): void
  heard(): void
  close(): void
}

const timer = (ring: () => void, ms: number): NodeJS.Timeout => setTimeout(ring, Math.min(Math.ceil(ms), longestTimerMs))

export const openWatch = ({route, timeouts, hint}: {route: string; timeouts: Timeouts; hint: string}, expired: (found: Fault) => void): Watch => {
  const began = performance.now()
  let phase: 'connect' | 'first' | 'next' = 'connect'
  let since = began
  const seconds = () => (phase === 'connect' ? timeouts.connectSec : phase === 'first' ? timeouts.firstTokenSec : timeouts.idleSec)
  const found = (): Fault =>
    phase === 'connect'
      ? fault('model.unreachable', {route, why: `no connection within ${seconds()} s`, hint})
      : fault('model.silent', {route, seconds: seconds()})
  const look = (): void => {
    const leftMs = seconds() * 1000 - (performance.now() - since)
    if (leftMs > 0) ringing = timer(look, leftMs)
    else expired(found())
  }
  let ringing = timer(look, seconds() * 1000)
  // A call that took its whole time would take it again.
  const total = timer(
    () =>
      expired({
        ...fault('model.broken', {route, why: `it took longer than ${timeouts.callSec} s`}),
        hint: 'raise timeouts.callSec if it needs longer',
        again: false,
      }),
    timeouts.callSec * 1000,
  )
  return {
    enter: (what) => {
      if (phase === what) return
      // The first token is owed from the moment when the request was made.
      since = what === 'first' && phase === 'connect' ? began : performance.now()
      phase = what
      clearTimeout(ringing)
      look()
    },
    heard: () => {
      if (phase === 'next') since = performance.now()
    },
    close: () => {
      clearTimeout(ringing)
      clearTimeout(total)
    },
  }
}
