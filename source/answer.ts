// Does a final answer match the schema it was asked for? The answer must be JSON, alone or as the only fenced block.
// What holds it against the schema is loaded only then.

import type {Json, Schema} from './json-pointer.ts'

const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/

const parse = (text: string): Json => JSON.parse(fenced.exec(text)?.[1] ?? text)

/** '' when the schema can be used, else what is wrong with it. */
export const schemaTrouble = async (schema: unknown): Promise<string> => {
  const {troubleOf} = await import('./schema-trouble.ts')
  return troubleOf(schema as Json)
}

/** '' when it matches, else what is wrong in one line. */
export const checkAnswer = async (schema: Record<string, unknown>, text: string): Promise<string> => {
  let value: Json
  try {
    value = parse(text)
  } catch (thrown) {
    return `the answer is not JSON: ${(thrown as Error).message}`
  }
  const {mismatches} = await import('./json-schema.ts')
  return mismatches(schema as Schema, value).join('; ')
}
