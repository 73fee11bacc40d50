// A session told by hand: the words of a keeper, in order, so that states of the screen can be made as they come to be.

import type {Draft, Event, EventType} from '../../engine/contract/event.ts'
import type {KeeperSays, PaneNote, SessionNote, Size} from '../../engine/contract/screen.ts'
import type {Action, Effect} from '../../stores/action.ts'
import {newEditor} from '../../stores/editor.ts'
import {reduce} from '../../stores/reduce.ts'
import {type AppState, type Look, newState} from '../../stores/state.ts'

/** 2026-01-02 03:04:05 UTC. */
export const began = 1_767_323_045_000

export const plainLook: Look = {theme: 'none', motion: false, mouse: true, vim: false, diff: 'unified'}

export const session = (more: Partial<SessionNote> = {}): SessionNote => ({
  version: '0.1.0',
  session: '',
  pid: 1,
  root: '/home/me/project',
  cwd: '/home/me/project',
  run: '',
  live: false,
  settings: {},
  route: 'ollama/qwen3-coder',
  sandbox: {level: 'bwrap', writes: 'confined', network: 'off'},
  queue: [],
  screens: 1,
  git: {branch: 'main', dirty: 0},
  ...more,
})

export const spentOn = (input: number, output: number) => ({input, output, reasoning: 0, cached: 0})

export interface Teller {
  readonly state: AppState
  readonly effects: readonly Effect[]
  act(...actions: Action[]): Teller
  /** One batch. */
  tell(...says: KeeperSays[]): Teller
  /** An event so many ms after the one before. */
  event<T extends EventType>(
    type: T,
    body: Draft<T>['body'],
    where?: {agent?: string; role?: string; task?: string; turn?: number; after?: number; passing?: true},
  ): Teller
  pane(pane: string, title: string, more?: Partial<PaneNote>): Teller
}

/** A screen of a size, and a keeper that tells it what a test says. */
export const teller = (size: Size, look: Partial<Look> = {}): Teller => {
  let state = newState({size, editor: newEditor({columns: size.columns - 3}), look: {...plainLook, ...look}, now: began})
  let effects: Effect[] = []
  let at = began
  let seq = 0
  const self: Teller = {
    get state() {
      return state
    },
    get effects() {
      return effects
    },
    act: (...actions) => {
      for (const action of actions) {
        const done = reduce(state, action)
        state = done.state
        effects = [...effects, ...done.effects]
      }
      return self
    },
    tell: (...says) => self.act({do: 'told', says}),
    event: (type, body, {after = 1000, ...where} = {}) => {
      at += after
      if (!where.passing) seq += 1
      const event = {v: 1, type, seq, at, run: 'r_1', trace: 't', span: `s_${seq}`, body, ...where} as unknown as Event
      return self.tell({tell: 'event', event})
    },
    pane: (pane, title, more = {}) => self.tell({tell: 'pane', pane: {pane, kind: 'agent', title, size: {columns: 80, rows: 24}, ...more}}),
  }
  return self
}

/** Text as the keyboard gives it. */
export const typing = (text: string): Action[] =>
  [...text].map((key) => ({do: 'typed', event: {input: 'key', key, text: key, ctrl: false, alt: false, shift: false, raw: key}}))

export const opened = {
  version: '0.1.0',
  capabilities: [],
  cwd: '/home/me/project',
  root: '/home/me/project',
  configSha256: '',
  routes: {planner: ['openai/gpt-5'], coder: ['ollama/qwen3-coder'], tester: ['ollama/qwen3-coder']},
  sandbox: {level: 'bwrap', writes: 'confined', network: 'off'},
  checks: [{gate: 'tests', command: 'npm test', from: 'package.json'}],
  instructions: [],
  trusted: true,
  failedToLoad: [],
  asked: {caps: {tokens: 120_000}},
} as const

/** A run has begun with these agents, each at work on its phase. */
export const begin = (teller: Teller, crew: readonly {role: string; phase: string; candidate?: number}[], more: Partial<SessionNote> = {}): Teller => {
  teller.tell({tell: 'session', session: session({live: true, run: 'r_1', session: 'r_1', ...more})}, {tell: 'caught-up'})
  teller.event('run.opened', structuredClone(opened) as never)
  teller.event('user.said', {text: 'sum() must ignore blanks; add a test', files: []})
  for (const [at, {role, phase, candidate}] of crew.entries()) {
    const who = {agent: `a_${at + 1}`, role, task: 't_1'}
    teller.event('role.hired', {ordinal: at + 1, process: 'child'}, who)
    teller.pane(`a_${at + 1}`, role)
    teller.event('role.ready', {wallMs: 40}, who)
    teller.event('task.started', {role, attempt: 1, phase, candidate: candidate ?? 1, fresh: true, brief: 'sum() must ignore blanks'}, who)
  }
  return teller
}
