// What stands in the frame of a pane: who, in what state, on which task, with what spent. From the folds alone.

import type {PaneNote} from '../engine/contract/screen.ts'
import {count, elapsed, money} from './figures.ts'
import {keysOf} from './keymap.ts'
import {cut, joined, type Line, lineWidth, type Piece, piece} from './line.ts'
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

/** Without its word, unless somebody has to read it. */
const signOf = (agent: AgentView): Line => {
  const {glyph, tone} = faces[agent.state]
  return agent.state === 'waiting' || agent.why !== '' ? stateOf(agent) : [piece(glyph, tone)]
}

const dot: Piece = {text: ' · ', tone: 'quiet'}

const stepOf = (agent: AgentView): string => `${agent.phase}${agent.attempt > 1 ? ` ${agent.attempt}` : ''}${agent.candidate > 1 ? ` #${agent.candidate}` : ''}`

export interface Header {
  /** Left on the upper border, most important first: the last go when there is no room. */
  title: readonly Line[]
  /** The first of them in few cells: the sign says the state. */
  short: Line
  /** Right on the upper border. */
  time: Line
  /** On the lower border: where the calls go, and what they took. */
  route: Line
  spent: Line
  needsYou: boolean
}

const bare = {short: [], time: [], route: [], spent: [], needsYou: false}

const endOf = (note: PaneNote): Line => (note.ended === undefined ? [] : [piece(note.ended || 'ended', 'quiet')])

/** What has ended stays to be read, and says how it goes away. */
const shellHeader = (state: AppState, note: PaneNote, number: number): Header => {
  const key = keysOf(state.keymap, 'shut').split(', ')[0]
  const closes: Line = note.ended === undefined || !key ? [] : [piece(`${key} closes it`, 'quiet')]
  return {title: [[piece(`${number} `, 'quiet'), piece(`$ ${note.title || 'shell'}`, 'title')], endOf(note), closes], ...bare}
}

const spentOf = (state: AppState, agent: AgentView): Line => {
  const caps = {...state.view.spend.caps, ...agent.grant}
  const tokens = `${count(agent.tokens)}${caps.tokens === undefined ? '' : `/${count(caps.tokens)}`} tok`
  const usd = agent.usd > 0 || caps.usd !== undefined ? `${money(agent.usd)}${caps.usd === undefined ? '' : `/${money(caps.usd)}`}` : ''
  return joined([agent.tokens > 0 ? [piece(tokens, 'quiet')] : [], usd ? [piece(usd, 'money')] : []], dot)
}

export const headerOf = (state: AppState, note: PaneNote): Header => {
  const number = state.layout.order.indexOf(note.pane) + 1
  if (note.kind === 'shell') return shellHeader(state, note, number)
  const agent = state.view.agents[note.pane]
  const name: Line = [piece(`${number} `, 'quiet'), piece(note.title, 'title')]
  if (!agent) return {title: [name, endOf(note)], ...bare}
  const until = agent.endedAt || Math.max(state.now, agent.startedAt)
  return {
    title: [[...name, {text: ' '}, ...stateOf(agent)], agent.phase ? [piece(stepOf(agent))] : [], agent.task ? [piece(agent.task, 'quiet')] : []],
    short: [...name, {text: ' '}, ...signOf(agent)],
    time: [piece(`${note.past ? 'past · ' : ''}${elapsed(until - agent.startedAt)}`, 'quiet')],
    route: agent.route ? [piece(shownRoute(agent.route), 'quiet')] : [],
    spent: joined([agent.turn > 0 ? [piece(`turn ${agent.turn}`, 'quiet')] : [], spentOf(state, agent)], dot),
    needsYou: agent.asks.length > 0,
  }
}

/** Of a pane that is scrolled back: what it shows is not the newest, and how one comes to that. */
export const backOf = (state: AppState, pane: string, columns: number): Line => {
  if (!state.scrolled.includes(pane)) return []
  const key = keysOf(state.keymap, 'last').split(', ')[0]
  const words = `scrolled back${key ? ` · ${key} follows` : ''}`
  return [piece(words.length * 2 <= columns ? words : 'scrolled', 'warn')]
}

/** The upper border's words in so many cells: state before all, then time, phase, task. */
export const titleIn = ({title, short, time}: Header, columns: number): {left: Line; right: Line} => {
  const [full = [], phase = [], ...rest] = title
  const right = lineWidth(full) + lineWidth(time) + 3 <= columns ? time : []
  const room = columns - (right.length > 0 ? lineWidth(right) + 3 : 0)
  const words = lineWidth(full) + lineWidth(phase) + 3 <= room || short.length === 0 || phase.length === 0
  const signed: Line = [...short, {text: ' '}, ...phase]
  const groups = words ? [cut(full, room), phase, ...rest] : lineWidth(signed) <= room ? [signed, ...rest] : [cut(full, room)]
  return {left: joined(groups, dot, room), right}
}

/** The lower border's words: what was spent is said whole, the route as far as there is room. */
export const footIn = ({route, spent}: Header, columns: number): Line => {
  const room = columns - (spent.length > 0 ? lineWidth(spent) + 3 : 0)
  return joined([room >= 6 ? cut(route, room) : [], cut(spent, columns)], dot)
}
