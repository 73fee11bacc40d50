// list and search: what is shown, what is left out, and what a search may not show.

import {mkdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Site} from '../../../engine/contract/tool.ts'
import {listFiles} from '../../../plugins/search/list-files.ts'
import {ripgrep} from '../../../plugins/search/ripgrep.ts'
import {searchFiles} from '../../../plugins/search/search-files.ts'
import {walk} from '../../../plugins/search/walk.ts'
import {scriptedSandbox} from '../../kit/sandbox.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const project = {
  'package.json': '{"name": "x"}\n',
  'src/a.ts': 'export const total = 1\n// total twice\n',
  'src/deep/b.ts': 'import {total} from "../a.ts"\n',
  'src/deep/c.py': 'total = 2\n',
  'build/out.js': 'total\n',
  'keep/out.log': 'total\n',
  'drop/out.log': 'total\n',
  'node_modules/dep/index.js': 'total\n',
  '.github/ci.yml': 'total: 1\n',
  '.env': 'total=secret\n',
  '.gitignore': 'build/\n*.log\n!keep/out.log\n/only-root\n# a comment\n',
  'only-root': 'total\n',
  'src/only-root': 'total\n',
  '.git/config': 'total\n',
  '.penguin/x': 'total\n',
}

const notStarted = () => scriptedSandbox(() => ({exitCode: null, error: {code: 'job.failed', msg: 'no', hint: '', again: false}}))
const ways: [string, (dir: string) => Site][] = [
  ['with ripgrep', (dir) => openSite(dir)],
  ['without any job', (dir) => openSite(dir, {sandbox: notStarted()})],
]

describe('list', () => {
  it('names files by folder, ignored ones left out', async () => {
    const told = await listFiles({}, openSite(tempFolder(project)))
    expect(told.model).toBe('./: .env .gitignore package.json\n.github/: ci.yml\nkeep/: out.log\nsrc/: a.ts only-root\nsrc/deep/: b.ts c.py')
    expect(told.result).toEqual({path: '.', files: 9, more: false})
  })

  it('takes a folder, a glob, a file', async () => {
    const site = openSite(tempFolder(project))
    expect((await listFiles({path: 'src/deep/'}, site)).model).toBe('./: b.ts c.py')
    expect((await listFiles({path: '**/*.ts'}, site)).model).toBe('src/: a.ts\nsrc/deep/: b.ts')
    expect((await listFiles({path: '*.py'}, site)).model).toBe('src/deep/: c.py')
    expect((await listFiles({path: 'src/*.ts'}, site)).model).toBe('src/: a.ts')
    expect((await listFiles({path: 'src/a.ts'}, site)).model).toBe('src/: a.ts')
    expect((await listFiles({path: '*.rs'}, site)).model).toBe('[no files in *.rs]')
    expect((await faultFrom(() => listFiles({path: 'none'}, site))).code).toBe('file.missing')
    expect((await faultFrom(() => listFiles({path: '../x'}, site))).code).toBe('file.outside')
    expect((await faultFrom(() => listFiles({path: '../*'}, site))).code).toBe('file.outside')
  })

  it('shows an ignored folder to somebody who names it', async () => {
    const site = openSite(tempFolder(project))
    expect((await listFiles({path: 'node_modules'}, site)).model).toBe('dep/: index.js')
  })

  it('counts by folder what is too much to name', async () => {
    const many = Object.fromEntries(Array.from({length: 400}, (_, at) => [`src/part${at % 3}/f${at}.ts`, 'x']))
    const told = await listFiles({}, openSite(tempFolder({...many, 'a.md': 'x'})))
    expect(told.model).toBe('a.md\nsrc/part0/ (134 files)\nsrc/part1/ (133 files)\nsrc/part2/ (133 files)\n[401 files; list a folder or a glob to see names]')
  })

  it('never follows a link', () => {
    const dir = tempFolder({'a.txt': 'x'})
    mkdirSync(join(dir, 'd'))
    symlinkSync('..', join(dir, 'd/up'))
    expect(walk(dir, '', 100)).toEqual({files: ['a.txt', 'd/up'], more: false})
    expect(walk(dir, '', 1).more).toBe(true)
  })
})

