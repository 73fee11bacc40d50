// What flow tests share: a small repository with one bug, the model that mends it, and how a scripted server is
// reached over each protocol.

import {readFileSync} from 'node:fs'
import type {Asked, Scripted, Step} from './model-server.ts'
import type {Line, Place} from './penguin.ts'

export const calculator = {
  'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'node --test'}}),
  'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)\n',
  'test/sum.test.js':
    "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6))\n",
}
export const fixed = 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)\n'
export const green = {...calculator, 'sum.js': fixed}

export const edit: Scripted = {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
export const read: Scripted = {calls: [{tool: 'read', input: {path: 'sum.js'}}]}
export const fix: Step[] = [read, edit, {text: 'sum subtracted; it adds now.'}]

export interface Way {
  args: string[]
  env: Record<string, string>
}

/** The ways to the server, as a user configures them. */
export const ways = {
  responses: (server: {url: string}): Way => ({
    args: ['-m', 'openai/gpt-5.2'],
    env: {OPENAI_API_KEY: 'sk-test-1234567890', OPENAI_BASE_URL: `${server.url}/v1`},
  }),
  chat: (server: {url: string}): Way => ({args: ['-m', 'vllm/m'], env: {VLLM_BASE_URL: `${server.url}/v1`}}),
  ollama: (server: {url: string}): Way => ({args: ['-m', 'ollama/m'], env: {OLLAMA_HOST: server.url}}),
  messages: (server: {url: string}): Way => ({args: ['-m', 'anthropic/m'], env: {ANTHROPIC_API_KEY: 'sk-test-1234567890', ANTHROPIC_BASE_URL: server.url}}),
} as const

export type WayName = keyof typeof ways
export const wayNames = Object.keys(ways) as WayName[]

export const types = (lines: readonly Line[]): string[] => lines.map((line) => line.type)
export const bodies = (lines: readonly Line[], type: string): Record<string, unknown>[] => lines.filter((line) => line.type === type).map((line) => line.body)
export const codes = (lines: readonly Line[]): string[] => bodies(lines, 'model.failed').map((body) => (body.error as {code: string}).code)

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Processor time of a process so far, in clock ticks. */
export const ticksOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Processes of the place's programs that still live after at most `ms`. */
export const survivorsAfter = async (place: Place, ms: number): Promise<number[]> => {
  const end = performance.now() + ms
  while (place.survivors().length > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  return place.survivors()
}

/** Tool results that the model has been told so far. */
export const results = (asked: Asked): string[] => asked.messages.filter((message) => message.from === 'tool').map((message) => message.text)
