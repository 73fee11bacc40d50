// The words of an error, whatever shape its body has.

import {describe, expect, it} from 'vitest'
import {refusalFault} from '../../../engine/wire/refusal.ts'

const found = (body: unknown, apiKey?: string) =>
  refusalFault({route: 'lab/m', model: 'm', status: 400, headers: {}, body: JSON.stringify(body), modelHint: '', ...(apiKey ? {apiKey} : {})}, 0).fault

describe('a refusal', () => {
  it('may come as a list of one (Google)', () => {
    const {code, msg} = found([{error: {code: 400, message: 'Function call is missing a thought_signature', status: 'INVALID_ARGUMENT'}}])
    expect([code, msg]).toEqual(['model.refused', 'lab/m refused the request: 400 Function call is missing a thought_signature'])
  })

  it('never shows the key, and is not maimed by one that is a word', () => {
    expect(found({error: {message: 'no token sk-0123456789 here'}}, 'sk-0123456789').msg).toContain('no token [key] here')
    expect(found({error: {message: 'no tokens'}}, 'to').msg).toContain('no tokens')
  })
})
