// The forms in which a known secret may come back: as it is, and as programs and servers write it into addresses, headers
// and dumps. Base64 shifts with what stands before it, so there are three of it; each without the letters at its ends that
// belong to its neighbours too.

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
  const forms = [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...cores, ...cores.map(urlSafe), hex, hex.toUpperCase()])]
  known.set(secret, forms)
  return forms
}
