// One, none and many.

import {expect, it} from 'vitest'
import {many} from '../../../engine/base/many.ts'

it.each([
  [0, 'file', undefined, '0 files'],
  [1, 'file', undefined, '1 file'],
  [2, 'reply', 'replies', '2 replies'],
])('%i %s', (count, one, more, expected) => expect(many(count, one, more)).toBe(expected))
