// Half letters never leave the house; whole ones and texts about them stay as they are.

import fc from 'fast-check'
import {expect, it} from 'vitest'
import {wholeLetters} from '../../../engine/wire/whole-letters.ts'

it('gives what a well-formed text would have given, whatever the text', () => {
  const odd = fc
    .array(fc.constantFrom('\ud83d', '\udcff', '\ud83d\ude00', '\\', '\\ud83d', 'ud83d', 'a', '"', '\n'), {maxLength: 12})
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(odd, (text) => {
      expect(JSON.parse(wholeLetters(JSON.stringify({text})))).toEqual({text: text.toWellFormed()})
    }),
  )
})
