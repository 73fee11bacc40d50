// Marks within a line of Markdown that need their other end: slanted and struck words, links. Whether a mark is one is
// decided by what follows it in its line, up to a bound; until that has come, nobody knows. Pure.

export interface Link {
  label: string
  target: string
  /** Characters of the whole of it. */
  length: number
}

/** The other end of a mark is looked for so far and no farther. */
const reach = 200
const linkReach = 400
const word = /[\p{L}\p{N}]/u
const blank = /\s/

/** What follows in the line, as far as it is looked at; `whole`: no more of it will come. */
const lineFrom = (text: string, from: number, most: number, last: boolean): {rest: string; whole: boolean} => {
  const end = text.indexOf('\n', from)
  const rest = text.slice(from, end < 0 ? undefined : end)
  return {rest: rest.slice(0, most), whole: last || end >= 0 || rest.length >= most}
}

const ends: Readonly<Record<string, (rest: string, at: number) => boolean>> = {
  '*': (rest, at) => rest[at] === '*' && rest[at + 1] !== '*' && rest[at - 1] !== '*' && !word.test(rest[at + 1] ?? ' '),
  _: (rest, at) => rest[at] === '_' && rest[at + 1] !== '_' && rest[at - 1] !== '_' && !word.test(rest[at + 1] ?? ' '),
  '~~': (rest, at) => rest.startsWith('~~', at) && rest[at + 2] !== '~',
}

/** The mark that may begin here, by its neighbours alone; '' when none does. */
export const markAt = (text: string, at: number, before: string): '*' | '_' | '~~' | '' => {
  const one = text[at]
  if (one === '~') return text[at + 1] === '~' && text[at + 2] !== '~' && before !== '~' ? '~~' : ''
  if (one !== '*' && one !== '_') return ''
  const follows = text[at + 1]
  if (word.test(before) || before === one || before === '\\') return ''
  return follows === undefined || (follows !== one && /[\p{L}\p{N}`"'(]/u.test(follows)) ? one : ''
}

/** Whether the mark at this place is closed in its line: undefined while that cannot be known. */
export const isClosed = (text: string, at: number, mark: '*' | '_' | '~~', last: boolean): boolean | undefined => {
  const {rest, whole} = lineFrom(text, at + mark.length, reach, last)
  const isEnd = ends[mark] as (rest: string, at: number) => boolean
  if (rest === '' || blank.test(rest[0] as string)) return whole || rest !== '' ? false : undefined
  // The last character that has come may not be the last of its line: what it is depends on the next.
  const sure = whole ? rest.length : rest.length - 2
  for (let index = 1; index < sure; index += 1) if (isEnd(rest, index) && !blank.test(rest[index - 1] as string)) return true
  return whole ? false : undefined
}

const link = /^!?\[([^[\]\n]{1,160})\]\(([^()\s]{1,200})\)/
const perhapsLink = /^!?(?:\[(?:[^[\]\n]{0,160}(?:\](?:\([^()\s]{0,200})?)?)?)?$/

/** The link that begins here, or null; undefined while that cannot be known. */
export const linkAt = (text: string, last: boolean): Link | null | undefined => {
  const {rest, whole} = lineFrom(text, 0, linkReach, last)
  const [all, label, target] = link.exec(rest) ?? []
  if (all !== undefined && label !== undefined && target !== undefined) return {label, target, length: all.length}
  return !whole && perhapsLink.test(rest) ? undefined : null
}
