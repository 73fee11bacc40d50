// `--record`: every call of a model as one line of a recording (docs/replay.md), written when its stream ends.
// Lines are appended whole, so several processes may write one file; known secrets are left out.

import {appendFileSync} from 'node:fs'
import {line} from '../base/jsonl.ts'
import type {ModelClient, Part, Turn} from '../contract/model.ts'

const replyOf = (parts: readonly Part[]): Record<string, unknown> => {
  const textOf = (is: 'text' | 'thought') => parts.map((part) => (part.is === is ? part.text : '')).join('')
  const end = parts.find((part) => part.is === 'end')
  const calls = parts.flatMap((part) => (part.is === 'call' ? [part.call] : []))
  const thought = textOf('thought')
  return {
    text: textOf('text'),
    ...(thought ? {thought} : {}),
    ...(calls.length > 0 ? {calls} : {}),
    ...(end && end.why !== 'fault' ? {why: end.why, usage: end.usage} : {}),
    ...(end?.keep ? {keep: end.keep.items} : {}),
    ...(end?.error ? {fault: {code: end.error.code, msg: end.error.msg, hint: end.error.hint, ...(end.waitMs === undefined ? {} : {waitMs: end.waitMs})}} : {}),
  }
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

// A call's arguments are JSON text inside JSON, so a secret may be escaped twice.
const without = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [escaped(escaped(secret)), escaped(secret)])
    .reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text)

/** The same client, with each reply appended to `file`. A call that was stopped is not recorded. `secrets` are asked for each time: keys are exchanged. */
export const recorded = (client: ModelClient, file: string, secrets: () => readonly string[]): ModelClient => ({
  ...client,
  stream: async function* (turn: Turn, signal: AbortSignal) {
    const parts: Part[] = []
    for await (const part of client.stream(turn, signal)) {
      parts.push(part)
      if (part.is === 'end' && part.error?.code !== 'model.stopped') appendFileSync(file, without(line({key: turn.key, reply: replyOf(parts)}), secrets()))
      yield part
    }
  },
})
