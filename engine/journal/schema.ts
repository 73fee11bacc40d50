// The published JSON Schema of every line, made from contract/event.ts, and the shapes of ids that the contract gives
// in words. zod is loaded when somebody asks.

import type {z as zodNamespace} from 'zod'
import {envelope, events} from '../contract/event.ts'

type Node = Record<string, unknown>

/** What each id looks like; the same in the schema and in the validator. */
export const idPatterns: Readonly<Record<string, string>> = {
  run: '^r_[0-9a-z]{4,64}$',
  task: '^t_[0-9A-Za-z._-]{1,64}$',
  agent: '^a_[0-9A-Za-z._-]{1,64}$',
  trace: '^(?!0{32})[0-9a-f]{32}$',
  span: '^(?!0{16})[0-9a-f]{16}$',
  parent: '^(?!0{16})[0-9a-f]{16}$',
  blob: '^[0-9a-f]{64}$',
}

/** Kinds that plugins bring; their bodies are their own. */
export const foreignKind = '^x\\.[0-9A-Za-z_-]+(\\.[0-9A-Za-z_-]+)*$'

const print = (z: typeof zodNamespace, schema: zodNamespace.ZodType): Node => {
  const {$schema: _, ...rest} = z.toJSONSchema(schema, {unrepresentable: 'any', io: 'input'}) as Node
  return rest
}

const reference = {$ref: '#/$defs/blob'}

const isReference = (node: Node): boolean => Object.hasOwn((node.properties ?? {}) as Node, 'blob')

const mayBeLarge = (node: Node): boolean => {
  if (Array.isArray(node.anyOf)) return (node.anyOf as Node[]).some(mayBeLarge)
  const types = [node.type].flat() as string[]
  return types.some((type) => ['string', 'array', 'object'].includes(type)) && !('enum' in node) && !('const' in node)
}

/** A large field of a body may stand in a blob. */
const widened = (node: Node): Node => {
  if (!mayBeLarge(node)) return node
  const shapes = Array.isArray(node.anyOf) ? (node.anyOf as Node[]) : [node]
  return {anyOf: [...shapes.filter((one) => !isReference(one)), reference]}
}

const bodyOf = (z: typeof zodNamespace, schema: zodNamespace.ZodType): Node => {
  const node = print(z, schema)
  const properties = Object.entries((node.properties ?? {}) as Record<string, Node>).map(([name, one]) => [name, widened(one)])
  return properties.length === 0 ? node : {...node, properties: Object.fromEntries(properties)}
}

const envelopeOf = (z: typeof zodNamespace): Node => {
  const node = print(z, envelope(z))
  const properties = {...(node.properties as Record<string, Node>)}
  for (const [name, pattern] of Object.entries(idPatterns)) if (properties[name]) properties[name] = {...properties[name], pattern}
  return {...node, properties, additionalProperties: true}
}

/** One JSON Schema (draft 2020-12) that holds for every line of `--json` and of the journal. */
export const eventSchema = async (): Promise<Record<string, unknown>> => {
  const {z} = await import('zod')
  const kinds = Object.entries(events).map(([type, kind]) => ({
    title: type,
    type: 'object',
    properties: {type: {const: type}, ...(kind.kept ? {passing: false} : {passing: {const: true}}), body: bodyOf(z, kind.body(z))},
    required: kind.kept ? ['type', 'body'] : ['type', 'body', 'passing'],
  }))
  const foreign = {title: 'a kind of a plugin', type: 'object', properties: {type: {type: 'string', pattern: foreignKind}}, required: ['type']}
  const blob = {
    type: 'object',
    description: 'Stands for a field that would have made the line longer than 64 KiB.',
    properties: {blob: {type: 'string', pattern: idPatterns.blob, description: 'SHA-256 of the content'}, bytes: {type: 'integer', minimum: 0}},
    required: ['blob', 'bytes'],
    additionalProperties: false,
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of penguin --json',
    description: 'One JSON object per line, LF only, UTF-8, at most 64 KiB.',
    type: 'object',
    allOf: [{$ref: '#/$defs/envelope'}],
    oneOf: [...kinds, foreign],
    $defs: {envelope: envelopeOf(z), blob},
  }
}
