// What somebody waits for: open asks with the call they are about, so that the exact command or change can be shown.

import type {Event} from '../../engine/contract/event.ts'
import type {Preview} from '../../engine/contract/tool.ts'
import type {CallView} from './calls.ts'

export interface AskView {
  ask: string
  kind: 'permission' | 'question' | 'approval' | 'grant' | 'trust'
  text: string
  choices: readonly string[]
  rule: string
  /** What the choice `always` writes; empty when no rule could allow it. */
  rules: readonly string[]
  call: CallView | null
  preview?: Preview
  role: string
  agent: string
  at: number
}

/** What grew past a line's size lies elsewhere, and the card shows what the call says. */
const shown = (preview: {path: string; line: number; old: unknown; new: unknown} | undefined): Pick<AskView, 'preview'> =>
  typeof preview?.old === 'string' && typeof preview.new === 'string' ? {preview: {...preview, old: preview.old, new: preview.new}} : {}

export const stepAsks = (asks: readonly AskView[], event: Event, callOf: (id: string) => CallView | undefined): readonly AskView[] => {
  switch (event.type) {
    case 'ask.raised': {
      const {ask, kind, text, choices, rule, rules, preview, call} = event.body
      const one: AskView = {
        ask,
        kind,
        text,
        choices,
        rule: rule ?? '',
        rules: rules ?? [],
        call: (call === undefined ? undefined : callOf(call)) ?? null,
        ...shown(preview),
        role: event.role ?? '',
        agent: event.agent ?? '',
        at: event.at,
      }
      return [...asks, one]
    }
    case 'ask.answered':
      return asks.some(({ask}) => ask === event.body.ask) ? asks.filter(({ask}) => ask !== event.body.ask) : asks
    case 'role.lost':
    case 'role.left':
      return asks.some(({agent}) => agent === event.agent) ? asks.filter(({agent}) => agent !== event.agent) : asks
    case 'run.opened':
    case 'run.resumed':
    case 'run.closed':
      return asks.length === 0 ? asks : []
    default:
      return asks
  }
}
