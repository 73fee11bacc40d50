// The prompt, what waits to be said above it, and the popup of what could be typed next.

import {Box} from 'ink'
import type {ReactElement} from 'react'
import {cellsOf, graphemesOf} from '../engine/base/width.ts'
import type {VisualRow} from '../stores/editor.ts'
import type {Frame} from '../stores/frame.ts'
import {clean, clip, exact, type Line, lineWidth, type Piece, spread} from '../stores/line.ts'
import {hintOf, placeholderOf} from '../stores/prompt-words.ts'
import type {AppState} from '../stores/state.ts'
import {type Tone, themes} from '../stores/theme.ts'
import {Lines} from './lines.tsx'
import {written} from './written.ts'

const tones: Readonly<Record<VisualRow['marks'][number]['kind'], Tone>> = {paste: 'code', selected: 'selected'}

/** A row cut where its marks begin and end. */
export const markedRow = ({text, marks}: VisualRow): Line => {
  if (marks.length === 0) return [{text}]
  const pieces: Piece[] = []
  let column = 0
  for (const grapheme of graphemesOf(text)) {
    const mark = marks.findLast(({from, to}) => column >= from && column < to)
    const tone = mark && tones[mark.kind]
    const last = pieces.at(-1)
    if (last && last.tone === tone) pieces[pieces.length - 1] = {...last, text: last.text + grapheme}
    else pieces.push({text: grapheme, tone})
    column += cellsOf(grapheme)
  }
  return pieces
}

const promptLines = (state: AppState, frame: Frame): Line[] => {
  const {width} = frame.areas.prompt
  const typing = state.mode === 'prompt'
  const mark: Piece = {text: state.editor.vim && state.editor.vim.mode !== 'insert' ? ': ' : '> ', tone: typing ? 'focus' : 'quiet'}
  const hint = hintOf(state)
  if (state.editor.text === '' || !typing) {
    const words: Line = [mark, {text: clip(placeholderOf(state), Math.max(0, width - 2 - (hint.length > 0 ? lineWidth(hint) + 2 : 0))), tone: 'quiet'}]
    return [spread(words, hint, width)]
  }
  return frame.prompt.rows.map((row, at) => {
    const line: Line = [at === 0 && frame.prompt.first === 0 ? mark : {text: '  '}, ...markedRow(row)]
    return at === 0 ? spread(line, hint, width) : line
  })
}

/** The prompt's rows as they stand now, for the terminal that holds the picture: a key changes these and nothing else. */
export const promptBytes = (state: AppState, {areas, ...frame}: Frame): string => {
  const {y, width, height} = areas.prompt
  const lines = promptLines(state, {areas, ...frame}).slice(0, height)
  return lines.map((line, at) => written(exact(line, width), y + at, themes[state.look.theme])).join('')
}

export const Prompt = ({state, frame}: {state: AppState; frame: Frame}): ReactElement => {
  const theme = themes[state.look.theme]
  const waiting = (state.session?.queue ?? []).map((text, at) => ({
    line: [
      {text: `  ${at + 1} after this: `, tone: 'quiet'},
      {text: clean(text), tone: 'plain'},
    ] satisfies Line,
  }))
  return (
    <Box>
      <Lines rect={frame.areas.queue} lines={waiting} theme={theme} />
      <Lines rect={frame.areas.prompt} lines={promptLines(state, frame).map((line) => ({line}))} theme={theme} />
    </Box>
  )
}

/** The chosen line stays in sight. */
const windowOf = (count: number, at: number, rows: number): number => Math.max(0, Math.min(count - rows, at - Math.floor(rows / 2)))

export const PopupList = ({state, frame}: {state: AppState; frame: Frame}): ReactElement | null => {
  const {popup} = state
  if (!popup || !frame.popup) return null
  const rows = frame.popup.height
  const first = windowOf(popup.items.length, popup.at, rows)
  const sign = popup.kind === 'command' ? '/' : popup.kind === 'file' ? '@' : ''
  const lines = popup.items.slice(first, first + rows).map(({text, about}, at) => ({
    line: spread([{text: ` ${sign}${clean(text)}`}], about ? [{text: `${clean(about)} `, tone: 'quiet'}] : [], frame.popup?.width ?? 0),
    base: (first + at === popup.at ? 'selected' : 'bar') as Tone,
  }))
  return <Lines rect={frame.popup} lines={lines} theme={themes[state.look.theme]} />
}
