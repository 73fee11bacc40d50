// A clock that a test turns by hand, and a small run on record, a second between its events.

import type {Clock} from '../../../engine/base/clock.ts'
import type {Event} from '../../../engine/contract/event.ts'
import type {Journal, RunInfo} from '../../../engine/contract/journal.ts'

export const turnedClock = () => {
  let at = 0
  const sleepers = new Set<{until: number; wake: () => void}>()
  const clock: Clock = {
    now: () => at,
    tick: () => at,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms <= 0) return resolve()
        const sleeper = {until: at + ms, wake: resolve}
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => sleepers.delete(sleeper) && reject(signal.reason), {once: true})
      }),
  }
  /** Step by step, so that whoever wakes can go to sleep again. */
  const turn = async (ms: number): Promise<void> => {
    const end = at + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = Math.min(...[...sleepers].map(({until}) => until))
      if (next > end) break
      at = next
      for (const sleeper of [...sleepers]) if (sleeper.until <= at && sleepers.delete(sleeper)) sleeper.wake()
    }
    at = end
  }
  return {clock, turn, sleepers}
}

const stamp = (seq: number, at: number, type: string, body: unknown, agent?: string): Event =>
  ({v: 1, seq, at, run: 'r_1', trace: 't', span: 's', ...(agent ? {agent, role: agent === 'a_1' ? 'coder' : 'tester'} : {}), type, body}) as unknown as Event

const sandbox = {level: 'off', writes: 'open', network: 'open'}
const usage = {input: 1, output: 1, reasoning: 0, cached: 0}
const replied = (text: string) => ({route: 'x/y', call: 1, text, calls: [], why: 'stop', usage, usd: 0, wallMs: 5})

/** Gaps: 1 s, 1 s, 60 s, 1 s, 1 s, 1 s. */
export const story: Event[] = [
  stamp(1, 1_000, 'run.opened', {routes: {coder: ['x/y']}, root: '/repo', cwd: '/repo', checks: [], sandbox}),
  stamp(2, 2_000, 'user.said', {text: 'fix it', files: []}),
  stamp(3, 3_000, 'task.started', {role: 'coder', attempt: 1, phase: 'implement', candidate: 1, fresh: true, brief: 'fix it'}, 'a_1'),
  stamp(4, 63_000, 'model.replied', replied('mended'), 'a_1'),
  stamp(5, 64_000, 'task.started', {role: 'tester', attempt: 1, phase: 'test', candidate: 1, fresh: true, brief: 'test it'}, 'a_2'),
  stamp(6, 65_000, 'role.left', {why: 'the run is over'}, 'a_1'),
  stamp(7, 66_000, 'run.closed', {outcome: 'done', reason: '1 passed', files: [], usage: {total: {input: 1, output: 1, usd: 0}}}),
]

export const journalOf = (events: readonly Event[]): Journal =>
  ({read: ({after = 0, until = 99}: {after?: number; until?: number}) => events.filter(({seq}) => seq > after && seq <= until)}) as unknown as Journal

export const info = {
  run: 'r_1',
  session: 'r_1',
  openedAt: 1000,
  closedAt: 66_000,
  outcome: 'done',
  title: 'fix it',
  lastSeq: 7,
  hostPid: null,
} as unknown as RunInfo
