// What a model says, as it comes: light Markdown (headings, lists, quotes, rules, fences, tables, links, bold, slanted,
// struck and code) onto the flow. Holds back a word, a table, or what may still turn out to be a mark, and no more. What is
// printed is a function of the text alone, never of how it was cut into pieces.

import {graphemesOf, widthOf} from '../base/width.ts'
import {type Cleaner, openCleaner} from './face-clean.ts'
import type {Flow, Run} from './face-flow.ts'
import {isClosed, type Link, linkAt, markAt} from './face-inline.ts'
import {fenceOf, mark, perhapsFence, perhapsMark, perhapsRule, rule} from './face-marks.ts'
import {isTableRow, openTable} from './face-table.ts'

export interface Prose {
  push(text: string): void
  /** No more comes: what was held is printed, and every mark is closed. */
  end(): void
}

export const bold = '1'
export const dim = '2'
const inline = '36'
const slant = '3'
const strike = '9'
const linked = '4'
const heading = '1;4'
const fenced = '36'

/** Cut here at the latest: a word without an end must come out too. */
const longestWord = 256
/** A sign that Markdown would take for a mark stands for itself. */
const escaped = /[\\`*_~|#[\]<>]/
const letter = /[\p{L}\p{N}]/u
const blank = /[ \t\n]/
const asciiWord = /[\x21-\x7e]+/y

type Block = '' | 'heading' | 'quote'

/** `colour` false: marks stay as they were written, for they are all there is. */
export const openProse = (flow: Flow, {colour, style = ''}: {colour: boolean; style?: string}): Prose => {
  const cleaner: Cleaner = openCleaner()
  let held = ''
  let atStart = true
  let closing = ''
  let block: Block = ''
  let strong = false
  let code = false
  let slanted: '*' | '_' | '' = ''
  let struck = false
  let before = ' '
  const table = openTable(flow, {base: style, head: [style, bold].filter(Boolean).join(';'), edge: dim, code: inline, strong: bold})
  /** No word on this line so far. */
  let bare = true

  const styled = (): string => {
    const base = block === 'heading' ? heading : block === 'quote' ? dim : style
    return [base, code ? inline : '', strong && block !== 'heading' ? bold : '', slanted ? slant : '', struck ? strike : ''].filter(Boolean).join(';')
  }

  const breakLine = (): void => {
    flow.newline()
    flow.indent(0)
    atStart = true
    // A mark that was never closed ends with its paragraph.
    if (bare) strong = false
    bare = true
    block = ''
    code = false
    slanted = ''
    struck = false
    before = ' '
  }

  /** Whether a word has a mark in it whose other end may still come. */
  const isOpen = (word: string, last: boolean): boolean => {
    if (!colour || last) return false
    for (let at = 0; at < word.length; at += 1) {
      const found = markAt(held, at, word[at - 1] ?? before)
      if (found && isClosed(held, at, found, last) === undefined) return true
    }
    return word.endsWith('\\') && held.length === word.length
  }

  /** Marks become styles; the rest of the word, which `rest` follows, is printed. */
  const sayWord = (word: string, rest: string, last: boolean): void => {
    const after = rest[0] ?? ' '
    const line = word + rest
    bare = false
    if (!colour) return flow.word(word)
    const runs: Run[] = []
    let run = ''
    const flush = (): void => {
      if (run) runs.push({text: run, style: styled()})
      run = ''
    }
    for (let at = 0; at < word.length; at += 1) {
      const char = word[at] as string
      const next = (offset: number): string => word[at + offset] ?? after
      if (char === '`' && next(1) !== '`' && before !== '`' && (code || !letter.test(before))) {
        flush()
        code = !code
      } else if (!code && word.startsWith('**', at) && next(2) !== '*' && (strong ? before !== ' ' : !blank.test(next(2)) && !/[\p{L}\p{N}*]/u.test(before))) {
        flush()
        strong = !strong
        at += 1
      } else if (!code && char === slanted && !letter.test(next(1)) && !blank.test(before)) {
        flush()
        slanted = ''
      } else if (!code && struck && word.startsWith('~~', at)) {
        flush()
        struck = false
        at += 1
      } else if (!code && char === '\\' && escaped.test(next(1)) && at + 1 < word.length) {
        at += 1
        run += word[at] as string
      } else {
        const found = code ? '' : markAt(line, at, before)
        if (found === '~~' && !struck && isClosed(line, at, found, last)) {
          flush()
          struck = true
          at += 1
        } else if (found && found !== '~~' && !slanted && isClosed(line, at, found, last)) {
          flush()
          slanted = found
        } else run += char
      }
      before = word[at] as string
    }
    flush()
    if (runs.length > 0) flow.runs(runs)
  }

  /** Where the word at the beginning of `held` ends; -1 while that cannot be known. */
  const wordEnd = (last: boolean): number => {
    asciiWord.lastIndex = 0
    const ascii = asciiWord.exec(held.slice(0, longestWord))?.[0].length ?? 0
    if (ascii === held.length) return last ? ascii : -1
    if (ascii === longestWord || (ascii > 0 && blank.test(held[ascii] as string))) return ascii
    let end = 0
    const parts = graphemesOf(held.slice(0, longestWord * 2))
    for (const [index, part] of parts.entries()) {
      if (blank.test(part[0] as string)) return end
      const known = index < parts.length - 1 || held.length > longestWord * 2
      if (!known && !last) return -1
      // Between wide graphemes a line may be broken.
      if (widthOf(part) === 2) return end || part.length
      end += part.length
      if (end >= longestWord) return end
    }
    return end
  }

  /** False when more must come first. */
  const begin = (last: boolean): boolean => {
    const row = held.split('\n', 1)[0] as string
    const whole = last || row.length < held.length
    if (perhapsFence.test(row) && !whole) return false
    if (closing || fenceOf(row)) return beginFenced(row, whole)
    if ((perhapsMark.test(row) || (colour && perhapsRule.test(row))) && !whole) return false
    if (colour && rule.test(row)) {
      flow.literal('─'.repeat(flow.columns()), dim)
      held = held.slice(row.length)
      atStart = false
      return true
    }
    atStart = false
    const found = mark.exec(row)
    if (!found || !colour) return true
    const [all, lead = '', sign = ''] = found
    held = held.slice(all.length)
    if (sign.startsWith('#')) {
      block = 'heading'
      return true
    }
    const [text, look] = sign === '>' ? [`${lead}│ `, dim] : [`${lead}${/\d/.test(sign) ? sign : '•'} `, style]
    if (sign === '>') block = 'quote'
    flow.literal(text, look)
    flow.indent(text.length, sign === '>' ? {text, style: look} : undefined)
    return true
  }

  const beginFenced = (row: string, whole: boolean): boolean => {
    const found = fenceOf(row)
    if (!found && closing && !whole && /^[ \t]{0,12}$/.test(row)) return false
    if (found && (!closing || (row.trim().startsWith(closing) && row.trim() === found))) {
      closing = closing ? '' : found
      flow.literal(row.trimEnd(), colour ? dim : '')
      held = held.slice(row.length)
    }
    atStart = false
    return true
  }

  /** Between fences: as it is. */
  const sayCode = (last: boolean): boolean => {
    const end = held.indexOf('\n')
    const rest = end < 0 ? held : held.slice(0, end)
    // The last grapheme may still grow.
    const ready = last || end >= 0 ? rest : graphemesOf(rest).slice(0, -1).join('')
    flow.literal(ready.replaceAll('\t', '    '), colour ? fenced : '')
    held = held.slice(ready.length)
    if (!held.startsWith('\n')) return false
    held = held.slice(1)
    breakLine()
    return true
  }

  const sayLink = ({label, target, length}: Link): true => {
    bare = false
    for (const [at, word] of label.trim().split(/\s+/).entries()) {
      if (at > 0) flow.space(styled())
      flow.word(word.replaceAll('`', ''), [styled(), linked].filter(Boolean).join(';'))
    }
    if (target !== label) {
      flow.space(styled())
      flow.word(`(${target})`, dim)
    }
    before = ')'
    held = held.slice(length)
    return true
  }

  const takeRow = (last: boolean): boolean => {
    const end = held.indexOf('\n')
    if (end < 0 && !last) return false
    table.take(end < 0 ? held : held.slice(0, end))
    held = end < 0 ? '' : held.slice(end + 1)
    return true
  }

  const say = (last: boolean): boolean => {
    if (atStart && colour && !closing && isTableRow(held)) return takeRow(last)
    if (atStart && /[^ \t]/.test(held)) table.end()
    if (atStart && !begin(last)) return false
    if (closing) return sayCode(last)
    const first = held[0]
    if (first === '\n') {
      held = held.slice(1)
      breakLine()
      return true
    }
    if (first === ' ' || first === '\t') {
      flow.space(styled())
      before = ' '
      held = held.slice(1)
      return true
    }
    if (colour && !code && (first === '[' || first === '!')) {
      const found = linkAt(held, last)
      if (found === undefined) return false
      if (found) return sayLink(found)
    }
    const whole = wordEnd(last)
    if (whole <= 0) return false
    // What begins within a word may be a link of several.
    const bracket = colour && !code ? held.indexOf('[', 1) : -1
    const end = bracket > 0 && bracket < whole ? bracket : whole
    const word = held.slice(0, end)
    if (isOpen(word, last)) return false
    held = held.slice(end)
    sayWord(word, held, last)
    return true
  }

  const drain = (last: boolean): void => {
    while (held && say(last));
  }

  const forget = (): void => {
    table.end()
    flow.indent(0)
    atStart = true
    bare = true
    closing = ''
    block = ''
    code = false
    strong = false
    slanted = ''
    struck = false
    before = ' '
  }

  return {
    push: (text) => {
      held += cleaner.push(text)
      drain(false)
    },
    end: () => {
      held += cleaner.end()
      drain(true)
      forget()
    },
  }
}
