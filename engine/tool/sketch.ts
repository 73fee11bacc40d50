// A schema thunk read without zod: a stand-in `z` that knows the few words tools use and notes what they would
// say as JSON Schema. A thunk that uses any other word throws here, and the caller asks the real zod instead: so does
// one with defaults, for what is sketched must be all there is to know (accept.ts validates by it). A test holds the two readings of every built-in tool against each other.

import type {Schema, Zod} from '../contract/schema.ts'

type Json = Record<string, unknown>

interface Noted {
  json: Json
  isOptional: boolean
}

const bounds: Readonly<Record<string, readonly [min: string, max: string]>> = {
  string: ['minLength', 'maxLength'],
  array: ['minItems', 'maxItems'],
}

const boundName = (json: Json, end: 0 | 1): string => bounds[String(json.type)]?.[end] ?? (end === 0 ? 'minimum' : 'maximum')

const note = (json: Json, isOptional = false): Noted & Record<string, unknown> => ({
  json,
  isOptional,
  optional: () => note(json, true),
  describe: (description: string) => note({...json, description}, isOptional),
  int: () => note({...json, type: 'integer'}, isOptional),
  min: (least: number) => note({...json, [boundName(json, 0)]: least}, isOptional),
  max: (most: number) => note({...json, [boundName(json, 1)]: most}, isOptional),
})

const object = (shape: Record<string, Noted>): Noted => {
  const keys = Object.keys(shape)
  const required = keys.filter((key) => !shape[key]?.isOptional)
  const properties = Object.fromEntries(keys.map((key) => [key, (shape[key] as Noted).json]))
  return note({type: 'object', properties, ...(required.length > 0 ? {required} : {})})
}

const words = {
  object,
  string: () => note({type: 'string'}),
  number: () => note({type: 'number'}),
  int: () => note({type: 'integer'}),
  boolean: () => note({type: 'boolean'}),
  array: (items: Noted) => note({type: 'array', items: items.json}),
  enum: (options: readonly string[]) => note({type: 'string', enum: [...options]}),
}

/** Throws a TypeError for a schema that uses more than the stand-in knows. */
export const sketchOf = (takes: Schema<unknown>): Json => {
  const {json} = takes(words as unknown as Zod) as unknown as Noted
  if (typeof json !== 'object') throw new TypeError('not a sketch')
  return json
}

const noise = new Set(['$schema', 'additionalProperties', 'default'])

/** What zod prints, less what tells a model nothing. */
export const compactSchema = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(compactSchema)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, inner]) => !noise.has(key) && !(typeof inner === 'number' && Math.abs(inner) === Number.MAX_SAFE_INTEGER))
  return Object.fromEntries(kept.map(([key, inner]) => [key, key === 'properties' ? eachOf(inner) : compactSchema(inner)]))
}

// Property names are the tool's own: one of them may be called `default`.
const eachOf = (properties: unknown): unknown => Object.fromEntries(Object.entries(properties as Json).map(([key, inner]) => [key, compactSchema(inner)]))
