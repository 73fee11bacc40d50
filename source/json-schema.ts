// Answers held against the JSON Schema of a person (drafts 6 to 2020-12), by ajv. It is large and is loaded for this
// alone. A schema that cannot be held to is refused before a run does any work for it, never passed over.

import type {Ajv, ErrorObject, Options, ValidateFunction} from 'ajv'

type Check = (value: unknown) => string[]

const maxWrong = 20

const options: Options = {
  allErrors: true,
  // Words that are not the standard's say nothing about a value, as the standard has it.
  strict: false,
  logger: false,
  // 19.99 is a multiple of 0.01, whatever binary fractions say.
  multipleOfPrecision: 9,
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list of schemas under `items` became `prefixItems` in 2020-12; all else that older drafts say is still understood. */
const hasOldItems = (schema: unknown): boolean => {
  if (Array.isArray(schema)) return schema.some(hasOldItems)
  return isObject(schema) && (Array.isArray(schema.items) || Object.values(schema).some(hasOldItems))
}

const openReader = async (old: boolean, unicodeRegExp: boolean): Promise<Ajv> => {
  const [{Ajv2019}, {Ajv2020}, {default: formats}] = await Promise.all([import('ajv/dist/2019.js'), import('ajv/dist/2020.js'), import('ajv-formats')])
  const reader = new (old ? Ajv2019 : Ajv2020)({...options, unicodeRegExp})
  formats.default(reader)
  return reader
}

// To open one takes longer than to read a schema with it.
const readers = new Map<string, Promise<Ajv>>()

const readerOf = (schema: unknown, unicodeRegExp: boolean): Promise<Ajv> => {
  const old = hasOldItems(schema)
  const key = `${old} ${unicodeRegExp}`
  const reader = readers.get(key) ?? openReader(old, unicodeRegExp)
  readers.set(key, reader)
  return reader
}

/** Without the name of its draft: one reader serves them all. */
const bare = (schema: Record<string, unknown> | boolean): Record<string, unknown> | boolean => {
  if (!isObject(schema)) return schema
  const {$schema: _, ...rest} = schema
  return rest
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
      if (validate(value)) return []
    } catch (thrown) {
      // Schemas may refer to themselves without ever coming to an end.
      if (thrown instanceof RangeError) return ['answer: the schema has no end']
      throw thrown
    }
    return [...new Set((validate.errors ?? []).map((error) => wordsOf(error, 'answer')))].slice(0, maxWrong)
  }
}
