import {describe, expect, it} from 'vitest'
import {waitMsOf} from '../../../engine/wire/wait.ts'

const now = Date.parse('2026-11-20T10:00:00Z')

describe('waitMsOf', () => {
  it.each([
    [{'retry-after': '3'}, '', 3000],
    [{'retry-after': '0.25'}, '', 250],
    [{'retry-after': '0'}, '', 0],
    [{'retry-after-ms': '120', 'retry-after': '3'}, '', 120],
    [{'retry-after': 'Fri, 20 Nov 2026 10:00:09 GMT'}, '', 9000],
    [{'retry-after': 'Fri, 20 Nov 2026 11:00:09 GMT', date: 'Fri, 20 Nov 2026 11:00:00 GMT'}, '', 9000],
    [{'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT'}, '', 0],
    [{'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m2.5s', 'x-ratelimit-reset-requests': '9s'}, '', 62_500],
    [{'x-ratelimit-reset': String(now + 1500)}, '', 1500],
    [{'x-ratelimit-reset': String(now / 1000 + 4)}, '', 4000],
    [{'x-ratelimit-reset': '20ms'}, '', 20],
    [{}, 'Rate limit reached. Please try again in 1.2s. Visit …', 1200],
    [{}, 'Please try again in 6m0s.', 360_000],
    [{}, 'Please retry in 36.4s.', 36_400],
    [{}, 'Please retry after 26 seconds. Please go here', 26_000],
    [{}, 'try again in about 2 minutes', 120_000],
    [{}, 'try again in 1h2m3s', 3_723_000],
    [{}, 'try again in 5 days', undefined],
    [{}, 'slow down', undefined],
    [{'retry-after': 'soon'}, '', undefined],
  ])('reads %j %s as %s ms', (headers, message, ms) => {
    expect(waitMsOf(headers as Record<string, string>, message, now)).toBe(ms)
  })
})
