import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {events} from '../../../engine/contract/event.ts'
import {eventSchema} from '../../../engine/journal/schema.ts'
import {type Verdict, validateLines} from '../../../engine/journal/validate.ts'
import {closed, delta, followUntil, make, notice, opened, openTemp, runId} from './kit.ts'

const run = runId(1)
const text = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** A log as the program writes one: a batch, passing lines, a child span, a large field, a kind of a plugin. */
const goodLog = async (): Promise<Event[]> => {
  const journal = openTemp()
  const seen = followUntil(journal, {run}, (events) => events.at(-1)?.type === 'run.closed')
  journal.append(run, [opened(), make('user.said', {text: 'fix it', files: []}), notice('x'.repeat(70_000))])
  await new Promise((resolve) => setImmediate(resolve))
  journal.pass(run, delta('some'))
  await new Promise((resolve) => setImmediate(resolve))
  journal.append(run, [{...notice('a'), type: 'x.coffee.made' as never, span: 'd'.repeat(16) as never, parent: 'b'.repeat(16) as never}])
  journal.append(run, [closed()])
  return seen
}

type Lines = Record<string, unknown>[]
const good = async (): Promise<Lines> => JSON.parse(JSON.stringify(await goodLog())) as Lines
const bodyOf = (lines: Lines, at: number): Record<string, unknown> => (lines[at] as {body: Record<string, unknown>}).body
const put = (record: object, field: string, value: unknown): object => Object.assign(record, {[field]: value})
const at = (lines: Lines, index: number): Record<string, unknown> => lines[index] as Record<string, unknown>

describe('a good log', () => {
  it('is valid, in pieces of any size', async () => {
    const whole = text(await goodLog())
    expect(await validateLines([whole])).toEqual({ok: true, events: 6})
    expect(await validateLines(whole.match(/[\s\S]{1,7}/g) ?? [])).toEqual({ok: true, events: 6})
    expect(await validateLines(whole.split(/(?<=\n)/))).toEqual({ok: true, events: 6})
  })

  it('may begin where a run was resumed, and hold resumptions', async () => {
    const journal = openTemp()
    journal.append(run, [opened(), notice('a'), make('run.resumed', {lastSeq: 2, interrupted: []}), notice('b'), closed()])
    const all = [...journal.read({run})]
    expect(await validateLines([text(all)])).toEqual({ok: true, events: 5})
    expect(await validateLines([text(all.slice(2))])).toEqual({ok: true, events: 3})
  })

  it('that is not finished is valid when that is said', async () => {
    const lines = await good()
    expect(await validateLines([text(lines.slice(0, -1))], {unfinished: true})).toEqual({ok: true, events: 5})
  })
})

const broken: [what: string, harm: (lines: Lines) => unknown, line: number, why: RegExp][] = [
  ['a wrong type in the envelope', (lines) => put(at(lines, 1), 'seq', '2'), 2, /seq/],
  ['a fraction for a seq', (lines) => put(at(lines, 1), 'seq', 2.5), 2, /seq/],
  ['another version of the envelope', (lines) => put(at(lines, 1), 'v', 2), 2, /^v/],
  ['no time', (lines) => void delete at(lines, 1).at, 2, /^at/],
  ['no trace', (lines) => void delete at(lines, 1).trace, 2, /trace/],
  ['no span', (lines) => void delete at(lines, 1).span, 2, /span/],
  ['no body', (lines) => void delete at(lines, 1).body, 2, /body/],
  ['a list for a body', (lines) => put(at(lines, 1), 'body', []), 2, /body/],
  ['a role that is no text', (lines) => put(at(lines, 1), 'role', 3), 2, /role/],
  ['a turn that is no number', (lines) => put(at(lines, 1), 'turn', '3'), 2, /turn/],
  ['a wrong type in a body', (lines) => put(bodyOf(lines, 0), 'trusted', 'yes'), 1, /body of run\.opened\.trusted/],
  ['a wrong type deep in a body', (lines) => put(bodyOf(lines, 0).sandbox as object, 'level', 'moat'), 1, /sandbox\.level/],
  ['a missing field of a body', (lines) => void delete bodyOf(lines, 5).usage, 6, /usage/],
  ['an outcome that is none', (lines) => put(bodyOf(lines, 5), 'outcome', 'perfect'), 6, /outcome/],
  ['a pair for a blob with a wrong hash', (lines) => put(bodyOf(lines, 2), 'text', {blob: 'abc', bytes: 3}), 3, /text/],
  ['a number for a text', (lines) => put(bodyOf(lines, 2), 'text', 7), 3, /text/],
  ['an unknown kind', (lines) => put(at(lines, 1), 'type', 'user.sang'), 2, /unknown kind/],
  ['a kind of a plugin without a name', (lines) => put(at(lines, 4), 'type', 'x.'), 5, /unknown kind/],
  ['a gap', (lines) => void lines.splice(1, 1), 2, /a gap in seq: 3 after 1/],
  ['a repeat', (lines) => void lines.splice(2, 0, at(lines, 1)), 3, /a repeat in seq: 2 after 2/],
  ['a passing line with a seq of its own', (lines) => put(at(lines, 3), 'seq', 4), 4, /passing line has seq 4 after 3/],
  ['a passing kind that does not say so', (lines) => void delete at(lines, 3).passing, 4, /must say so/],
  ['a kept kind that says it passes', (lines) => void Object.assign(at(lines, 2), {passing: true, seq: 2}), 3, /cannot be passing/],
  ['passing: false', (lines) => put(at(lines, 3), 'passing', false), 4, /passing/],
  ['a missing opening', (lines) => void lines.splice(0, 1), 1, /missing opening/],
  ['an opening with another seq', (lines) => put(at(lines, 0), 'seq', 2), 1, /not 1/],
  ['a second opening', (lines) => void lines.splice(1, 0, {...at(lines, 0), seq: 2}), 2, /second run\.opened/],
  ['a missing run.closed', (lines) => void lines.pop(), 5, /missing run\.closed/],
  ['a second run.closed', (lines) => void lines.push({...at(lines, 5), seq: 6}), 7, /second run\.closed/],
  ['something after run.closed', (lines) => void lines.push({...at(lines, 1), seq: 6}), 7, /after run\.closed/],
  ['a line of another run', (lines) => put(at(lines, 2), 'run', 'r_another0000000'), 3, /in a log of/],
  ['an id of a run that is none', (lines) => lines.map((line) => put(line, 'run', 'run 1')), 1, /run: "run 1" is no such id/],
  ['an id of an agent that is none', (lines) => put(at(lines, 1), 'agent', 'bob'), 2, /agent/],
  ['a trace that is none', (lines) => put(at(lines, 1), 'trace', 'A'.repeat(32)), 2, /trace/],
  ['a span of zeros', (lines) => put(at(lines, 1), 'span', '0'.repeat(16)), 2, /span/],
  ['a line without its parent', (lines) => void delete at(lines, 1).parent, 2, /parent is missing/],
  [
    'a resumption that counts wrong',
    (lines) => void lines.splice(4, 0, {...at(lines, 1), seq: 4, type: 'run.resumed', body: {lastSeq: 2, interrupted: []}}),
    5,
    /lastSeq 2 after 3/,
  ],
]

