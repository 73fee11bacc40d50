// The human story of an event: one line, or none. Panes, the text output and replay all print this, so that a
// run reads the same live, in a log and years later. Pure; colours are the caller's business.

import {many} from '../base/many.ts'
import type {Event} from '../contract/event.ts'

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const oneLine = (text: string, max = 160): string => {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > max ? `${flat.slice(0, max - 1)}…` : flat
}

const tokens = (usage: {input: number; output: number}): string => `${usage.input}+${usage.output} tokens`

const money = (usd: number): string => (usd > 0 ? ` $${usd.toFixed(4)}` : '')

/** The line for an event; '' for events that are not part of the story. */
export const tell = (event: Event): string => {
  switch (event.type) {
    case 'run.opened': {
      const routes = [...new Set(Object.values(event.body.routes).flat())].join(', ')
      return `model ${routes || 'none'} · sandbox ${event.body.sandbox.level} · checks ${event.body.checks.map((check) => check.command).join(', ') || 'none'}`
    }
    case 'run.resumed':
      return `resumed after event ${event.body.lastSeq}`
    case 'user.steered':
      return `you: ${oneLine(event.body.text)}`
    case 'plan.updated':
      return `plan: ${event.body.tasks.map((task, index) => `${index + 1}. ${task.title}`).join(' · ')}`
    case 'task.started':
      return `${event.body.phase}${event.body.attempt > 1 ? ` (attempt ${event.body.attempt})` : ''}`
    case 'role.lost':
      return `lost: ${oneLine(event.body.why)}${event.body.replaced ? '; a new process goes on' : ''}`
    case 'model.replied':
      return typeof event.body.text === 'string' && event.body.text.trim() ? oneLine(event.body.text, 400) : ''
    case 'model.failed':
      return `${event.body.route}: ${oneLine(event.body.error.msg)}${event.body.retryInMs === undefined ? '' : `; again in ${seconds(event.body.retryInMs)}`}`
    case 'tool.done':
      return event.body.ok
        ? `${event.body.line || event.body.tool} (${seconds(event.body.wallMs)})`
        : `${event.body.tool}: ${oneLine(event.body.error?.msg ?? 'failed')}`
    case 'phase.handed':
      return event.body.outcome === 'finished' ? '' : `${event.body.outcome}: ${oneLine(event.body.why ?? '')}`
    case 'ask.raised':
      return `asks: ${oneLine(event.body.text)}`
    case 'ask.answered':
      return `answer: ${event.body.choice} (${event.body.by})`
    case 'gate.started':
      return `check ${event.body.gate}: ${event.body.command}`
    case 'gate.passed':
      return `✓ ${event.body.gate}: ${oneLine(event.body.summary)} (${seconds(event.body.wallMs)})`
    case 'gate.failed':
      return `✗ ${event.body.gate}: ${oneLine(event.body.summary)} (${seconds(event.body.wallMs)})`
    case 'gate.stale':
      return `${event.body.gate} is stale: ${event.body.why}`
    case 'patch.adopted':
      return `adopted ${event.body.patch}: ${event.body.files.map((file) => file.path).join(', ')}`
    case 'patch.scored':
      return oneLine(event.body.why)
    case 'budget.exceeded':
      return `the cap on ${event.body.cap} is reached: ${event.body.used} of ${event.body.limit}`
    case 'checkpoint.restored':
      return `restored ${many(event.body.changes.length, 'file')}`
    case 'notice':
      return oneLine(event.body.text, 300)
    case 'error':
      return `${oneLine(event.body.msg, 300)}${event.body.hint ? ` — ${event.body.hint}` : ''}`
    case 'run.closed':
      return `${event.body.outcome}: ${oneLine(event.body.reason, 300)} · ${many(event.body.files.length, 'file')} · ${tokens(event.body.usage.total)}${money(event.body.usage.total.usd)}`
    default:
      return ''
  }
}
