// Server-sent events out of text chunks. One event is held at most, and one that grows past its bound is refused,
// so a server cannot eat our memory. A last event without its empty line is none; whoever cares asks for the rest.

export interface ServerEvent {
  /** '' when the event has no name. */
  event: string
  data: string
}

/** `feed` throws RangeError when an unfinished event passes `maxChars` (default 16 Mi). */
export const eventSplitter = (maxChars = 16 * 1024 * 1024) => {
  let rest = ''
  let carriage = false
  return {
    feed: (chunk: string): ServerEvent[] => {
      const text = carriage || chunk.includes('\r') ? unify(chunk) : chunk
      rest = rest === '' ? text : rest + text
      const found: ServerEvent[] = []
      let from = 0
      for (let at = rest.indexOf('\n\n'); at !== -1; at = rest.indexOf('\n\n', from)) {
        const one = eventOf(rest.slice(from, at))
        if (one) found.push(one)
        from = at + 2
        while (rest.charCodeAt(from) === 10) from++
      }
      if (from > 0) rest = rest.slice(from)
      if (rest.length > maxChars) throw new RangeError(`an event is longer than ${maxChars} characters`)
      return found
    },
    /** Data of an event that its empty line has not closed. */
    rest: (): string => eventOf(rest.replace(/\n$/, ''))?.data ?? '',
  }

  // CR LF and CR end lines too; a CR at a chunk's end may still get its LF.
  function unify(chunk: string): string {
    const whole = carriage && chunk.startsWith('\n') ? chunk.slice(1) : chunk
    carriage = chunk.endsWith('\r')
    return whole.replace(/\r\n?/g, '\n')
  }
}

const eventOf = (block: string): ServerEvent | undefined => {
  // Nearly every event is one data line, with or without its name before it.
  if (block.startsWith('data: ') && !block.includes('\n')) return {event: '', data: block.slice(6)}
  let event = ''
  let data: string | undefined
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
    if (name === 'data' || name === '\ufeffdata') data = data === undefined ? value : `${data}\n${value}`
    else if (name === 'event') event = value
  }
  return data === undefined ? undefined : {event, data}
}
