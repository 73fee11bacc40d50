// Turns, settings and a way to gather parts, for tests of model clients.

import type {CallId} from '../../engine/base/id.ts'
import type {Message} from '../../engine/contract/message.ts'
import type {Part, ProviderSettings, ToolSpec, Turn} from '../../engine/contract/model.ts'

export const readTool: ToolSpec = {
  name: 'read',
  does: 'Reads a file.',
  input: {type: 'object', properties: {path: {type: 'string'}}, required: ['path']},
}

export const turnOf = (more: Partial<Turn> = {}): Turn => ({
  model: 'scripted',
  messages: [
    {from: 'system', text: 'You fix code.'},
    {from: 'user', text: 'Fix the sum.'},
  ],
  tools: [readTool],
  sampling: {temperature: 0},
  envelope: {role: 'coder', goal: 'Fix the sum.', phase: 'implement', root: '/p', attempt: 1, seed: 7, checks: []},
  key: {role: 'coder', agent: 1, call: 1},
  ...more,
})

export const afterOneCall: Message[] = [
  {from: 'system', text: 'You fix code.'},
  {from: 'user', text: 'Fix the sum.'},
  {from: 'model', text: 'I look.', calls: [{id: 'c_1' as CallId, tool: 'read', input: '{"path":"a.ts"}'}]},
  {from: 'tool', call: 'c_1' as CallId, tool: 'read', ok: true, text: 'let a'},
]

export const settingsOf = (more: Partial<ProviderSettings>): ProviderSettings => ({
  name: 'kit',
  protocol: 'openai-chat',
  baseUrl: '',
  timeouts: {connectSec: 5, firstTokenSec: 5, idleSec: 5, callSec: 20},
  net: {},
  ...more,
})

export interface Gathered {
  text: string
  thought: string
  calls: {id: string; tool: string; input: string}[]
  end: Extract<Part, {is: 'end'}>
  parts: Part[]
}

/** Reads a stream to its end; fails when it has none, or goes on after it. */
export const gather = async (stream: AsyncIterable<Part>): Promise<Gathered> => {
  const parts: Part[] = []
  for await (const part of stream) parts.push(part)
  const end = parts.at(-1)
  if (end?.is !== 'end' || parts.filter((part) => part.is === 'end').length !== 1) throw new Error(`no single end in ${JSON.stringify(parts)}`)
  const textOf = (is: 'text' | 'thought') => parts.map((part) => (part.is === is ? part.text : '')).join('')
  return {text: textOf('text'), thought: textOf('thought'), calls: parts.flatMap((part) => (part.is === 'call' ? [part.call] : [])), end, parts}
}

/** Waits until a condition holds, looking at every turn of the event loop; fails after `ms`. */
export const until = async (holds: () => boolean, ms = 2000): Promise<void> => {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error('it did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
