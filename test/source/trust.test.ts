import {symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readInstructions} from '../../source/instructions.ts'
import {checkTrust} from '../../source/trust.ts'
import {testContext} from '../kit/context.ts'
import {type Files, tempFolder, writeFiles} from '../kit/temp.ts'

const check = (root: string, trust = false) => checkTrust({context: testContext({cwd: root, flags: {trust}, env: {HOME: join(root, 'home')}}), root})
const withConfig = (text: string): Files => ({'.penguin/config.yml': text})

describe('a folder that brings nothing of its own', () => {
  it.each([
    [{}],
    [{'AGENTS.md': 'be kind', '.penguin/journal.db': ''}],
    [
      withConfig(
        'model: openai/x\nbudgets: {calls: 3}\npermissions: {mode: ask, rules: [{deny: "read(.env)"}, {ask: "shell(*)"}]}\nsandbox: {level: bwrap, network: {allow: []}}',
      ),
    ],
    [withConfig('providers: {openai: {models: {x: {window: 100}}}}')],
  ])('%j needs no trust', async (files) => {
    expect(await check(tempFolder(files))).toEqual({ok: true, result: {trusted: true, needs: []}})
  })
})

describe('a folder that brings more', () => {
  it.each([
    [withConfig('permissions: {mode: auto}'), '.penguin/config.yml (permissions.mode)'],
    [withConfig('permissions: {rules: [{deny: "a"}, {allow: "shell(*)"}]}'), '.penguin/config.yml (permissions.rules)'],
    [
      withConfig('sandbox: {level: off, writes: [/etc], network: {allow: ["*"]}}'),
      '.penguin/config.yml (sandbox.level, sandbox.network.allow, sandbox.writes)',
    ],
    [withConfig('providers: {openai: {baseUrl: "http://x.test"}}'), '.penguin/config.yml (providers.openai.baseUrl)'],
    [{'.penguin/config.local.yml': 'permissions: {mode: edit}'}, '.penguin/config.local.yml (permissions.mode)'],
    [{'.penguin/plugins/x/plugin.ts': ''}, '.penguin/plugins'],
    [{'.penguin/hooks/start': ''}, '.penguin/hooks'],
  ])('%j needs it, and is named', async (files, named) => {
    const root = tempFolder(files)
    const found = await check(root)
    expect(found).toMatchObject({ok: false, error: {code: 'config.untrusted', msg: expect.stringContaining(named), hint: expect.stringContaining('--trust')}})
    expect(await check(root, true)).toEqual({ok: true, result: {trusted: true, needs: [named]}})
  })

  it('is trusted when its real path was answered for, and no other', async () => {
    const root = tempFolder({...withConfig('permissions: {mode: auto}')})
    const kept = (text: string) => writeFiles(root, {'home/.local/state/penguin/trust.json': text})
    kept(JSON.stringify({[root]: {trusted: true}}))
    expect(await check(root)).toMatchObject({ok: true})
    for (const text of ['{', '[]', JSON.stringify({[root]: {trusted: 'yes'}}), JSON.stringify({[`${root}x`]: {trusted: true}})]) {
      kept(text)
      expect(await check(root)).toMatchObject({ok: false})
    }
  })

  it('says first that its configuration is broken', async () => {
    expect(await check(tempFolder(withConfig('permissions: {mood: auto}')))).toMatchObject({ok: false, error: {code: 'config.invalid'}})
  })
})

describe('instructions', () => {
  it('are read from the root down to the working folder, the nearest last', () => {
    const root = tempFolder({'AGENTS.md': 'root', 'CLAUDE.md': 'claude', 'a/AGENTS.md': 'a', 'a/b/c.txt': '', 'z/AGENTS.md': 'not here'})
    expect(readInstructions(root, join(root, 'a/b'))).toEqual([
      {path: 'AGENTS.md', text: 'root'},
      {path: 'CLAUDE.md', text: 'claude'},
      {path: 'a/AGENTS.md', text: 'a'},
    ])
    expect(readInstructions(root, '/').map((one) => one.path)).toEqual(['AGENTS.md', 'CLAUDE.md'])
  })

  it('are capped, one by one and together, at whole characters', () => {
    const long = 'ü'.repeat(20_000)
    const root = tempFolder({'AGENTS.md': long, 'CLAUDE.md': `b${long}`, 'a/AGENTS.md': `c${long}`, 'a/b/AGENTS.md': 'd'})
    const read = readInstructions(root, join(root, 'a/b'))
    for (const {text} of read) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16 * 1024 + 40)
      expect(text).not.toContain('\uFFFD')
    }
    expect(read.reduce((sum, {text}) => sum + Buffer.byteLength(text), 0)).toBeLessThanOrEqual(32 * 1024 + 80)
    expect(read[0]?.text).toContain('cut at 16384 bytes')
  })

  it('are not said twice, nor fetched from outside the project', () => {
    const outside = tempFolder({secret: 'outside'})
    const root = tempFolder({'AGENTS.md': 'same', 'a/x': ''})
    symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'))
    symlinkSync(join(outside, 'secret'), join(root, 'a/AGENTS.md'))
    expect(readInstructions(root, join(root, 'a'))).toEqual([{path: 'AGENTS.md', text: 'same'}])
  })
})
