import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {usdOf} from '../../../engine/model/price.ts'
import {estimateTokens, openMeter, rememberRatios, sizeOfMessages} from '../../../engine/model/tokens.ts'

describe('estimateTokens', () => {
  it('is near what tokenizers say of code and prose, and counts other scripts letter by letter', () => {
    expect(estimateTokens('')).toBe(0)
    // 44 characters, 10 tokens in o200k; 4 letters, 3 to 4 tokens.
    expect(estimateTokens('The quick brown fox jumps over the lazy dog.')).toBeGreaterThanOrEqual(10)
    expect(estimateTokens('The quick brown fox jumps over the lazy dog.')).toBeLessThanOrEqual(14)
    expect(estimateTokens('日本語文')).toBe(4)
  })

  it('never shrinks when text is added', () => {
    fc.assert(fc.property(fc.string({unit: 'binary'}), fc.string({unit: 'binary'}), (a, b) => estimateTokens(a + b) >= estimateTokens(a)))
  })

  it('is near o200k where characters over a divisor are far off', () => {
    // o200k makes 22 tokens of this hash, 20 of this call.
    expect(Math.abs(estimateTokens('9fceb02d0ae598e95dc970b74767f19372d61af8') - 22)).toBeLessThanOrEqual(5)
    expect(Math.abs(estimateTokens('{"name":"read","arguments":{"path":"a.ts","from":1,"to":200}}') - 20)).toBeLessThanOrEqual(5)
  })

  it('counts the calls of a message too', () => {
    const bare = sizeOfMessages([{from: 'model', text: 'x', calls: []}])
    const calling = sizeOfMessages([{from: 'model', text: 'x', calls: [{id: 'c' as never, tool: 'write', input: 'y'.repeat(400)}]}])
    expect(calling - bare).toBeGreaterThan(100)
  })
})

describe('openMeter', () => {
  it('comes nearer to what was reported with each call, route by route', () => {
    const meter = openMeter()
    expect(meter.corrected('a', 100)).toBe(100)
    meter.observe('a', 100, 200)
    expect(meter.corrected('a', 100)).toBe(200)
    meter.observe('a', 100, 100)
    expect(meter.corrected('a', 100)).toBe(150)
    expect(meter.corrected('b', 100)).toBe(100)
    expect(meter.corrected('ollama/codellama:7b', 100), "before anything is reported: the family's factor").toBe(120)
    meter.observe('a', 100, 0)
    expect(meter.corrected('a', 100)).toBe(150)
  })
  it('begins with what earlier runs have learned', () => {
    rememberRatios({'lab/known': 1.5})
    expect(openMeter().corrected('lab/known', 100)).toBe(150)
    expect(openMeter().corrected('lab/other', 100)).toBe(100)
  })
})

describe('usdOf', () => {
  const price = {usdIn: 2, usdCached: 0.5, usdOut: 8}
  it('charges new input, cached input and output, reasoning inside the output', () => {
    expect(usdOf({price}, {input: 1_000_000, output: 500_000, reasoning: 400_000, cached: 600_000})).toBeCloseTo(0.8 + 0.3 + 4, 10)
    expect(usdOf({}, {input: 1_000_000, output: 1, reasoning: 0, cached: 0})).toBe(0)
  })
  it('is never negative, though a server counts more cached than input', () => {
    expect(usdOf({price}, {input: 10, output: 0, reasoning: 0, cached: 20})).toBeCloseTo(5e-6, 12)
  })
})
