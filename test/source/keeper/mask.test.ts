// Texts that must not be seen, however a stream is cut.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openMask} from '../../../source/keeper/mask.ts'

const masked = (secrets: readonly string[], pieces: readonly string[]): string => {
  const mask = openMask(secrets)
  return pieces.map(mask.step).join('') + mask.end()
}

describe('a masked stream', () => {
  it('shows everything else', () => {
    expect(masked(['sk-abcdefgh'], ['key=sk-abcdefgh.', ' sk-abc', ' end sk-abcdefg'])).toBe('key=[key]. sk-abc end sk-abcdefg')
  })
  it('holds nothing back that cannot become a secret', () => {
    expect(openMask(['sk-abcdefgh']).step('ready\r\n')).toBe('ready\r\n')
  })
  it('leaves short words alone', () => expect(masked(['on'], ['on and on'])).toBe('on and on'))
  it('never holds a secret, in whatever pieces it comes, and loses nothing', () => {
    const secret = 'aabaabaac'
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'aab', secret, secret.slice(0, 5), secret.slice(5)), fc.string({maxLength: 4})), {maxLength: 30}),
        (pieces) => {
          const shown = masked([secret], pieces)
          expect(shown).not.toContain(secret)
          expect(shown.replaceAll('[key]', secret)).toBe(pieces.join('').replaceAll('[key]', secret))
        },
      ),
    )
  })
})
