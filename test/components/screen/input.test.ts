// Bytes in, meaning out: a table of what terminals send, and properties over any of it cut anywhere.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type After, openInput} from '../../../components/screen/input.ts'
import type {InputEvent} from '../../../engine/contract/screen.ts'
import {keyName} from '../../../stores/key-names.ts'

/** A clock that stands until it is told to go on. */
const standing = () => {
  let now = 0
  const waiting = new Map<object, {at: number; then: () => void}>()
  const after: After = (ms, then) => {
    const key = {}
    waiting.set(key, {at: now + ms, then})
    return () => waiting.delete(key)
  }
  const pass = (ms: number): void => {
    const end = now + ms
    for (;;) {
      const [key, next] = [...waiting].sort(([, left], [, right]) => left.at - right.at)[0] ?? []
      if (!key || !next || next.at > end) break
      now = next.at
      waiting.delete(key)
      next.then()
    }
    now = end
  }
  return {after, pass}
}

const open = () => {
  const events: InputEvent[] = []
  const clock = standing()
  const input = openInput((event) => events.push(event), {after: clock.after})
  const feed = (...parts: (string | Uint8Array)[]): void => {
    for (const part of parts) input.feed(typeof part === 'string' ? Buffer.from(part) : part)
  }
  return {events, feed, pass: clock.pass, input}
}

const read = (...parts: (string | Uint8Array)[]): InputEvent[] => {
  const {events, feed, pass} = open()
  feed(...parts)
  pass(10_000)
  return events
}

const told = (event: InputEvent): string => {
  if (event.input === 'key') return `${keyName(event)}${event.text && event.text !== event.key ? `=${JSON.stringify(event.text)}` : ''}`
  if (event.input === 'paste') return `paste:${event.text}`
  if (event.input === 'mouse')
    return `${event.ctrl ? 'ctrl+' : ''}${event.alt ? 'alt+' : ''}${event.shift ? 'shift+' : ''}${event.what} ${event.button} ${event.x},${event.y}`
  return event.input === 'focus' ? `focus ${event.has}` : `${event.what}:${event.text}`
}

const names = (...parts: (string | Uint8Array)[]): string[] => read(...parts).map(told)

