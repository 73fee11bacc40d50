// A stream of a program without certain texts, wherever it is cut into pieces: the keys of providers, which our own
// programs are given and no terminal may show.

const mark = '[key]'
/** Shorter ones are no keys, and would be found in every other word. */
const leastChars = 8

export interface Mask {
  /** What may be shown of it now. */
  step(data: string): string
  /** What was held back. */
  end(): string
}

/** How many letters at the end of the text could be the beginning of the secret. */
const begun = (text: string, secret: string): number => {
  for (let length = Math.min(text.length, secret.length - 1); length > 0; length -= 1) if (text.endsWith(secret.slice(0, length))) return length
  return 0
}

export const openMask = (texts: readonly string[]): Mask => {
  const secrets = [...new Set(texts)].filter((text) => text.length >= leastChars)
  let held = ''
  const end = (): string => {
    const rest = held
    held = ''
    return rest
  }
  return {
    step: (data) => {
      if (secrets.length === 0) return data
      let text = held + data
      for (const secret of secrets) text = text.replaceAll(secret, mark)
      const keep = Math.max(0, ...secrets.map((secret) => begun(text, secret)))
      held = text.slice(text.length - keep)
      return text.slice(0, text.length - keep)
    },
    end,
  }
}
