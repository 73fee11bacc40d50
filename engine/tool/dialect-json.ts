// Calls written as JSON: where a value ends in running text, and which calls a value holds. Pure.
// A name alone is no call: there must be arguments, and every argument that the tool requires.

import type {ToolSpec} from '../contract/model.ts'
import {coerce} from './coerce.ts'
import {looseValues} from './dialect-loose.ts'
import {sameName} from './nearest.ts'

type Json = Record<string, unknown>

export interface LeakedCall {
  tool: string
  /** JSON text, as a call's arguments are everywhere. */
  input: string
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const closers: Readonly<Record<string, string>> = {'{': '}', '[': ']'}

/** Index after the object or list that begins at `from`; -1 when it does not end. */
export const jsonEnd = (text: string, from: number): number => {
  const open: string[] = []
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string
    if (char === '"') {
      at = stringEnd(text, at)
      if (at === -1) return -1
    } else if (closers[char]) open.push(closers[char])
    else if (char === '}' || char === ']') {
      if (open.pop() !== char) return -1
      if (open.length === 0) return at + 1
    }
  }
  return -1
}

const stringEnd = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at
  }
  return -1
}

export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const argumentsIn = (text: string): unknown => {
  if (text.trim() === '') return {}
  const values = parsed(text) ?? looseValues(text, false)
  return Array.isArray(values) && values.length === 1 ? values[0] : values
}

/** Where a value would stand: its type, dots, or its own name between angles. */
const placeholder = /^(?:str(?:ing)?|int(?:eger)?|number|float|bool(?:ean)?|object|array|an[y]|\.{3}|…|<[\w -]+>)$/i

const isForm = (args: Json): boolean => {
  const values = Object.values(args)
  return values.length > 0 && values.every((value) => typeof value === 'string' && placeholder.test(value))
}

/** The call, if the tool exists and all that it requires is there. */
export const verified = (name: unknown, given: unknown, tools: readonly ToolSpec[]): LeakedCall | undefined => {
  if (typeof name !== 'string') return undefined
  const known = sameName(
    name,
    tools.map((tool) => tool.name),
  )
  const spec = tools.find((tool) => tool.name === known)
  const args = typeof given === 'string' ? argumentsIn(given) : (given ?? {})
  if (!spec || !isObject(args) || isForm(args)) return undefined
  const shaped = coerce(args, spec.input) as Json
  const required = (spec.input.required as string[] | undefined) ?? []
  return required.every((key) => shaped[key] !== undefined) ? {tool: spec.name, input: JSON.stringify(args)} : undefined
}

const nameKeys = ['name', 'tool_name', 'tool', 'function', 'function_name', 'action', 'recipient_name']
const argumentKeys = ['arguments', 'parameters', 'args', 'params', 'input', 'tool_input', 'action_input', 'kwargs']
const labels = new Set(['type', 'id', 'call_id', 'tool_call_id', 'index'])

const fromObject = (value: Json, tools: readonly ToolSpec[], loose: boolean): LeakedCall[] | undefined => {
  if (Array.isArray(value.tool_calls)) return callsIn(value.tool_calls, tools, loose)
  if (isObject(value.function)) return fromObject(value.function, tools, loose)
  if (isObject(value.function_call)) return fromObject(value.function_call, tools, loose)
  const nameKey = nameKeys.find((key) => typeof value[key] === 'string')
  const argumentKey = argumentKeys.find((key) => isObject(value[key]) || typeof value[key] === 'string')
  if (!nameKey) return undefined
  const rest = Object.entries(value).filter(([key]) => key !== nameKey && !labels.has(key))
  // More than a name and its arguments is a record that happens to have a name.
  if (argumentKey ? rest.length > 1 : !loose) return undefined
  const call = verified(value[nameKey], argumentKey ? value[argumentKey] : Object.fromEntries(rest), tools)
  return call && [call]
}

/** All calls of a value, or undefined when any of it is something else. `loose`: arguments may stand beside the name. */
export const callsIn = (value: unknown, tools: readonly ToolSpec[], loose: boolean): LeakedCall[] | undefined => {
  if (isObject(value)) return fromObject(value, tools, loose)
  if (!Array.isArray(value) || value.length === 0) return undefined
  const found = value.map((one) => (isObject(one) ? fromObject(one, tools, loose) : undefined))
  return found.every((calls) => calls !== undefined) ? found.flat() : undefined
}

