// A turn for servers and models that know no tools, or no schema for an answer: what they cannot be handed is said in
// words. The calls then come as text, and are found there like any that leaked. Pure.

import type {Fault} from '../base/envelope.ts'
import type {Message} from '../contract/message.ts'
import type {ToolSpec, Turn} from '../contract/model.ts'
import {callJson, grammarGuide, grammarOf} from './grammar.ts'

/** What a route takes; learned from its card, and from what its server refuses. */
export interface Takes {
  tools: boolean
  answer: boolean
  /** Calls are asked for under a schema; warm: with some chance, where the model repeated itself without end. */
  grammar?: 'on' | 'warm'
}

const callText = (tool: string, input: string): string =>
  `<tool_call>\n{"name": ${JSON.stringify(tool)}, "arguments": ${isObject(input) ? input : JSON.stringify(input)}}\n</tool_call>`

const isObject = (input: string): boolean => {
  try {
    const value: unknown = JSON.parse(input)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const guide = (tools: readonly ToolSpec[]): string =>
  [
    'You have these tools. To call one, end your message with exactly this, one block for each call:',
    '<tool_call>\n{"name": "NAME", "arguments": {…}}\n</tool_call>',
    'The results are in the message that follows. Without a call your message is your final answer.',
    ...tools.map(({name, does, input}) => `${name}: ${does}\narguments: ${JSON.stringify(input)}`),
  ].join('\n\n')

/** The conversation with calls and results as text; results that belong together are one message. */
const inWords = (messages: readonly Message[], written: typeof callText): Message[] => {
  const out: Message[] = []
  for (const message of messages) {
    const last = out.at(-1)
    if (message.from === 'tool') {
      const text = `<tool_response name="${message.tool}">\n${message.text}\n</tool_response>`
      if (last?.from === 'user' && last.text.startsWith('<tool_response')) out[out.length - 1] = {from: 'user', text: `${last.text}\n${text}`}
      else out.push({from: 'user', text})
    } else if (message.from === 'model' && message.calls.length > 0) {
      const calls = message.calls.map(({tool, input}) => written(tool, input))
      out.push({from: 'model', text: [...(message.text ? [message.text] : []), ...calls].join('\n'), calls: []})
    } else out.push(message)
  }
  return out
}

const withSystem = (messages: readonly Message[], text: string): Message[] => {
  const [first, ...rest] = messages
  return first?.from === 'system' ? [{from: 'system', text: `${first.text}\n\n${text}`}, ...rest] : [{from: 'system', text}, ...messages]
}

/** Is the whole reply held to one schema of calls? Only where the server knows schemas and there is something to call. */
export const isByGrammar = (turn: Turn, takes: Takes): boolean =>
  (takes.grammar !== undefined || turn.byGrammar === true) && takes.answer && turn.tools.length > 0

/** The turn as far as the route takes it. */
export const plainTurn = (turn: Turn, takes: Takes): Turn => {
  if (isByGrammar(turn, takes)) {
    const messages = withSystem(inWords(turn.messages, callJson), grammarGuide(turn.tools, turn.answer))
    return {...turn, messages, tools: [], answer: grammarOf(turn.tools, turn.answer)}
  }
  let made = turn
  if (!takes.tools && turn.tools.length > 0) made = {...made, messages: withSystem(inWords(turn.messages, callText), guide(turn.tools)), tools: []}
  if (!takes.answer && turn.answer) {
    const {answer, ...rest} = made
    made = {
      ...rest,
      messages: withSystem(rest.messages, `Your final answer must be JSON that matches this schema, and nothing else: ${JSON.stringify(answer)}`),
    }
  }
  return made
}

const noTools =
  /(?:not|n't) support (?:the )?(?:tool|function)|support tools|tool.?choice|tool (?:calling|use)|function calling|(?:parameter|field|argument)s?(?: supplied)?:? ["'`]?tools\b(?!\[)/i
const noSchema = /response_format|json_schema|structured output|text\.format|output_config|["'`]format["'`]/i

/** What a refusal says that the route does not take after all; the same object when it says nothing of the kind. */
export const learnedFrom = (error: Fault, turn: Turn, takes: Takes): Takes => {
  // A model that writes one thing over and over inside a text never closes it: once more, with some chance.
  if (error.code === 'model.length' && isByGrammar(turn, takes) && takes.grammar !== 'warm') return {...takes, grammar: 'warm'}
  if (error.code !== 'model.refused') return takes
  if (takes.answer && (turn.answer || isByGrammar(turn, takes)) && noSchema.test(error.msg)) return {...takes, answer: false}
  if (takes.tools && turn.tools.length > 0 && noTools.test(error.msg)) return {...takes, tools: false}
  return takes
}