/** What a terminal sends → what it means. */
const table: readonly [string, string][] = [
  ['a', 'a'],
  ['A', 'A'],
  ['é', 'é'],
  ['漢', '漢'],
  ['😀', '😀'],
  [' ', 'space=" "'],
  ['\r', 'enter'],
  ['\t', 'tab'],
  ['\n', 'ctrl+j'],
  ['\x00', 'ctrl+space'],
  ['\x01', 'ctrl+a'],
  ['\x08', 'ctrl+h'],
  ['\x1c', 'ctrl+\\'],
  ['\x1f', 'ctrl+_'],
  ['\x7f', 'backspace'],
  ['\x1ba', 'alt+a'],
  ['\x1bA', 'alt+A'],
  ['\x1b\r', 'alt+enter'],
  ['\x1b\x7f', 'alt+backspace'],
  ['\x1b\x01', 'ctrl+alt+a'],
  ['\x1bé', 'alt+é'],
  ['\x1b[A', 'up'],
  ['\x1bOA', 'up'],
  ['\x1b[1;5C', 'ctrl+right'],
  ['\x1b[1;4D', 'alt+shift+left'],
  ['\x1b\x1b[A', 'alt+up'],
  ['\x1b[H', 'home'],
  ['\x1b[4~', 'end'],
  ['\x1b[3;5~', 'ctrl+delete'],
  ['\x1b[5~', 'pageup'],
  ['\x1b[Z', 'shift+tab'],
  ['\x1bOP', 'f1'],
  ['\x1b[[B', 'f2'],
  ['\x1b[13~', 'f3'],
  ['\x1b[1;2R', 'shift+f3'],
  ['\x1b[24;5~', 'ctrl+f12'],
  ['\x1bOM', 'enter'],
  ['\x1b[a', 'shift+up'],
  ['\x1bOd', 'ctrl+left'],
  ['\x1b[3^', 'ctrl+delete'],
  ['\x1b[27;2;13~', 'shift+enter'],
  ['\x1b[27;5;49~', 'ctrl+1'],
  ['\x1b[97;5u', 'ctrl+a'],
  ['\x1b[97;6u', 'ctrl+shift+a'],
  ['\x1b[97;2u', 'A'],
  ['\x1b[49:33;2u', '!'],
  ['\x1b[1089::99;5u', 'ctrl+c'],
  ['\x1b[1089::99u', 'с'],
  ['\x1b[13;2u', 'shift+enter'],
  ['\x1b[27u', 'escape'],
  ['\x1b[91;5u', 'escape'],
  ['\x1b[127;3u', 'alt+backspace'],
  ['\x1b[57417u', 'left'],
  ['\x1b[57404u', '5'],
  ['\x1b[57376u', 'f13'],
  ['\x1b[1;1:2B', 'down'],
  ['\x1b[97;9u', 'super+a'],
  ['\x1b[0;;229u', 'unknown'],
  ['\x1b[97;;229u', 'a="å"'],
  ['\x1b[32;2u', 'shift+space=" "'],
  ['\x1b[I', 'focus true'],
  ['\x1b[O', 'focus false'],
  ['\x1b[<0;5;3M', 'press left 4,2'],
  ['\x1b[<2;1;1m', 'release right 0,0'],
  ['\x1b[<32;300;90M', 'drag left 299,89'],
  ['\x1b[<35;2;2M', 'move none 1,1'],
  ['\x1b[<64;2;2M', 'wheel-up none 1,1'],
  ['\x1b[<85;2;2M', 'ctrl+shift+wheel-down none 1,1'],
  ['\x1b[M !!', 'press left 0,0'],
  ['\x1b[?62;4c', 'attributes:?62;4'],
  ['\x1b[>41;380;0c', 'attributes:>41;380;0'],
  ['\x1b[12;40R', 'cursor:12;40'],
  ['\x1b[?1;3R', 'cursor:1;3'],
  ['\x1b[?2026;2$y', 'mode:?2026;2'],
  ['\x1b]11;rgb:1e1e/1e1e/2e2e\x07', 'colour:11;rgb:1e1e/1e1e/2e2e'],
  ['\x1b]10;rgb:ffff/ffff/ffff\x1b\\', 'colour:10;rgb:ffff/ffff/ffff'],
  ['\x1b[?1u', 'kitty:1'],
  ['\x1bP>|XTerm(390)\x1b\\', 'version:XTerm(390)'],
  ['\x1b[200~one\rtwo\x1b[A\x03\x1b[201~', 'paste:one\ntwo\x1b[A\x03'],
]

describe('bytes of a terminal', () => {
  it.each(table)('%j is %s', (bytes, meaning) => expect(names(bytes)).toEqual([meaning]))

  it('say nothing when a key is let go, a modifier pressed, or nobody asked', () => {
    expect(
      names('\x1b[97;1:3u', '\x1b[1;1:3A', '\x1b[57441;2u', '\x1b[?997;1n', '\x1b[<66;1;1M', '\x1b]52;c;aGk=\x07', '\x1b]11;rgb\x1b[A', '\x1b[201~'),
    ).toEqual(['up'])
  })

  it('keep what they were, for a pane that is typed into', () => {
    const raws = read('a\x1b[1;5Cé\x1bx').map((event) => (event.input === 'key' ? event.raw : ''))
    expect(raws).toEqual(['a', '\x1b[1;5C', 'é', '\x1bx'])
  })

  it('of any sequences, cut anywhere, mean the same', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...table), {maxLength: 12}), fc.infiniteStream(fc.integer({min: 1, max: 7})), (rows, sizes) => {
        const bytes = Buffer.from(rows.map(([raw]) => raw).join(''))
        const parts: Uint8Array[] = []
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value as number
          parts.push(bytes.subarray(at, at + size))
          at += size
        }
        expect(names(...parts)).toEqual(rows.map(([, meaning]) => meaning))
      }),
      {numRuns: 400},
    )
  })

  it('give back every typed character, whatever else comes', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', maxLength: 40}), fc.nat(), (text, cut) => {
        const clean = text.replace(/[\p{Cc}]/gu, '')
        const bytes = Buffer.from(clean)
        const at = bytes.length ? cut % bytes.length : 0
        const typed = read(bytes.subarray(0, at), bytes.subarray(at)).map((event) => (event.input === 'key' ? event.text : '?'))
        expect(typed.join('')).toBe(clean)
      }),
    )
  })

  it('never throw and never stop a key that comes after, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({maxLength: 12}), {maxLength: 6}), (parts) => {
        const {events, feed, pass, input} = open()
        feed(...parts)
        pass(10_000)
        // An open paste is the one thing that goes on.
        feed('\x1b[201~', 'z')
        pass(10_000)
        const last = events.at(-1)
        expect(last && told(last)).toMatch(/z$/)
        input.close()
      }),
      {numRuns: 500},
    )
  })
})

