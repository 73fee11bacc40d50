// How long a server asks us to wait, in whatever of the usual ways it says so.

type Headers = Record<string, string | undefined>

const unitMs: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}

/** `6m0s`, `1.5s`, `20ms` as OpenAI writes spans. */
const spanMs = (text: string): number | undefined => {
  const found = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (found.length === 0 || found.map(([whole]) => whole).join('') !== text) return undefined
  return found.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit as string] as number), 0)
}

// A reset is a span, seconds from now, or a moment in seconds or ms since 1970.
const resetMs = (text: string, nowMs: number): number | undefined => {
  const count = Number(text)
  if (!Number.isFinite(count)) return spanMs(text)
  if (count > 1e12) return count - nowMs
  return count > 1e9 ? count * 1000 - nowMs : count * 1000
}

const retryAfterMs = (text: string, nowMs: number): number | undefined => {
  const seconds = Number(text)
  if (Number.isFinite(seconds)) return seconds * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at - nowMs
}

/** `try again in 1m2.5s`, `retry after 20 seconds`. */
const saidMs = (message: string): number | undefined => {
  const found = /(?:try again|retry) (?:in|after) (?:about )?(?:((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)(?!\w)|(\d+(?:\.\d+)?) ?(ms|s|min|h))/i.exec(message)
  const [, span, count, unit = ''] = found ?? []
  if (span) return spanMs(span)
  return count ? Number(count) * (unitMs[unit.toLowerCase().replace('min', 'm')] as number) : undefined
}

const positive = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.max(0, Math.ceil(ms)))

/** ms to wait before the next attempt, or undefined when the server did not say. */
export const waitMsOf = (headers: Headers, message: string, nowMs: number): number | undefined => {
  const exact = Number(headers['retry-after-ms'])
  if (headers['retry-after-ms'] && Number.isFinite(exact)) return positive(exact)
  // A date is read by the server's own clock, which may differ from ours.
  const serverNow = Date.parse(headers.date ?? '')
  if (headers['retry-after']) return positive(retryAfterMs(headers['retry-after'].trim(), Number.isNaN(serverNow) ? nowMs : serverNow))
  const spent = ['requests', 'tokens'].find((what) => headers[`x-ratelimit-remaining-${what}`] === '0')
  const reset = (spent && headers[`x-ratelimit-reset-${spent}`]) ?? headers['x-ratelimit-reset']
  if (reset) return positive(resetMs(reset.trim(), nowMs))
  return positive(saidMs(message))
}
