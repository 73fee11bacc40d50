// A turn as a request to the Responses API.

import type {
  FunctionTool,
  ResponseCreateParamsStreaming,
  ResponseInputImage,
  ResponseInputItem,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses'
import type {ImagePart, Message, ModelCard, Turn} from '../../engine/plugin.ts'

/** How a reply's items are kept: reasoning as it came, the rest by its place in our own message. */
export type Kept = {type: 'reasoning'; item: ResponseReasoningItem} | {type: 'text'} | {type: 'call'; index: number}

const callItem = (call: {id: string; tool: string; input: string}): ResponseInputItem => ({
  type: 'function_call',
  call_id: call.id,
  name: call.tool,
  arguments: call.input,
})

/** What the model said, in the form that every server of this API takes; llama-server refuses it as mere text. */
const saidItem = (text: string): ResponseInputItem =>
  ({type: 'message', role: 'assistant', content: [{type: 'output_text', text}]}) as unknown as ResponseInputItem

const modelItems = (message: Message & {from: 'model'}, route: string): ResponseInputItem[] => {
  const said: ResponseInputItem[] = message.text ? [saidItem(message.text)] : []
  if (message.keep?.provider !== route) return [...said, ...message.calls.map(callItem)]
  // Reasoning must stand right before what it led to, in the order in which it came.
  return (message.keep.items as Kept[]).flatMap((kept): ResponseInputItem[] => {
    if (kept.type === 'reasoning') return [kept.item]
    if (kept.type === 'text') return said
    const call = message.calls[kept.index]
    return call ? [callItem(call)] : []
  })
}

const imageOf = ({mime, base64}: ImagePart): ResponseInputImage => ({type: 'input_image', detail: 'auto', image_url: `data:${mime};base64,${base64}`})

const inputItems = (message: Message, route: string): ResponseInputItem[] => {
  switch (message.from) {
    case 'system':
      return [{role: 'system', content: message.text}]
    case 'user':
      return [{role: 'user', content: message.images ? [{type: 'input_text', text: message.text}, ...message.images.map(imageOf)] : message.text}]
    case 'model':
      return modelItems(message, route)
    case 'tool':
      return [{type: 'function_call_output', call_id: message.call, output: message.text}]
  }
}

const toolOf = ({name, does, input}: Turn['tools'][number]): FunctionTool => ({type: 'function', name, description: does, parameters: input, strict: false})

/** Thinking cannot be switched off before 5.1; least is what there is. */
const reasoningOf = ({model, sampling: {effort, think}}: Turn, reasons: boolean): Pick<ResponseCreateParamsStreaming, 'reasoning'> => {
  if (think === false && reasons) return {reasoning: {effort: /gpt-5\.[1-9]/.test(model) ? 'none' : 'minimal'}}
  return effort ? {reasoning: {effort}} : {}
}

export const body = (turn: Turn, card: ModelCard, route: string): ResponseCreateParamsStreaming => {
  const [first, ...rest] = turn.messages
  const {temperature, topP, maxOutputTokens} = turn.sampling
  // Only models that reason refuse a temperature, and only those accept to encrypt their reasoning.
  const reasons = card.fixedTemperature === true
  return {
    model: turn.model,
    stream: true,
    store: false,
    ...(first?.from === 'system' ? {instructions: first.text} : {}),
    input: (first?.from === 'system' ? rest : turn.messages).flatMap((message) => inputItems(message, route)),
    ...(turn.tools.length > 0 ? {tools: turn.tools.map(toolOf)} : {}),
    ...(reasons ? {include: ['reasoning.encrypted_content']} : {}),
    ...reasoningOf(turn, reasons),
    ...(temperature === undefined || reasons ? {} : {temperature}),
    ...(topP === undefined || reasons ? {} : {top_p: topP}),
    ...(maxOutputTokens === undefined ? {} : {max_output_tokens: maxOutputTokens}),
    ...(turn.answer ? {text: {format: {type: 'json_schema', name: 'answer', schema: turn.answer, strict: false}}} : {}),
  }
}