describe('a lone Escape', () => {
  it('is one after 25 ms and not before', () => {
    const {events, feed, pass} = open()
    feed('\x1b')
    pass(24)
    expect(events).toEqual([])
    pass(1)
    expect(events.map(told)).toEqual(['escape'])
    feed('[A')
    expect(events.map(told)).toEqual(['escape', '[', 'A'])
  })

  it('before a report, a paste or a focus change is Escape all the same', () => {
    expect(names('\x1b\x1b[<0;1;1M')).toEqual(['escape', 'press left 0,0'])
    expect(names('\x1b\x1b[200~x\x1b[201~')).toEqual(['escape', 'paste:x'])
    expect(names('\x1b\x1b[I')).toEqual(['escape', 'focus true'])
    expect(names('\x1b\x1b')).toEqual(['escape', 'escape'])
    expect(names('\x1b\x1bb')).toEqual(['escape', 'alt+b'])
  })

  it('begins alt+[ and alt+O when nothing follows, and a slow sequence is waited for', () => {
    expect(names('\x1b[')).toEqual(['alt+['])
    expect(names('\x1bO')).toEqual(['alt+O'])
    expect(names('\x1b]')).toEqual(['alt+]'])
    const {events, feed, pass} = open()
    feed('\x1b[1;')
    pass(200)
    feed('5C')
    expect(events.map(told)).toEqual(['ctrl+right'])
  })
})

describe('pastes', () => {
  it('of any size and content, cut anywhere, are one paste', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\x1b', '[20', '[201', '[201', 'x', '漢', '\x1b[A', '\x1b[200~', '\n'), {maxLength: 40}),
        fc.integer({min: 1, max: 9}),
        (bits, size) => {
          const text = bits.join('').replaceAll('\x1b[201~', '')
          const bytes = Buffer.from(`a\x1b[200~${text}\x1b[201~b`)
          const parts = Array.from({length: Math.ceil(bytes.length / size)}, (_, index) => bytes.subarray(index * size, (index + 1) * size))
          // What is typed before its own end mark could end it early: no terminal sends that.
          fc.pre(!`${text}\x1b[201~`.slice(0, -1).includes('\x1b[201~'))
          expect(names(...parts)).toEqual(['a', `paste:${text}`, 'b'])
        },
      ),
    )
  })

  it('of 20 MB take no time that is felt', () => {
    const {events, feed} = open()
    const chunk = Buffer.alloc(64 * 1024, 'lorem ipsum ')
    const began = performance.now()
    feed('\x1b[200~')
    for (let count = 0; count < 320; count += 1) feed(chunk)
    feed('\x1b[201~')
    const [paste] = events
    expect(paste?.input === 'paste' && paste.text.length).toBe(320 * 64 * 1024)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

describe('the cursor report', () => {
  it('is told from F3 when it was asked for', () => {
    const {events, feed, input} = open()
    input.expectCursor()
    feed('\x1b[1;3R', '\x1b[1;3R')
    expect(events.map(told)).toEqual(['cursor:1;3', 'alt+f3'])
  })
})
