// A stream of parts becomes one reply. A stream that just stops has been cut: without its `end` part there is
// no answer, however much text came.

import type {Fault} from '../base/envelope.ts'
import {asFault, fault} from '../contract/fault.ts'
import {noUsage, type Usage} from '../contract/grant.ts'
import type {Call} from '../contract/message.ts'
import type {Part} from '../contract/model.ts'

export interface Collected {
  text: string
  thought: string
  /** Empty whenever `error` is set: a call of a reply that failed is never handed on. */
  calls: Call[]
  why: 'stop' | 'length' | 'calls' | 'fault'
  usage: Usage
  error?: Fault
  waitMs?: number
  keep?: {provider: string; items: unknown[]}
  firstMs?: number
  thinkingMs?: number
  told?: Record<string, string | number>
}

/** Never throws; `route` is for the words of faults. */
export const collect = async (stream: AsyncIterable<Part>, route: string, onText: (text: string, thought: boolean) => void): Promise<Collected> => {
  const texts: string[] = []
  const thoughts: string[] = []
  const calls: Call[] = []
  const whole = (rest: Omit<Collected, 'text' | 'thought' | 'calls'>): Collected => ({
    text: texts.join(''),
    thought: thoughts.join(''),
    calls: rest.error ? [] : calls,
    ...rest,
  })
  try {
    for await (const part of stream) {
      if (part.is === 'end') {
        const {is: _, error, ...rest} = part
        if (part.why === 'fault') return whole({...rest, error: error ?? fault('model.broken', {route, why: 'no reason given'})})
        return whole({...rest, ...(error ? {error, why: 'fault' as const} : {})})
      }
      if (part.is === 'call') calls.push(part.call)
      else {
        ;(part.is === 'text' ? texts : thoughts).push(part.text)
        onText(part.text, part.is === 'thought')
      }
    }
  } catch (thrown) {
    return whole({why: 'fault', usage: noUsage, error: asFault(thrown, 'internal')})
  }
  return whole({why: 'fault', usage: noUsage, error: fault('model.cut', {route})})
}
