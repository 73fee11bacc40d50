import {createHash, generateKeyPairSync, randomBytes, randomUUID} from 'node:crypto'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {entropyOf, holdsMark, openCleaner, openPieces, withoutTokens} from '../../source/secrets-find.ts'
import {filesUnder, read} from '../kit/house.ts'

const mark = '[redacted secret]'
/** Random letters and digits, as makers of tokens use them; the tokens are put together here so that none stands in this file. */
const letters = (count: number, from = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string =>
  `${[...randomBytes(count - 2)].map((byte) => from[byte % from.length]).join('')}${from.includes('a') ? 'a' : 'A'}7`
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const tokens: [string, () => string][] = [
  ['an OpenAI key', () => `sk-${letters(48)}`],
  ['an OpenAI project key', () => `sk-proj-${letters(40)}_${letters(40)}-${letters(20)}`],
  ['an Anthropic key', () => `sk-ant-api03-${letters(40)}-${letters(40)}AA`],
  ['an OpenRouter key', () => `sk-or-v1-${letters(64, '0123456789abcdef')}`],
  ['a GitHub token', () => `ghp_${letters(36)}`],
  ['a fine GitHub token', () => `github_pat_${letters(22)}_${letters(59)}`],
  ['a GitLab token', () => `glpat-${letters(20)}`],
  ['a Slack token', () => `xoxb-${letters(12, '0123456789')}-${letters(24)}`],
  ['an AWS key id', () => `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['a Google key', () => `AIza${letters(35)}`],
  ['a Hugging Face token', () => `hf_${letters(34)}`],
  ['an npm token', () => `npm_${letters(36)}`],
  ['a Stripe key', () => `sk_live_${letters(24)}`],
  ['a JSON Web Token', () => `${encoded({alg: 'HS256', typ: 'JWT'})}.${encoded({sub: '1234567890', name: 'A B'})}.${letters(43)}`],
  ['a bearer header', () => `Bearer ${letters(40)}`],
  ['a password in an address', () => `postgres://app:${letters(20)}@db:5432/x`],
  ['a private key', () => generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString()],
  ['a private RSA key', () => generateKeyPairSync('rsa', {modulusLength: 1024}).privateKey.export({type: 'pkcs1', format: 'pem'}).toString()],
]

describe('secrets in a text', () => {
  it.each(tokens)('finds %s, wherever it stands', (_name, make) => {
    for (let i = 0; i < 50; i++) {
      const token = make()
      const body = token.replaceAll('\n', '').slice(-24, -8).trim()
      for (const text of [token, `KEY=${token}`, JSON.stringify({key: token}), `the key is "${token}".`, `1\t${token.replaceAll('\n', '\n2\t')}`]) {
        const clean = withoutTokens(text)
        expect(clean, text).toContain(mark)
        if (!token.includes('PRIVATE')) expect(clean, text).not.toContain(body)
        else expect(clean).not.toMatch(/[A-Za-z0-9+/]{20}/)
        expect(withoutTokens(clean), 'once is enough').toBe(clean)
      }
    }
  })

  it('lets hashes, ids, base64 and random data be', () => {
    for (let i = 0; i < 400; i++) {
      const bytes = randomBytes(32)
      const plain = [
        createHash('sha1').update(bytes).digest('hex'),
        createHash('sha256').update(bytes).digest('hex'),
        `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
        randomUUID(),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        `data:image/png;base64,${randomBytes(300).toString('base64')}`,
        `index ${bytes.toString('hex').slice(0, 7)}..${bytes.toString('hex').slice(7, 14)} 100644`,
      ].join('\n')
      expect(withoutTokens(plain)).toBe(plain)
    }
  })

  it.each([
    'sk-test-1234567890',
    'sk-your-api-key-goes-here',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'x'.repeat(36)}`,
    'class="sk-fading-circle-container-12"',
    'https://user:password@example.com/',
    'postgres://postgres:postgres@localhost:5432/db',
    'Authorization: Bearer YOUR_ACCESS_TOKEN_GOES_HERE',
    'Authorization: Bearer $TOKEN_OF_THE_ENVIRONMENT',
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    '-----BEGIN CERTIFICATE-----',
    'const npm_config_registry = process.env.npm_config_registry',
    'https://example.com/@scope/package@1.2.3',
    'eyJ is how a token begins',
  ])('lets %j be', (text) => {
    expect(withoutTokens(text)).toBe(text)
  })

  it('finds nothing in this repository but the one key that is there for a test', () => {
    const files = filesUnder(
      ['bench', 'bin', 'components', 'docs', 'engine', 'examples', 'plugins', 'source', 'stores', 'test'],
      /\.(ts|tsx|md|json|jsonl|txt|js|mjs|py)$/,
    )
    const found = ['package.json', 'package-lock.json', 'readme.md', ...files].filter((file) => withoutTokens(read(file)) !== read(file))
    expect(files.length).toBeGreaterThan(500)
    expect(found).toEqual([])
    expect(withoutTokens(read('test/engine/wire/fixture/key.pem'))).toContain(mark)
  })

  it('stays quick on long text', () => {
    const long = `${'sk-'.repeat(50_000)}${'://a:'.repeat(20_000)}${'-----BEGIN PRIVATE KEY-----'.repeat(5000)}${'eyJ'.repeat(50_000)}`
    const begun = performance.now()
    withoutTokens(long)
    expect(performance.now() - begun).toBeLessThan(1500)
  })

  it('measures how random a text is', () => {
    expect(entropyOf('aaaa')).toBe(0)
    expect(entropyOf('abcd')).toBe(2)
    expect(entropyOf(letters(64))).toBeGreaterThan(4)
  })
})

describe('a cleaner', () => {
  it('takes out what it knows, however deep, and leaves the rest the same object', () => {
    const secrets = ['correct horse battery']
    const clean = openCleaner(() => secrets)
    const value = {a: ['x correct horse battery y', 1, null], b: {c: true}}
    expect(clean.value(value)).toEqual({a: [`x ${mark} y`, 1, null], b: {c: true}})
    expect(clean.value(value).b).toBe(value.b)
    const other = {a: ['nothing here'], at: 5}
    expect(clean.value(other)).toBe(other)
    secrets.push('exchanged-key')
    expect(clean.text('exchanged-key')).toBe(mark)
    expect(holdsMark(clean.text('exchanged-key'))).toBe(true)
  })

  it('knows a secret in the forms that programs and servers write it in, wherever it stands in them', () => {
    const secret = 'zq9-Correct_Horse/Battery+77'
    const clean = openCleaner(() => [secret])
    const about = fc.string({maxLength: 9})
    fc.assert(
      fc.property(about, about, (before, after) => {
        const bytes = Buffer.from(before + secret + after)
        for (const form of [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(secret), JSON.stringify(secret)]) {
          const shown = clean.text(`x ${form} y`)
          expect(shown).toContain(mark)
          // What is left are the letters that belong to its neighbours too.
          expect(shown.length).toBeLessThan(`x ${mark} y`.length + 2 * (before.length + after.length) * 4 + 8)
        }
      }),
    )
  })

  it('takes the beginning of a secret at the end of what was cut off, and nowhere else', () => {
    const clean = openCleaner(() => ['correct horse battery'])
    expect(clean.cut('it said: correct hor')).toBe(`it said: ${mark}`)
    expect(clean.cut('it is correct')).toBe('it is correct')
    expect(clean.text('it said: correct hor')).toBe('it said: correct hor')
  })

  it('lets short values be, which would hit words', () => {
    expect(openCleaner(() => ['a', 'key', '']).text('a key is here')).toBe('a key is here')
  })

  it('takes out a secret that is no whole text, as half of a pair of surrogates makes it', () => {
    const secret = 'half \ud83d of a pair'
    expect(openCleaner(() => [secret]).text(`x ${secret} y`)).toBe(`x ${mark} y`)
  })
})

describe('a text in pieces', () => {
  const secrets = ['abcabcabcd', 'cdcdcdcdcd', 'tail-of-it']
  const clean = openCleaner(() => secrets)
  const joined = (pieces: readonly string[]): string => {
    const shown = openPieces(() => secrets, clean)
    return pieces.map(shown.feed).join('') + shown.rest()
  }
  it('shows what the whole would, however it is cut', () => {
    const part = fc.constantFrom('a', 'abc', 'abcd', 'cd', 'x', ' ', ...secrets)
    fc.assert(
      fc.property(fc.array(part, {maxLength: 12}), fc.integer({min: 1, max: 5}), (parts, size) => {
        const whole = parts.join('')
        const pieces = whole.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
        const shown = joined(pieces)
        for (const secret of secrets) expect(shown).not.toContain(secret)
        if (secrets.every((secret) => !whole.includes(secret))) expect(shown).toBe(whole)
      }),
    )
  })
  it('holds back only what may be the beginning of one', () => {
    const shown = openPieces(() => secrets, clean)
    expect([shown.feed('hello tai'), shown.feed('l-of'), shown.feed('f'), shown.feed('x tail-of-i'), shown.rest()]).toEqual([
      'hello ',
      '',
      'tail-off',
      'x ',
      'tail-of-i',
    ])
  })
})