describe('a bad log', () => {
  it.each(broken)('with %s is refused', async (_, harm, line, why) => {
    const lines = await good()
    harm(lines)
    const verdict = await validateLines([text(lines)])
    expect(verdict).toMatchObject({ok: false, line})
    expect((verdict as {why: string}).why).toMatch(why)
  })

  const torn: [what: string, harm: (whole: string) => string, verdict: Partial<Verdict & {why: unknown}>][] = [
    ['no lines', () => '', {line: 1, why: expect.stringContaining('missing opening')}],
    ['part of a last line', (whole) => whole.slice(0, -20), {line: 6, why: expect.stringContaining('part of a line')}],
    ['only the last LF missing', (whole) => whole.slice(0, -1), {line: 6, why: expect.stringContaining('part of a line')}],
    ['an empty line', (whole) => whole.replace('\n', '\n\n'), {line: 2, why: 'an empty line'}],
    ['CR LF', (whole) => whole.replaceAll('\n', '\r\n'), {line: 1, why: expect.stringContaining('CR LF')}],
    ['something that is no JSON', (whole) => whole.replace('{', '('), {line: 1, why: 'not JSON'}],
    ['a list for a line', (whole) => whole.replace(/^.*\n/, '[]\n'), {line: 1}],
    ['a line over 64 KiB', (whole) => whole.replace('fix it', 'y'.repeat(65_536)), {line: 2, why: 'longer than 65536 bytes'}],
    ['a line over 64 KiB in bytes alone', (whole) => whole.replace('fix it', '€'.repeat(30_000)), {line: 2, why: 'longer than 65536 bytes'}],
    ['a last line without end', (whole) => `${whole}${'z'.repeat(70_000)}`, {line: 7, why: 'longer than 65536 bytes'}],
  ]

  it.each(torn)('with %s is refused', async (_, harm, verdict) => {
    expect(await validateLines([harm(text(await goodLog()))])).toMatchObject({ok: false, ...verdict})
  })
})

describe('the published schema', () => {
  interface Kind {
    title: string
    properties: {type: {const?: string; pattern?: string}; passing?: unknown; body?: {properties?: Record<string, unknown>}}
  }

  it('names every kind of the catalogue once, and says which pass', async () => {
    const schema = (await eventSchema()) as {$schema: string; oneOf: Kind[]}
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    const named = schema.oneOf.flatMap((kind) => kind.properties.type.const ?? [])
    expect(named).toEqual(Object.keys(events))
    const passing = schema.oneOf.filter((kind) => typeof kind.properties.passing === 'object').map((kind) => kind.title)
    expect(passing).toEqual(['model.delta', 'tool.output', 'gpu.sampled', 'health.sampled'])
  })

  it('agrees with the validator on every line above', async () => {
    const {z} = await import('zod')
    const schema = z.fromJSONSchema((await eventSchema()) as never)
    const fits = (line: unknown): boolean => schema.safeParse(line).success
    const lines = await good()
    expect(lines.map(fits)).toEqual(lines.map(() => true))
    for (const [what, harm, line] of broken) {
      if (
        !/type|version|no (time|trace|span|body)|list|role|turn|missing field|outcome|pair|number|unknown|says it passes|say so|false|id of|none|zeros/.test(
          what,
        )
      )
        continue
      const harmed = await good()
      harm(harmed)
      expect([what, fits(harmed[line - 1])]).toEqual([what, false])
    }
  })
})
