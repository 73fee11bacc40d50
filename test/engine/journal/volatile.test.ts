// The journal without a file: the same numbering and the same following, for a run that nothing can be written about.

import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import type {Draft} from '../../../engine/contract/event.ts'
import {openVolatile} from '../../../engine/journal/volatile.ts'
import {handClock} from '../crew/kit.ts'

const run = 'r_1' as RunId
const notice = (text: string, key?: string): Draft =>
  ({type: 'notice', body: {code: 'x', text}, trace: 't', span: 's', ...(key ? {key} : {})}) as unknown as Draft

describe('a volatile journal', () => {
  it('goes on behind what was shown, and takes each key once', () => {
    const journal = openVolatile(handClock(), 7)
    expect(journal.append(run, [notice('a', 'k'), notice('b')]).map((event) => event.seq)).toEqual([8, 9])
    expect(journal.append(run, [notice('c', 'k')])).toEqual([])
    expect([...journal.read({run, after: 8, until: 9})]).toHaveLength(1)
    expect([journal.lastSeq(run), journal.runs(), journal.dropped(run), journal.claim(run, null)]).toEqual([9, [], {}, true])
    journal.pass(run, notice('d'))
    journal.branch(run, 1, run)
    journal.close()
    expect(journal.lastSeq(run)).toBe(9)
  })
  it('is followed from where somebody stood, live, until they leave', async () => {
    const journal = openVolatile(handClock())
    journal.append(run, [notice('a'), notice('b')])
    const over = new AbortController()
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of journal.follow({run, after: 1}, over.signal)) {
        seen.push((event.body as {text: string}).text)
        if (seen.length === 1) queueMicrotask(() => journal.append(run, [notice('c')]))
        if (seen.length === 2) over.abort()
      }
    })()
    await reading
    expect(seen).toEqual(['b', 'c'])
  })
})
