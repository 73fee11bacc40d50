// What cannot hold is refused when it is set, with the way to set it right; all else is left to the request.

import {describe, expect, it} from 'vitest'
import type {Config} from '../../../engine/contract/config.ts'
import {refused} from '../../../source/keeper/settings.ts'

const config: Config = {
  model: null,
  roles: {},
  providers: {},
  routes: {fast: ['openai/gpt-5-mini']},
  timeouts: {connectSec: 10, firstTokenSec: 120, idleSec: 60, callSec: 600, askSec: 300},
  budgets: {},
  permissions: {mode: null, rules: []},
  sandbox: {level: 'auto', network: {allow: []}, writes: []},
  verification: {when: 'always', checks: {}, testEdits: [], wallSec: 600},
  router: {policy: 'balanced', mend: 'off', mendSec: 10},
  ui: {motion: true, mouse: true, vim: false},
  storage: {maxBytes: 1},
  origins: {},
}
const known = {config, env: {}, roles: ['coder', 'planner', 'tester']}

describe('a setting', () => {
  it.each([
    [{model: 'foo'}, /no provider or alias named foo.*PROVIDER\/MODEL/],
    [{model: 'nowhere/m'}, /no provider named nowhere/],
    [{roleModels: {codr: 'openai/gpt-5'}}, /there is no role codr: did you mean coder\?/],
    [{roleModels: {coder: 'foo'}}, /no provider or alias named foo/],
    [{allow: ['shell(ls*)', 'nonsense(']}, /the rule nonsense\( cannot be read: write it as shell/],
    [{deny: ['everything at all']}, /the rule everything at all cannot be read/],
  ])('%j is refused', (change, why) => expect(refused(known, change)).toMatch(why))

  it.each([
    {model: null},
    {model: 'fast'},
    {model: 'openai/some-model-of-next-year'},
    {model: 'ollama/'},
    {roleModels: null},
    {roleModels: {tester: 'fast'}},
    {allow: ['shell(npm test*)'], deny: ['read(.env*)']},
    {permission: 'plan' as const},
    {maxTokens: 5},
  ])('%j holds', (change) => expect(refused(known, change)).toBe(''))
})
