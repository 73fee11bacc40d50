// A stream of parts becomes one reply. A stream that just stops has been cut: without its `end` part there is
// no answer, however much text came.

import type {Fault} from '../base/envelope.ts'
import {openPile} from '../base/pile.ts'
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

const closing = '</think>'

/** Thoughts that nobody took out, by the marks of their models; the opening one stands at the very start. */
const marked = /^\s*(?:<((?:seed|mm):think|think(?:ing)?|thoughts?|reasoning)>([\s\S]*?)<\/\1>|\[THINK\]([\s\S]*?)\[\/THINK\])/
/** Harmony as gpt-oss writes it, where its server reads none of it: what is final is said, all before it was thought. */
const harmony =
  /^\s*(?:<\|start\|>assistant)?<\|channel\|>(?:analysis|commentary)<\|message\|>([\s\S]*)<\|channel\|>final(?:\s*<\|constrain\|>\w+)?<\|message\|>([\s\S]*?)(?:<\|(?:return|end)\|>\s*)?$/
const harmonyMarks = /<\|(?:start|end|channel|message)\|>(?:assistant|analysis|commentary)?/g

interface Apart {
  thought: string
  text: string
}

/**
 * Where nobody takes the thoughts out and the template has opened them already (R1 and QwQ on a bare server), only their
 * end stands in the text, on a line of its own.
 */
const afterClosing = (text: string): Apart | undefined => {
  const at = text.indexOf(closing)
  if (at === -1) return undefined
  const before = text.slice(0, at)
  const alone = (at === 0 || before.endsWith('\n')) && /^\s*(?:\n|$)/.test(text.slice(at + closing.length, at + closing.length + 80))
  if (!alone || before.includes('<think>') || (before.match(/```/g)?.length ?? 0) % 2 !== 0) return undefined
  return {thought: before, text: text.slice(at + closing.length).trimStart()}
}

const thoughtIn = (text: string): Apart | undefined => {
  const found = marked.exec(text)
  if (found) return {thought: (found[2] ?? found[3] ?? '').trim(), text: text.slice(found[0].length).trimStart()}
  const final = text.includes('<|channel|>final') ? harmony.exec(text) : null
  if (final) return {thought: (final[1] as string).replace(harmonyMarks, '\n').trim(), text: final[2] as string}
  return afterClosing(text)
}

/** The same reply with what it only thought apart from what it says. */
const apart = (reply: Collected, route: string): Collected => {
  const found = thoughtIn(reply.text)
  if (!found) return reply
  const made = {...reply, text: found.text, thought: reply.thought + found.thought}
  return found.text === '' && made.calls.length === 0 && !made.error ? {...made, why: 'fault', error: fault('model.empty', {route})} : made
}

/** Never throws; `route` is for the words of faults. */
export const collect = async (stream: AsyncIterable<Part>, route: string, onText: (text: string, thought: boolean) => void): Promise<Collected> => {
  const texts = openPile()
  const thoughts = openPile()
  const calls: Call[] = []
  const whole = (rest: Omit<Collected, 'text' | 'thought' | 'calls'>): Collected =>
    apart({text: texts.whole(), thought: thoughts.whole(), calls: rest.error ? [] : calls, ...rest}, route)
  try {
    for await (const part of stream) {
      if (part.is === 'end') {
        const {is: _, error, ...rest} = part
        if (part.why === 'fault') return whole({...rest, error: error ?? fault('model.broken', {route, why: 'no reason given'})})
        return whole({...rest, ...(error ? {error, why: 'fault' as const} : {})})
      }
      if (part.is === 'call') calls.push(part.call)
      else {
        ;(part.is === 'text' ? texts : thoughts).add(part.text)
        onText(part.text, part.is === 'thought')
      }
    }
  } catch (thrown) {
    return whole({why: 'fault', usage: noUsage, error: asFault(thrown, 'internal')})
  }
  return whole({why: 'fault', usage: noUsage, error: fault('model.cut', {route})})
}
