// The last bug of a process that prints nothing.

import {readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {keepTrace} from '../../source/last-trace.ts'
import {placeless, tempFolder} from '../kit/temp.ts'

it('lies in the state folder, and only the last', () => {
  const home = tempFolder()
  keepTrace({HOME: home}, 'screen', '1.2.3', new Error('first'))
  const file = keepTrace({HOME: home}, 'screen', '1.2.3', new Error('second'))
  expect(file.startsWith(home)).toBe(true)
  const text = readFileSync(file, 'utf8')
  expect(text).toContain('1.2.3')
  expect(text).toContain('Error: second')
  expect(text).not.toContain('first')
})

it('is no bug of its own where nothing can be written', () => {
  expect(keepTrace(placeless(), 'keeper', '1', 'why')).toBe('')
})
