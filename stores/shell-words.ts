// Command lines for the panes of the person, written so that a shell reads back exactly the words that were meant.

const plain = /^[\w@%+=:,./-]+$/

const quoted = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

export const shellLine = (words: readonly string[]): string => words.map(quoted).join(' ')

/** The words of a line as a person types them: blanks part, quotes hold together. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '')
