// Does a final answer match the schema it was asked for? The answer must be JSON, alone or as the only fenced
// block; the schema is JSON Schema, read by zod.

const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/

const parse = (text: string): unknown => JSON.parse(fenced.exec(text)?.[1] ?? text)

/** '' when the schema can be used, else what is wrong with it. */
export const schemaTrouble = async (schema: unknown): Promise<string> => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return 'it is no JSON object'
  const {z} = await import('zod')
  try {
    z.fromJSONSchema(schema as never)
    return ''
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** '' when it matches, else what is wrong in one line. */
export const checkAnswer = async (schema: Record<string, unknown>, text: string): Promise<string> => {
  let value: unknown
  try {
    value = parse(text)
  } catch (thrown) {
    return `the answer is not JSON: ${(thrown as Error).message}`
  }
  const {z} = await import('zod')
  const found = z.fromJSONSchema(schema as never).safeParse(value)
  if (found.success) return ''
  return found.error.issues.map((issue) => `${issue.path.join('.') || 'answer'}: ${issue.message}`).join('; ')
}
