// What lies above the panes: a list view, the card of an ask, toasts.

import type {ReactElement} from 'react'
import {type ChoiceLine, cardAsk, cardLines, cardTitle, choiceLines, choicesSeen, leaveAsk, openAsks} from '../stores/card.ts'
import {type Editor, layOut} from '../stores/editor.ts'
import {plural} from '../stores/figures.ts'
import {isOpen, type Row} from '../stores/fold-row.ts'
import {cardRoomIn, type Frame, typedRowsIn} from '../stores/frame.ts'
import {between, border, thick} from '../stores/framed.ts'
import {clean, type Line, type Piece, piece} from '../stores/line.ts'
import {hasFilter, heightsOf} from '../stores/reduce-list.ts'
import {emptyOf, rowsOf, titleOf} from '../stores/rows/rows.ts'
import type {AppState, Card} from '../stores/state.ts'
import {type Tone, themes} from '../stores/theme.ts'
import {toastLines} from '../stores/toasts.ts'
import type {AskView} from '../stores/view/asks.ts'
import {Lines, type PlacedLine} from './lines.tsx'
import {markedRow} from './prompt-lines.ts'

type ListLine = PlacedLine & {lead?: Piece}

/** A row says whether there is more below it, and whether that is shown. */
const headOf = (row: Row, open: readonly string[], width: number): Pick<ListLine, 'line' | 'lead'> =>
  row.more ? {line: [{text: ' '}, ...row.line(width - 1)], lead: {text: isOpen(row, open) ? '▾' : '▸', tone: 'quiet'}} : {line: row.line(width)}

const listLines = (state: AppState, width: number, seen: number): ListLine[] => {
  const {overlay} = state
  if (!overlay) return []
  const rows = rowsOf(state, overlay)
  if (rows.length === 0) return [{line: [piece(emptyOf(overlay), 'quiet')]}]
  const heights = heightsOf(rows, overlay, width)
  const lines: ListLine[] = []
  for (const [at, row] of rows.entries()) {
    const {from, lines: tall} = heights[at] ?? {from: 0, lines: 1}
    if (from + tall <= overlay.top) continue
    if (from >= overlay.top + seen) break
    const base: Tone | undefined = at === overlay.at ? 'selected' : undefined
    const all: ListLine[] = [
      {...headOf(row, overlay.open, width), base},
      ...(isOpen(row, overlay.open) ? (row.more?.(width) ?? []) : []).map((line) => ({line})),
    ]
    lines.push(...all.slice(Math.max(0, overlay.top - from)))
  }
  return lines.slice(0, seen)
}

const keysOf = (state: AppState): Line => {
  const {overlay} = state
  if (overlay?.pick)
    return [
      piece(`enter ${overlay.pick.does}${overlay.pick.writes === overlay.pick.takes ? '' : ` · tab writes ${overlay.pick.writes}`} · escape closes`, 'quiet'),
    ]
  if (overlay?.view === 'palette') return [piece('enter does it · tab writes it · escape closes', 'quiet')]
  return [piece(overlay?.filtering ? 'enter keeps the filter · escape drops it' : 'enter folds · / filters · q closes', 'quiet')]
}

export const ListOverlay = ({state, frame}: {state: AppState; frame: Frame}): ReactElement | null => {
  const {overlay} = state
  const rect = frame.overlay
  if (!overlay || !rect) return null
  const inner = Math.max(1, rect.width - 4)
  const filter = hasFilter(overlay)
  const seen = Math.max(1, rect.height - 2 - (filter ? 1 : 0))
  const rows = rowsOf(state, overlay)
  const body = listLines(state, inner, seen)
  const count: Line = rows.length > 0 ? [piece(`${Math.min(overlay.at + 1, rows.length)} of ${rows.length}`, 'quiet')] : []
  const asked: PlacedLine[] = filter ? [{line: [piece('> ', 'focus'), {text: clean(overlay.filter.text)}]}] : []
  const lines: ListLine[] = [...asked, ...body, ...Array.from({length: Math.max(0, seen - body.length)}, (): PlacedLine => ({line: []}))]
  return (
    <Lines
      rect={rect}
      theme={themes[state.look.theme]}
      lines={[
        {line: border([piece(titleOf(overlay), 'title')], count, rect.width, thick, 'top', 'focus')},
        ...lines.map(({line, base, lead}) => ({line: between(line, rect.width, thick, 'focus', lead), base, edged: true})),
        {line: border(keysOf(state), [], rect.width, thick, 'bottom', 'focus')},
      ]}
    />
  )
}

