// Does a final answer match the schema it was asked for? The answer must be JSON, alone or as the only fenced block.
// What holds it against the schema is loaded only then.

const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/

/** The answer as a reader of JSON takes it: without the fence that a model likes to put around. */
export const bareAnswer = (text: string): string => fenced.exec(text)?.[1] ?? text

/** '' when the schema can be used, else what is wrong with it. */
export const schemaTrouble = async (schema: unknown): Promise<string> => {
  const {openCheck} = await import('./json-schema.ts')
  try {
    await openCheck(schema)
    return ''
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** '' when it matches, else what is wrong in one line. */
export const checkAnswer = async (schema: Record<string, unknown>, text: string): Promise<string> => {
  let value: unknown
  try {
    value = JSON.parse(bareAnswer(text))
  } catch (thrown) {
    return `the answer is not JSON: ${(thrown as Error).message}`
  }
  const {openCheck} = await import('./json-schema.ts')
  return (await openCheck(schema))(value).join('; ')
}
