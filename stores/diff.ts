// Changes as lines: what went, what came, which words of a line. The package that compares is loaded when the first change
// is about to be shown; until then a change is told as the old lines gone and the new ones come, which is true as well.

import {remember} from './remembered.ts'

type Lib = typeof import('diff')

let lib: Lib | undefined
let loading: Promise<void> | undefined

/** Loads the comparing once; where it cannot be had, changes stay coarse. */
export const loadDiff = (): Promise<void> => {
  loading ??= import('diff').then(
    (loaded) => {
      lib = loaded
    },
    () => undefined,
  )
  return loading
}

/** Whether changes are compared by now. */
export const comparesNow = (): boolean => lib !== undefined

export interface Word {
  text: string
  changed: boolean
}

export interface DiffLine {
  kind: 'same' | 'added' | 'removed' | 'gap'
  /** From 1; undefined where it has none. */
  before?: number
  after?: number
  words: readonly Word[]
}

const linesMost = 4000

const asLines = (text: string): string[] => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

const whole = (text: string, changed = false): Word[] => [{text, changed}]

const coarse = (old: string, now: string): DiffLine[] => [
  ...asLines(old).map((text, at): DiffLine => ({kind: 'removed', before: at + 1, words: whole(text)})),
  ...asLines(now).map((text, at): DiffLine => ({kind: 'added', after: at + 1, words: whole(text)})),
]

const blocks = (old: string, now: string, {diffLines}: Lib): DiffLine[] => {
  let before = 0
  let after = 0
  return diffLines(old, now).flatMap((part) =>
    asLines(part.value).map((text): DiffLine => {
      if (part.added) return {kind: 'added', after: ++after, words: whole(text)}
      if (part.removed) return {kind: 'removed', before: ++before, words: whole(text)}
      return {kind: 'same', before: ++before, after: ++after, words: whole(text)}
    }),
  )
}

const alike = (old: DiffLine, now: DiffLine, {diffWordsWithSpace}: Lib): [Word[], Word[]] | undefined => {
  const [left, right] = [old.words[0]?.text ?? '', now.words[0]?.text ?? '']
  if (left.length + right.length > 2000) return undefined
  const parts = diffWordsWithSpace(left, right)
  const same = parts.reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.value.trim().length), 0)
  // Two lines that share little are another line, not a changed one.
  if (same * 3 < Math.max(left.trim().length, right.trim().length)) return undefined
  const side = (gone: 'added' | 'removed'): Word[] =>
    parts.filter((part) => !part[gone]).map((part) => ({text: part.value, changed: Boolean(part.added || part.removed)}))
  return [side('added'), side('removed')]
}

/** The n-th line that went and the n-th that came in its place are one line, changed. */
const withWords = (lines: DiffLine[], known: Lib): DiffLine[] => {
  const done = [...lines]
  for (let at = 0; at < done.length; ) {
    let end = at
    while (done[end]?.kind === 'removed') end += 1
    const gone = end - at
    let last = end
    while (done[last]?.kind === 'added') last += 1
    for (let nth = 0; nth < Math.min(gone, last - end); nth += 1) {
      const [old, now] = [done[at + nth] as DiffLine, done[end + nth] as DiffLine]
      const words = alike(old, now, known)
      if (words)
        [done[at + nth], done[end + nth]] = [
          {...old, words: words[0]},
          {...now, words: words[1]},
        ]
    }
    at = Math.max(last, at + 1)
  }
  return done
}

const around = 3

/** Only what changed, with three lines around it. */
const trimmed = (lines: readonly DiffLine[]): DiffLine[] => {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some(({kind}) => kind !== 'same'))
  return lines.flatMap((line, at): DiffLine[] => (near[at] ? [line] : near[at - 1] || at === 0 ? [{kind: 'gap', words: []}] : []))
}

const known = remember<readonly DiffLine[]>(1_000_000)

const numberedFrom = (lines: readonly DiffLine[], first: number): readonly DiffLine[] =>
  first === 1
    ? lines
    : lines.map((line) => ({
        ...line,
        ...(line.before === undefined ? {} : {before: line.before + first - 1}),
        ...(line.after === undefined ? {} : {after: line.after + first - 1}),
      }))

/** What is left out of a change that is too long is counted. */
const bounded = (lines: readonly DiffLine[]): readonly DiffLine[] =>
  lines.length <= linesMost ? lines : [...lines.slice(0, linesMost), {kind: 'gap', words: whole(`… ${lines.length - linesMost} more lines, not shown here`)}]

/** The change from one text to another, line by line; both begin at line `first` of their file. */
export const diffOf = (old: string, now: string, first = 1): readonly DiffLine[] =>
  known.of(`${lib ? 1 : 0}\0${first}\0${old}\0${now}`, () => {
    const big = old.length + now.length > 400_000
    return numberedFrom(bounded(lib && !big ? trimmed(withWords(blocks(old, now, lib), lib)) : coarse(old, now)), first)
  })

export const tally = (lines: readonly DiffLine[]): {add: number; del: number} => ({
  add: lines.filter(({kind}) => kind === 'added').length,
  del: lines.filter(({kind}) => kind === 'removed').length,
})
