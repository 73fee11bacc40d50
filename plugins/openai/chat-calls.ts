// Pieces of tool calls, put together by what servers really send: indexes out of order or all the same, ids
// missing or repeated with every piece, arguments as an object instead of text.

interface Piece {
  index?: number
  id?: string | null
  function?: {name?: string | null; arguments?: unknown}
}

interface Slot {
  index: number
  id: string
  tool: string
  input: string
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))

export const openCalls = () => {
  const slots: Slot[] = []

  const slotFor = ({index, id, function: of}: Piece): Slot => {
    const last = slots.at(-1)
    const named = Boolean(of?.name)
    const same = index === undefined ? (id ? slots.find((slot) => slot.id === id) : named ? undefined : last) : slots.findLast((slot) => slot.index === index)
    // Some servers give every call the index 0: another id with a name of its own is another call.
    const other = same && id && same.id && same.id !== id && named
    if (same && !other) return same
    const made: Slot = {index: index ?? slots.length, id: '', tool: '', input: ''}
    slots.push(made)
    return made
  }

  return {
    add: (piece: Piece): void => {
      const slot = slotFor(piece)
      slot.id ||= piece.id ?? ''
      slot.tool ||= piece.function?.name ?? ''
      slot.input += textOf(piece.function?.arguments)
    },
    any: (): boolean => slots.length > 0,
    /** By index, in the order in which they began. */
    all: (): Slot[] => slots.toSorted((a, b) => a.index - b.index),
  }
}
