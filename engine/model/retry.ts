// What to do after a call failed: the same route again after a pause, the next route, or give up. Pure.

import type {Fault} from '../base/envelope.ts'

export type Next = {do: 'again'; waitMs: number} | {do: 'other'; blame: 'none' | 'transient' | 'lasting'} | {do: 'stop'}

/** Attempts per route; a silent server costs a whole time-out each time, an empty reply is asked for once more. */
const attempts: Readonly<Record<string, number>> = {'model.empty': 2, 'model.silent': 2, 'model.unreachable': 3}
const mostAttempts = 4
const baseMs = 500
const maxMs = 8000

/** With another healthy route at hand, one failure is chance and two are reason enough; and no server is waited for longer than this. */
const attemptsWithOthers = 2
const patienceMs = 10_000

/** Trouble of the route, not of the request: another route may well do it. */
const ofTheRoute = new Set(['model.unreachable', 'model.credentials', 'model.unknown', 'model.refused', 'model.broken'])
/** Too much for this route, which is well all the same; another may have more room. */
const tooMuch = new Set(['model.window', 'model.length'])

export interface Failed {
  error: Fault
  /** Attempts on this route so far, this one included. */
  tries: number
  /** As the server asked. */
  waitMs?: number
  /** Longest wait worth obeying. */
  callMs: number
  /** A route that has just been taken back gets one attempt. */
  onTrial: boolean
  /** Another route is healthy and has not been tried in this call. */
  others: boolean
  /** 0 to 1, for the jitter. */
  dice: number
}

export const nextAfter = ({error, tries, waitMs, callMs, onTrial, others, dice}: Failed): Next => {
  if (tooMuch.has(error.code)) return {do: 'other', blame: 'none'}
  if (!error.again) return ofTheRoute.has(error.code) ? {do: 'other', blame: 'lasting'} : {do: 'stop'}
  const usual = attempts[error.code] ?? mostAttempts
  const most = onTrial ? 1 : others ? Math.min(usual, attemptsWithOthers) : usual
  if (tries >= most) return {do: 'other', blame: 'transient'}
  if (waitMs !== undefined) return waitMs > (others ? Math.min(callMs, patienceMs) : callMs) ? {do: 'other', blame: 'transient'} : {do: 'again', waitMs}
  return {do: 'again', waitMs: Math.round(Math.min(maxMs, baseMs * 2 ** (tries - 1)) * (0.75 + dice / 2))}
}
