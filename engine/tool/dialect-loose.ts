// JSON as weak models write it: single or curly quotes, keys without quotes, commas too many or missing, comments,
// Python's words, line breaks and quotes inside texts, a brace too few where the call's own mark already ended it.
// Never a guess at content: a text that has no end is no text, and what is no value is not read. Pure.

interface Reading {
  text: string
  at: number
  /** The text ends where the value must end: closers that are missing there were forgotten, not cut off. */
  mayEnd: boolean
}

class Unreadable extends Error {}
const give = (): never => {
  throw new Unreadable()
}

const mostDeep = 64
const closing: Readonly<Record<string, string>> = {'"': '"', "'": "'", '“': '”', '‘': '’', '`': '`'}
const escapes: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', "'": "'", '\\': '\\', '/': '/'}
const words: Readonly<Record<string, unknown>> = {true: true, True: true, false: false, False: false, null: null, None: null, undefined: null}

const taken = (reading: Reading, what: RegExp): string => {
  what.lastIndex = reading.at
  const found = what.exec(reading.text)?.[0] ?? ''
  reading.at += found.length
  return found
}

const skip = (reading: Reading): string => taken(reading, /(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/y)

const ends = /\s*(?:[,}\]:]|=|$)/y

/** A quote ends its text only where a value can end; any other is part of it, unescaped. */
const isEnd = ({text, mayEnd}: Reading, at: number): boolean => {
  ends.lastIndex = at
  const found = ends.exec(text)
  return found !== null && (mayEnd || ends.lastIndex < text.length || found[0].trim() !== '')
}

const escaped = (reading: Reading): string => {
  const {text, at} = reading
  const char = text[at + 1] ?? give()
  const code = char === 'u' ? /[0-9a-fA-F]{4}/y : undefined
  if (code) {
    code.lastIndex = at + 2
    const found = code.exec(text)
    if (found) {
      reading.at += 6
      return String.fromCharCode(Number.parseInt(found[0], 16))
    }
  }
  reading.at += 2
  // A backslash that escapes nothing was meant as one.
  return escapes[char] ?? `\\${char}`
}

/** Python's, three quotes on each side: all between them is the text, as it stands. */
const tripled = (reading: Reading, mark: string): string => {
  const end = reading.text.indexOf(mark, reading.at + 3)
  if (end === -1) return give()
  const text = reading.text.slice(reading.at + 3, end)
  reading.at = end + 3
  return text
}

const quoted = (reading: Reading): string => {
  const close = closing[reading.text[reading.at] as string] as string
  const mark = close.repeat(3)
  // An empty text with a quote after it is three as well: only with more behind them do they open one.
  if (/["'`]/.test(close) && reading.text.startsWith(mark, reading.at) && reading.text.includes(mark, reading.at + 3)) return tripled(reading, mark)
  reading.at += 1
  let out = ''
  for (;;) {
    const char = reading.text[reading.at]
    if (char === undefined) return give()
    if (char === '\\') out += escaped(reading)
    else {
      reading.at += 1
      if (char === close && isEnd(reading, reading.at)) return out
      out += char
    }
  }
}

const isOver = (reading: Reading, close: string): boolean => {
  const {text, at} = reading
  if (text[at] === close) {
    reading.at += 1
    return true
  }
  if (at >= text.length) return reading.mayEnd || give()
  return false
}

const object = (reading: Reading, deep: number): unknown => {
  const out: Record<string, unknown> = {}
  for (;;) {
    taken(reading, /[\s,;]*/y)
    skip(reading)
    if (isOver(reading, '}')) return out
    const char = reading.text[reading.at] as string
    // Braces that a template doubled.
    if (char === '{' && Object.keys(out).length === 0) {
      const inner = value(reading, deep + 1)
      skip(reading)
      return isOver(reading, '}') ? inner : give()
    }
    const key = closing[char] ? quoted(reading) : taken(reading, /[A-Za-z_$][\w$-]*/y) || give()
    skip(reading)
    if (key === '__proto__' || taken(reading, /:|=>?/y) === '') return give()
    out[key] = value(reading, deep + 1)
  }
}

const list = (reading: Reading, deep: number): unknown[] => {
  const out: unknown[] = []
  for (;;) {
    taken(reading, /[\s,]*/y)
    skip(reading)
    if (isOver(reading, ']')) return out
    out.push(value(reading, deep + 1))
  }
}

const value = (reading: Reading, deep: number): unknown => {
  if (deep > mostDeep) return give()
  skip(reading)
  const char = reading.text[reading.at] ?? ''
  if (char === '{' || char === '[') {
    reading.at += 1
    return char === '{' ? object(reading, deep) : list(reading, deep)
  }
  if (closing[char]) return quoted(reading)
  const number = taken(reading, /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y)
  if (number) return Number(number)
  const word = taken(reading, /[A-Za-z]+/y)
  return Object.hasOwn(words, word) ? words[word] : give()
}

/** The value at `from` and where it ends; undefined when there is none that is whole. */
export const looseJson = (text: string, from: number, mayEnd: boolean): {value: unknown; end: number} | undefined => {
  const reading: Reading = {text, at: from, mayEnd}
  try {
    return {value: value(reading, 0), end: reading.at}
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined
    throw thrown
  }
}

/** All values of a text that holds nothing else, closers too many at its end left aside; undefined when there is more in it. */
export const looseValues = (text: string, mayEnd: boolean): unknown[] | undefined => {
  const values: unknown[] = []
  let at = 0
  while (/[^\s;,}\]]/.test(text.slice(at))) {
    const start = at + (/^[\s;,]*/.exec(text.slice(at))?.[0].length ?? 0)
    const found = text[start] === '{' || text[start] === '[' ? looseJson(text, start, mayEnd) : undefined
    if (!found) return undefined
    values.push(found.value)
    at = found.end
  }
  return values.length > 0 ? values : undefined
}
