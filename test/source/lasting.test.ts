// Rules that a person wants for good: what is written, whose they are, and what they cover.

import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {loadConfig} from '../../source/config.ts'
import {openLasting} from '../../source/lasting.ts'
import {checkTrust, keepTrust} from '../../source/trust.ts'
import {testContext} from '../kit/context.ts'
import {type Files, tempFolder} from '../kit/temp.ts'

const local = '.penguin/config.local.yml'
const placed = (files: Files = {}) => {
  const root = tempFolder(files)
  const context = testContext({cwd: root, env: {HOME: join(root, 'home')}})
  return {root, context, lasting: openLasting(context, root), text: () => readFileSync(join(root, local), 'utf8')}
}

describe('a rule that is kept', () => {
  it('begins the file when there is none, and is read by the next run with its place', async () => {
    const {root, context, lasting, text} = placed()
    expect(await lasting.keep(['shell(npm test)'])).toEqual({ok: true, result: local})
    expect(text()).toBe('permissions:\n  rules:\n    - allow: shell(npm test)\n')
    const trust = await checkTrust({context, root})
    expect(trust).toMatchObject({ok: true, result: {trusted: true, needs: []}})
    const config = await loadConfig({context, root, trusted: true})
    expect(config.ok && config.result.permissions.rules).toEqual([{do: 'allow', match: 'shell(npm test)', from: expect.stringContaining(`${local}:`)}])
  })
  it('goes behind those that stand there, comments and all, and only once', async () => {
    const before = '# mine\nmodel: openai/x # fast\npermissions:\n  mode: ask\n  rules:\n    # in order\n    - deny: read(.env*) # never\n'
    const {lasting, text} = placed({[local]: before})
    await lasting.keep(['shell(npm test)', 'shell(ls)'])
    await lasting.keep(['shell(ls)'])
    expect(text()).toBe(`${before}    - allow: shell(npm test)\n    - allow: shell(ls)\n`)
  })
  it('takes nothing that is no rule, and leaves a file alone that is no YAML', async () => {
    const {root, lasting} = placed()
    expect((await lasting.keep(['shell(ls)', 'run everything'])).ok).toBe(false)
    expect(existsSync(join(root, local))).toBe(false)
    const broken = placed({[local]: 'a: [\n'})
    expect((await broken.lasting.keep(['shell(ls)'])).ok).toBe(false)
    expect(broken.text()).toBe('a: [\n')
  })
  it('is trusted as the rule of this person, and nothing beside it is', async () => {
    const {root, context, lasting} = placed({[local]: 'permissions: {rules: [{allow: "shell(curl*)"}]}\n'})
    await lasting.keep(['shell(ls)'])
    expect(await checkTrust({context, root})).toMatchObject({ok: false, error: {code: 'config.untrusted'}})
    const other = placed({'.penguin/config.yml': 'permissions: {rules: [{allow: "shell(ls)"}]}\n'})
    await other.lasting.keep(['shell(ls)'])
    expect((await checkTrust({context: other.context, root: other.root})).ok).toBe(false)
    keepTrust(other.context, other.root)
    expect((await checkTrust({context: other.context, root: other.root})).ok).toBe(true)
  })
  it('covers what it would allow, as it was written or wider', async () => {
    const {lasting} = placed()
    expect(lasting.covers(['shell(npm test)'])).toBe(false)
    await lasting.keep(['shell(npm test*)', 'write(src/**)'])
    expect(lasting.covers(['shell(npm test)', 'shell(npm test -- a.test.js)'])).toBe(true)
    expect(lasting.covers(['write(src/a\\*.js)'])).toBe(true)
    expect(lasting.covers(['shell(npm test)', 'shell(npm publish)'])).toBe(false)
    expect(lasting.covers(['write(test/a.js)'])).toBe(false)
  })
})
