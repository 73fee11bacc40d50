import {createHash} from 'node:crypto'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {bound, maxLineBytes, pieces, written} from '../../../engine/journal/bound.ts'
import {delta, followUntil, make, notice, openTemp, runId, textOf} from './kit.ts'

const run = runId(1)
const bytesOf = (event: unknown): number => Buffer.byteLength(`${JSON.stringify(event)}\n`)

describe('the rule of 64 KiB', () => {
  it('leaves a line of exactly 65,536 bytes whole and bounds one of a byte more', () => {
    const journal = openTemp()
    const [small] = journal.append(run, [notice('')])
    const [fits] = journal.append(run, [notice('x'.repeat(maxLineBytes - bytesOf(small)))])
    expect(bytesOf(fits)).toBe(maxLineBytes)
    expect(textOf(fits as never)).toHaveLength(maxLineBytes - bytesOf(small))
    const [over] = journal.append(run, [notice('x'.repeat(maxLineBytes - bytesOf(small) + 1))])
    expect(over?.body).toMatchObject({code: 'test', text: {bytes: maxLineBytes - bytesOf(small) + 1}})
    expect(bytesOf(over)).toBeLessThan(1024)
  })

  it('counts bytes, not characters', () => {
    const journal = openTemp()
    const [event] = journal.append(run, [notice('€'.repeat(22_000))])
    expect(event?.body).toMatchObject({text: {bytes: 66_000}})
  })

  it('puts the SHA-256 of the text itself in its place, keeps small fields, and gives everything back on demand', () => {
    const journal = openTemp()
    const text = `${'line\n'.repeat(20_000)}end`
    const result = {exitCode: 1, out: 'y'.repeat(70_000)}
    const [event] = journal.append(run, [
      make('tool.done', {call: 'c', tool: 'shell', ok: true, told: text, result, wallMs: 5, sandbox: {level: 'off', writes: 'open', network: 'open'}}),
    ])
    const blob = createHash('sha256').update(text).digest('hex')
    expect(event?.body).toMatchObject({call: 'c', tool: 'shell', ok: true, wallMs: 5, told: {blob, bytes: text.length}})
    expect([...journal.read({run})][0]).toEqual(event)
    expect([...journal.read({run, whole: true})][0]?.body).toMatchObject({told: text, result})
    expect(Buffer.from(journal.blobs.get(blob as never) ?? []).toString()).toBe(text)
  })

  it('takes a pair of blob and bytes that a body has of its own for what it is', () => {
    const journal = openTemp()
    const result = {blob: 'f'.repeat(64), bytes: 3}
    journal.append(run, [
      make('tool.done', {
        call: 'c',
        tool: 'shell',
        ok: true,
        result,
        told: 'z'.repeat(70_000),
        wallMs: 1,
        sandbox: {level: 'off', writes: 'open', network: 'open'},
      }),
    ])
    expect([...journal.read({run, whole: true})][0]?.body).toMatchObject({result, told: 'z'.repeat(70_000)})
  })

  it('leaves the pair where the blob is gone', () => {
    const journal = openTemp()
    const [event] = journal.append(run, [notice('x'.repeat(70_000))])
    const {text} = (event as Event).body as unknown as {text: {blob: never}}
    journal.blobs.drop(text.blob)
    expect([...journal.read({run, whole: true})]).toEqual([event])
  })

  it('bounds any body, and inflating gives it back', () => {
    const journal = openTemp()
    const value = fc.oneof(
      fc.string({unit: 'binary', maxLength: 30}),
      fc.integer(),
      fc.array(fc.string(), {maxLength: 5}),
      fc.integer({min: 1, max: 90_000}).map((n) => '\u0001é😀'.repeat(n / 4)),
    )
    let seq = 0
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({minLength: 1, maxLength: 8}).filter((name) => name !== '__proto__'),
          value,
          {maxKeys: 30},
        ),
        (body) => {
          const [event] = journal.append(run, [make('memory.noted', body)])
          seq += 1
          expect(bytesOf(event)).toBeLessThanOrEqual(maxLineBytes)
          expect([...journal.read({run, after: seq - 1})]).toEqual([event])
          expect([...journal.read({run, after: seq - 1, whole: true})][0]?.body).toEqual(body)
        },
      ),
      {numRuns: 25},
    )
  })

  it('keeps half a surrogate pair', () => {
    const journal = openTemp()
    const text = `${'x'.repeat(70_000)}\ud800`
    journal.append(run, [notice(text)])
    expect([...journal.read({run, whole: true})].map(textOf)).toEqual([text])
  })

  it('gives up only fields that are large while that is enough', () => {
    const stored: string[] = []
    const blobs = {
      put: (content: Uint8Array | string) => {
        stored.push(String(content))
        return 'a'.repeat(64) as never
      },
      get: () => undefined,
      has: () => true,
    }
    const body = {middle: 'm'.repeat(8000), large: 'l'.repeat(60_000), small: 's'}
    const {body: made} = bound(body, written(body), 300, blobs)
    expect(made).toMatchObject({middle: body.middle, small: 's', large: {bytes: 60_000}})
    expect(stored).toHaveLength(1)
  })

  it('splits a passing text so that every line fits', async () => {
    const journal = openTemp()
    journal.append(run, [notice('start')])
    const text = '\u0001'.repeat(30_000)
    const seen = followUntil(journal, {run}, (events) => events.slice(1).map(textOf).join('').length === text.length)
    await Promise.resolve()
    journal.pass(run, delta(text))
    const events = await seen
    expect(events.slice(1).map(textOf).join('')).toBe(text)
    expect(Math.max(...events.map(bytesOf))).toBeLessThanOrEqual(maxLineBytes)
  })

  it('never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.integer({min: 8180, max: 8200}), (n) => {
        const text = `${'x'.repeat(n)}${'😀'.repeat(10)}`
        expect(pieces(text).join('')).toBe(text)
        expect(pieces(text).every((piece) => piece.isWellFormed())).toBe(true)
      }),
    )
  })
})
