// Pieces of tool calls, put together by what servers really send: indexes out of order or all the same, ids
// missing or repeated with every piece, arguments as an object instead of text, whole calls one after the other in one place.

interface Piece {
  index?: number
  id?: string | null
  function?: {name?: string | null; arguments?: unknown} | null
  /** What the server wants back with the call, as it is: Google signs its thoughts there. */
  extra_content?: unknown
}

interface Slot {
  index: number
  id: string
  tool: string
  input: string
  extra?: unknown
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Is the object that stands there whole, so that another one that begins cannot belong to it? */
const isClosed = (input: string): boolean => input.endsWith('}') && isJson(input)

export const openCalls = () => {
  const slots: Slot[] = []

  const add = ({index, id: given, function: of, extra_content: extra}: Piece): void => {
    const id = given === 'null' ? '' : wordOf(given)
    const tool = wordOf(of?.name)
    const input = textOf(of?.arguments)
    const make = (name: string): Slot => {
      const made: Slot = {index: index ?? slots.length, id: '', tool: name, input: ''}
      slots.push(made)
      return made
    }
    const put = (slot: Slot): void => {
      slot.id ||= id
      slot.tool ||= tool
      slot.input += input
      if (extra !== undefined) slot.extra = extra
    }
    const same =
      index === undefined ? (id ? slots.find((slot) => slot.id === id) : tool ? undefined : slots.at(-1)) : slots.findLast((slot) => slot.index === index)
    // Some servers give every call the index 0: another id with a name of its own is another call.
    if (!same || (id && same.id && same.id !== id && tool)) return put(make(tool))
    // So is another name, unless what stands there is not whole yet: the empty object of another tool kept no place for this one.
    if (tool && same.tool && tool !== same.tool && (same.input === '' || isClosed(same.input))) return put(make(tool))
    if (input.startsWith('{') && isClosed(same.input)) {
      // So is another whole object, with a name or without; but an empty one only kept the place, and the same id says the same again.
      if (same.input !== '{}' && (!id || same.id !== id)) return put(make(tool || same.tool))
      same.input = ''
    }
    put(same)
  }

  return {
    add,
    any: (): boolean => slots.length > 0,
    /** By index, in the order in which they began. */
    all: (): Slot[] => slots.toSorted((a, b) => a.index - b.index),
  }
}
