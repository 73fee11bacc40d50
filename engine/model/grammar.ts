// Calls by grammar: a turn whose whole reply is held to one JSON schema, "this call of these tools, or these words", for
// models that cannot be trusted to write a call by themselves. The server decodes under it, so that what comes can be
// read whoever the model is. Only data here; nothing is asked and nothing is guessed: what does not read is text.

import type {CallId} from '../base/id.ts'
import {fault} from '../contract/fault.ts'
import type {Sampling, ToolSpec, Turn} from '../contract/model.ts'
import type {Collected} from './collect.ts'

type Schema = Record<string, unknown>

const object = (properties: Record<string, unknown>): Schema => ({type: 'object', properties, required: Object.keys(properties), additionalProperties: false})

/** Every object is closed: what a schema leaves open a grammar would fill with anything. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const made = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return made.type === 'object' && made.additionalProperties === undefined ? {...made, additionalProperties: false} : made
}

const callSchema = ({name, input}: ToolSpec): Schema => object({tool: {type: 'string', enum: [name]}, input: closed(input)})

/** One call of one of the tools, or the end: words, or the answer that was asked for. */
export const grammarOf = (tools: readonly ToolSpec[], answer: Schema | undefined): Schema => ({
  anyOf: [...tools.map(callSchema), object(answer ? {answer} : {say: {type: 'string', minLength: 1}})],
})

export const callJson = (tool: string, input: string): string => `{"tool": ${JSON.stringify(tool)}, "input": ${input}}`

export const grammarGuide = (tools: readonly ToolSpec[], answer: Schema | undefined): string =>
  [
    'You have these tools. Your whole message is one JSON object and nothing else. To call a tool:',
    '{"tool": "NAME", "input": {…}}',
    'Its result is in the message that follows. When all is done:',
    answer ? `{"answer": …} with a value that matches this schema: ${JSON.stringify(answer)}` : '{"say": "your final answer"}',
    ...tools.map(({name, does, input}) => `${name}: ${does}\ninput: ${JSON.stringify(input)}`),
  ].join('\n\n')

/** Where a model wrote one thing over and over until its limit: enough chance to come out of it. */
const warmTemperature = 0.8

/** A thought before the grammar is no harm, but a small model may never end it; whoever wants it says so. */
export const grammarSampling = (sampling: Sampling, local: boolean, warm: boolean): Sampling => ({
  ...sampling,
  ...(local && sampling.think === undefined && sampling.effort === undefined ? {think: false} : {}),
  ...(warm ? {temperature: Math.max(sampling.temperature ?? 0, warmTemperature)} : {}),
})

/** What came, as a call or as words. */
export const fromGrammar = (got: Collected, turn: Pick<Turn, 'tools' | 'key'>, route: string): Collected => {
  if (got.error || got.calls.length > 0) return got
  let said: unknown
  try {
    said = JSON.parse(got.text)
  } catch {
    // Cut off within the JSON: half a call is none.
    return got.why === 'length' ? {...got, why: 'fault', error: fault('model.length', {route})} : got
  }
  if (typeof said !== 'object' || said === null) return got
  const {tool, input, say, answer} = said as Record<string, unknown>
  if (typeof tool === 'string' && turn.tools.some(({name}) => name === tool))
    return {...got, text: '', why: 'calls', calls: [{id: `c_${turn.key.call}_1` as CallId, tool, input: JSON.stringify(input ?? {})}]}
  if (typeof say === 'string') return {...got, text: say, ...(say.trim() === '' ? {why: 'fault', error: fault('model.empty', {route})} : {})}
  return answer === undefined ? got : {...got, text: JSON.stringify(answer)}
}
