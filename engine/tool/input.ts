// From the text that a model wrote as arguments to a value a tool can take: read, mended, brought into shape.
// An input that stops inside a string is never completed: half a file would be written as if it were whole.

import {coerce} from './coerce.ts'
import {parametersIn} from './dialect-params.ts'

type Json = Record<string, unknown>
export type InputRead = {ok: true; value: unknown} | {ok: false; why: string}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (text: string): {value: unknown} | undefined => {
  try {
    return {value: JSON.parse(text)}
  } catch {
    return undefined
  }
}

/** Does the text end before a string that it began? Quotes inside a string that a model forgot to escape count as pairs. */
export const endsInString = (text: string): boolean => {
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at += 1
    else if (char === '"') inside = !inside
  }
  return inside
}

const fence = /^```\w*\s*\n([\s\S]*?)\n?```\s*$/

const mend = async (text: string): Promise<{value: unknown} | undefined> => {
  try {
    const {jsonrepair} = await import('jsonrepair')
    return parse(jsonrepair(text))
  } catch {
    return undefined
  }
}

const wrappers = ['arguments', 'args', 'parameters', 'params', 'input', 'tool_input', 'kwargs']
const labels = new Set([...wrappers, 'name', 'tool', 'tool_name', 'function', 'type', 'id'])

/** `{"name": …, "arguments": {…}}` and `{"input": "{…}"}` stand for what they hold. */
const unwrapped = (value: unknown, properties: Json): unknown => {
  if (!isObject(value)) return value
  const keys = Object.keys(value)
  const wrapper = wrappers.find((name) => Object.hasOwn(value, name) && !Object.hasOwn(properties, name))
  if (!wrapper || !keys.every((key) => labels.has(key) && !Object.hasOwn(properties, key))) return value
  const inner = value[wrapper]
  const read = typeof inner === 'string' ? parse(inner)?.value : inner
  return isObject(read) ? read : value
}

const start = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** The input as the schema wants it, as far as it can be had; whether it is valid is the validator's to say. */
export const readInput = async (text: string, schema: Json): Promise<InputRead> => {
  const trimmed = text.trim()
  if (trimmed === '') return {ok: true, value: {}}
  const bare = fence.exec(trimmed)?.[1] ?? trimmed
  const direct = parse(bare)
  const twice = typeof direct?.value === 'string' ? parse(direct.value) : undefined
  const leaked = direct ? undefined : parametersIn(bare)
  if (!direct && !leaked && endsInString(bare)) return {ok: false, why: 'it is cut off: it ends inside a string'}
  const found = twice ?? direct ?? (leaked ? {value: leaked} : await mend(bare))
  if (!found) return {ok: false, why: `it is not a JSON object: ${start(bare)}`}
  const properties = (schema.properties ?? {}) as Json
  const value = isObject(found.value) ? coerce(unwrapped(found.value, properties), schema) : undefined
  return isObject(value) ? {ok: true, value} : {ok: false, why: `it is not a JSON object: ${start(bare)}`}
}
