// JSON values and schemas: what they are, when two are the same, and where a reference inside a schema leads. Pure.

export type Json = null | boolean | number | string | Json[] | {[name: string]: Json}
export type Schema = boolean | {[name: string]: Json}

export const isObject = (value: Json): value is {[name: string]: Json} => typeof value === 'object' && value !== null && !Array.isArray(value)

export const isSame = (left: Json, right: Json): boolean => {
  if (Array.isArray(left) && Array.isArray(right)) return left.length === right.length && left.every((one, at) => isSame(one, right[at] as Json))
  if (!isObject(left) || !isObject(right)) return left === right
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && isSame(left[name] as Json, right[name] as Json))
}

const children = (value: Json): Json[] => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [])

/** The schema below `value` that is so named. */
const named = (value: Json, keyword: '$anchor' | '$id', name: string, depth = 0): Schema | undefined => {
  if (depth > 60) return undefined
  if (isObject(value) && value[keyword] === name) return value
  for (const child of children(value)) {
    const found = named(child, keyword, name, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const follow = (from: Json, pointer: string): Json | undefined => {
  let now: Json | undefined = from
  for (const step of pointer.split('/').slice(1)) {
    const name = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (now === undefined || now === null || typeof now !== 'object' || !Object.hasOwn(now, name)) return undefined
    now = (now as Record<string, Json>)[name]
  }
  return now
}

/** Where `#`, `#/a/b`, `#anchor`, or one of these behind an `$id` of the same file leads; undefined: nowhere in it. */
export const schemaAt = (root: Schema, ref: string): Schema | undefined => {
  const [base = '', fragment = ''] = ref.split('#', 2)
  const from = base === '' ? root : (named(root as Json, '$id', base) ?? named(root as Json, '$id', `${base}#`))
  if (from === undefined) return undefined
  const found = fragment === '' || fragment.startsWith('/') ? follow(from as Json, fragment) : named(from as Json, '$anchor', fragment)
  return typeof found === 'boolean' || (found !== undefined && isObject(found)) ? found : undefined
}
