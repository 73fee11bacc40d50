// Lists that do not grow for ever: the newest stay. Each change is a new list, but one that was made in the same go, and
// that nobody has seen yet, may be changed itself: ten thousand events at once would else copy each list ten thousand times.

/** What was made in this go. */
let fresh: WeakSet<object> | undefined

/** All changes within are one to whoever looks afterwards; nothing from within may be kept but what is answered. */
export const inOneGo = <T>(work: () => T): T => {
  const outer = fresh
  fresh ??= new WeakSet()
  try {
    return work()
  } finally {
    fresh = outer
  }
}

/** Itself when it may be changed, or a copy that may. */
export const own = <T extends object>(known: T, copy: (known: T) => T): T => {
  if (fresh?.has(known)) return known
  const made = copy(known)
  fresh?.add(made)
  return made
}

/** A list with one more at its end and never more than `most`. */
export const keep = <T>(list: readonly T[], item: T, most: number): readonly T[] => {
  const next = own(list as T[], (known) => [...known])
  next.push(item)
  if (next.length > most) next.splice(0, next.length - most)
  return next
}

/** The last characters of a text that grows while it streams. */
export const tail = (text: string, most: number): string => (text.length > most ? text.slice(text.length - most) : text)

export const plainText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A table with one entry changed, and the oldest gone when there are too many. */
export const put = <T>(table: Readonly<Record<string, T>>, key: string, value: T, most = Number.POSITIVE_INFINITY): Readonly<Record<string, T>> => {
  const next = {...table, [key]: value}
  const keys = Object.keys(next)
  if (keys.length > most) delete next[keys[0] as string]
  return next
}
