// What each agent said and did, in order: words, thoughts and calls. The words that stream in are kept apart until the
// whole reply is told, so that nothing is told twice. Bounded: old parts go.

import type {Event} from '../../engine/contract/event.ts'
import {keep, plainText, put, tail} from './ring.ts'

export type Part =
  | {is: 'said'; by: 'you' | 'model' | 'crew'; text: string; at: number}
  | {is: 'call'; key: string; at: number}
  | {is: 'note'; text: string; tone: 'plain' | 'good' | 'bad'; at: number}

export interface Story {
  parts: readonly Part[]
  /** Of the reply that streams in. */
  streaming: string
  thinking: string
}

/** By agent; '' is the run's own. */
export type Stories = Readonly<Record<string, Story>>

const partsMost = 200
const agentsMost = 64
const textMost = 80_000

const noStory: Story = {parts: [], streaming: '', thinking: ''}

const add = (stories: Stories, agent: string | undefined, part: Part): Stories => {
  const story = stories[agent ?? ''] ?? noStory
  return put(stories, agent ?? '', {...story, parts: keep(story.parts, part, partsMost)}, agentsMost)
}

const replied = (stories: Stories, event: Extract<Event, {type: 'model.replied'}>, key: (id: string) => string): Stories => {
  const story = stories[event.agent ?? ''] ?? noStory
  const text = tail(plainText(event.body.text), textMost)
  const said: Part[] = text.trim() ? [{is: 'said', by: 'model', text, at: event.at}] : []
  const calls = event.body.calls.map((call): Part => ({is: 'call', key: key(call.id), at: event.at}))
  const parts = [...said, ...calls].reduce((all, part) => keep(all, part, partsMost), story.parts)
  return put(stories, event.agent ?? '', {parts, streaming: '', thinking: ''}, agentsMost)
}

export const stepStories = (stories: Stories, event: Event, key: (id: string) => string): Stories => {
  const {at, agent} = event
  switch (event.type) {
    case 'run.opened':
      return {}
    case 'user.said':
      return add(stories, '', {is: 'said', by: 'you', text: plainText(event.body.text), at})
    case 'user.steered':
      return add(stories, event.body.to ?? agent, {is: 'said', by: 'you', text: event.body.text, at})
    case 'task.started':
      return add(stories, agent, {is: 'said', by: 'crew', text: plainText(event.body.brief), at})
    case 'model.delta': {
      const story = stories[agent ?? ''] ?? noStory
      const next = event.body.thought
        ? {...story, thinking: tail(story.thinking + event.body.text, textMost)}
        : {...story, streaming: tail(story.streaming + event.body.text, textMost)}
      return put(stories, agent ?? '', next, agentsMost)
    }
    case 'model.replied':
      return replied(stories, event, key)
    case 'model.failed': {
      const story = {...(stories[agent ?? ''] ?? noStory), streaming: '', thinking: ''}
      return add(put(stories, agent ?? '', story, agentsMost), agent, {is: 'note', text: `${event.body.route}: ${event.body.error.msg}`, tone: 'bad', at})
    }
    case 'phase.handed': {
      const {outcome, why, error} = event.body
      if (outcome === 'finished') return stories
      return add(stories, agent, {is: 'note', text: `${outcome}: ${why ?? error?.msg ?? ''}`, tone: 'bad', at})
    }
    default:
      return stories
  }
}
