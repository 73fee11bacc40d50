// A shell line cut into words and operators the way bash cuts it, as far as deciding about it needs: quotes removed,
// expansions marked as unknown, commands inside `$( )`, backticks and `<( )` handed out, here-documents skipped.
// Nothing is ever run or expanded. What cannot be read makes the line `broken`, and a broken line is never trusted.

export interface Word {
  is: 'word'
  /** Quotes removed; expansions as they are written. */
  text: string
  /** How much of `text` is known without running anything. */
  known: number
  /** Begins like `NAME=` outside quotes. */
  assigns: boolean
  /** Holds an unquoted glob or brace that the shell may turn into something else. */
  spreads: boolean
  quoted: boolean
}

export interface Operator {
  is: 'op'
  text: string
}

export type Token = Word | Operator

export interface Lexed {
  tokens: Token[]
  /** Sources of the commands inside. */
  inner: string[]
  broken: boolean
}

interface Reader {
  source: string
  at: number
  inner: string[]
  broken: boolean
  /** Here-documents whose bodies begin at the next line. */
  waiting: {end: string; plain: boolean; tabs: boolean}[]
}

const operators = ['<<<', '<<-', '&>>', ';;&', '&&', '||', ';;', ';&', '|&', '&>', '>>', '>|', '>&', '<<', '<&', '<>', ';', '|', '&', '(', ')', '<', '>', '\n']

const quoteEnd = (source: string, from: number): number => {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at += 1
    else if (source.startsWith('$(', at)) {
      const end = closing(source, at + 2, '(', ')')
      if (end === -1) return -1
      at = end - 1
    } else if (source[at] === '"') return at
  }
  return -1
}

/** Index after the bracket that closes the one before `from`, quotes respected; -1 when there is none. */
const closing = (source: string, from: number, open: string, close: string): number => {
  let depth = 1
  for (let at = from; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at += 1
    else if (char === "'") {
      at = source.indexOf("'", at + 1)
      if (at === -1) return -1
    } else if (char === '"') {
      at = quoteEnd(source, at)
      if (at === -1) return -1
    } else if (char === open) depth += 1
    else if (char === close) depth -= 1
    if (depth === 0) return at + 1
  }
  return -1
}

const escapes: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', e: '\u001b', E: '\u001b', f: '\f', v: '\v'}

const decoded = (text: string): string =>
  text.replace(/\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(Math.min(Number.parseInt(code.slice(1), 16), 0x10ffff))
    return /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8) & 255) : (escapes[code] ?? code)
  })

const blank = (): Word => ({is: 'word', text: '', known: -1, assigns: false, spreads: false, quoted: false})

const unknown = (word: Word, written: string): void => {
  if (word.known === -1) word.known = word.text.length
  word.text += written
}

