import {readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {events} from '../../engine/contract/event.ts'
import {eventPage} from '../../source/event-page.ts'

const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8')

it('docs/events.md is what the catalogue of events says (node bin/docs-events.mjs)', async () => {
  expect(page).toBe(await eventPage())
})

it('docs/events.md names every kind once, in the order of the catalogue', () => {
  expect([...page.matchAll(/^## (.+)$/gm)].map(([, type]) => type)).toEqual(Object.keys(events))
})