/** Calls written as `{"read": {"path": …}}`, one name to an object; a form that needs a mark of its own around it. */
export const callsByName = (value: unknown, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const each = (Array.isArray(value) ? value : [value]).map((one) => {
    const [entry, ...more] = isObject(one) ? Object.entries(one) : []
    return entry && more.length === 0 && isObject(entry[1]) ? verified(entry[0], entry[1], tools) : undefined
  })
  return each.length > 0 && each.every((call) => call !== undefined) ? each : undefined
}

/** A call whose JSON is broken between tags that are whole: the name is read, the arguments are left to be mended. */
export const salvaged = (body: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const name = /^\s*\{?\s*["']?(?:name|tool|function)["']?\s*:\s*["']([\w.-]+)["']/.exec(body)
  const known = sameName(
    name?.[1] ?? '',
    tools.map((tool) => tool.name),
  )
  const args = /["']?(?:arguments|parameters|args|input)["']?\s*:\s*(\{[\s\S]*\})\s*\}?\s*$/.exec(body)?.[1]
  const required = (tools.find((tool) => tool.name === known)?.input.required as string[] | undefined) ?? []
  // Where nothing stands in a field's place there is nothing to mend.
  if (!known || !args || (required.length > 0 && !args.includes(':')) || /:\s*(?:\.{3}|…)\s*[,}]/.test(args)) return undefined
  // The last brace closes the call itself unless it was forgotten.
  const opens = args.split('{').length
  const closes = args.split('}').length
  return [{tool: known, input: closes > opens ? args.slice(0, args.lastIndexOf('}')) : args}]
}

const pythonValue = (text: string): unknown => {
  const trimmed = text.trim()
  if (/^(True|False|None)$/.test(trimmed)) return trimmed === 'None' ? null : trimmed === 'True'
  const single = /^'((?:[^'\\]|\\.)*)'$/s.exec(trimmed)
  return single ? (single[1] as string).replace(/\\'/g, "'").replace(/\\n/g, '\n').replace(/\\\\/g, '\\') : parsed(trimmed.replace(/\n/g, '\\n'))
}

const keyword = /\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[\w.+-]+)\s*(,|(?=\)))/sy

const positional = /\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?=\))/sy

/** The one field that a tool requires, where it is a text: only then is it clear which a value without a name is for. */
const onlyField = (name: string, tools: readonly ToolSpec[]): string | undefined => {
  const spec = tools.find((tool) => tool.name === name)
  const [field, ...more] = (spec?.input.required as string[] | undefined) ?? []
  const {type} = ((spec?.input.properties as Json | undefined)?.[field ?? ''] ?? {}) as {type?: unknown}
  return more.length === 0 && type === 'string' ? field : undefined
}

/** `name(a="x", b=1)` at `from`, keyword arguments only, or `name("x")` where there is only one. */
export const pythonCall = (text: string, from: number, tools: readonly ToolSpec[]): {call: LeakedCall; end: number} | undefined => {
  const head = /(?:print\()?(?:default_api\.|functions\.)?(\w+)(?:\.call)?\(/y
  head.lastIndex = from
  const name = head.exec(text)
  if (!name) return undefined
  const args: Json = {}
  let at = head.lastIndex
  const field = onlyField(name[1] as string, tools)
  positional.lastIndex = at
  const alone = field ? positional.exec(text) : null
  if (field && alone) {
    args[field] = pythonValue(alone[1] as string)
    at = positional.lastIndex
  }
  for (;;) {
    keyword.lastIndex = at
    const found = keyword.exec(text)
    if (!found) break
    const value = pythonValue(found[2] as string)
    if (value === undefined) return undefined
    args[found[1] as string] = value
    at = keyword.lastIndex
  }
  const close = /\s*\)/y
  close.lastIndex = at
  const printed = name[0].startsWith('print(')
  if (!close.test(text) || (printed && text[close.lastIndex] !== ')')) return undefined
  const call = verified(name[1], args, tools)
  return call && {call, end: close.lastIndex + (printed ? 1 : 0)}
}
