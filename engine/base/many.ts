// How many there are of something, in words: one file, two files.

/** `more` is the plural where an `s` does not make it. */
export const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`
