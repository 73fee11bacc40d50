// Reading a long run without most of what its tools said: the same events, those of the end in full.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import {type Draft, draft, type Event} from '../../../engine/contract/event.ts'
import {openJournal} from '../../../engine/journal/open.ts'
import {tempFolder} from '../../kit/temp.ts'

const clock = {now: () => 1, tick: () => 1, sleep: async () => undefined}
const run = 'r_brief' as RunId
const where = {trace: 't' as never, span: 's' as never}
const result = (n: number): Draft =>
  draft('tool.done', {call: `c${n}`, tool: 'read', ok: true, wallMs: n, line: '“é”\u2028', result: {line: n}, told: `told ${n}`, changes: []} as never, where)
const notice = (n: number): Draft => draft('notice', {code: 'told', text: `${n}`} as never, where)

const without = (event: Event): Event => {
  const {told: _, result: __, whole: ___, changes: ____, ...body} = event.body as Record<string, unknown>
  return {...event, body} as unknown as Event
}

describe('a run read in brief', () => {
  it('has every event, and of its results the last ones in full; or none of its tools at first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), {maxLength: 700, size: 'max'}),
        fc.nat(40),
        fc.nat(800),
        fc.option(fc.nat(800)),
        fc.nat(800),
        (kinds, full, after, until, toolsAfter) => {
          const found = openJournal({dir: tempFolder(), clock})
          if (!found.ok) throw new Error(found.error.msg)
          found.result.append(
            run,
            kinds.map((isResult, n) => (isResult ? result(n) : notice(n))),
          )
          const query = {run, after, ...(until === null ? {} : {until})}
          const all = [...found.result.read({run})]
          const results = all.filter(({type}) => type === 'tool.done')
          const firstFull = full === 0 ? Number.POSITIVE_INFINITY : (results.at(-full)?.seq ?? 0)
          const wanted = [...found.result.read(query)].map((event) => (event.type === 'tool.done' && event.seq < firstFull ? without(event) : event))
          expect([...found.result.read({...query, fullResults: full})]).toEqual(wanted)
          const left = wanted.filter(({type, seq}) => type !== 'tool.done' || seq > toolsAfter)
          expect([...found.result.read({...query, fullResults: full, toolsAfter})]).toEqual(left)
          found.result.close()
        },
      ),
      {numRuns: 20},
    )
  })
})
