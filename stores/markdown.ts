// Markdown as lines of the screen, block by block: a block that has not changed is not read again, so a text that streams
// in costs what its last block costs. Pure but for what it remembers of the newest blocks.

import {coloured, coloursSeen, languageOf} from './code.ts'
import {clean, cleanLines, clip, exact, type Line, lineWidth, type Piece, wrapPieces} from './line.ts'
import {remember} from './remembered.ts'
import type {Tone} from './theme.ts'

export type Block =
  | {is: 'text' | 'quote'; text: string}
  | {is: 'head'; text: string; level: number}
  | {is: 'item'; text: string; mark: string; depth: number}
  | {is: 'code'; text: string; lang: string}
  | {is: 'table'; rows: string[][]}
  | {is: 'rule'}

const fence = /^( {0,3})(`{3,}|~{3,})\s*([\w+#.-]*)/
const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/
const rule = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/
const tableRow = /^\s*\|.*\|\s*$/

const cellsIn = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())

const special = (line: string): boolean =>
  fence.test(line) || /^ {0,3}#{1,6}\s/.test(line) || item.test(line) || rule.test(line) || /^\s*>/.test(line) || tableRow.test(line)

const codeAt = (lines: readonly string[], at: number): {block: Block; next: number} => {
  const [, , mark = '```', lang = ''] = fence.exec(lines[at] as string) ?? []
  let end = at + 1
  while (end < lines.length && !(lines[end] as string).trim().startsWith(mark)) end += 1
  return {block: {is: 'code', text: lines.slice(at + 1, end).join('\n'), lang}, next: Math.min(lines.length, end + 1)}
}

/** Lines that belong together: up to the next blank one or the next block. */
const runAt = (lines: readonly string[], at: number, goesOn: (line: string) => boolean): number => {
  let end = at + 1
  while (end < lines.length && goesOn(lines[end] as string)) end += 1
  return end
}

const joinedText = (lines: readonly string[]): string => lines.map((line) => line.trim()).join('\n')

const blockAt = (lines: readonly string[], at: number): {block?: Block; next: number} => {
  const line = lines[at] as string
  if (line.trim() === '') return {next: at + 1}
  if (fence.test(line)) return codeAt(lines, at)
  const [, hashes, title] = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line) ?? []
  if (hashes !== undefined) return {block: {is: 'head', level: hashes.length, text: title ?? ''}, next: at + 1}
  if (rule.test(line)) return {block: {is: 'rule'}, next: at + 1}
  if (tableRow.test(line)) {
    const next = runAt(lines, at, (one) => tableRow.test(one))
    const rows = lines.slice(at, next).filter((one) => !/^[\s|:-]+$/.test(one))
    return {block: {is: 'table', rows: rows.map(cellsIn)}, next}
  }
  if (/^\s*>/.test(line)) {
    const next = runAt(lines, at, (one) => /^\s*>/.test(one))
    return {block: {is: 'quote', text: joinedText(lines.slice(at, next).map((one) => one.replace(/^\s*>\s?/, '')))}, next}
  }
  const [, indent = '', mark, text] = item.exec(line) ?? []
  // What goes on below an item is indented; models break their lines where they mean it.
  const next = runAt(lines, at, (one) => one.trim() !== '' && !special(one) && (mark === undefined || /^\s{2}/.test(one)))
  const rest = joinedText(lines.slice(at + 1, next))
  if (mark !== undefined)
    return {block: {is: 'item', mark: /\d/.test(mark) ? mark : '-', depth: Math.min(6, indent.length >> 1), text: `${text}\n${rest}`.trim()}, next}
  return {block: {is: 'text', text: joinedText(lines.slice(at, next))}, next}
}

export const blocksOf = (text: string): Block[] => {
  const lines = text.split(/\r?\n/)
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; ) {
    const {block, next} = blockAt(lines, at)
    if (block) blocks.push(block)
    at = next
  }
  return blocks
}

const inlineForm = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)/g

/** Code, strong words and links of a line. */
export const inline = (text: string, tone?: Tone): Piece[] => {
  const pieces: Piece[] = []
  let at = 0
  const plain = (to: number): void => {
    if (to > at) pieces.push({text: clean(text.slice(at, to)), tone})
  }
  for (const found of text.matchAll(inlineForm)) {
    plain(found.index)
    const [whole, code, bold, under, slanted, label, target] = found
    if (code !== undefined) pieces.push({text: clean(code), tone: 'code'})
    else if (bold !== undefined || under !== undefined) pieces.push({text: clean(bold ?? under ?? ''), tone: 'strong'})
    else if (slanted !== undefined) pieces.push({text: clean(slanted), tone})
    else {
      pieces.push({text: clean(label || target || ''), tone: 'code'})
      if (label && target !== label) pieces.push({text: ` (${clean(target ?? '')})`, tone: 'quiet'})
    }
    at = found.index + whole.length
  }
  plain(text.length)
  return pieces
}

