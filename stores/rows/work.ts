// The plan as a board and as what waits for what; the timeline by phase; the evidence of the gates.

import {elapsed, plural, took} from '../figures.ts'
import type {Row} from '../fold-row.ts'
import {flush, type Line, piece, wrapped} from '../line.ts'
import type {AppState} from '../state.ts'
import type {Tone} from '../theme.ts'
import type {GateView} from '../view/evidence.ts'
import {isDone, isReady, ranksOf, type TaskView} from '../view/tasks.ts'
import {byPhase, type Span} from '../view/timeline.ts'

const faces: Readonly<Record<string, {glyph: string; tone: Tone}>> = {
  done: {glyph: '✓', tone: 'good'},
  doing: {glyph: '●', tone: 'busy'},
  failed: {glyph: '✗', tone: 'bad'},
  held: {glyph: '!', tone: 'needs'},
  stale: {glyph: '~', tone: 'warn'},
  approved: {glyph: '+', tone: 'good'},
}

const faceOf = (task: TaskView): Line => {
  const {glyph, tone} = faces[task.state] ?? {glyph: '·', tone: 'quiet' as const}
  return [piece(glyph, tone)]
}

const isUntouched = ({view}: AppState): boolean => view.plan.tasks.every(({state}) => state === 'open')

const taskRow = (state: AppState, task: TaskView): Row => {
  const waits = task.after.filter((id) => state.view.plan.tasks.some((one) => one.id === id && !isDone(one)))
  // A plan that nobody kept up to date says nothing of what was done.
  const isOver = state.view.run.closed !== null && isUntouched(state)
  const right: Line = [
    piece(isDone(task) || isOver ? '' : waits.length > 0 ? `after ${waits.join(', ')}` : isReady(task, state.view.plan) ? task.state : '', 'quiet'),
  ]
  const more = (width: number): Line[] => [
    ...task.accept.flatMap((text) => wrapped(`    - ${text}`, width, 'quiet')),
    ...(task.why ? wrapped(`    ${task.why}`, width) : []),
  ]
  return {
    key: `task ${task.id}`,
    text: `${task.id} ${task.title} ${task.state}`,
    line: (width) => flush([...faceOf(task), piece(` ${task.id} `, 'quiet'), piece(task.title)], right, width),
    ...(task.accept.length > 0 || task.why ? {more} : {}),
  }
}

/** One line for each step of the order: what can be done side by side stands side by side. */
const orderRows = (state: AppState): Row[] => {
  const {plan} = state.view
  const ranks = ranksOf(plan)
  const last = Math.max(-1, ...ranks.values())
  if (last < 1) return []
  return Array.from({length: last + 1}, (_, rank): Row => {
    const tasks = plan.tasks.filter(({id}) => ranks.get(id) === rank)
    const line = tasks.flatMap(
      (task, at): Line => [
        piece(at === 0 ? '' : '   '),
        ...faceOf(task),
        piece(` ${task.id}`),
        piece(task.after.length > 0 ? ` ← ${task.after.join(', ')}` : '', 'quiet'),
      ],
    )
    return {key: `rank ${rank}`, text: tasks.map(({id}) => id).join(' '), line: () => [piece(`${String(rank + 1).padStart(3)}  `, 'quiet'), ...line]}
  })
}

const heading = (text: string): Row => ({key: `head ${text}`, text: '', line: () => [piece(text, 'title')]})

export const taskRows = (state: AppState): Row[] => {
  const {plan} = state.view
  if (plan.tasks.length === 0) return []
  const done = plan.tasks.filter(isDone).length
  const order = orderRows(state)
  return [
    heading(
      `${state.view.run.closed && isUntouched(state) ? `${plural(plan.tasks.length, 'task')} planned` : `${done} of ${plural(plan.tasks.length, 'task')} done`}${plan.note ? ` · ${plan.note}` : ''}`,
    ),
    ...plan.tasks.map((task) => taskRow(state, task)),
    ...(order.length > 0 ? [heading('Order: a task comes after those that its arrow names'), ...order] : []),
  ]
}

const outcomes: Readonly<Record<string, Tone>> = {
  finished: 'good',
  passed: 'good',
  failed: 'bad',
  stuck: 'bad',
  provider: 'bad',
  capped: 'warn',
  stopped: 'warn',
  person: 'needs',
}

