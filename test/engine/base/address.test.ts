// What people write as the address of a server.

import {describe, expect, it} from 'vitest'
import {isNear, joined} from '../../../engine/base/address.ts'

describe('an address', () => {
  it.each([
    ['http://a/v1', '/models', 'http://a/v1/models'],
    ['http://a/v1//', '/models', 'http://a/v1/models'],
    ['https://a.azure.com/openai/v1/?api-version=preview', '/chat/completions', 'https://a.azure.com/openai/v1/chat/completions?api-version=preview'],
    ['https://a?api-version=1', '/v1/models?limit=1000', 'https://a/v1/models?limit=1000&api-version=1'],
  ])('%s and %s are %s', (base, path, whole) => {
    expect(joined(base, path)).toBe(whole)
  })

  it('is near on this machine and in its network', () => {
    for (const url of ['http://localhost:1', 'http://127.0.0.1', 'http://[::1]:8', 'http://192.168.1.5', 'http://172.20.0.1', 'http://box.local'])
      expect(isNear(url)).toBe(true)
    for (const url of ['https://api.openai.com', 'http://172.40.0.1', 'http://localhost.evil.com', '', 'nonsense']) expect(isNear(url)).toBe(false)
  })
})
