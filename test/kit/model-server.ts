// A scripted model behind a real HTTP server on 127.0.0.1: Responses (/v1/responses), Chat Completions
// (/v1/chat/completions), Ollama (/api/chat) and Messages (/v1/messages), streamed, with every way to fail that a client must survive.
//
//   const server = await modelServer([{calls: [{tool: 'read', input: {path: 'a.ts'}}]}, {text: 'done'}])
//   server.baseUrl            http://127.0.0.1:PORT/v1   for OPENAI_BASE_URL, VLLM_BASE_URL …; server.url for OLLAMA_HOST
//   server.requests           every request for an answer, as it was seen (messages, tools, body, bytes, headers)
//   await server.close()
//
// A script is a list of steps or a function from the request to an answer (types and faults: model-script.ts). Steps
// without `when` are given in order; a step with `when` is given to the first request that it fits; when nothing is
// left the server answers 400 `script exhausted`. `await using server = …` closes it too.
//
// Standalone:  node test/kit/model-server.ts SCRIPT.json [PORT]     prints its port; GET /requests shows what it saw.
//   SCRIPT.json: a list of steps, such as [{"when":{"toolResults":0},"calls":[{"tool":"read","input":{"path":"a.ts"}}]},{"text":"done"}]
//   or {"models":["m"],"contextLength":32768,"steps":[…]}.

import {readFileSync} from 'node:fs'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import {chat} from './model-chat.ts'
import {messages as anthropic} from './model-messages.ts'
import {ollama} from './model-ollama.ts'
import {responses} from './model-responses.ts'
import type {Asked, Dialect, Protocol, Script, Scripted, Step} from './model-script.ts'
import {play} from './model-stream.ts'

export type {Asked, Mishap, Script, Scripted, ScriptedCall, Step} from './model-script.ts'

export interface ModelServer extends AsyncDisposable {
  port: number
  /** http://127.0.0.1:PORT */
  url: string
  /** http://127.0.0.1:PORT/v1 */
  baseUrl: string
  /** Requests for an answer, in the order in which they came. */
  requests: Asked[]
  /** `METHOD path` of everything else that was asked. */
  others: string[]
  /** Sockets that are open now. */
  openSockets(): number
  /** Connections that were ever made. */
  connections(): number
  /** Resolves when no answer is being streamed any more. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface ServerOptions {
  port?: number
  models?: string[]
  /** What /api/show tells. */
  contextLength?: number
  capabilities?: string[]
  /** What /api/ps tells; default: nothing loaded. */
  running?: {name: string; size: number; size_vram: number; context_length: number}[]
  /** Answers what is no request for a reply, before the usual answers: JSON, or text as it is; undefined = not mine. */
  more?: (path: string, body: string) => unknown
  /** 401 for any request whose `authorization` is not `Bearer KEY` and whose `x-api-key` is not KEY. */
  key?: string
}

const dialects: Record<string, {protocol: Protocol; dialect: Dialect}> = {
  '/v1/responses': {protocol: 'responses', dialect: responses},
  '/v1/chat/completions': {protocol: 'chat', dialect: chat},
  '/api/chat': {protocol: 'ollama', dialect: ollama},
  '/v1/messages': {protocol: 'messages', dialect: anthropic},
}

const exhausted: Scripted = {fault: {do: 'status', status: 400, message: 'script exhausted'}}

const fits = (step: Step, asked: Asked): boolean => {
  const {when} = step
  if (!when) return true
  if (when.toolResults !== undefined && when.toolResults !== asked.toolResults) return false
  if (when.last !== undefined && !asked.last.includes(when.last)) return false
  if (when.any !== undefined && !asked.messages.some((message) => message.text.includes(when.any as string))) return false
  return when.system === undefined || asked.messages.some((message) => message.from === 'system' && message.text.includes(when.system as string))
}

const answerer = (script: Script): ((asked: Asked) => Scripted | Promise<Scripted>) => {
  if (typeof script === 'function') return script
  const left = script.map((step) => ({step, times: step.times ?? 1}))
  return (asked) => {
    const found = left.find(({step, times}) => times >= 0 && fits(step, asked))
    if (!found) return exhausted
    if (found.step.times !== 0 && --found.times === 0) found.times = -1
    return found.step
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const flat = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))

const other = (path: string, options: ServerOptions): unknown => {
  const models = options.models ?? ['scripted']
  if (path === '/v1/models') return {object: 'list', data: models.map((id) => ({id, object: 'model', owned_by: 'kit'}))}
  if (path === '/api/tags') return {models: models.map((name) => ({name, model: name, size: 1_000_000, details: {family: 'kit'}}))}
  if (path === '/api/version') return {version: '0.30.0'}
  if (path === '/api/ps') return {models: (options.running ?? []).map((one) => ({...one, model: one.name}))}
  if (path === '/api/show')
    return {
      capabilities: options.capabilities ?? ['completion', 'tools'],
      details: {family: 'kit'},
      model_info: {'general.architecture': 'kit', 'kit.context_length': options.contextLength ?? 131_072},
    }
  return undefined
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body))
}

export const modelServer = async (script: Script, options: ServerOptions = {}): Promise<ModelServer> => {
  const answer = answerer(script)
  const requests: Asked[] = []
  const others: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let streaming = 0
  let waiters: (() => void)[] = []

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://kit').pathname
    const raw = await bodyOf(request)
    const found = dialects[path]
    if (path === '/requests') return json(response, 200, requests)
    const {authorization, 'x-api-key': apiKey} = request.headers
    if (options.key && authorization !== `Bearer ${options.key}` && apiKey !== options.key)
      return json(response, 401, {error: {message: 'Incorrect API key provided'}})
    if (!found) {
      others.push(`${request.method} ${path}`)
      const body = options.more?.(path, raw.toString()) ?? other(path, options)
      if (typeof body === 'string') return void response.writeHead(200, {'content-type': 'text/plain'}).end(body)
      return json(response, body === undefined ? 404 : 200, body ?? {error: {message: `no ${path} here`}})
    }
    const body = JSON.parse(raw.toString()) as Record<string, unknown>
    const {messages, tools} = found.dialect.read(body)
    const asked: Asked = {
      protocol: found.protocol,
      n: requests.length + 1,
      model: String(body.model),
      messages,
      tools,
      toolResults: messages.filter((message) => message.from === 'tool').length,
      last: messages.at(-1)?.text ?? '',
      headers: flat(request.headers),
      body,
      bytes: raw.length,
      atMs: Date.now(),
    }
    requests.push(asked)
    await play(response, found.dialect, await answer(asked), asked)
  }

  const server = createServer((request, response) => {
    streaming++
    serve(request, response)
      .catch((thrown: unknown) => (response.headersSent ? response.destroy() : json(response, 400, {error: {message: String(thrown)}})))
      .finally(() => {
        streaming--
        if (streaming === 0) for (const wake of waiters.splice(0)) wake()
      })
  })
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    waiters = []
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    others,
    openSockets: () => sockets.size,
    connections: () => connections,
    idle: () => (streaming === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    close,
    [Symbol.asyncDispose]: close,
  }
}

if (import.meta.main) {
  const [file, port] = process.argv.slice(2)
  const given = JSON.parse(readFileSync(file ?? '/dev/stdin', 'utf8')) as Step[] | (ServerOptions & {steps: Step[]})
  const {steps, ...options} = Array.isArray(given) ? {steps: given} : given
  const server = await modelServer(steps, {...options, port: Number(port ?? 0)})
  process.stdout.write(`${server.port}\n`)
}
