// Which parts of a reply only show something: fenced code, code spans, quotations, and what an explaining sentence
// leads up to. A call found there is not a call. Pure.

export interface Fence {
  /** From the first character of the opening fence to after the closing one. */
  from: number
  to: number
  language: string
  body: string
  closed: boolean
}

export const fencesIn = (text: string): Fence[] => {
  const fences: Fence[] = []
  const opening = /^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$/gm
  let found = opening.exec(text)
  while (found) {
    const mark = found[1] as string
    const start = Math.min(text.length, opening.lastIndex + 1)
    const closing = new RegExp(`^[ \\t]{0,3}${mark[0]}{${mark.length},}[ \\t]*$`, 'gm')
    closing.lastIndex = start
    const end = closing.exec(text)
    const to = end ? closing.lastIndex : text.length
    fences.push({from: found.index, to, language: found[2] as string, body: text.slice(start, end?.index), closed: end !== null})
    opening.lastIndex = to
    found = to >= text.length ? null : opening.exec(text)
  }
  return fences
}

const inSpan = (text: string, at: number): boolean => {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  return line.split('`').length % 2 === 0 || /^\s*>/.test(line) || /^(?: {4}|\t)/.test(line)
}

/** Is what stands at `at` shown and not said? */
export const isShown = (text: string, at: number, fences: readonly Fence[]): boolean => fences.some(({from, to}) => at >= from && at < to) || inSpan(text, at)

const explaining =
  /\b(?:examples?|e\.g|for instance|such as|format(?:s|ted)?|syntax|looks? like|would|emits?|emitted|outputs?|prints?|returns?|leak(?:s|ed)?|models?|servers?|pars(?:es?|ed|er)|you (?:can|could|should|may|might|must|need)|to (?:call|invoke|use)|in order to|instead of|templates?|schemas?|docs?|documentation|protocols?|dialects?|never|do not|don't|earlier|previous(?:ly)?|last (?:call|time|request)|(?:call|request|output|result|log|journal) (?:was|that|is|looks)|was called|(?:I|we) (?:have )?(?:already )?(?:ran|run|called|used|sent|tried|made)|failed|recorded|captured)\b/i

/** Does the sentence before or after a place explain rather than do? */
export const isExplained = (before: string, after: string): boolean => {
  const lead = before.trimEnd().split('\n').at(-1) ?? ''
  const tail = after.trimStart().split('\n')[0] ?? ''
  return explaining.test(lead.slice(-300)) || explaining.test(tail.slice(0, 300))
}

/** Nothing but blanks stands before `at` on its line. */
export const beginsLine = (text: string, at: number): boolean => /^[ \t]{0,3}$/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))

/** A sentence has just ended before `at`. */
export const followsSentence = (text: string, at: number): boolean => /[.!?:…。：]\s*$/.test(text.slice(Math.max(0, at - 8), at))
