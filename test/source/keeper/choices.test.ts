// What a screen may choose from, as the keeper finds it.

import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {choicesFor} from '../../../source/keeper/choices.ts'
import {testContext} from '../../kit/context.ts'
import {tempFolder} from '../../kit/temp.ts'

const portsIn = (files = {}) => {
  const root = tempFolder(files)
  mkdirSync(join(root, 'home'))
  return {context: testContext({cwd: root, env: {HOME: join(root, 'home')}}), root, openReader: () => undefined}
}

it('says what there is nothing of', async () => {
  expect(await choicesFor('sessions', portsIn())).toEqual({choices: [], wrong: 'nothing was done in this project yet'})
})

it('knows the models and aliases that are configured, and says what is wrong with the configuration', async () => {
  const {choices} = await choicesFor('models', portsIn({'.penguin/config.yml': 'routes: {fast: [openai/gpt-5-mini]}\n'}))
  expect(choices[0]).toEqual({value: 'fast', text: 'fast', about: 'openai/gpt-5-mini'})
  expect(choices.some(({value}) => value === 'embedded/search')).toBe(true)
  expect(choices.every(({value}) => value.length > 0)).toBe(true)
  const {wrong} = await choicesFor('models', portsIn({'.penguin/config.yml': 'rotes: 1\n'}))
  expect(wrong).toContain('rotes')
})
