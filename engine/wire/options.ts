// Options that go to a server as the user wrote them: what only one backend knows has no name of its own here.
// Nothing is changed in place: an option of one call must never be there in the next.

type Json = Record<string, unknown>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body with the options over it, the later ones over the earlier; an object goes over an object field by field. */
export const withOptions = (body: object, ...options: readonly (Json | undefined)[]): Json => {
  const out: Json = {...body}
  for (const some of options)
    for (const [name, value] of Object.entries(some ?? {})) out[name] = isObject(value) && isObject(out[name]) ? {...(out[name] as Json), ...value} : value
  return out
}

export type Told = Record<string, string | number>

/** What the server says of its own settings, as far as it says anything. */
export const toldOf = (said: Json): {told?: Told} => {
  const kept = Object.entries(said).filter(([, value]) => (typeof value === 'string' && value !== '') || typeof value === 'number')
  return kept.length > 0 ? {told: Object.fromEntries(kept) as Told} : {}
}
