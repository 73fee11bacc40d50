// Does an input fit a sketched schema as it is? A yes is zod's yes, with the value that zod would give; everything else
// is zod's to say, in its words. So a good call, which nearly all are, is validated without loading zod.

type Json = Record<string, unknown>

interface Accepted {
  value: unknown
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const within = (amount: number, least: unknown, most: unknown): boolean =>
  (typeof least !== 'number' || amount >= least) && (typeof most !== 'number' || amount <= most)

const acceptObject = (schema: Json, input: unknown): Accepted | undefined => {
  if (!isObject(input)) return undefined
  const required = (schema.required ?? []) as string[]
  const value: Json = {}
  for (const [name, inner] of Object.entries(schema.properties as Json)) {
    if (!Object.hasOwn(input, name)) {
      if (required.includes(name)) return undefined
      continue
    }
    const found = accept(inner as Json, input[name])
    if (!found) return undefined
    value[name] = found.value
  }
  return {value}
}

const acceptArray = (schema: Json, input: unknown): Accepted | undefined => {
  if (!Array.isArray(input) || !within(input.length, schema.minItems, schema.maxItems)) return undefined
  const items = input.map((item) => accept(schema.items as Json, item))
  return items.every((item) => item !== undefined) ? {value: items.map((item) => item.value)} : undefined
}

const simple: Readonly<Record<string, (schema: Json, input: unknown) => boolean>> = {
  string: (schema, input) =>
    typeof input === 'string' && within(input.length, schema.minLength, schema.maxLength) && (!Array.isArray(schema.enum) || schema.enum.includes(input)),
  number: (schema, input) => typeof input === 'number' && Number.isFinite(input) && within(input, schema.minimum, schema.maximum),
  integer: (schema, input) => Number.isSafeInteger(input) && within(input as number, schema.minimum, schema.maximum),
  boolean: (_, input) => typeof input === 'boolean',
}

/** `schema` as `sketchOf` prints it; undefined: ask zod. */
export const accept = (schema: Json, input: unknown): Accepted | undefined => {
  const type = String(schema.type)
  if (type === 'object') return acceptObject(schema, input)
  if (type === 'array') return acceptArray(schema, input)
  return simple[type]?.(schema, input) ? {value: input} : undefined
}
