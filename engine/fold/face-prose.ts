// What a model says, as it comes: light Markdown (headings, lists, quotes, fences, bold, inline code) onto the flow.
// Holds back no more than one word, or the beginning of a line that may still turn out to be a mark. What is printed
// is a function of the text alone, never of how it was cut into pieces.

import {graphemesOf, widthOf} from '../base/width.ts'
import {type Cleaner, openCleaner} from './face-clean.ts'
import type {Flow, Run} from './face-flow.ts'

export interface Prose {
  push(text: string): void
  /** No more comes: what was held is printed, and every mark is closed. */
  end(): void
}

export const bold = '1'
export const dim = '2'
const inline = '36'
const heading = '1;4'
const fenced = '36'

/** A line that begins so may still become a mark; what is longer is text. */
const mark = /^([ \t]{0,12})(#{1,6}|[-*+]|\d{1,9}[.)]|>)[ \t]/
const perhapsMark = /^[ \t]{0,12}(?:#{0,6}|[-*+]|\d{1,9}[.)]?|>)$/
const perhapsFence = /^[ \t]{0,12}(?:`{1,2}$|~{1,2}$|`{3}|~{3})/
const fence = /^[ \t]{0,12}(`{3,}|~{3,})/
/** Its sign; one of backticks has none of them behind it, else it is inline code. */
const fenceOf = (row: string): string | undefined => {
  const sign = fence.exec(row)?.[1]
  return sign?.startsWith('`') && row.trim().slice(sign.length).includes('`') ? undefined : sign
}
/** Cut here at the latest: a word without an end must come out too. */
const longestWord = 256
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
  let before = ' '
  /** No word on this line so far. */
  let bare = true

  const styled = (): string => {
    const base = block === 'heading' ? heading : block === 'quote' ? dim : style
    return [base, code ? inline : '', strong && block !== 'heading' ? bold : ''].filter(Boolean).join(';')
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
    before = ' '
  }

  /** `**` and backticks become styles; the rest of the word is printed. */
  const sayWord = (word: string, after: string): void => {
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
      } else run += char
      before = char
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
    if (perhapsMark.test(row) && !whole) return false
    atStart = false
    const found = mark.exec(row)
    if (!found || !colour) return true
    const [all, lead = '', sign = ''] = found
    held = held.slice(all.length)
    if (sign.startsWith('#')) {
      block = 'heading'
      return true
    }
    if (sign === '>') {
      block = 'quote'
      flow.literal(`${lead}│ `, dim)
    } else flow.literal(`${lead}${/\d/.test(sign) ? sign : '•'} `, style)
    flow.indent(lead.length + (/\d/.test(sign) ? sign.length : 1) + 1)
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

  const say = (last: boolean): boolean => {
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
    const end = wordEnd(last)
    if (end <= 0) return false
    const word = held.slice(0, end)
    held = held.slice(end)
    sayWord(word, held[0] ?? ' ')
    return true
  }

  const drain = (last: boolean): void => {
    while (held && say(last));
  }

  const forget = (): void => {
    flow.indent(0)
    atStart = true
    bare = true
    closing = ''
    block = ''
    code = false
    strong = false
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
