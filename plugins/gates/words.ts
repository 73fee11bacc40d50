// Reads a shell line just far enough to find the runner in it and to put arguments beside it. What it does not understand
// it refuses, and the line is then run as it is, without counts. It never evaluates anything.

export interface Word {
  /** Without quotes; variables are left as they are written. */
  text: string
  from: number
  to: number
}

/** A simple command of the line. */
export interface Part {
  words: Word[]
  from: number
  /** Where arguments may be added. */
  to: number
}

interface Reading {
  parts: Part[]
  words: Word[]
  from: number
}

const close = (reading: Reading, next: number): void => {
  const last = reading.words.at(-1)
  if (last) reading.parts.push({words: reading.words, from: reading.words[0]?.from ?? reading.from, to: last.to})
  reading.words = []
  reading.from = next
}

const quoted = (line: string, at: number): number => {
  const end = line.indexOf(line[at] as string, at + 1)
  return line[at] === '"' && line[end - 1] === '\\' ? -1 : end
}

/** End of the word that begins at `at`, and its text; undefined when it cannot be read. */
const word = (line: string, at: number): Word | undefined => {
  let text = ''
  let here = at
  while (here < line.length && !/[\s;|\n]/.test(line[here] as string)) {
    const char = line[here] as string
    if (char === '&' && line[here - 1] !== '>') break
    if (char === '`' || char === '(' || char === ')' || (char === '$' && line[here + 1] === '(')) return undefined
    if (char === '<' && line[here + 1] === '<') return undefined
    if (char === "'" || char === '"') {
      const end = quoted(line, here)
      const inner = line.slice(here + 1, end)
      if (end === -1 || (char === '"' && /`|\$\(/.test(inner))) return undefined
      text += inner
      here = end + 1
      continue
    }
    if (char === '\\') here += 1
    text += line[here] ?? ''
    here += 1
  }
  return {text, from: at, to: here}
}

const separator = /^(?:&&|\|\||[;|\n&])/

/** The simple commands of a line in order; undefined when it uses more of the shell than is understood here. */
export const partsOf = (line: string): Part[] | undefined => {
  const reading: Reading = {parts: [], words: [], from: 0}
  let at = 0
  while (at < line.length) {
    const sign = separator.exec(line.slice(at, at + 2))?.[0]
    if (sign) {
      at += sign.length
      close(reading, at)
    } else if (/\s/.test(line[at] as string)) {
      at += 1
    } else {
      const found = word(line, at)
      if (found === undefined) return undefined
      reading.words.push(found)
      at = found.to
    }
  }
  close(reading, at)
  return reading.parts
}

export const isAssignment = (text: string): boolean => /^[A-Za-z_]\w*=/.test(text)

export const baseOf = (text: string): string => text.slice(text.lastIndexOf('/') + 1)

/** A text as one word for the shell. */
export const shellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

export interface Splice {
  from: number
  to: number
  text: string
}

/** The line with each splice made; they must not overlap. */
export const spliced = (line: string, splices: readonly Splice[]): string =>
  [...splices].sort((a, b) => b.from - a.from || b.to - a.to).reduce((text, one) => text.slice(0, one.from) + one.text + text.slice(one.to), line)
