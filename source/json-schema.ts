// Answers held against the JSON Schema of a person (drafts 6 to 2020-12, but for an `$id` that is only a fragment), by ajv. It is
// large and is loaded for this alone. A schema that cannot be held to is refused before a run does any work for it, never passed

import {Script} from 'node:vm'
import type {Ajv, ErrorObject, Options, ValidateFunction} from 'ajv'

type Check = (value: unknown) => string[]

const maxWrong = 20
/** A pattern may try for ever, and nothing else, not even a signal, is heard meanwhile. */
const maxMs = 2000

const options: Options = {
  allErrors: true,
  // Words that are not the standard's say nothing about a value, as the standard has it.
  strict: false,
  logger: false,
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list of schemas under `items` became `prefixItems` in 2020-12, as `$recursiveRef` became `$dynamicRef`. */
const isOlder = (schema: unknown): boolean => {
  if (Array.isArray(schema)) return schema.some(isOlder)
  return isObject(schema) && (Array.isArray(schema.items) || '$recursiveRef' in schema || '$recursiveAnchor' in schema || Object.values(schema).some(isOlder))
}

/** 19.99 is a multiple of 0.01, and so is 1234567.89, whatever binary fractions say. */
const isMultiple = (of: number, value: number): boolean => {
  const times = value / of
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
}

const data = new Set(['const', 'enum', 'default', 'examples'])
/** Under these stand schemas by names that a person has chosen. */
const byName = new Set(['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions'])

const openReader = async (old: boolean, unicodeRegExp: boolean): Promise<Ajv> => {
  const [{Ajv2019}, {Ajv2020}, {default: formats}] = await Promise.all([import('ajv/dist/2019.js'), import('ajv/dist/2020.js'), import('ajv-formats')])
  const reader = new (old ? Ajv2019 : Ajv2020)({...options, unicodeRegExp})
  formats.default(reader)
  reader.removeKeyword('multipleOf')
  reader.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    validate: isMultiple,
    error: {message: ({schema}) => `must be a multiple of ${schema}`},
  })
  return reader
}

// To open one takes longer than to read a schema with it.
const readers = new Map<string, Promise<Ajv>>()

const readerOf = (schema: unknown, unicodeRegExp: boolean): Promise<Ajv> => {
  const old = isOlder(schema)
  const key = `${old} ${unicodeRegExp}`
  const reader = readers.get(key) ?? openReader(old, unicodeRegExp)
  readers.set(key, reader)
  return reader
}

/**
 * What is the standard's alone, for one reader serves all drafts: without the draft's name, and without ajv's own words
 * (`$async` would make every answer right, a promise being true; `nullable` stands beside a `type` or says nothing).
 */
const bare = <T>(schema: T): T => {
  if (Array.isArray(schema)) return schema.map(bare) as T
  if (!isObject(schema)) return schema
  const own = Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$async' && (name !== 'nullable' || 'type' in schema))
  const below = (name: string, value: unknown): unknown => {
    if (data.has(name)) return value
    return byName.has(name) && isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bare(one)])) : bare(value)
  }
  return Object.fromEntries(own.map(([name, value]) => [name, below(name, value)])) as T
}

const placeOf = (pointer: string): string => pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')

const wordsOf = ({instancePath, keyword, message = 'does not match', params}: ErrorObject, whole: string): string => {
  const place = placeOf(instancePath) || whole
  if (keyword === 'enum') return `${place}: must be one of ${JSON.stringify(params.allowedValues).slice(0, 200)}`
  if (keyword === 'const') return `${place}: must be ${JSON.stringify(params.allowedValue)?.slice(0, 200)}`
  const name = params.additionalProperty ?? params.unevaluatedProperty
  return `${place}: ${message}${name === undefined ? '' : ` (${name})`}`
}

const read = async (schema: Record<string, unknown> | boolean, unicodeRegExp: boolean): Promise<ValidateFunction> => {
  const reader = await readerOf(schema, unicodeRegExp)
  if (!reader.validateSchema(schema)) throw new Error(wordsOf(reader.errors?.[0] as ErrorObject, 'it'))
  try {
    return reader.compile(schema)
  } finally {
    if (isObject(schema)) reader.removeSchema(schema)
  }
}

const compile = async (schema: Record<string, unknown> | boolean): Promise<ValidateFunction> => {
  try {
    return await read(schema, true)
  } catch (thrown) {
    // Patterns that the stricter reading of regular expressions refuses.
    if (!(thrown instanceof SyntaxError)) throw thrown
    return read(schema, false)
  }
}

/** Gives what is wrong with a value, as `path: words`; [] when it matches. Throws what is wrong with the schema. */
export const openCheck = async (schema: unknown): Promise<Check> => {
  if (typeof schema !== 'boolean' && !isObject(schema)) throw new Error('it is neither an object nor true or false')
  const validate = await compile(bare(schema))
  return (value) => {
    try {
      if (new Script('validate()').runInNewContext({validate: () => validate(value)}, {timeout: maxMs})) return []
    } catch (thrown) {
      // Schemas may refer to themselves without ever coming to an end.
      if (thrown instanceof RangeError) return ['answer: the schema has no end']
      if ((thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return [`answer: the schema did not decide within ${maxMs / 1000} s`]
      throw thrown
    }
    return [...new Set((validate.errors ?? []).map((error) => wordsOf(error, 'answer')))].slice(0, maxWrong)
  }
}
