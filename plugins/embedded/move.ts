// One move of a role: words, a tool call, or both; and the tool results that it is decided from.

import type {Message} from '../../engine/plugin.ts'

export interface Move {
  text?: string
  call?: {tool: string; input: Record<string, unknown>}
  confidence?: 'high' | 'medium' | 'low'
}

export type Results = readonly Extract<Message, {from: 'tool'}>[]

export const resultsIn = (done: readonly Message[]): Results => done.filter((message) => message.from === 'tool')
