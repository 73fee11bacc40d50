// Can a JSON Schema be held to? Found out before a run does any work for it: keywords whose values are of the wrong
// kind, types that are none, references that lead out of the file, patterns that cannot be read. Pure.

import {isObject, type Json, type Schema, schemaAt} from './json-pointer.ts'

const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']
const isSchema = (value: Json): value is Schema => typeof value === 'boolean' || isObject(value)
const isCount = (value: Json): boolean => Number.isInteger(value) && (value as number) >= 0
const isText = (value: Json): boolean => typeof value === 'string'
const isTexts = (value: Json): boolean => Array.isArray(value) && value.every(isText)

const isPattern = (value: Json): boolean => {
  try {
    new RegExp(value as string)
    return typeof value === 'string'
  } catch {
    return false
  }
}

const kinds: Readonly<Record<string, readonly [fits: (value: Json) => boolean, words: string]>> = {
  ...Object.fromEntries(
    ['multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((name) => [
      name,
      [(value: Json) => typeof value === 'number', 'a number'],
    ]),
  ),
  ...Object.fromEntries(
    'minLength maxLength minItems maxItems minContains maxContains minProperties maxProperties'.split(' ').map((name) => [name, [isCount, 'a count']]),
  ),
  $ref: [isText, 'a text'],
  enum: [Array.isArray, 'a list'],
  pattern: [isPattern, 'a regular expression'],
  required: [isTexts, 'a list of names'],
  dependentRequired: [(value) => isObject(value) && Object.values(value).every(isTexts), 'lists of names'],
}

const one = ['additionalItems', 'contains', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else', 'unevaluatedItems', 'unevaluatedProperties']
const many = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const byName = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']
/** What needs more than one schema to be understood. */
const beyond = ['$dynamicRef', '$recursiveRef']

const below = (schema: Record<string, Json>): [where: string, value: Json][] => [
  ...one.flatMap((name): [string, Json][] => (Object.hasOwn(schema, name) ? [[name, schema[name] as Json]] : [])),
  ...many.flatMap((name): [string, Json][] => [schema[name] ?? []].flat().map((value) => [name, value as Json])),
  ...[schema.items ?? []].flat().map((value): [string, Json] => ['items', value as Json]),
  ...byName
    .flatMap((name) => (isObject(schema[name] ?? null) ? Object.entries(schema[name] as Record<string, Json>) : []))
    .filter(([, value]) => !isTexts(value)),
]

const typeTrouble = (type: Json): string | undefined => {
  const wrong = [type].flat().find((name) => !types.includes(name as string))
  return wrong === undefined ? undefined : `there is no type ${JSON.stringify(wrong)}`
}

const ownTrouble = (schema: Record<string, Json>, root: Schema): string | undefined => {
  for (const [name, [fits, words]] of Object.entries(kinds)) if (Object.hasOwn(schema, name) && !fits(schema[name] as Json)) return `${name} must be ${words}`
  const odd = beyond.find((name) => Object.hasOwn(schema, name))
  if (odd) return `${odd} is not supported`
  const unread = isObject(schema.patternProperties ?? null) && Object.keys(schema.patternProperties as object).find((pattern) => !isPattern(pattern))
  if (unread) return `patternProperties: ${unread} is no regular expression`
  if (typeof schema.$ref === 'string' && schemaAt(root, schema.$ref) === undefined) return `$ref ${schema.$ref} leads to no schema in this file`
  return Object.hasOwn(schema, 'type') ? typeTrouble(schema.type as Json) : undefined
}

const troubleIn = (schema: Json, root: Schema, where: string): string => {
  if (!isSchema(schema)) return `${where} is no schema`
  if (typeof schema === 'boolean') return ''
  const own = ownTrouble(schema, root)
  if (own) return own
  for (const [name, value] of below(schema)) {
    const found = troubleIn(value, root, name)
    if (found) return found
  }
  return ''
}

/** '' when it can be held to, else what is wrong with it. */
export const troubleOf = (schema: Json): string => (isSchema(schema) ? troubleIn(schema, schema, 'it') : 'it is neither an object nor true or false')