const writing: Readonly<Record<NonNullable<Card['writes']>, string>> = {
  why: 'Why not?',
  answer: 'Your answer',
  plan: 'The plan, as it shall be',
  rule: 'Goes into .penguin/config.local.yml and holds from now on; * is anything',
}

/** What is being written, with what it is for above it. */
const typedLines = ({card}: AppState, typed: Editor, width: number, rows: number): PlacedLine[] => {
  const {rows: shown} = layOut(typed, width, rows)
  const blank = Array.from({length: Math.max(0, rows - shown.length)}, (): PlacedLine => ({line: []}))
  return [{line: [piece(card?.writes ? writing[card.writes] : '', 'quiet')]}, ...shown.map((row) => ({line: markedRow(row)})), ...blank]
}

const choicesOn = (lines: readonly ChoiceLine[], rows: number): PlacedLine[] =>
  choicesSeen(lines, rows).map(({line, marked}) => ({line, base: marked ? 'selected' : undefined}))

const cardKeys = ({card, session}: AppState, {agent, role}: AskView): [string, Tone] => {
  if (card?.asleep) return ['alt+g answers it; your keys go on where they went', 'needs']
  if (card?.ask === leaveAsk) return ['enter takes the marked one · escape stays', 'quiet']
  if (card?.writes === 'rule') return ['enter writes and allows it · escape goes back', 'quiet']
  if (card?.typed) return ['enter sends · alt+enter new line · escape goes back', 'quiet']
  const escapes = agent && session?.live ? `escape stops ${role} · l answers later` : 'escape answers later'
  return [`enter takes the marked one · ${escapes}`, 'quiet']
}

export const AskCard = ({state, frame}: {state: AppState; frame: Frame}): ReactElement | null => {
  const ask = cardAsk(state)
  const rect = frame.card
  if (!ask || !rect || !state.card) return null
  const inner = Math.max(1, rect.width - 4)
  const {typed} = state.card
  const written = typed ? typedLines(state, typed, inner, typedRowsIn(state, rect.height)) : []
  const choices = typed ? [] : choiceLines(state, ask, inner)
  const body = cardLines(state, ask, inner)
  const room = cardRoomIn(state, rect.height, written.length + choices.length)
  const answers = typed ? written.slice(-room.answers) : choicesOn(choices, room.answers)
  const seen = room.body
  const top = Math.max(0, Math.min(state.card.top, body.length - seen))
  const below = body.length - top - seen
  const more: Line = below > 0 || top > 0 ? [piece(`${plural(Math.max(0, below), 'more line')} · pagedown`, 'quiet')] : []
  const keys: Line = [piece(...cardKeys(state, ask))]
  const shown = body.slice(top, top + seen).map((line): PlacedLine => ({line}))
  const blank = Array.from({length: Math.max(0, seen - shown.length) + room.gap}, (): PlacedLine => ({line: []}))
  const filled = [...shown, ...blank, ...answers]
  return (
    <Lines
      rect={rect}
      theme={themes[state.look.theme]}
      lines={[
        {line: border([piece(cardTitle(ask, openAsks(state).length - 1), 'needs')], more, rect.width, thick, 'top', 'alert')},
        ...filled.slice(0, Math.max(0, rect.height - 2)).map(({line, base}) => ({line: between(line, rect.width, thick, 'alert'), base, edged: true})),
        {line: border(keys, [], rect.width, thick, 'bottom', 'alert')},
      ]}
    />
  )
}

export const Toasts = ({state, frame}: {state: AppState; frame: Frame}): ReactElement | null => {
  if (!frame.toasts) return null
  const lines = toastLines(state.toasts, frame.toasts.width).map((line) => ({line, base: 'bar' as const}))
  return <Lines rect={frame.toasts} lines={lines} theme={themes[state.look.theme]} />
}
