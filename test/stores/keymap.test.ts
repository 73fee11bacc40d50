// The table of keys walked whole, chords and double presses, the user's own keys over it.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {InputEvent} from '../../engine/contract/screen.ts'
import {chordOf, keyName} from '../../stores/key-names.ts'
import {type Keymap, keysOf, nothingPending, type Pending, remap, resolve} from '../../stores/keymap.ts'
import {bindings, leaveMs, type Mode, modes, twiceMs} from '../../stores/keys.ts'

const defaultKeymap = remap().keymap

type KeyEvent = Extract<InputEvent, {input: 'key'}>

/** The event of a key as its name says it. */
const press = (name: string): KeyEvent => {
  const parts = name.replace(/\+$/, '+plus').split('+')
  const key = parts.at(-1) === 'plus' ? '+' : (parts.at(-1) as string)
  const [ctrl, alt, shift] = ['ctrl', 'alt', 'shift'].map((one) => parts.slice(0, -1).includes(one))
  const text = ctrl || alt || [...key].length > 1 ? '' : key
  return {input: 'key', key, text, ctrl: ctrl === true, alt: alt === true, shift: shift === true, raw: ''}
}

/** Keys one after the other, so many ms apart; what came of the last. */
const outcome = (keys: string, mode: Mode = 'prompt', map: Keymap = defaultKeymap, gapMs = 50): string => {
  let pending: Pending = nothingPending
  let last = ''
  for (const [index, name] of keys.split(' ').entries()) {
    const got = resolve(map, mode, pending, press(name), 1_000 + index * gapMs)
    pending = got.pending
    last = got.is === 'command' ? got.command : got.is === 'unknown' ? `unknown ${got.keys}` : got.is
  }
  return last
}

describe('the table', () => {
  it('has no two commands on one key, and no command without a key', () => {
    expect(remap().problems).toEqual([])
    expect(bindings.filter(({keys}) => keys.length === 0)).toEqual([])
    expect(bindings.filter(({help}) => !/^[A-Z].*[^.]$/.test(help))).toEqual([])
  })

  it('spells every key so that it is one', () => {
    const wrong = bindings.flatMap(({keys}) => keys).filter((key) => chordOf(key.replace(/^prefix /, '')) === undefined)
    expect(wrong).toEqual([])
  })

  it('is reached key by key, each in each of its modes', () => {
    for (const row of bindings) {
      for (const mode of row.modes) {
        const keys = row.keys.filter((key) => mode !== 'pane' || row.modes.length === 1 || key.startsWith('prefix '))
        for (const key of keys) {
          const typed = key.replace(/^prefix /, 'ctrl+b ').replace(/^(\S+) twice$/, '$1 $1')
          expect(outcome(typed, mode), `${key} in ${mode}`).toBe(row.id)
        }
      }
    }
  })
})

describe('resolving', () => {
  it('goes through the prefix, either of them, and eats what means nothing', () => {
    expect(outcome('ctrl+b')).toBe('pending')
    expect(outcome('ctrl+b z')).toBe('zoom')
    expect(outcome('ctrl+x z')).toBe('zoom')
    expect(outcome('ctrl+x ctrl+e')).toBe('edit')
    expect(outcome('ctrl+b %')).toBe('unknown ctrl+b %')
    expect(outcome('ctrl+b % z')).toBe('typed')
  })

  it('leaves a pane all keys but the prefix and the way out', () => {
    for (const key of ['a', 'enter', 'escape', 'ctrl+c', 'ctrl+x', 'alt+left', 'pageup', 'f1', 'ctrl+l']) expect(outcome(key, 'pane')).toBe('typed')
    expect(outcome('ctrl+b z', 'pane')).toBe('zoom')
    expect(outcome('ctrl+b escape', 'pane')).toBe('prompt')
    expect(outcome('f12', 'pane')).toBe('prompt')
    expect(outcome('ctrl+b ctrl+b', 'pane')).toBe('typed')
  })

  it('tells a double press from two', () => {
    expect(outcome('escape')).toBe('interrupt')
    expect(outcome('escape escape')).toBe('rewind')
    expect(outcome('escape escape', 'prompt', defaultKeymap, twiceMs + 1)).toBe('interrupt')
    expect(outcome('escape a escape')).toBe('interrupt')
    expect(outcome('escape escape escape')).toBe('interrupt')
    expect(outcome('ctrl+c ctrl+c')).toBe('leave')
  })

  it('leaves time to read what the first ctrl+c says', () => {
    expect(outcome('ctrl+c ctrl+c', 'prompt', defaultKeymap, leaveMs)).toBe('leave')
    expect(outcome('ctrl+c ctrl+c', 'prompt', defaultKeymap, leaveMs + 1)).toBe('clear')
  })

  it('says the digit', () => {
    const got = resolve(defaultKeymap, 'prompt', nothingPending, press('alt+3'), 0)
    expect(got).toMatchObject({is: 'command', command: 'focus-number', digit: 3})
  })

  it('gives pastes, and characters that no command has, to whoever is typed into', () => {
    for (const mode of modes) {
      const paste: InputEvent = {input: 'paste', text: 'q'}
      expect(resolve(defaultKeymap, mode, nothingPending, paste, 0)).toMatchObject({is: 'typed', event: paste})
    }
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}), (sign) => {
        expect(outcome(sign === ' ' ? 'space' : sign)).toBe('typed')
      }),
    )
  })
})

