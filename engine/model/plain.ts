// A turn for servers and models that know no tools, or no schema for an answer: what they cannot be handed is said in
// words. The calls then come as text, and are found there like any that leaked. Pure.

import {createHash} from 'node:crypto'
import type {CallId} from '../base/id.ts'
import type {ImagePart, Message} from '../contract/message.ts'
import type {ToolSpec, Turn} from '../contract/model.ts'
import {callJson, grammarGuide, grammarOf} from './grammar.ts'
import {isByGrammar, type Takes} from './takes.ts'

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

/** The same conversation under ids that Mistral takes; a call and its result change alike. */
const withShortIds = (messages: readonly Message[]): Message[] =>
  messages.map((message): Message => {
    if (message.from === 'tool') return {...message, call: shortId(message.call)}
    return message.from === 'model' && message.calls.length > 0 ? {...message, calls: message.calls.map((call) => ({...call, id: shortId(call.id)}))} : message
  })

const shortId = (id: CallId): CallId => (/^[A-Za-z0-9]{9}$/.test(id) ? id : (createHash('sha256').update(id).digest('hex').slice(0, 9) as CallId))

/** The system's words in front of the user's, and what follows in one role as one message; what holds calls stays by itself. */
const folded = (messages: readonly Message[]): Message[] => {
  const out: Message[] = []
  for (const message of messages) {
    const said: Message = message.from === 'system' ? {from: 'user', text: message.text} : message
    const last = out.at(-1)
    if (last?.from === 'user' && said.from === 'user')
      out[out.length - 1] = {...last, ...said, text: `${last.text}\n\n${said.text}`, ...imagesOf([...(last.images ?? []), ...(said.images ?? [])])}
    else out.push(said)
  }
  return out
}

const imagesOf = (images: ImagePart[]): {images?: ImagePart[]} => (images.length > 0 ? {images} : {})

/** The turn as far as the route takes it. */
export const plainTurn = (wanted: Turn, takes: Takes): Turn => {
  const made = worded(wanted, takes)
  return takes.whole || takes.folded ? {...made, ...(takes.whole ? {whole: true} : {}), ...(takes.folded ? {messages: folded(made.messages)} : {})} : made
}

const worded = (wanted: Turn, takes: Takes): Turn => {
  const {blamed} = takes
  const thoughts = takes.thoughts?.at(-1)
  const turn = blamed || thoughts ? {...wanted, ...(blamed ? {blamed} : {}), ...(thoughts ? {thoughts} : {})} : wanted
  if (isByGrammar(turn, takes)) {
    const messages = withSystem(inWords(turn.messages, callJson), grammarGuide(turn.tools, turn.answer))
    return {...turn, messages, tools: [], answer: grammarOf(turn.tools, turn.answer)}
  }
  let made: Turn = takes.shortIds ? {...turn, messages: withShortIds(turn.messages)} : turn
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
