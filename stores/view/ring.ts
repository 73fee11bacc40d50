// Lists that do not grow for ever: the newest stay.

/** A new list with one more at its end and never more than `most`. */
export const keep = <T>(list: readonly T[], item: T, most: number): readonly T[] =>
  list.length < most ? [...list, item] : [...list.slice(list.length - most + 1), item]

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
