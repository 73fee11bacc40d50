// A change as lines of the screen: one column or side by side, words marked. Which colours code has is added where it
// is drawn; here only what went and came.

import {coloured, languageOf} from './code.ts'
import type {DiffLine} from './diff.ts'
import {cleanLines, exact, type Line, type Piece} from './line.ts'
import type {Tone} from './theme.ts'

export interface DiffLook {
  width: number
  style: 'unified' | 'side'
  path: string
}

const signs = {same: ' ', added: '+', removed: '-', gap: ' '} as const

/** A changed line is tinted, its changed words stand out; code has its colours where they are known. */
const pieces = ({kind, words}: DiffLine, language: string): Piece[] => {
  const tone: Tone | undefined = kind === 'added' ? 'added' : kind === 'removed' ? 'removed' : undefined
  const strong: Tone = kind === 'added' ? 'addedWord' : 'removedWord'
  return words.flatMap(({text, changed}): Piece[] => {
    const shown = cleanLines(text).join(' ')
    const code = changed ? undefined : coloured(shown, language)
    return code
      ? code.map((one) => ({text: one.text, tone: one.tone ?? (tone ? 'plain' : undefined), under: tone}))
      : [{text: shown, tone: changed ? strong : tone}]
  })
}

const number = (value: number | undefined, cells: number): string => (value === undefined ? '' : String(value)).padStart(cells)

const cellsOfNumbers = (lines: readonly DiffLine[]): number =>
  Math.max(2, String(Math.max(0, ...lines.map(({before, after}) => Math.max(before ?? 0, after ?? 0)))).length)

const gapLine = (line: DiffLine): Line => [{text: `  ${line.words[0]?.text || '…'}`, tone: 'quiet'}]

const unified = (line: DiffLine, cells: number, look: DiffLook, language: string): Line => {
  if (line.kind === 'gap') return gapLine(line)
  const tone: Tone = line.kind === 'added' ? 'added' : line.kind === 'removed' ? 'removed' : 'quiet'
  const shown: Line = [
    {text: `${number(line.before, cells)} ${number(line.after, cells)} `, tone: 'quiet'},
    {text: `${signs[line.kind]} `, tone},
    ...pieces(line, language),
  ]
  return line.kind === 'same' ? shown : exact(shown, look.width, ' ', tone)
}

/** Lines that went beside those that came in their place. */
const paired = (lines: readonly DiffLine[]): [DiffLine | undefined, DiffLine | undefined][] => {
  const pairs: [DiffLine | undefined, DiffLine | undefined][] = []
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as DiffLine
    if (line.kind === 'same' || line.kind === 'gap') {
      pairs.push([line, line])
      at += 1
      continue
    }
    let middle = at
    while (lines[middle]?.kind === 'removed') middle += 1
    let end = middle
    while (lines[end]?.kind === 'added') end += 1
    for (let nth = 0; nth < Math.max(middle - at, end - middle); nth += 1)
      pairs.push([at + nth < middle ? lines[at + nth] : undefined, middle + nth < end ? lines[middle + nth] : undefined])
    at = end
  }
  return pairs
}

const half = (line: DiffLine | undefined, side: 'before' | 'after', cells: number, width: number, language: string): Line => {
  if (!line) return exact([], width)
  const tone: Tone = line.kind === 'added' ? 'added' : line.kind === 'removed' ? 'removed' : 'quiet'
  return exact(
    [{text: `${number(line[side], cells)} `, tone: 'quiet'}, {text: `${signs[line.kind]} `, tone}, ...pieces(line, language)],
    width,
    ' ',
    line.kind === 'same' ? undefined : tone,
  )
}

/** Below this, two columns say less than one. */
const sideLeast = 80

export const diffLines = (lines: readonly DiffLine[], look: DiffLook): Line[] => {
  const cells = cellsOfNumbers(lines)
  const language = languageOf(look.path)
  if (look.style === 'unified' || look.width < sideLeast) return lines.map((line) => unified(line, cells, look, language))
  const left = Math.floor((look.width - 3) / 2)
  return paired(lines).map(([old, now]) =>
    old?.kind === 'gap'
      ? gapLine(old)
      : [...half(old, 'before', cells, left, language), {text: ' │ ', tone: 'border'}, ...half(now, 'after', cells, look.width - 3 - left, language)],
  )
}
