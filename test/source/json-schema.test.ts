// The schema of a final answer: what a value must be is held to, keyword by keyword, and what cannot be held to is
// refused before the work.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {checkAnswer, schemaTrouble} from '../../source/answer.ts'

const check = (schema: unknown, value: unknown) => checkAnswer(schema as Record<string, unknown>, JSON.stringify(value))
const list = {type: 'array'}
const object = {type: 'object'}
// As a name of its own: an object with a method so called would be a promise.
const then = 'then'

describe('a value that does not match', () => {
  it.each<[unknown, unknown]>([
    [{...list, minItems: 2}, [1]],
    [{...list, maxItems: 1}, [1, 2]],
    [{...list, uniqueItems: true}, [{a: 1}, {a: 1}]],
    [{...list, contains: {type: 'string'}}, [1, 1]],
    [{...list, contains: {type: 'string'}, maxContains: 1}, ['a', 'b']],
    [{...list, items: {type: 'integer'}}, [1.5]],
    [{...list, prefixItems: [{type: 'string'}], items: false}, ['a', 1]],
    [{...list, items: [{type: 'string'}], additionalItems: false}, ['a', 1]],
    [{...list, prefixItems: [{}], unevaluatedItems: false}, [1, 2]],
    [{...object, required: ['a']}, {}],
    [{...object, properties: {a: {type: 'string'}}, required: ['b']}, {a: 'x'}],
    [{...object, properties: {a: {type: 'string', default: 'x'}}, required: ['a']}, {}],
    [{...object, properties: {a: false}}, {a: 1}],
    [{...object, minProperties: 2}, {a: 1}],
    [
      {...object, maxProperties: 1},
      {a: 1, b: 2},
    ],
    [{...object, propertyNames: {pattern: '^a'}}, {b: 1}],
    [{...object, patternProperties: {'^a': {type: 'string'}}}, {a: 1}],
    [{...object, patternProperties: {'^a': {}}, additionalProperties: false}, {b: 1}],
    [{...object, additionalProperties: {type: 'string'}}, {a: 1}],
    [{...object, dependentRequired: {a: ['b']}}, {a: 1}],
    [{...object, dependentSchemas: {a: {required: ['b']}}}, {a: 1}],
    [{...object, dependencies: {a: ['b']}}, {a: 1}],
    [
      {allOf: [{properties: {a: {}}}], unevaluatedProperties: false},
      {a: 1, b: 1},
    ],
    [{properties: {a: {type: 'string'}}}, {a: 1}],
    [{required: ['a']}, {}],
    [{minimum: 5}, 1],
    [{exclusiveMaximum: 5}, 5],
    [{multipleOf: 0.1}, 0.25],
    [{$async: true, type: 'string'}, 1],
    [{$recursiveAnchor: true, type: 'object', properties: {next: {$recursiveRef: '#'}}}, {next: 1}],
    [{minLength: 2}, '😀'],
    [{maxLength: 1}, 'ab'],
    [{pattern: '^a'}, 'ba'],
    [{format: 'date'}, '2026-02-30'],
    [{format: 'date-time'}, '2026-02-20'],
    [{format: 'ipv4'}, '1.2.3.256'],
    [{format: 'ipv6'}, '1.2.3.4'],
    [{format: 'uuid'}, 'x'],
    [{format: 'email'}, 'x'],
    [{format: 'uri'}, 'no uri'],
    [{const: {a: [1]}}, {a: [2]}],
    [{enum: [1, 'a']}, 2],
    [{type: ['string', 'null']}, 2],
    [{type: 'integer'}, 1.5],
    [{allOf: [{type: 'number'}, {minimum: 5}]}, 1],
    [{anyOf: [{type: 'string'}, {type: 'boolean'}]}, 1],
    [{oneOf: [{type: 'number'}, {type: 'integer'}]}, 1],
    [{not: {type: 'string'}}, 'a'],
    [{if: {properties: {a: {const: 1}}}, [then]: {required: ['b']}}, {a: 1}],
    [{if: {required: ['a']}, else: {required: ['b']}}, {}],
    [{$ref: '#/definitions/x', definitions: {x: {type: 'string'}}}, 1],
    [{$ref: '#/$defs/a~1b', $defs: {'a/b': {type: 'string'}}}, 1],
    [{$ref: '#named', $defs: {x: {$anchor: 'named', type: 'string'}}}, 1],
    [{...object, properties: {k: {$ref: '#'}}, additionalProperties: false}, {k: {k: {z: 1}}}],
    [{allOf: [false]}, 1],
  ])('%j: %j', async (schema, value) => {
    expect(await schemaTrouble(schema)).toBe('')
    expect(await check(schema, value)).not.toBe('')
  })
})

