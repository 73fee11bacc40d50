// From settings to the session's next request: the same record that a command line gives.

import {describe, expect, it} from 'vitest'
import {changed, requestFor, settingsOf} from '../../../source/keeper/requests.ts'
import {runOptions} from '../../../source/run-options.ts'
import {testContext} from '../../kit/context.ts'

const asked = (flags: Record<string, string | number | boolean | string[]>, settings = settingsOf(flags), more = {}) => {
  const made = requestFor(testContext({cwd: '/p', flags}), {text: 'do it', settings, trust: false, ...more})
  if (!made.ok) throw new Error(made.error.msg)
  return made.result
}

describe('a request of the session', () => {
  it('is what the same flags are on a command line, attended', () => {
    const flags = {
      model: 'openai/x',
      roleModel: ['coder=a/b', 'tester=c/d'],
      permission: 'edit',
      sandbox: 'bwrap',
      candidates: 2,
      maxTokens: 9,
      maxUsd: 1.5,
      maxCalls: 3,
      maxTurns: 4,
      allow: ['shell(ls)'],
      deny: ['read(.env*)'],
      check: ['true'],
      addDir: ['/q'],
    }
    const {request, context} = asked(flags)
    const plain = runOptions(testContext({cwd: '/p', flags}), 'do it')
    expect(request).toEqual({...(plain.ok ? plain.result : {}), attended: true})
    expect(context.flags.permission).toBe('edit')
  })
  it('takes what was set since, and what was taken back is as configured', () => {
    const flags = {model: 'openai/x', permission: 'ask', maxCalls: 3}
    const settings = changed(changed(settingsOf(flags), {model: 'vllm/y', roleModels: {coder: 'a/b'}}), {maxCalls: null})
    const {request, context} = asked(flags, settings)
    expect(request).toMatchObject({model: 'vllm/y', roleModels: {coder: 'a/b'}, permission: 'ask'})
    expect(request.caps.calls).toBeUndefined()
    expect(context.flags.maxCalls).toBeUndefined()
  })
  it('goes on from a run, and has nothing of how the screen itself was started', () => {
    const {request} = asked({json: true, continue: true, output: 'json', o: 'file', inProcess: true, verbose: true}, {}, {resume: 'r_1', trust: true})
    expect(request).toMatchObject({resume: 'r_1', continue: false, trust: true, inProcess: false, verbose: false, format: 'text'})
    expect(request.output).toBeUndefined()
  })
  it('refuses a role model that says nothing', () => {
    expect(requestFor(testContext(), {text: '', settings: {roleModels: {coder: ''}}, trust: false})).toMatchObject({ok: false, error: {code: 'usage.words'}})
  })
  it('knows only settings that there are', () => {
    expect(changed({}, JSON.parse('{"evil":1,"model":"a/b"}'))).toEqual({model: 'a/b'})
  })
})
