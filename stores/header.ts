// What stands in the frame of a pane: who, in what state, on which task, with what spent. From the folds alone.

import type {PaneNote} from '../engine/contract/screen.ts'
import {count, elapsed, money} from './figures.ts'
import {joined, type Line, type Piece, piece} from './line.ts'
import type {AppState} from './state.ts'
import type {Tone} from './theme.ts'
import type {AgentState, AgentView} from './view/agents.ts'
import {shownRoute} from './view/run.ts'

const faces: Readonly<Record<AgentState, {glyph: string; word: string; tone: Tone}>> = {
  starting: {glyph: '·', word: 'starting', tone: 'quiet'},
  idle: {glyph: '·', word: 'idle', tone: 'quiet'},
  thinking: {glyph: '●', word: 'thinking', tone: 'busy'},
  writing: {glyph: '●', word: 'writing', tone: 'busy'},
  running: {glyph: '▸', word: 'running', tone: 'busy'},
  waiting: {glyph: '!', word: 'needs you', tone: 'needs'},
  checking: {glyph: '▸', word: 'checking', tone: 'busy'},
  done: {glyph: '✓', word: 'done', tone: 'good'},
  lost: {glyph: '✗', word: 'lost', tone: 'bad'},
  left: {glyph: '–', word: 'left', tone: 'quiet'},
}

export const stateOf = (agent: AgentView): Line => {
  const {glyph, word, tone} = faces[agent.state]
  const failed = agent.state === 'done' && agent.why !== ''
  if (failed) return [piece(`✗ ${agent.why}`, 'bad')]
  return [piece(`${glyph} ${word}${agent.doing ? ` ${agent.doing}` : ''}`, tone)]
}

const dot: Piece = {text: ' · ', tone: 'quiet'}

const stepOf = (agent: AgentView): string => `${agent.phase}${agent.attempt > 1 ? ` ${agent.attempt}` : ''}${agent.candidate > 1 ? ` #${agent.candidate}` : ''}`

export interface Header {
  /** Left on the upper border, most important first. */
  title: Line
  /** Right on the upper border. */
  time: Line
  /** On the lower border. */
  foot: Line
  needsYou: boolean
}

const shellHeader = (note: PaneNote, number: number): Header => ({
  title: joined(
    [[piece(`${number} `, 'quiet'), piece(`$ ${note.title || 'shell'}`, 'title')], note.ended === undefined ? [] : [piece(note.ended || 'ended', 'quiet')]],
    dot,
  ),
  time: [],
  foot: [],
  needsYou: false,
})

const spentOf = (state: AppState, agent: AgentView): Line => {
  const {caps} = state.view.spend
  const tokens = `${count(agent.tokens)}${caps.tokens === undefined ? '' : `/${count(caps.tokens)}`} tok`
  const usd = agent.usd > 0 || caps.usd !== undefined ? `${money(agent.usd)}${caps.usd === undefined ? '' : `/${money(caps.usd)}`}` : ''
  return joined([agent.tokens > 0 ? [piece(tokens, 'quiet')] : [], usd ? [piece(usd, 'money')] : []], dot)
}

export const headerOf = (state: AppState, note: PaneNote): Header => {
  const number = state.layout.order.indexOf(note.pane) + 1
  const agent = note.kind === 'agent' ? state.view.agents[note.pane] : undefined
  if (note.kind === 'shell') return shellHeader(note, number)
  const name: Line = [piece(`${number} `, 'quiet'), piece(note.title, 'title')]
  if (!agent) return {title: joined([name, note.ended === undefined ? [] : [piece(note.ended || 'ended', 'quiet')]], dot), time: [], foot: [], needsYou: false}
  const task = agent.task ? [piece(agent.task, 'quiet')] : []
  const step = agent.phase ? [piece(stepOf(agent), 'plain')] : []
  const until = agent.endedAt || Math.max(state.now, agent.startedAt)
  return {
    title: joined([[...name, {text: ' '}, ...stateOf(agent)], joined([task, step], {text: ' '})], dot),
    time: [piece(elapsed(until - agent.startedAt), 'quiet')],
    foot: joined(
      [agent.route ? [piece(shownRoute(agent.route), 'quiet')] : [], agent.turn > 0 ? [piece(`turn ${agent.turn}`, 'quiet')] : [], spentOf(state, agent)],
      dot,
    ),
    needsYou: agent.asks.length > 0,
  }
}
