// What a person types into an agent's terminal, as lines: an agent reads no keys, it is spoken to. Pure: keys in, what
// the terminal shows and what was meant out.

export interface Typed {
  /** Bytes to show. */
  echo: string
  /** Whole lines, in order; empty ones are left out. */
  lines: string[]
  interrupt: boolean
}

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'})
/** Cursor keys and the like: an escape sequence types nothing here. */
const sequences = new RegExp(`${String.fromCharCode(27)}(?:\\[[0-?]*[ -/]*[@-~]|O.|.)?`, 'gs')
const isWide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

const columnsOf = (text: string): number => (isWide.test(text) ? 2 : 1)

const rubOut = (columns: number): string => '\b'.repeat(columns) + ' '.repeat(columns) + '\b'.repeat(columns)

export const openTyped = () => {
  let line: string[] = []
  const take = (key: string, found: Typed): void => {
    if (key === '\r' || key === '\n' || key === '\r\n') {
      const text = line.join('').trim()
      found.echo += line.length > 0 ? '\r\n' : ''
      if (text) found.lines.push(text)
      line = []
    } else if (key === '\x03') {
      if (line.length > 0) found.echo += '^C\r\n'
      line = []
      found.interrupt = true
    } else if (key === '\x7f' || key === '\b') {
      const last = line.pop()
      if (last !== undefined) found.echo += rubOut(columnsOf(last))
    } else if (key === '\x15') {
      found.echo += line
        .reverse()
        .map((last) => rubOut(columnsOf(last)))
        .join('')
      line = []
    } else if (!/\p{Cc}/u.test(key)) {
      found.echo += line.length === 0 ? `\r\n› ${key}` : key
      line.push(key)
    }
  }
  return (data: string): Typed => {
    const found: Typed = {echo: '', lines: [], interrupt: false}
    for (const {segment} of graphemes.segment(data.replace(sequences, ''))) take(segment, found)
    return found
  }
}