/** Lines of the text, each wrapped on its own. */
const wrapLines = (text: string, width: number, tone?: Tone): Line[] => text.split('\n').flatMap((line) => wrapPieces(inline(line, tone), width))

const indented = (lines: readonly Line[], first: Piece, rest: Piece): Line[] => lines.map((line, at) => [at === 0 ? first : rest, ...line])

const tableLines = (rows: readonly string[][], width: number): Line[] => {
  const columns = Math.max(...rows.map((row) => row.length))
  const most = Math.max(3, Math.floor((width - (columns - 1) * 3) / columns))
  const widths = Array.from({length: columns}, (_, column) => Math.min(most, Math.max(...rows.map((row) => lineWidth(inline(row[column] ?? ''))))))
  return rows.map(
    (row, at): Line =>
      widths.flatMap(
        (cells, column): Line => [
          ...(column > 0 ? [{text: ' │ ', tone: 'border' as const}] : []),
          ...exact(inline(row[column] ?? '', at === 0 ? 'strong' : undefined), cells),
        ],
      ),
  )
}

const codeLines = (text: string, language: string, width: number): Line[] =>
  cleanLines(text).map((line): Line => {
    const shown = clip(line, width - 2)
    return [{text: '  '}, ...(coloured(shown, language) ?? [{text: shown, tone: 'code' as const}])]
  })

const draw = (block: Block, width: number): Line[] => {
  switch (block.is) {
    case 'head':
      return wrapPieces([{text: clean(block.text), tone: 'title'}], width)
    case 'item': {
      const lead = `${'  '.repeat(block.depth)}${block.mark} `
      return indented(wrapLines(block.text, width - lead.length), {text: lead, tone: 'quiet'}, {text: ' '.repeat(lead.length)})
    }
    case 'quote':
      return indented(wrapLines(block.text, width - 2, 'quiet'), {text: '│ ', tone: 'border'}, {text: '│ ', tone: 'border'})
    case 'code':
      return codeLines(block.text, languageOf(block.lang), width)
    case 'table':
      return tableLines(block.rows, width)
    case 'rule':
      return [[{text: '─'.repeat(Math.max(1, width)), tone: 'border'}]]
    default:
      return wrapLines(block.text, width)
  }
}

const drawn = remember<readonly Line[]>(500_000)

const drawBlock = (block: Block, width: number): readonly Line[] => drawn.of(`${width} ${coloursSeen()} ${JSON.stringify(block)}`, () => draw(block, width))

/** `fresh`: of a text that still changes nothing is kept. */
const linesOf = (text: string, width: number, fresh = false): readonly Line[] => {
  const blocks = blocksOf(text)
  return blocks.flatMap((block, at) => {
    const close = at === 0 || (block.is === 'item' && blocks[at - 1]?.is === 'item')
    return [...(close ? [] : [[]]), ...(fresh ? draw : drawBlock)(block, Math.max(8, width))]
  })
}

const whole = remember<readonly Line[]>(1_000_000)

/** A text that was drawn before is not read again. */
const remembered = (text: string, width: number): readonly Line[] => whole.of(`${width} ${coloursSeen()} ${text}`, () => linesOf(text, width))

const longText = 2000

const isInCode = (text: string): boolean => (text.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0) % 2 === 1

const fenceBefore = (text: string, at: number): number => Math.max(text.lastIndexOf('\n```', at), text.lastIndexOf('\n~~~', at)) + 1

/** Where the last block begins that more text could still change; 0 when it is the first. A blank line in code ends none. */
const openEnd = (text: string): number => {
  if (isInCode(text)) return fenceBefore(text, text.length)
  const blank = text.lastIndexOf('\n\n', text.length - 3)
  if (blank === -1) return 0
  return isInCode(text.slice(0, blank)) ? fenceBefore(text, blank) : blank + 2
}

/** Blocks apart by a blank line, items of a list close together. Of a long text that grows only its end is read again. */
export const markdownLines = (text: string, width: number): readonly Line[] => {
  const cut = text.length > longText ? openEnd(text) : 0
  if (cut === 0) return text.length > longText ? remembered(text, width) : linesOf(text, width)
  const [before, after] = [remembered(text.slice(0, cut), width), linesOf(text.slice(cut), width, true)]
  const listGoesOn = item.test(text.slice(cut).split('\n', 1)[0] ?? '') && item.test(text.slice(0, cut).trimEnd().split('\n').at(-1) ?? '')
  return [...before, ...(before.length > 0 && after.length > 0 && !listGoesOn ? [[]] : []), ...after]
}
