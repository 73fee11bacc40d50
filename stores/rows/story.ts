// What the agent in focus said and did: its words as Markdown, each call as one line that unfolds to what went in and out.

import {changesOf, commandOf} from '../change.ts'
import {tally} from '../diff.ts'
import {diffLines} from '../diff-lines.ts'
import {took} from '../figures.ts'
import type {Row} from '../fold-row.ts'
import {cleanLines, flush, type Line, piece, wrapped} from '../line.ts'
import {markdownLines} from '../markdown.ts'
import type {AppState} from '../state.ts'
import type {Tone} from '../theme.ts'
import type {CallView} from '../view/calls.ts'
import type {Part} from '../view/story.ts'

const speakers = {you: 'you', model: '', crew: 'the task as given'} as const

const said = (part: Extract<Part, {is: 'said'}>, key: string, role: string): Row => ({
  key,
  text: part.text,
  line: () => [piece(speakers[part.by] || role, part.by === 'you' ? 'focus' : part.by === 'model' ? 'title' : 'quiet')],
  more: (width) => markdownLines(part.text, width - 2).map((line): Line => [{text: '  '}, ...line]),
  ...(part.by === 'crew' ? {} : {opens: true as const}),
})

const glyphs: Readonly<Record<CallView['state'], [string, Tone]>> = {asked: ['·', 'quiet'], running: ['▸', 'busy'], done: ['✓', 'good'], failed: ['✗', 'bad']}

const summary = (call: CallView): string => {
  if (call.line) return call.line
  const path = typeof call.input?.path === 'string' ? call.input.path : ''
  return `${call.tool} ${commandOf(call) || path}`.trim()
}

const callMore = (state: AppState, call: CallView, width: number): Line[] => {
  const changes = changesOf(call)
  const input =
    changes.length > 0
      ? changes.flatMap(({path, lines}) => [
          [piece(`    ${path}`, 'strong')],
          ...diffLines(lines, {width: width - 4, style: state.look.diff, path}).map((line): Line => [{text: '    '}, ...line]),
        ])
      : cleanLines(commandOf(call) || call.raw).flatMap((line) => wrapped(`    ${line}`, width, 'code'))
  const output = call.output ? cleanLines(call.output.trimEnd()).flatMap((line) => wrapped(`    ${line}`, width, 'quiet')) : []
  return [...input, ...output]
}

const callRow = (state: AppState, part: Extract<Part, {is: 'call'}>, key: string): Row | undefined => {
  const call = state.view.calls.get(part.key)
  if (!call) return undefined
  const [glyph, tone] = glyphs[call.state]
  return {
    key,
    text: summary(call),
    line: (width) => flush([piece(`  ${glyph} `, tone), piece(summary(call))], [piece(call.wallMs > 0 ? took(call.wallMs) : '', 'quiet')], width),
    more: (width) => callMore(state, call, width),
  }
}

const partRow = (state: AppState, part: Part, key: string, role: string): Row | undefined => {
  if (part.is === 'said') return said(part, key, role)
  if (part.is === 'call') return callRow(state, part, key)
  return {key, text: part.text, line: () => [piece(`  ${part.text}`, part.tone === 'plain' ? undefined : part.tone)]}
}

export const storyRows = (state: AppState): Row[] => {
  const agent = state.view.agents[state.layout.focus]
  const own = agent ? state.view.stories[agent.id] : undefined
  const shared = state.view.stories['']
  const role = agent?.role ?? 'model'
  const parts = [...(shared?.parts ?? []), ...(own?.parts ?? [])].toSorted((left, right) => left.at - right.at)
  const rows = parts.flatMap((part, at) => partRow(state, part, `${part.at} ${part.is} ${at}`, role) ?? [])
  const live = own?.streaming ?? ''
  const thought = own?.thinking ?? ''
  return [
    ...rows,
    ...(thought
      ? [
          {
            key: 'thinking',
            text: thought,
            line: (): Line => [piece(`${role} thinks`, 'quiet')],
            more: (width: number) => markdownLines(thought, width - 2).map((line): Line => [{text: '  '}, ...line]),
          },
        ]
      : []),
    ...(live ? [said({is: 'said', by: 'model', text: live, at: state.now}, 'streaming', role)] : []),
  ]
}

const shares = (lines: ReturnType<typeof changesOf>[number]['lines']): Line => {
  const {add, del} = tally(lines)
  return [piece(`  +${add}`, 'added'), piece(` -${del}`, 'removed')]
}

/** The files that differ, as the run says, and every change that was made on the way. */
export const diffRows = (state: AppState): Row[] => {
  const {run, calls, agents} = state.view
  const files = run.closed && run.closed.files.length > 0 ? run.closed.files : run.files
  const head: Row[] =
    files.length > 0
      ? [
          {key: 'head files', text: '', line: () => [piece('Files that differ from the start', 'title')]},
          ...files.map(
            ({path, change, add, del}): Row => ({
              key: `file ${path}`,
              text: path,
              line: (width) => flush([piece(`  ${path}`), piece(`  ${change}`, 'quiet')], [piece(`+${add}`, 'added'), piece(` -${del}`, 'removed')], width),
            }),
          ),
        ]
      : []
  const made = [...calls].flatMap(([key, call]): Row[] =>
    call.state === 'failed'
      ? []
      : changesOf(call).map(
          ({path, lines}, at): Row => ({
            key: `${key} ${at}`,
            text: path,
            line: (width) =>
              flush(
                [piece(path, 'strong'), ...shares(lines)],
                [piece(`${agents[call.agent]?.role ?? call.agent} ${call.state === 'done' ? '' : call.state}`.trim(), 'quiet')],
                width,
              ),
            more: (width) => diffLines(lines, {width, style: state.look.diff, path}),
            opens: true,
          }),
        ),
  )
  return [...head, ...(made.length > 0 ? [{key: 'head made', text: '', line: (): Line => [piece('Changes as they were made', 'title')]}, ...made] : [])]
}