describe.each(ways)('search %s', (_, open) => {
  it('groups what it finds by file', async () => {
    const told = await searchFiles({pattern: 'total'}, open(tempFolder(project)))
    expect(told.model.split('\n')).toEqual([
      ...['.github/ci.yml', '1\ttotal: 1', '', 'keep/out.log', '1\ttotal', ''],
      ...['src/a.ts', '1\texport const total = 1', '2\t// total twice', ''],
      ...['src/deep/b.ts', '1\timport {total} from "../a.ts"', '', 'src/deep/c.py', '1\ttotal = 2', '', 'src/only-root', '1\ttotal'],
      '[1 matches in files that need permission to read are not shown]',
    ])
    expect(told.result).toMatchObject({matches: 7, files: 6})
  })

  it('keeps to a path and a glob', async () => {
    const site = open(tempFolder(project))
    expect((await searchFiles({pattern: 'total', path: 'src/deep'}, site)).result).toMatchObject({files: 2})
    expect((await searchFiles({pattern: 'total', glob: '*.py'}, site)).model).toBe('src/deep/c.py\n1\ttotal = 2')
    expect((await searchFiles({pattern: 'total', path: 'src/a.ts'}, site)).model).toContain('src/a.ts\n1\t')
    expect((await searchFiles({pattern: 'total', path: 'node_modules/dep'}, site)).model).toContain('node_modules/dep/index.js')
    expect((await searchFiles({pattern: '^total = \\d$'}, site)).model).toBe('src/deep/c.py\n1\ttotal = 2')
    expect((await searchFiles({pattern: 'nowhere to be found'}, site)).model).toBe('no matches for nowhere to be found')
  })

  it('takes what is no regular expression as it is written', async () => {
    const site = open(tempFolder({'a.ts': 'f(x\n', '-e.txt': 'f(x\n'}))
    const told = await searchFiles({pattern: 'f(x'}, site)
    expect(told.model).toContain('a.ts\n1\tf(x')
    expect(told.model).toContain('searched for the text as it is')
    expect((await searchFiles({pattern: '-e'}, open(tempFolder({'a.ts': 'x -e y\n'})))).model).toContain('1\tx -e y')
  })

  it('says how much more there is', async () => {
    const site = open(tempFolder(Object.fromEntries(Array.from({length: 12}, (_, at) => [`f${at}.txt`, 'hit\n'.repeat(20)]))))
    const told = await searchFiles({pattern: 'hit'}, site)
    expect(told.model).toMatch(/\[80 of 240\+? matches in 12 files; narrow/)
  })

  it('does not show what a rule forbids to read', async () => {
    const dir = tempFolder(project)
    const site = open(dir)
    const closed = {
      ...site,
      permissions: {
        ...site.permissions,
        rules: [
          {do: 'deny' as const, match: 'read(src/**)', from: 't'},
          {do: 'allow' as const, match: 'read(.env)', from: 't'},
        ],
      },
    }
    const {model} = await searchFiles({pattern: 'total'}, closed)
    expect(model).not.toContain('src/')
    expect(model).toContain('.env\n1\ttotal=secret')
  })

  it('stays inside', async () => {
    const site = open(tempFolder({'a.txt': 'x'}))
    expect((await faultFrom(() => searchFiles({pattern: 'x', path: '/etc'}, site))).code).toBe('file.outside')
    expect((await faultFrom(() => searchFiles({pattern: 'x', path: 'none'}, site))).code).toBe('file.missing')
    expect((await faultFrom(() => searchFiles({pattern: ''}, site))).code).toBe('tool.input')
  })
})

describe('ripgrep', () => {
  it('is a job without leave to write and without network, its program laid in', async () => {
    const sandbox = scriptedSandbox(() => ({stdout: './a.ts\u00003:x\r\n'}))
    const found = await ripgrep({pattern: 'x', path: '', glob: undefined}, openSite('/p', {sandbox}))
    expect(found).toEqual({hits: [{path: 'a.ts', line: 3, text: 'x'}], literal: false, more: false})
    const [job] = sandbox.jobs
    expect(job).toMatchObject({cwd: '/p', writable: false, network: 'off'})
    expect(job?.argv[0]).toBe(`${job?.overlays?.[0]?.at}/rg`)
  })
})
