// What a pane's program reads of what was typed: the old forms, whatever the outer terminal spoke.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openInput} from '../../../components/screen/input.ts'
import {bytesFor, type PaneWants} from '../../../components/screen/input-encode.ts'
import type {InputEvent} from '../../../engine/contract/screen.ts'

const wants: PaneWants = {mouse: 'none', mouseSgr: true, bracketedPaste: false, applicationCursor: false, focus: false}

const read = (bytes: string): InputEvent[] => {
  const events: InputEvent[] = []
  const input = openInput((event) => events.push(event))
  input.feed(Buffer.from(bytes))
  input.close()
  return events
}

const sent = (bytes: string, with_: Partial<PaneWants> = {}): string =>
  read(bytes)
    .map((event) => bytesFor(event, {...wants, ...with_}))
    .join('')

describe('keys', () => {
  it('of the kitty protocol become what every program knows', () => {
    expect(sent('\x1b[97;5u')).toBe('\x01')
    expect(sent('\x1b[27u')).toBe('\x1b')
    expect(sent('\x1b[13;2u')).toBe('\r')
    expect(sent('\x1b[97;3u')).toBe('\x1ba')
    expect(sent('\x1b[97;7u')).toBe('\x1b\x01')
    expect(sent('\x1b[57419u')).toBe('\x1b[A')
    expect(sent('\x1b[45;5u')).toBe('\x1f')
    expect(sent('\x1b[97;9u')).toBe('')
    expect(sent('\x1b[9;2u')).toBe('\x1b[Z')
  })

  it('of the old forms come out as they went in', () => {
    const forms = [
      'a',
      'é',
      '\r',
      '\t',
      '\x7f',
      '\x01',
      '\x00',
      '\x1bx',
      '\x1b[A',
      '\x1b[1;5C',
      '\x1b[3~',
      '\x1b[5;3~',
      '\x1bOP',
      '\x1b[1;2Q',
      '\x1b[15~',
      '\x1b[24;5~',
      '\x1b[Z',
      '\x1b',
    ]
    for (const form of forms) expect(sent(form), JSON.stringify(form)).toBe(form)
  })

  it('of the cursor follow the mode of the program', () => {
    expect(sent('\x1b[A', {applicationCursor: true})).toBe('\x1bOA')
    expect(sent('\x1bOA')).toBe('\x1b[A')
    expect(sent('\x1b[1;5A', {applicationCursor: true})).toBe('\x1b[1;5A')
  })
})

describe('pastes, mouse and focus', () => {
  it('keep a paste a paste', () => {
    expect(sent('\x1b[200~a\rb\x1b[201~', {bracketedPaste: true})).toBe('\x1b[200~a\rb\x1b[201~')
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom('\x1b', '[201~', '\x1b[201~', 'x', '\n')}), (text) => {
        const out = bytesFor({input: 'paste', text}, {...wants, bracketedPaste: true})
        expect(out.indexOf('\x1b[201~')).toBe(out.length - 6)
      }),
    )
  })

  it('tell a program only what it asked for', () => {
    const click = '\x1b[<0;3;4M'
    expect(sent(click)).toBe('')
    expect(sent(click, {mouse: 'vt200'})).toBe(click)
    expect(sent(click, {mouse: 'vt200', mouseSgr: false})).toBe('\x1b[M #$')
    expect(sent('\x1b[<32;3;4M', {mouse: 'vt200'})).toBe('')
    expect(sent('\x1b[<32;3;4M', {mouse: 'drag'})).toBe('\x1b[<32;3;4M')
    expect(sent('\x1b[<35;3;4M', {mouse: 'any'})).toBe('\x1b[<35;3;4M')
    expect(sent('\x1b[<65;3;4M', {mouse: 'vt200'})).toBe('\x1b[<65;3;4M')
    expect(sent('\x1b[<0;3;4m', {mouse: 'x10'})).toBe('')
    expect(sent('\x1b[I')).toBe('')
    expect(sent('\x1b[I', {focus: true})).toBe('\x1b[I')
  })
})
