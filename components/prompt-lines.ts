// The rows of the prompt: what is typed, or what could be. Lines only; nothing is drawn here.

import {cellsOf, graphemesOf} from '../engine/base/width.ts'
import type {VisualRow} from '../stores/editor.ts'
import type {Frame} from '../stores/frame.ts'
import {clip, type Line, lineWidth, type Piece, spread} from '../stores/line.ts'
import {hintOf, placeholderOf} from '../stores/prompt-words.ts'
import type {AppState} from '../stores/state.ts'
import type {Tone} from '../stores/theme.ts'

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

export const promptLines = (state: AppState, frame: Frame): Line[] => {
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
