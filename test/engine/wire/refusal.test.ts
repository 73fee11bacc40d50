// The words of an error, whatever shape its body has.

import {describe, expect, it} from 'vitest'
import {refusalFault} from '../../../engine/wire/refusal.ts'

const refused = (body: unknown, status = 400, apiKey?: string) =>
  refusalFault({route: 'lab/m', model: 'm', status, headers: {}, body: JSON.stringify(body), modelHint: '', ...(apiKey ? {apiKey} : {})}, 0)
const found = (body: unknown, apiKey?: string) => refused(body, 400, apiKey).fault
const said = (message: string, more: object = {}) => ({error: {message, ...more}})

describe('a refusal', () => {
  it('may come as a list of one (Google)', () => {
    const {code, msg} = found([{error: {code: 400, message: 'Function call is missing a thought_signature', status: 'INVALID_ARGUMENT'}}])
    expect([code, msg]).toEqual(['model.refused', 'lab/m refused the request: 400 Function call is missing a thought_signature'])
  })

  it('never shows the key, and is not maimed by one that is a word', () => {
    expect(found({error: {message: 'no token sk-0123456789 here'}}, 'sk-0123456789').msg).toContain('no token [key] here')
    expect(found({error: {message: 'no tokens'}}, 'to').msg).toContain('no tokens')
  })

  it.each([
    [
      'OpenAI',
      'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000. Please try again in 1.5s. Add a payment method at https://platform.openai.com/account/billing.',
      1500,
    ],
    [
      'Groq',
      'Rate limit reached on tokens per minute (TPM). Please try again in 7.66s. Need more tokens? Upgrade at https://console.groq.com/settings/billing',
      7660,
    ],
    ['Gemini', 'You exceeded your current quota, please check your plan and billing details.\nPlease retry in 36.4s.', 36_400],
    ['Azure', 'Requests have exceeded token rate limit of your current pricing tier. Please retry after 2 seconds.', 2000],
  ])('of %s that passes by itself is waited for, whatever it says of billing', (_, message, ms) => {
    const {fault, waitMs} = refused(said(message), 429)
    expect([fault.code, waitMs]).toEqual(['model.limited', ms])
  })

  it('names its wait beside its words, too (Google)', () => {
    const details = [{'@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36s'}]
    const {fault, waitMs} = refused([said('Resource has been exhausted (e.g. check quota).', {code: 429, status: 'RESOURCE_EXHAUSTED', details})], 429)
    expect([fault.code, waitMs]).toEqual(['model.limited', 36_000])
  })

  it.each([
    [429, said('You exceeded your current quota, please check your plan and billing details.', {code: 'insufficient_quota'})],
    [400, said('Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.', {type: 'invalid_request_error'})],
    [429, said('You exceeded your current quota', {type: 'rate_limit_error'})],
    [402, said('Insufficient Balance')],
  ])('%i for want of money is not waited for', (status, body) => {
    expect(refused(body, status).fault).toMatchObject({code: 'model.refused', hint: 'add credit with the provider, or choose another model'})
  })

  it.each([
    [400, 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'],
    [400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
    [400, 'Invalid request: Your request exceeded model token limit: 131072'],
    [400, 'Prompt exceeds max length'],
    [400, '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 98304]'],
    [400, 'Input is too long for requested model.'],
    [422, 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 1024 `max_new_tokens`'],
    [422, 'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000'],
    [400, 'prompt token count of 64000 exceeds the limit of 12288'],
    [413, 'Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 8000, please reduce your message size and try again.'],
  ])('%i %s: it is too much for the window', (status, message) => {
    expect(refused(said(message, {code: status === 413 ? 'rate_limit_exceeded' : undefined}), status).fault.code).toBe('model.window')
  })

  it('holds what the server behind a broker said (OpenRouter)', () => {
    const raw = JSON.stringify(said("This model's maximum context length is 32768 tokens"))
    expect(found(said('Provider returned error', {code: 400, metadata: {raw, provider_name: 'X'}})).code).toBe('model.window')
    const busy = refused(said('Provider returned error', {code: 429, metadata: {raw: 'x is temporarily rate-limited upstream'}}), 429).fault
    expect([busy.code, busy.msg]).toEqual(['model.limited', 'lab/m asks to wait: 429 Provider returned error: x is temporarily rate-limited upstream'])
  })

  it.each([
    [404, said('No endpoints found that support tool use.'), 'model.refused', 'choose a model that can call tools'],
    [404, said('No endpoints found matching your data policy'), 'model.refused', 'choose another model with --model'],
    [404, {detail: 'Not Found'}, 'model.refused', 'check its baseUrl'],
    [404, said('File Not Found', {type: 'not_found_error'}), 'model.refused', 'check its baseUrl'],
    [404, {object: 'error', message: 'The model `m` does not exist.', type: 'NotFoundError'}, 'model.unknown', ''],
    [403, said('m requires moderation. Your input was flagged for "violence".'), 'model.refused', 'the filter of the provider stopped it; say it differently'],
    [400, said("Failed to call a function. See 'failed_generation'.", {code: 'tool_use_failed'}), 'model.garbled', 'check its baseUrl and its protocol'],
    [500, said('tools param requires --jinja flag'), 'model.refused', 'choose another model with --model'],
  ])('%i %j is %s', (status, body, code, hint) => {
    expect(refused(body, status).fault).toMatchObject({code, hint})
  })
})
