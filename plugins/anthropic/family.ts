// What differs between the generations of Claude, told by name: how thinking is asked for, whether a temperature
// is refused, whether an answer can be held to a schema. A name that is no Claude's gets what every compatible
// server knows.

interface Version {
  family: string
  number: number
}

// `claude-sonnet-4-5`, `claude-opus-5`, `claude-sonnet-4-20250514`; a date is no minor version.
const versionOf = (model: string): Version | undefined => {
  const found = /claude-(opus|sonnet|haiku|fable|mythos)-(\d+)(?:-(\d{1,2})(?!\d))?/.exec(model)
  if (found) return {family: found[1] as string, number: Number(found[2]) + Number(found[3] ?? 0) / 100}
  return /claude-(2|3|instant)/.test(model) ? {family: 'old', number: 3} : undefined
}

/** 4.05 is written for 4.5: minor versions count in hundredths. */
const atLeast = (model: string, number: number): boolean => (versionOf(model)?.number ?? 0) >= number

/** They decide themselves how much to think; a budget is refused or outdated. */
export const adapts = (model: string): boolean => atLeast(model, 4.06)

/** They think without being asked. */
export const thinksUnasked = (model: string): boolean => atLeast(model, 5)

/** They answer any temperature of their own with an error. */
export const refusesTemperature = (model: string): boolean => atLeast(model, 4.07)

/** They can be held to a JSON Schema. */
export const keepsSchema = (model: string): boolean => versionOf(model) === undefined || atLeast(model, 4.05)
