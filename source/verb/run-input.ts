// `--input stream-json`: a person's words while a run goes on, one JSON object a line:
//   {"say": text}   {"answer": ask, "choice": choice, "text": text}   {"stop": true}
// A line that is none of these is answered on stderr by nobody: it becomes a notice in the journal.

import {StringDecoder} from 'node:string_decoder'
import {lineSplitter} from '../../engine/base/jsonl.ts'
import type {Host} from '../host.ts'

const takeLine = (host: Host, text: string): void => {
  let line: {say?: unknown; answer?: unknown; choice?: unknown; text?: unknown; stop?: unknown}
  try {
    line = JSON.parse(text)
  } catch {
    return host.notice('input.garbled', `not a JSON object: ${text.slice(0, 200)}`)
  }
  if (typeof line?.say === 'string') return host.say(line.say)
  if (typeof line?.answer === 'string') {
    const choice = typeof line.choice === 'string' ? line.choice : ''
    const known = host.answer(line.answer, choice, typeof line.text === 'string' ? line.text : undefined)
    return known ? undefined : host.notice('input.unknown', `no open question has the id ${line.answer}`)
  }
  if (line?.stop === true) return host.end('interrupted', 'stopped by the input')
  host.notice('input.unknown', `neither say, answer nor stop: ${text.slice(0, 200)}`)
}

export const takeAnswers = (stdin: NodeJS.ReadableStream, host: Host): {stop(): void} => {
  const splitter = lineSplitter(1024 * 1024)
  // A letter may come in two pieces.
  const decoder = new StringDecoder('utf8')
  const take = (chunk: Buffer | string): void => {
    try {
      for (const text of splitter.feed(typeof chunk === 'string' ? chunk : decoder.write(chunk))) if (text.trim()) takeLine(host, text)
    } catch (thrown) {
      host.notice('input.garbled', (thrown as Error).message)
    }
  }
  const takeRest = (): void => {
    const text = splitter.rest()
    if (text.trim()) takeLine(host, text)
  }
  const takeEnd = (): void => {
    takeRest()
    host.unattended()
  }
  stdin.on('data', take)
  stdin.on('end', takeEnd)
  // A broken pipe says the same as its end: nobody answers any more.
  stdin.on('error', host.unattended)
  return {
    stop: () => {
      stdin.off('data', take)
      stdin.off('end', takeEnd)
      stdin.pause()
      ;(stdin as {unref?: () => void}).unref?.()
    },
  }
}
