// What was said in the prompt, per project: the form of the file, what is kept and what is not. Reading and writing are
// the caller's. A line that looks like it holds a secret is never kept.

const entryLimit = 1_000
const largestEntry = 16_384

/** Keys and tokens by their well-known beginnings, and words that are followed by a value. */
const secrets: readonly RegExp[] = [
  /\b(?:sk|pk|rk)[-_](?:[a-z]+[-_])?[A-Za-z0-9]{16,}/,
  /\b(?:ghp|gho|ghu|ghs|ghr|glpat|github_pat|xox[abprs]|hf|npm|pypi|AKIA|ASIA|AIza|ya29|eyJ[A-Za-z0-9_-]{10,}\.eyJ)[-_.A-Za-z0-9]{12,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]{3,}@/i,
  /\b(?:authorization|bearer)\b[:= ]+(?:bearer +|basic +)?[A-Za-z0-9._~+/=-]{16,}/i,
  /(?:^|[^A-Za-z])(?:password|passwd|passphrase|secret|token|api[-_ ]?key|access[-_ ]?key|client[-_ ]?secret)["']?\s*(?:[:=]|\bis\b)\s*["']?\S{6,}/i,
]

export const looksSecret = (text: string): boolean => secrets.some((form) => form.test(text))

/** One entry a line, as JSON; lines that are broken are left out. */
export const parseHistory = (file: string): string[] => {
  const entries = file.split('\n').flatMap((line): string[] => {
    try {
      const entry: unknown = JSON.parse(line)
      return typeof entry === 'string' && entry.trim() !== '' ? [entry] : []
    } catch {
      return []
    }
  })
  return newestOnly(entries).slice(-entryLimit)
}

/** Of entries that are the same the newest stays, in its place. */
const newestOnly = (entries: readonly string[]): string[] => {
  const seen = new Set<string>()
  const kept: string[] = []
  for (const entry of entries.toReversed()) {
    if (seen.has(entry)) continue
    seen.add(entry)
    kept.push(entry)
  }
  return kept.reverse()
}

/** The line to append to the file; '' when the entry is not kept. */
export const historyLine = (text: string, last?: string): string =>
  text.trim() === '' || text === last || text.length > largestEntry || looksSecret(text) ? '' : `${JSON.stringify(text)}\n`

/** The file written anew, when appending has made it far longer than what is kept; undefined while it need not be. */
export const shortenedHistory = (file: string): string | undefined => {
  const lines = file.split('\n').length - 1
  const entries = parseHistory(file)
  return lines > 2 * entryLimit || file.length > 4 * entryLimit * 1_024 ? entries.map((entry) => `${JSON.stringify(entry)}\n`).join('') : undefined
}
