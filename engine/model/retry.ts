// What to do after a call failed: the same route again after a pause, the next route, or give up. Pure.

import type {Fault} from '../base/envelope.ts'

export type Next = {do: 'again'; waitMs: number} | {do: 'other'; lasting: boolean} | {do: 'stop'}

/** Attempts per route; a silent server costs a whole time-out each time, an empty reply is asked for once more. */
const attempts: Readonly<Record<string, number>> = {'model.empty': 2, 'model.silent': 2, 'model.unreachable': 3}
const mostAttempts = 4
const baseMs = 500
const maxMs = 8000

/** Trouble of the route, not of the request: another route may well do it. */
const ofTheRoute = new Set(['model.unreachable', 'model.credentials', 'model.unknown', 'model.refused', 'model.window', 'model.broken'])

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
  /** 0 to 1, for the jitter. */
  dice: number
}

export const nextAfter = ({error, tries, waitMs, callMs, onTrial, dice}: Failed): Next => {
  if (!error.again) return ofTheRoute.has(error.code) ? {do: 'other', lasting: true} : {do: 'stop'}
  const most = onTrial ? 1 : (attempts[error.code] ?? mostAttempts)
  if (tries >= most) return {do: 'other', lasting: false}
  if (waitMs !== undefined) return waitMs > callMs ? {do: 'other', lasting: false} : {do: 'again', waitMs}
  return {do: 'again', waitMs: Math.round(Math.min(maxMs, baseMs * 2 ** (tries - 1)) * (0.75 + dice / 2))}
}
