// The run itself: with what it works, since when, and how it ended. And what belongs to no agent: breakers, the GPU, the
// newest notices.

import type {BodyOf, Event} from '../../engine/contract/event.ts'
import type {SandboxState} from '../../engine/contract/sandbox.ts'
import {keep, plainText} from './ring.ts'

export interface RunView {
  /** '' before any. */
  run: string
  /** Of the newest event. */
  seq: number
  openedAt: number
  closedAt: number
  version: string
  root: string
  /** By role. */
  routes: Readonly<Record<string, readonly string[]>>
  sandbox: SandboxState | null
  checks: readonly {gate: string; command: string}[]
  request: string
  closed: {outcome: string; reason: string; exitCode: number; text: string; files: BodyOf<'run.closed'>['files']; resume: string} | null
  /** What was proposed or adopted last. */
  files: BodyOf<'patch.adopted'>['files']
  breakers: Readonly<Record<string, {state: string; why: string}>>
  gpu: Readonly<Record<string, unknown>> | null
  notices: readonly {at: number; code: string; text: string; bad: boolean}[]
  checkpoints: readonly {checkpoint: string; at: number; why: string}[]
}

export const noRun: RunView = {
  run: '',
  seq: 0,
  openedAt: 0,
  closedAt: 0,
  version: '',
  root: '',
  routes: {},
  sandbox: null,
  checks: [],
  request: '',
  closed: null,
  files: [],
  breakers: {},
  gpu: null,
  notices: [],
  checkpoints: [],
}

const step = (view: RunView, event: Event): RunView => {
  switch (event.type) {
    case 'run.opened': {
      const {version, root, routes, sandbox, checks} = event.body
      return {...noRun, gpu: view.gpu, openedAt: event.at, version, root, routes, sandbox, checks}
    }
    case 'user.said':
      return {...view, request: plainText(event.body.text)}
    case 'run.closed': {
      const {outcome, reason, exitCode, text, files, resume} = event.body
      return {...view, closedAt: event.at, closed: {outcome, reason, exitCode, text: plainText(text), files, resume}}
    }
    case 'patch.proposed':
    case 'patch.adopted':
      return {...view, files: event.body.files}
    case 'breaker.turned': {
      const {route, state, why} = event.body
      return {...view, breakers: {...view.breakers, [route]: {state, why}}}
    }
    case 'model.replied': {
      // An agent that came in another's place knows nothing of its breakers, and has shown that the route is well.
      const {[event.body.route]: turned, ...breakers} = view.breakers
      return turned ? {...view, breakers} : view
    }
    case 'gpu.sampled':
      return {...view, gpu: event.body}
    case 'checkpoint.saved':
      return {...view, checkpoints: keep(view.checkpoints, {checkpoint: event.body.checkpoint, at: event.at, why: event.body.why}, 50)}
    case 'notice':
      return {...view, notices: keep(view.notices, {at: event.at, code: event.body.code, text: event.body.text, bad: false}, 50)}
    case 'error':
      return {...view, notices: keep(view.notices, {at: event.at, code: event.body.code, text: event.body.msg, bad: true}, 50)}
    default:
      return view
  }
}

export const stepRun = (view: RunView, event: Event): RunView => {
  const next = step(view, event)
  // What passes carries the seq of what was kept before it, and may be told again later.
  const seq = event.passing && next.run === event.run ? next.seq : event.seq
  return next.run === event.run && next.seq === seq ? next : {...next, run: event.run, seq}
}

/** Where a route's calls go: `ollama/qwen3` is `qwen3 @ollama`. */
export const shownRoute = (route: string): string => {
  const cut = route.indexOf('/')
  return cut === -1 ? route : `${route.slice(cut + 1)} @${route.slice(0, cut)}`
}