describe('a value that matches', () => {
  it.each<[unknown, unknown]>([
    [
      {$schema: 'http://json-schema.org/draft-07/schema#', title: 'T', ...object, properties: {a: {type: 'integer'}}, required: ['a']},
      {a: 1, b: 2},
    ],
    [{required: ['a']}, 5],
    [{minimum: 5}, 'text'],
    [{type: 'integer'}, 1.0],
    [{type: 'string', nullable: true}, null],
    [{minLength: 1, maxLength: 1}, '😀'],
    [{multipleOf: 0.01}, 19.99],
    [{multipleOf: 0.01}, 1_234_567.89],
    [{nullable: true}, 1],
    [
      {...object, properties: {nullable: {}, $async: {}, default: {$async: true}}, additionalProperties: false},
      {nullable: 1, $async: 2, default: 3},
    ],
    [{$recursiveAnchor: true, type: 'object', properties: {next: {$recursiveRef: '#'}}}, {next: {}}],
    [{const: {$schema: 'x', nullable: true}}, {$schema: 'x', nullable: true}],
    [{format: 'unheard-of'}, 'x'],
    [{format: 'date-time'}, '2026-01-01T00:00:00.5+02:00'],
    [{format: 'ipv6'}, '::1'],
    [{format: 'hostname'}, 'a.example'],
    [{format: 'time'}, '10:00:00Z'],
    [{...list, prefixItems: [{type: 'string'}], items: {type: 'integer'}}, ['a', 1, 2]],
    [
      {allOf: [{properties: {a: {}}}, {anyOf: [{properties: {b: {}}}]}], unevaluatedProperties: false},
      {a: 1, b: 1},
    ],
    [{...list, contains: {type: 'string'}, minContains: 0}, [1]],
    [{...object, properties: {next: {$ref: '#'}}}, {next: {next: {}}}],
    [{$id: 'https://example.org/x', $ref: 'https://example.org/x#/$defs/y', $defs: {y: {type: 'string'}}}, 'a'],
    [{enum: ['a', null]}, null],
    [{}, 1],
  ])('%j: %j', async (schema, value) => {
    expect(await schemaTrouble(schema)).toBe('')
    expect(await check(schema, value)).toBe('')
  })

  it('is itself as a constant, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await check({const: value, enum: [value]}, value)).toBe('')
      }),
    )
  })
})

describe('a schema that cannot be held to', () => {
  it.each<[unknown, string]>([
    [{type: 'objekt'}, 'type: must be one of ["array"'],
    [{properties: {a: {type: 'strin'}}}, 'properties.a.type: must be one of ["array"'],
    [{$ref: 'other.json'}, "can't resolve reference other.json"],
    [{$ref: '#/$defs/none'}, "can't resolve reference #/$defs/none"],
    [{pattern: '('}, 'Invalid regular expression'],
    [{required: 'a'}, 'required: must be array'],
    [{minItems: -1}, 'minItems: must be >= 0'],
    [{properties: {a: 5}}, 'properties.a: must be object,boolean'],
    ['text', 'neither an object nor true or false'],
    [[], 'neither an object nor true or false'],
  ])('%j', async (schema, said) => expect(await schemaTrouble(schema)).toContain(said))
})

it('says where, and never throws on a schema without an end', async () => {
  expect(await check({...object, properties: {a: {...list, items: {type: 'string'}}}}, {a: ['x', 1]})).toBe('a.1: must be string')
  expect(await check({...object, properties: {a: {}}, additionalProperties: false}, {b: 1})).toContain('(b)')
  expect(await check({$ref: '#'}, 1)).toContain('has no end')
})

it('gives a pattern that tries for ever its time and no more', async () => {
  const said = await checkAnswer({type: 'string', pattern: '^(a+)+$'}, JSON.stringify(`${'a'.repeat(60)}b`))
  expect(said).toContain('did not decide within')
})

it('reads a schema with a name of its own again and again', async () => {
  const schema = {$id: 'https://example.org/twice', type: 'string'}
  expect(await check(schema, 'a')).toBe('')
  expect(await check({...schema}, 1)).toContain('must be string')
})
