// A JSON Schema as the server's grammar takes it: every object closed, no keyword that it would refuse. A schema
// that would mean something else then is not sent at all; the answer is checked afterwards in any case.

type Schema = Record<string, unknown>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)

const kept = new Set([
  'type',
  'properties',
  'required',
  'items',
  'enum',
  'const',
  'anyOf',
  'allOf',
  'description',
  'title',
  'default',
  '$defs',
  'definitions',
  '$ref',
])
/** Bounds that only narrow a value: the grammar leaves them out, the check afterwards does not. */
const bounds =
  /^(minimum|maximum|exclusiveM(in|ax)imum|multipleOf|m(in|ax)(Length|Items|Properties)|uniqueItems|pattern|format|examples|\$schema|\$id|\$comment|additionalProperties)$/

class Inexpressible extends Error {}

const each = (schemas: unknown): Schema => Object.fromEntries(Object.entries(isSchema(schemas) ? schemas : {}).map(([name, one]) => [name, closed(one)]))

const isOpen = ({type, properties, additionalProperties}: Schema): boolean =>
  type === 'object' && (isSchema(additionalProperties) || !isSchema(properties) || Object.keys(properties).length === 0)

const closed = (schema: unknown): Schema => {
  if (!isSchema(schema)) throw new Inexpressible()
  if (isOpen(schema)) throw new Inexpressible()
  const out: Schema = {}
  for (const [key, value] of Object.entries(schema)) {
    if (!kept.has(key)) {
      if (bounds.test(key)) continue
      throw new Inexpressible()
    }
    if (key === 'properties' || key === '$defs' || key === 'definitions') out[key] = each(value)
    else if (key === 'items') out[key] = closed(value)
    else if (key === 'anyOf' || key === 'allOf') out[key] = (value as unknown[]).map(closed)
    else out[key] = value
  }
  return schema.type === 'object' ? {...out, additionalProperties: false} : out
}

/** Undefined when the grammar cannot say what the schema says. */
export const answerFormat = (schema: Schema): {type: 'json_schema'; schema: Schema} | undefined => {
  try {
    return {type: 'json_schema', schema: closed(schema)}
  } catch (thrown) {
    if (thrown instanceof Inexpressible) return undefined
    throw thrown
  }
}
