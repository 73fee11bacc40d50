// The forms in which a known secret may come back: as it is, and as programs and servers write it into addresses, headers
// and dumps. Base64 shifts with what stands before it, so there are three of it; each without the letters at its ends that
// belong to its neighbours too. A word that anybody may write is no secret by itself, only where it stands as one.

const base64Cores = (secret: string): string[] =>
  [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    return bytes.toString('base64').slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3))
  })

const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_')

const known = new Map<string, readonly string[]>()

/** The secret first; the others only as long as the secret itself may be, or longer. */
export const formsOf = (secret: string): readonly string[] => {
  const before = known.get(secret)
  if (before) return before
  const cores = base64Cores(secret)
  const hex = Buffer.from(secret).toString('hex')
  const forms = [
    ...new Set([
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
      ...cores,
      ...cores.map(urlSafe),
      hex,
      hex.toUpperCase(),
    ]),
  ]
  known.set(secret, forms)
  return forms
}

/** `password`, `lm-studio`, `12345678`: in a text it is a word far more often than a key. A phrase is longer. */
const isWord = (value: string): boolean => value.length < 16 && (/^[a-z]+(?:[-_. ][a-z]+)*$/i.test(value) || /^\d+$/.test(value))

/** The end of a header's name is enough, and too short to be taken for the beginning of a secret where a text was cut off. */
const labelChars = 4

/**
 * What to look for, for one value of the settings: the value; if it is a word, only the places in which it is a secret. Those
 * are addresses and headers: of the names given, and of those that providers have. Each is found in all its forms.
 */
export const findable = (value: string, headers: readonly string[] = []): readonly string[] => {
  if (!isWord(value)) return [value]
  const labels = new Set(['X-Api-Key', ...headers].map((name) => name.slice(-labelChars)).flatMap((label) => [label, label.toLowerCase()]))
  return [
    `:${value}@`,
    `Bearer ${value}`,
    `bearer ${value}`,
    ...[...labels].flatMap((label) => [': ', '":"', '": "'].map((between) => label + between + value)),
  ]
}
