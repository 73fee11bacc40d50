// A site for tools under test: a folder, a sandbox, and ears for what the tool says.

import type {Site} from '../../engine/contract/tool.ts'
import {plainSandbox} from './sandbox.ts'

export interface Heard {
  said: string[]
  noted: {type: string; body: Record<string, unknown>}[]
  asked: {text: string; choices?: string[]}[]
}

export const openSite = (dir: string, more: Partial<Site> = {}): Site & Heard => {
  const heard: Heard = {said: [], noted: [], asked: []}
  return {
    dir,
    root: dir,
    addDirs: [],
    sandbox: plainSandbox(),
    permissions: {mode: 'auto', rules: [], canAsk: false},
    checks: [],
    guarded: () => '',
    say: (text) => heard.said.push(text),
    ask: async (question) => {
      heard.asked.push(question)
      return {ok: true, result: question.choices?.[0] ?? 'yes'}
    },
    note: (type, body) => heard.noted.push({type, body}),
    seen: new Map(),
    scratch: dir,
    signal: new AbortController().signal,
    commandMs: 20_000,
    ...heard,
    ...more,
  }
}

/** The fault that a tool throws, or what it did instead. */
export const faultFrom = async (run: () => Promise<unknown>): Promise<{code: string; msg: string; hint: string}> => {
  try {
    await run()
  } catch (thrown) {
    if (thrown instanceof Error && 'fault' in thrown) return thrown.fault as {code: string; msg: string; hint: string}
    throw thrown
  }
  return {code: 'none', msg: 'nothing was thrown', hint: ''}
}
