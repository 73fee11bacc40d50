// Servers with habits of their own, through the real program: what they refuse is learned from their refusal, what they want
// back is given back, and the task is done all the same.

import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, it} from 'vitest'
import {bodies, calculator, codes, fixed} from '../kit/flow.ts'
import {place} from '../kit/penguin.ts'

interface Said {
  role: string
  tool_calls?: {id: string; extra_content?: {google?: {thought_signature?: string}}}[]
  reasoning_content?: string
}
interface Body {
  messages: Said[]
  temperature?: number
  stream_options?: object
}

const refusal = ({messages, temperature, stream_options}: Body): string => {
  if (temperature !== undefined) return "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported."
  if (stream_options) return 'stream_options: Extra inputs are not permitted'
  for (const {tool_calls = [], reasoning_content} of messages.filter(({role}) => role === 'assistant')) {
    if (typeof reasoning_content !== 'string') return 'Missing `reasoning_content` field in the assistant message at message index 2.'
    if (tool_calls.some(({id}) => !/^[a-zA-Z0-9]{9}$/.test(id))) return 'Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9.'
    if (tool_calls.some((call) => !call.extra_content?.google?.thought_signature)) return 'Function call is missing a thought_signature in functionCall parts.'
  }
  return ''
}

const steps = [
  {name: 'read', arguments: '{"path":"sum.js"}'},
  {name: 'edit', arguments: '{"path":"sum.js","old":"a - b","new":"a + b"}'},
]

const answer = ({messages}: Body): object[] => {
  const {length} = messages.filter(({role}) => role === 'tool')
  const call = {id: '', function: steps[length], extra_content: {google: {thought_signature: `S${length}`}}}
  const last = length < steps.length ? {delta: {tool_calls: [call]}, finish_reason: 'stop'} : {delta: {content: 'It adds now.'}, finish_reason: 'stop'}
  return [{choices: [], prompt_filter_results: []}, {choices: [{index: 0, delta: {reasoning_content: 'hm'}}]}, {choices: [{index: 0, ...last}]}]
}

const reply = (body: Body, response: ServerResponse): void => {
  const why = refusal(body)
  if (why) {
    response.writeHead(400, {'content-type': 'application/json'})
    response.end(JSON.stringify([{error: {code: 400, message: why}}]))
    return
  }
  response.writeHead(200, {'content-type': 'text/event-stream'})
  response.end(
    `: keep-alive\n\n${answer(body)
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join('')}data: [DONE]\n\n`,
  )
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

it('a server that refuses what it does not know, and wants its thoughts and signatures back, does the task', async () => {
  const asked: Body[] = []
  const server = createServer(async (request, response) => {
    const text = await textOf(request)
    if (!request.url?.endsWith('/chat/completions')) return void response.writeHead(404).end()
    const body = JSON.parse(text) as Body
    asked.push(body)
    reply(body, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  using repo = place(calculator)
  const run = await repo.run(['run', '--json', '-m', 'vllm/m', 'sum must add'], {env: {VLLM_BASE_URL: `http://127.0.0.1:${port}/v1`}})
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect([run.code, repo.read('sum.js')]).toEqual([0, fixed])
  // Each habit costs one refusal, once in the run.
  expect(codes(run.lines)).toEqual(['model.refused', 'model.refused', 'model.refused'])
  expect(bodies(run.lines, 'model.replied')).toHaveLength(3)
  const [first, ...later] = bodies(run.lines, 'model.asked').map(({sampling}) => (sampling as {temperature?: number}).temperature)
  expect([first, ...new Set(later)]).toEqual([0, undefined])
  expect(asked.at(-1)?.messages.flatMap((message) => message.tool_calls?.map((call) => call.extra_content?.google?.thought_signature) ?? [])).toEqual([
    'S0',
    'S1',
  ])
})
