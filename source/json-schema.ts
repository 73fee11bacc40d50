// Does a value match a JSON Schema (drafts 6 to 2020-12)? Pure. Every keyword that says what a value must be is held
// to; what cannot be held to is found by schema-trouble.ts before any work is done, and never passed over here.

import {formats} from './json-formats.ts'
import {isObject, isSame, type Json, type Schema, schemaAt} from './json-pointer.ts'

interface Found {
  wrong: string[]
  /** Names and places that some keyword has looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
  names: Set<string>
  places: Set<number>
}

interface Look {
  root: Schema
  value: Json
  path: string
  depth: number
}

type Rule = (want: never, look: Look, schema: Record<string, Json>, found: Found) => string | undefined

const maxDepth = 200
const maxWrong = 20

const typeOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const isType = (value: Json, type: string): boolean => (type === 'integer' ? Number.isInteger(value) : typeOf(value) === type)
const letters = (text: string): number => [...text].length
const regex = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return new RegExp(pattern)
  }
}

const at = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}.${name}`)
const into = (look: Look, name: string | number, value: Json): Look => ({...look, value, path: at(look.path, name), depth: look.depth + 1})
const deeper = (look: Look): Look => ({...look, depth: look.depth + 1})

/** Takes over what another schema found wrong in the same value, and what it has looked at. */
const also = (found: Found, other: Found): undefined => {
  found.wrong.push(...other.wrong)
  for (const name of other.names) found.names.add(name)
  for (const place of other.places) found.places.add(place)
}

const seen = (found: Found, other: Found): void => also(found, {...other, wrong: []})

const number =
  (fits: (value: number, want: number) => boolean, words: string): Rule =>
  (want: number, {value}) =>
    typeof value === 'number' && !fits(value, want) ? `must be ${words} ${want}` : undefined

const sized =
  (size: (value: Json) => number | undefined, fits: (size: number, want: number) => boolean, words: string, what: string): Rule =>
  (want: number, {value}) => {
    const has = size(value)
    return has !== undefined && !fits(has, want) ? `must have ${words} ${want} ${what}, not ${has}` : undefined
  }

const ofText = (value: Json) => (typeof value === 'string' ? letters(value) : undefined)
const ofList = (value: Json) => (Array.isArray(value) ? value.length : undefined)
const ofObject = (value: Json) => (isObject(value) ? Object.keys(value).length : undefined)
const most = (has: number, want: number): boolean => has <= want
const least = (has: number, want: number): boolean => has >= want

const isMultiple = (value: number, of: number): boolean => {
  const times = value / of
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
}

const eachOf = (wants: Schema[], look: Look): Found[] => wants.map((want) => examine(want, deeper(look)))

const lists: Rule = (want: Schema | Schema[], look, schema, found) => {
  if (!Array.isArray(look.value)) return undefined
  const front = Array.isArray(want) ? want.length : Array.isArray(schema.prefixItems) ? schema.prefixItems.length : 0
  for (const [place, item] of look.value.entries()) {
    const one = Array.isArray(want) ? want[place] : place >= front ? want : undefined
    if (one === undefined) continue
    found.places.add(place)
    found.wrong.push(...examine(one, into(look, place, item)).wrong)
  }
  return undefined
}

const rest: Rule = (want: Schema, look, schema, found) => {
  if (!isObject(look.value)) return undefined
  const named = isObject(schema.properties ?? null) ? (schema.properties as Record<string, Json>) : {}
  const patterns = isObject(schema.patternProperties ?? null) ? Object.keys(schema.patternProperties as object).map(regex) : []
  for (const [name, value] of Object.entries(look.value)) {
    if (Object.hasOwn(named, name) || patterns.some((pattern) => pattern.test(name))) continue
    found.names.add(name)
    if (want === false) found.wrong.push(`${at(look.path, name)}: is not a property of the schema`)
    else found.wrong.push(...examine(want, into(look, name, value)).wrong)
  }
  return undefined
}

const requires = (names: string[], {value, path}: Look, found: Found): undefined => {
  if (isObject(value)) for (const name of names) if (!Object.hasOwn(value, name)) found.wrong.push(`${at(path, name)}: is missing`)
}

const depends: Rule = (want: Record<string, Schema | string[]>, look, _, found) => {
  if (!isObject(look.value)) return undefined
  for (const [name, then] of Object.entries(want)) {
    if (!Object.hasOwn(look.value, name)) continue
    if (Array.isArray(then)) requires(then, look, found)
    else also(found, examine(then, deeper(look)))
  }
  return undefined
}

const rules: Readonly<Record<string, Rule>> = {
  $ref: (want: string, look, _, found) => also(found, examine(schemaAt(look.root, want) ?? false, deeper(look))),
  type: (want: string | string[], {value}, schema) => {
    const types = [want].flat()
    if (value === null && schema.nullable === true) return undefined
    return types.some((type) => isType(value, type)) ? undefined : `must be ${types.join(' or ')}, not ${typeOf(value)}`
  },
  const: (want: Json, {value}) => (isSame(value, want) ? undefined : `must be ${JSON.stringify(want)}`),
  enum: (want: Json[], {value}) => (want.some((one) => isSame(value, one)) ? undefined : `must be one of ${JSON.stringify(want).slice(0, 200)}`),
  multipleOf: number(isMultiple, 'a multiple of'),
  minimum: number((value, want) => value >= want, 'at least'),
  maximum: number((value, want) => value <= want, 'at most'),
  exclusiveMinimum: number((value, want) => value > want, 'above'),
  exclusiveMaximum: number((value, want) => value < want, 'below'),
  minLength: sized(ofText, least, 'at least', 'characters'),
  maxLength: sized(ofText, most, 'at most', 'characters'),
  pattern: (want: string, {value}) => (typeof value === 'string' && !regex(want).test(value) ? `must match ${want}` : undefined),
  format: (want: string, {value}) => (typeof value === 'string' && formats[want]?.(value) === false ? `must be a ${want}` : undefined),
  minItems: sized(ofList, least, 'at least', 'items'),
  maxItems: sized(ofList, most, 'at most', 'items'),
  uniqueItems: (want: boolean, {value}) =>
    want && Array.isArray(value) && value.some((one, n) => value.slice(0, n).some((other) => isSame(one, other))) ? 'must have no item twice' : undefined,
  prefixItems: (want: Schema[], look, _, found) => lists(want as never, look, {}, found),
  items: lists,
  additionalItems: (want: Schema, look, schema, found) =>
    Array.isArray(schema.items) ? lists(want as never, look, {prefixItems: schema.items}, found) : undefined,
  contains: (want: Schema, look, schema, found) => {
    if (!Array.isArray(look.value)) return undefined
    const fits = look.value.flatMap((item, place) => (examine(want, into(look, place, item)).wrong.length === 0 ? [place] : []))
    for (const place of fits) found.places.add(place)
    const [from, to] = [(schema.minContains as number | undefined) ?? 1, (schema.maxContains as number | undefined) ?? Number.POSITIVE_INFINITY]
    return fits.length < from || fits.length > to ? `${fits.length} of its items are what it must contain` : undefined
  },
  minProperties: sized(ofObject, least, 'at least', 'properties'),
  maxProperties: sized(ofObject, most, 'at most', 'properties'),
  required: (want: string[], look, _, found) => requires(want, look, found),
  properties: (want: Record<string, Schema>, look, _, found) => {
    if (!isObject(look.value)) return undefined
    for (const [name, one] of Object.entries(want)) {
      if (!Object.hasOwn(look.value, name)) continue
      found.names.add(name)
      found.wrong.push(...examine(one, into(look, name, look.value[name] as Json)).wrong)
    }
    return undefined
  },
  patternProperties: (want: Record<string, Schema>, look, _, found) => {
    if (!isObject(look.value)) return undefined
    for (const [pattern, one] of Object.entries(want))
      for (const [name, value] of Object.entries(look.value)) {
        if (!regex(pattern).test(name)) continue
        found.names.add(name)
        found.wrong.push(...examine(one, into(look, name, value)).wrong)
      }
    return undefined
  },
  additionalProperties: rest,
  propertyNames: (want: Schema, look, _, found) => {
    if (isObject(look.value)) for (const name of Object.keys(look.value)) found.wrong.push(...examine(want, into(look, name, name)).wrong)
    return undefined
  },
  dependentRequired: depends,
  dependentSchemas: depends,
  dependencies: depends,
  allOf: (want: Schema[], look, _, found) => {
    for (const one of eachOf(want, look)) also(found, one)
    return undefined
  },
  anyOf: (want: Schema[], look, _, found) => {
    const fits = eachOf(want, look).filter(({wrong}) => wrong.length === 0)
    for (const one of fits) seen(found, one)
    return fits.length > 0 ? undefined : `fits none of ${want.length} schemas: ${examine(want[0] as Schema, deeper(look)).wrong[0] ?? ''}`
  },
  oneOf: (want: Schema[], look, _, found) => {
    const fits = eachOf(want, look).filter(({wrong}) => wrong.length === 0)
    for (const one of fits) seen(found, one)
    return fits.length === 1 ? undefined : `fits ${fits.length === 0 ? 'none' : fits.length} of ${want.length} schemas, and must fit exactly one`
  },
  not: (want: Schema, look) => (examine(want, deeper(look)).wrong.length === 0 ? 'is what it must not be' : undefined),
  if: (want: Schema, look, schema, found) => {
    const one = examine(want, deeper(look))
    const fits = one.wrong.length === 0
    if (fits) seen(found, one)
    const then = fits ? schema.then : schema.else
    return then === undefined ? undefined : also(found, examine(then as Schema, deeper(look)))
  },
}

// Last: they speak of what no other keyword of the schema has looked at.
const leftovers: Readonly<Record<string, Rule>> = {
  unevaluatedProperties: (want: Schema, look, _, found) => {
    if (!isObject(look.value)) return undefined
    for (const [name, value] of Object.entries(look.value)) {
      if (found.names.has(name)) continue
      found.wrong.push(...examine(want, into(look, name, value)).wrong)
      found.names.add(name)
    }
    return undefined
  },
  unevaluatedItems: (want: Schema, look, _, found) => {
    if (!Array.isArray(look.value)) return undefined
    for (const [place, item] of look.value.entries()) {
      if (found.places.has(place)) continue
      found.wrong.push(...examine(want, into(look, place, item)).wrong)
      found.places.add(place)
    }
    return undefined
  },
}

/** Keywords that say what a value must be. */
export const ruled: readonly string[] = [...Object.keys(rules), ...Object.keys(leftovers)]

const examine = (schema: Schema, look: Look): Found => {
  const found: Found = {wrong: [], names: new Set(), places: new Set()}
  const name = look.path || 'answer'
  if (schema === true) return found
  if (schema === false || look.depth > maxDepth) return {...found, wrong: [`${name}: nothing is allowed here`]}
  for (const known of [rules, leftovers])
    for (const [keyword, rule] of Object.entries(known)) {
      if (!Object.hasOwn(schema, keyword)) continue
      const wrong = rule(schema[keyword] as never, look, schema, found)
      if (wrong !== undefined) found.wrong.push(`${name}: ${wrong}`)
    }
  return found
}

/** What is wrong with a value, as `path: words`; [] when it matches. */
export const mismatches = (schema: Schema, value: Json): string[] =>
  [...new Set(examine(schema, {root: schema, value, path: '', depth: 0}).wrong)].slice(0, maxWrong)
