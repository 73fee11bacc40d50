import {PassThrough} from 'node:stream'
import {describe, expect, it} from 'vitest'
import {readPrompt} from '../../source/prompt-input.ts'
import {testContext} from '../kit/context.ts'

/** Standard input that nobody ever writes to and nobody closes. */
const held = {stdin: new PassThrough()}
const never = new Promise<void>(() => undefined)

describe('the prompt', () => {
  it('is the argument, with standard input after it where "-" asks for it', async () => {
    expect(await readPrompt(testContext({words: ['fix it', '-'], stdin: 'more\n'}))).toEqual({ok: true, result: 'fix it\n\nmore\n'})
    expect(await readPrompt(testContext({words: ['fix it'], stdin: 'more\n'}))).toEqual({ok: true, result: 'fix it'})
  })

  it('is refused when no model could read it', async () => {
    expect(await readPrompt(testContext({words: ['-'], stdin: 'x'.repeat(9_000_000)}))).toMatchObject({ok: false, error: {code: 'usage.words'}})
  })

  it('is waited for no longer than a signal or the time that the whole run has', async () => {
    const signals = {came: Promise.resolve(), attach: () => undefined, stop: () => undefined}
    expect(await readPrompt({...testContext({words: ['-']}), ...held, signals})).toEqual({ok: true, result: ''})
    expect(await readPrompt({...testContext({words: ['fix it', '-'], flags: {timeout: 2}}), ...held, signals: {...signals, came: never}})).toEqual({
      ok: true,
      result: 'fix it',
    })
  })
})
