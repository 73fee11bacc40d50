import {chmodSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {KeySource} from '../../engine/contract/model.ts'
import {keyOf, openKeyring, renewedKeyOf, secretsIn, settingsWithKey} from '../../source/secrets.ts'
import {openCleaner} from '../../source/secrets-find.ts'
import {settingsOf} from '../kit/model-turn.ts'
import {plainConfig} from '../kit/providers.ts'
import {tempFolder} from '../kit/temp.ts'

const path = process.env.PATH ?? ''
const source = (home: string, more: Partial<KeySource>): KeySource => ({name: 'providers.lab.key', env: {HOME: home, PATH: path}, ...more})
const keyIn = async (from: KeySource): Promise<string> => {
  const read = await keyOf(from)
  return read.ok ? read.result : `${read.error.code}: ${read.error.msg}`
}

describe('a key', () => {
  it('comes from the first line of a file, in the home folder or anywhere', async () => {
    const home = tempFolder({'keys/lab': 'from-a-file \nnotes\n', 'keys/empty': '\n'})
    expect(await keyIn(source(home, {file: '~/keys/lab'}))).toBe('from-a-file')
    expect(await keyIn(source(home, {file: join(home, 'keys/lab')}))).toBe('from-a-file')
    expect(await keyIn(source(home, {file: '~/keys/none'}))).toBe('config.invalid: providers.lab.key: ~/keys/none cannot be read (ENOENT)')
    expect(await keyIn(source(home, {file: '~/keys/empty'}))).toContain('it gave no key')
  })

  it('comes from a shell line or a list of arguments', async () => {
    const home = tempFolder()
    expect(await keyIn(source(home, {command: 'printf "from-%s\\nmore" shell'}))).toBe('from-shell')
    expect(await keyIn(source(home, {command: ['printf', '%s', 'a key; $HOME']}))).toBe('a key; $HOME')
  })

  it('is never told by a command that fails', async () => {
    const home = tempFolder()
    const told = await keyIn(source(home, {command: 'echo sk-very-secret; echo locked >&2; exit 3'}))
    expect(told).toBe('config.invalid: providers.lab.key: it ended with exit code 3: locked')
    expect(await keyIn(source(home, {command: ['no-such-program-here']}))).toContain('the program is not there')
  })

  it('comes from the keyring of the system', async () => {
    const tool = process.platform === 'darwin' ? 'security' : 'secret-tool'
    const home = tempFolder({[tool]: '#!/bin/sh\necho "key of $*"\n'})
    chmodSync(join(home, tool), 0o755)
    const env = {HOME: home, PATH: `${home}:${path}`}
    const told = await keyIn({...source(home, {keyring: 'penguin/lab'}), env})
    expect(told).toContain('penguin')
    expect(told).toContain('lab')
    expect(await keyIn({...source(home, {keyring: 'other'}), env: {PATH: home}})).toMatch(/key of/)
    expect(await keyIn({...source(home, {keyring: 'third'}), env: {PATH: '/nowhere'}})).toContain('the program is not there')
  })

  it('is read once, and again when it was refused', async () => {
    const home = tempFolder({key: 'first'})
    const counted = source(home, {command: `echo x >> ${home}/count; cat ${home}/key`})
    expect([await keyIn(counted), await keyIn(counted)]).toEqual(['first', 'first'])
    writeFileSync(join(home, 'key'), 'second')
    expect(await keyIn(counted)).toBe('first')
    expect(await renewedKeyOf(counted)).toEqual({ok: true, result: 'second'})
    expect(await keyIn(counted)).toBe('second')
    expect(readFileSync(join(home, 'count'), 'utf8')).toBe('x\nx\n')
  })

  it('goes with its provider: what the configuration names before a variable, and no key of ours into the command', async () => {
    const home = tempFolder({key: 'from-the-file'})
    const env = {HOME: home, PATH: path, LAB_KEY: 'from-the-variable', OPENAI_API_KEY: 'sk-other'}
    const lab = {protocol: 'openai-chat' as const, baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'LAB_KEY'}
    const settings = async (more: object) => {
      const made = await settingsWithKey({...plainConfig, providers: {lab: {...lab, ...more}}}, env, 'lab')
      return made.ok ? made.result : made.error
    }
    expect(await settings({})).toMatchObject({apiKey: 'from-the-variable', apiKeyEnv: 'LAB_KEY'})
    expect(await settings({apiKeyFile: '~/key'})).toMatchObject({apiKey: 'from-the-file', apiKeyEnv: 'providers.lab.apiKeyFile'})
    expect(await settings({apiKeyCommand: 'env | grep -c KEY'})).toMatchObject({code: 'config.invalid'})
    expect(await settings({apiKeyFile: '~/none'})).toMatchObject({code: 'config.invalid'})
  })

  it('counts as secret with the headers that carry one', () => {
    const headers = {authorization: 'Bearer of-the-header', 'x-team': 'blue', 'X-Api-Key': 'another'}
    expect(secretsIn([settingsOf({apiKey: 'the-key', headers}), settingsOf({})])).toEqual(['the-key', 'of-the-header', 'another'])
    expect(secretsIn([settingsOf({baseUrl: 'http://me:a%20b%zz@10.0.0.1/v1'})])).toEqual(['a%20b%zz', 'a b%zz'])
  })

  const cleaner = (more: Parameters<typeof settingsOf>[0]) => openCleaner(openKeyring([settingsOf(more)]).secrets)

  it.each(['password', 'postgres', 'changeme', 'lm-studio', 'not-needed', 'no-key-needed', '12345678', 'Secret.Word'])(
    'that is a word (%s) is one only in its place',
    (word) => {
      const code = `const {${word}, ${word}Salt} = req.body\nhash(req.body.${word}) // "${word}" or '${word}': ${word}\nAPI_KEY=${word} {"apiKey": "${word}"} x-api-key\n`
      const clean = cleaner({apiKey: word, baseUrl: `http://me:${word}@127.0.0.1:8000/v1`, headers: {'X-Lab-Token': word}})
      expect(clean.text(code)).toBe(code)
      expect(clean.cut('invalid x-api-key')).toBe('invalid x-api-key')
      for (const text of [
        `http://me:${word}@127.0.0.1:8000/v1`,
        `Bearer ${word}`,
        `x-api-key: ${word}`,
        `{"X-Lab-Token":"${word}"}`,
        JSON.stringify({said: `{"x-api-key": "${word}"}`}),
      ]) {
        expect(clean.text(`refused: ${text}`)).toContain('[redacted secret]')
        expect(clean.text(`refused: ${text}`)).not.toContain(word)
      }
    },
  )

  it.each(['hunter2hunter', 'first-key-of-the-lab', 'pa$$word!', ['sk-', 'q8Zr2LmX0aTn5Vw7'].join('')])('that is no word (%s) is one everywhere', (secret) => {
    const written = encodeURIComponent(secret)
    for (const clean of [cleaner({apiKey: secret}), cleaner({headers: {'X-Api-Key': secret}}), cleaner({baseUrl: `http://me:${written}@127.0.0.1/v1`})]) {
      const bytes = Buffer.from(secret)
      for (const form of [secret, written, bytes.toString('base64'), bytes.toString('hex'), `"${secret}"`])
        expect(clean.text(`x ${form} y`)).toContain('[redacted secret]')
      expect(clean.cut(`it said ${secret.slice(0, 8)}`)).toBe('it said [redacted secret]')
    }
  })
})