/** `$…` and backticks at `reader.at`; false when it is a plain dollar. */
const expansion = (reader: Reader, word: Word, inQuotes: boolean): boolean => {
  const {source, at} = reader
  const take = (end: number): boolean => {
    unknown(word, source.slice(at, end === -1 ? source.length : end))
    reader.broken ||= end === -1
    reader.at = end === -1 ? source.length : end
    return true
  }
  if (source[at] === '`') {
    const found = /^`((?:\\[\s\S]|[^`\\])*)`/.exec(source.slice(at))
    if (found) reader.inner.push((found[1] as string).replace(/\\([`\\$])/g, '$1'))
    return take(found ? at + found[0].length : -1)
  }
  if (source.startsWith('$(', at)) {
    const end = closing(source, at + 2, '(', ')')
    if (end !== -1) reader.inner.push(source.slice(at + 2, end - 1))
    return take(end)
  }
  if (source.startsWith('${', at)) {
    const end = closing(source, at + 2, '{', '}')
    if (end !== -1) reader.inner.push(...lexed(source.slice(at + 2, end - 1)).inner)
    return take(end)
  }
  if (!inQuotes && source.startsWith("$'", at)) {
    const found = /^\$'((?:\\[\s\S]|[^'\\])*)'/.exec(source.slice(at))
    if (!found) return take(-1)
    word.text += decoded(found[1] as string)
    word.quoted = true
    reader.at += found[0].length
    return true
  }
  const name = /^\$(?:\w+|[@*#?$!-])/.exec(source.slice(at, at + 80))
  return name ? take(at + name[0].length) : false
}

const doubleQuoted = (reader: Reader, word: Word): void => {
  word.quoted = true
  reader.at += 1
  while (reader.at < reader.source.length) {
    const char = reader.source[reader.at] as string
    if (char === '"') {
      reader.at += 1
      return
    }
    if (char === '\\' && /["\\$`\n]/.test(reader.source[reader.at + 1] ?? '')) {
      if (reader.source[reader.at + 1] !== '\n') word.text += reader.source[reader.at + 1]
      reader.at += 2
    } else if (!((char === '$' || char === '`') && expansion(reader, word, true))) {
      word.text += char
      reader.at += 1
    }
  }
  reader.broken = true
}

const singleQuoted = (reader: Reader, word: Word): void => {
  const end = reader.source.indexOf("'", reader.at + 1)
  word.quoted = true
  word.text += reader.source.slice(reader.at + 1, end === -1 ? undefined : end)
  reader.broken ||= end === -1
  reader.at = end === -1 ? reader.source.length : end + 1
}

const plainChar = (reader: Reader, word: Word, char: string): void => {
  if (char === '\\') {
    const next = reader.source[reader.at + 1]
    if (next !== undefined && next !== '\n') word.text += next
    word.quoted = true
    reader.at += 2
    return
  }
  if (/[*?[{]/.test(char) || (char === '~' && word.text === '')) word.spreads = true
  if (char === '=' && !word.quoted && /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?$/.test(word.text)) word.assigns = true
  word.text += char
  reader.at += 1
}

const isEnd = (reader: Reader): boolean => {
  const char = reader.source[reader.at]
  return char === undefined || /[\s;|&()<>]/.test(char)
}

const readWord = (reader: Reader): Word => {
  const word = blank()
  while (!isEnd(reader)) {
    const char = reader.source[reader.at] as string
    if (char === "'") singleQuoted(reader, word)
    else if (char === '"') doubleQuoted(reader, word)
    else if (reader.source.startsWith('$"', reader.at)) reader.at += 1
    else if ((char === '$' || char === '`') && expansion(reader, word, false)) continue
    else plainChar(reader, word, char)
  }
  return {...word, known: word.known === -1 ? word.text.length : word.known}
}

/** Skips the bodies of here-documents; what they would run on the way is handed out. */
const skipBodies = (reader: Reader): void => {
  for (const {end, plain, tabs} of reader.waiting.splice(0)) {
    let body = ''
    for (;;) {
      if (reader.at >= reader.source.length) break
      const stop = reader.source.indexOf('\n', reader.at)
      const line = reader.source.slice(reader.at, stop === -1 ? undefined : stop)
      reader.at = stop === -1 ? reader.source.length : stop + 1
      if ((tabs ? line.replace(/^\t+/, '') : line) === end) break
      body += `${line}\n`
    }
    if (!plain) reader.inner.push(...lexed(`"${body.replaceAll('"', '\\"')}"`).inner)
  }
}

const readOperator = (reader: Reader, tokens: Token[]): void => {
  const text = operators.find((operator) => reader.source.startsWith(operator, reader.at)) as string
  reader.at += text.length
  if ((text === '<' || text === '>') && reader.source[reader.at] === '(') {
    const end = closing(reader.source, reader.at + 1, '(', ')')
    reader.broken ||= end === -1
    if (end !== -1) reader.inner.push(reader.source.slice(reader.at + 1, end - 1))
    const written = reader.source.slice(reader.at - 1, end === -1 ? undefined : end)
    reader.at = end === -1 ? reader.source.length : end
    tokens.push({...blank(), text: written, known: 0})
    return
  }
  tokens.push({is: 'op', text})
  if (text === '\n') skipBodies(reader)
  if (text !== '<<' && text !== '<<-') return
  while (/[ \t]/.test(reader.source[reader.at] ?? '')) reader.at += 1
  const word = readWord(reader)
  reader.waiting.push({end: word.text, plain: word.quoted, tabs: text === '<<-'})
}

export const lexed = (source: string): Lexed => {
  const reader: Reader = {source: source.replaceAll('\r\n', '\n'), at: 0, inner: [], broken: false, waiting: []}
  const tokens: Token[] = []
  while (reader.at < reader.source.length) {
    const char = reader.source[reader.at] as string
    if (char === '#') {
      const end = reader.source.indexOf('\n', reader.at)
      reader.at = end === -1 ? reader.source.length : end
    } else if (reader.source.startsWith('\\\n', reader.at)) reader.at += 2
    else if (char !== '\n' && /\s/.test(char)) reader.at += 1
    else if (isEnd(reader)) readOperator(reader, tokens)
    else {
      const word = readWord(reader)
      // The number of a redirection (`2>`) is no word of the command.
      if (!(/^\d+$/.test(word.text) && !word.quoted && /[<>]/.test(reader.source[reader.at] ?? ''))) tokens.push(word)
    }
  }
  return {tokens, inner: reader.inner, broken: reader.broken}
}
