// What a server of chat completions wants back with its own calls, or refuses the next request: its thoughts (DeepSeek, Kimi),
// their details (OpenRouter), a signature on each call (Gemini). It goes back as it came and to the same route only. Pure.

import {openPile, type Pile} from '../../engine/plugin.ts'

export type Kept = {is: 'reasoning'; text: string} | {is: 'details'; details: Detail[]} | {is: 'extra'; index: number; extra: unknown}

type Detail = Record<string, unknown>

/** Fields that come in pieces. */
const growing = ['text', 'summary', 'data'] as const

const isDetail = (value: unknown): value is Detail => typeof value === 'object' && value !== null && !Array.isArray(value)

const continues = (last: Detail | undefined, next: Detail): last is Detail =>
  last !== undefined && last.type === next.type && last.index === next.index && (!next.id || !last.id || last.id === next.id)

const joined = (last: Detail, next: Detail): Detail => {
  const more = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null && value !== undefined))
  const grown = growing.flatMap((name) => (typeof last[name] === 'string' && typeof more[name] === 'string' ? [[name, last[name] + more[name]]] : []))
  return {...last, ...more, ...Object.fromEntries(grown)}
}

export const openKept = () => {
  let reasoning: Pile | undefined
  const details: Detail[] = []
  return {
    reasoned: (text: string): void => {
      reasoning ??= openPile()
      reasoning.add(text)
    },
    detailed: (more: unknown): void => {
      for (const next of Array.isArray(more) ? more.filter(isDetail) : []) {
        const last = details.at(-1)
        if (continues(last, next)) details[details.length - 1] = joined(last, next)
        else details.push(next)
      }
    },
    /** Only calls are answered to: thoughts that led to a mere text are nobody's business any more. */
    all: (calls: readonly {extra?: unknown}[]): Kept[] => {
      if (calls.length === 0) return []
      const extras = calls.flatMap(({extra}, index): Kept[] => (extra === undefined ? [] : [{is: 'extra', index, extra}]))
      const thoughts: Kept[] = reasoning ? [{is: 'reasoning', text: reasoning.whole()}] : []
      return [...thoughts, ...(details.length > 0 ? [{is: 'details' as const, details}] : []), ...extras]
    },
  }
}

/** The fields of a message in which it goes back. */
export const sentBack = (items: readonly Kept[]): {message: object; call(index: number): object} => {
  const message = Object.assign(
    {},
    ...items.map((item) => (item.is === 'reasoning' ? {reasoning_content: item.text} : item.is === 'details' ? {reasoning_details: item.details} : {})),
  )
  const extras = new Map(items.flatMap((item) => (item.is === 'extra' ? [[item.index, {extra_content: item.extra}]] : [])))
  return {message, call: (index) => extras.get(index) ?? {}}
}
