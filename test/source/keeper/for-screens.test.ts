// What of an event goes to a screen.

import {expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {forScreen} from '../../../source/keeper/for-screens.ts'

const event = (type: string, body: object): Event => ({v: 1, seq: 1, at: 0, run: 'r_1', trace: 't', span: 's', type, body}) as unknown as Event

it('is all that is shown: the end of what a tool said, not its result', () => {
  const done = event('tool.done', {
    call: 'c',
    tool: 'read',
    ok: true,
    result: {text: 'x'.repeat(9000)},
    told: `${'y'.repeat(9000)}end`,
    wallMs: 1,
    line: 'read a',
  })
  const {body} = forScreen(done, false) as {body: Record<string, unknown>}
  expect(body).toMatchObject({call: 'c', tool: 'read', ok: true, wallMs: 1, line: 'read a'})
  expect(body).not.toHaveProperty('result')
  expect(String(body.told)).toMatch(/^…y+end$/)
  expect(JSON.stringify(forScreen(done, true)).length).toBeLessThan(1200)
})

it('says where in its file a change began', () => {
  const done = event('tool.done', {call: 'c', tool: 'edit', ok: true, result: {path: 'a.js', line: 12, add: 1}, wallMs: 1})
  expect(forScreen(done, true).body).toMatchObject({result: {line: 12}})
  expect(JSON.stringify(forScreen(done, true))).not.toContain('a.js')
})

it('is short for what is long past, and whole for a short reply', () => {
  const reply = event('model.replied', {text: 'z'.repeat(20_000)})
  expect(forScreen(reply, false)).toBe(reply)
  expect(JSON.stringify(forScreen(reply, true)).length).toBeLessThan(9000)
  const other = event('notice', {code: 'a', text: 'b'.repeat(20_000)})
  expect(forScreen(other, true)).toBe(other)
})
