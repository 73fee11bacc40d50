// What was said before, from one session to the next.

import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {openPromptHistory} from '../../../source/screen/prompt-history.ts'
import {tempFolder} from '../../kit/blobs.ts'
import {placeless} from '../../kit/temp.ts'

it('is kept for its project, without secrets, for its user alone', () => {
  using home = tempFolder()
  const env = {HOME: home.dir}
  const here = openPromptHistory(env, '/a')
  here.remember('first')
  here.remember('first')
  here.remember('the key is sk-abcdefghijklmnopqrstuvwxyz0123456789')
  here.remember('two\nlines')
  expect(openPromptHistory(env, '/a').entries).toEqual(['first', 'two\nlines'])
  expect(openPromptHistory(env, '/b').entries).toEqual([])
  const dir = join(home.dir, '.local/state/penguin/history')
  const [file = ''] = readdirSync(dir)
  expect(readFileSync(join(dir, file), 'utf8')).not.toContain('sk-')
  expect(statSync(join(dir, file)).mode & 0o077).toBe(0)
})

it('is no reason to stop where it cannot be written', () => {
  const history = openPromptHistory(placeless(), '/a')
  history.remember('said')
  expect(history.entries).toEqual([])
})