const spanLine = (span: Span, now: number, longest: number, width: number): Line => {
  const ms = Math.max(0, (span.endedAt || now) - span.startedAt)
  const cells = Math.max(1, Math.round((ms / longest) * 20))
  const who = [span.role, span.attempt > 1 ? `attempt ${span.attempt}` : '', span.candidate > 1 ? `candidate ${span.candidate}` : '']
    .filter(Boolean)
    .join(' · ')
  const work = [span.calls > 0 ? plural(span.calls, 'reply', 'replies') : '', span.tools > 0 ? plural(span.tools, 'call') : ''].filter(Boolean).join(', ')
  const left: Line = [
    piece(`  ${who || span.phase}`),
    piece(work ? `  ${work}` : '', 'quiet'),
    piece(span.outcome ? `  ${span.outcome}` : '  …', outcomes[span.outcome] ?? 'quiet'),
  ]
  return flush(left, [piece('█'.repeat(cells), span.endedAt ? 'border' : 'busy'), piece(took(ms).padStart(9))], width)
}

export const timelineRows = (state: AppState): Row[] => {
  const {timeline, run} = state.view
  const longest = Math.max(1, ...timeline.map((span) => (span.endedAt || state.now) - span.startedAt))
  const total = run.openedAt > 0 ? [heading(`${elapsed((run.closedAt || state.now) - run.openedAt)} in all`)] : []
  const phases = byPhase(timeline).map(
    ({phase, spans, wallMs}): Row => ({
      key: `phase ${phase}`,
      text: `${phase} ${spans.map(({role}) => role).join(' ')}`,
      line: (width) =>
        flush([piece(phase, 'strong'), piece(spans.length > 1 ? `  ${plural(spans.length, 'time')}` : '', 'quiet')], [piece(took(wallMs(state.now)))], width),
      more: (width) => spans.map((span) => spanLine(span, state.now, longest, width)),
      opens: true,
    }),
  )
  return phases.length > 0 ? [...total, ...phases] : []
}

const gateTone: Readonly<Record<GateView['state'], {glyph: string; tone: Tone}>> = {
  running: {glyph: '▸', tone: 'busy'},
  passed: {glyph: '✓', tone: 'good'},
  failed: {glyph: '✗', tone: 'bad'},
  stale: {glyph: '~', tone: 'warn'},
}

const countsOf = ({counts}: GateView): string => {
  if (!counts) return ''
  const before = counts.failedBefore === null ? '' : ` (${counts.failedBefore} before)`
  return `${counts.passed} passed, ${counts.failed} failed${before}, ${counts.skipped} skipped`
}

const gateMore = (gate: GateView, width: number): Line[] => {
  const fact = (name: string, value: string): Line[] => (value ? [[piece(`    ${name.padEnd(12)}`, 'quiet'), piece(value)]] : [])
  return [
    ...fact('command', gate.command),
    ...fact('exit code', gate.exitCode === null ? (gate.state === 'running' ? '' : 'none: it was ended') : String(gate.exitCode)),
    ...fact('counts', countsOf(gate)),
    ...fact('output', gate.outputSha256 ? `sha256 ${gate.outputSha256}` : ''),
    ...fact('tree', gate.treeSha256 ? `sha256 ${gate.treeSha256}` : ''),
    ...fact('began', new Date(gate.startedAt).toISOString()),
    ...fact('took', gate.wallMs > 0 ? took(gate.wallMs) : ''),
    ...fact('place', gate.site),
    ...fact('why', gate.why),
    ...wrapped(gate.summary, Math.max(1, width - 16)).map((line, at): Line => [piece(at === 0 ? '    summary     ' : '                ', 'quiet'), ...line]),
  ]
}

export const evidenceRows = (state: AppState): Row[] =>
  state.view.evidence.toReversed().map((gate): Row => {
    const {glyph, tone} = gateTone[gate.state]
    const ms = gate.state === 'running' ? state.now - gate.startedAt : gate.wallMs
    return {
      key: `gate ${gate.key} ${gate.gate}`,
      text: `${gate.gate} ${gate.command} ${gate.state} ${gate.summary}`,
      line: (width) =>
        flush(
          [
            piece(`${glyph} `, tone),
            piece(gate.gate, 'strong'),
            piece(`  ${gate.command}`),
            piece(`  ${gate.state}`, tone),
            piece(gate.exitCode === null ? '' : `  exit ${gate.exitCode}`, 'quiet'),
          ],
          [piece(took(Math.max(0, ms)), 'quiet')],
          width,
        ),
      more: (width) => gateMore(gate, width),
      opens: true,
    }
  })