describe("the user's own keys", () => {
  it('come over the table, also for the prefix', () => {
    const {keymap, problems} = remap({zoom: 'alt+o', prefix: 'ctrl+o', 'edit.undo': [], tasks: ['f3', 'ctrl+alt+t']})
    expect(problems).toEqual([])
    expect(outcome('alt+o', 'prompt', keymap)).toBe('zoom')
    expect(outcome('alt+z', 'prompt', keymap)).toBe('typed')
    expect(outcome('ctrl+o n', 'prompt', keymap)).toBe('focus-next')
    expect(outcome('ctrl+b', 'prompt', keymap)).toBe('typed')
    expect(outcome('ctrl+z', 'prompt', keymap)).toBe('typed')
    expect(outcome('ctrl+alt+t', 'prompt', keymap)).toBe('tasks')
    expect(keysOf(keymap, 'detach')).toBe('ctrl+o d')
  })

  it('win over the table, and the clash names both', () => {
    const {keymap, problems} = remap({zoom: 'ctrl+k'})
    expect(problems).toEqual(['keys: ctrl+k is given to both zoom and edit.kill-line-end; zoom keeps it'])
    expect(outcome('ctrl+k', 'prompt', keymap)).toBe('zoom')
  })

  it('that hide a chord are told', () => {
    const {problems} = remap({zoom: 'ctrl+b'})
    expect(problems.some((line) => line.includes('ctrl+b is zoom, so ctrl+b'))).toBe(true)
  })

  it('that are wrong are told and left out', () => {
    const {keymap, problems} = remap({zoom: 'hyper+q, alt+z', fly: 'f9', help: 'a b c'})
    expect(problems).toEqual(['keys: zoom: "hyper+q" is no key', 'keys: there is no command fly', 'keys: help: "a b c" is no key'])
    expect(outcome('alt+z', 'prompt', keymap)).toBe('zoom')
    expect(outcome('f1', 'prompt', keymap)).toBe('help')
  })
})

describe('names of keys', () => {
  it('come to one spelling', () => {
    for (const [written, name] of [
      ['Ctrl+Shift+Z', 'ctrl+shift+z'],
      ['ctrl+Z', 'ctrl+shift+z'],
      ['C-x', undefined],
      ['alt+A', 'alt+A'],
      ['alt+shift+a', 'alt+A'],
      ['esc', 'escape'],
      ['PgUp', 'pageup'],
      ['alt++', 'alt++'],
      ['+', '+'],
      ['ctrl+b %', 'ctrl+b %'],
      ['escape twice', 'escape twice'],
      ['ctrl+', undefined],
      ['f36', undefined],
      ['', undefined],
    ] as const)
      expect(chordOf(written), written).toBe(name)
  })

  it('of an event and of the configuration meet', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), fc.constantFrom('a', 'Z', '%', '+', 'enter', 'f5', 'é'), (ctrl, alt, shift, key) => {
        const event: KeyEvent = {input: 'key', key, text: '', ctrl, alt, shift, raw: ''}
        expect(chordOf(keyName(event))).toBe(keyName(event))
      }),
    )
  })
})
