// write: whole files, and what of an old one stays.

import {existsSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {readFile} from '../../../plugins/files/read-file.ts'
import {writeFile} from '../../../plugins/files/write-file.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

describe('write', () => {
  it('makes a file as given, with its folders', async () => {
    const dir = tempFolder()
    const told = await writeFile({path: 'a/b/c.txt', text: 'one\r\ntwo'}, openSite(dir))
    expect(readFileSync(join(dir, 'a/b/c.txt'), 'utf8')).toBe('one\r\ntwo')
    expect(told.model).toBe('created a/b/c.txt (2 lines)')
    expect(told.result).toEqual({path: 'a/b/c.txt', lines: 2, bytes: 8, created: true})
  })

  it('keeps the line ends, mark and last line end of the file it replaces', async () => {
    const dir = tempFolder({'a.txt': '\uFEFFone\r\ntwo\r\n'})
    await writeFile({path: 'a.txt', text: 'x\ny'}, openSite(dir))
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('\uFEFFx\r\ny\r\n')
  })

  it('replaces a long file only for somebody who has seen it as it is', async () => {
    const dir = tempFolder({'a.txt': 'line\n'.repeat(600), 'short.txt': 'x\n'})
    const site = openSite(dir)
    expect(await faultFrom(() => writeFile({path: 'a.txt', text: 'x'}, site))).toMatchObject({code: 'file.unread', hint: 'read it first, then edit'})
    await writeFile({path: 'short.txt', text: 'y\n'}, site)
    await readFile({path: 'a.txt'}, site)
    await writeFile({path: 'a.txt', text: 'x\n'}, site)
    await writeFile({path: 'a.txt', text: 'again\n'}, site)
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('again\n')
    site.seen.set('a.txt', 'something else')
    expect((await faultFrom(() => writeFile({path: 'a.txt', text: 'z'}, site))).code).toBe('file.stale')
  })

  it('touches nothing when the content is the same', async () => {
    const dir = tempFolder({'a.txt': 'x\n'})
    const before = statSync(join(dir, 'a.txt')).mtimeMs
    expect((await writeFile({path: 'a.txt', text: 'x\n'}, openSite(dir))).model).toContain('already')
    expect(statSync(join(dir, 'a.txt')).mtimeMs).toBe(before)
  })

  it('says in words what it cannot write', async () => {
    const dir = tempFolder({'a/b.txt': 'x'})
    const site = openSite(dir)
    expect((await faultFrom(() => writeFile({path: 'a', text: 'x'}, site))).msg).toContain('is a folder')
    expect((await faultFrom(() => writeFile({path: 'a/b.txt/c', text: 'x'}, site))).msg).toContain('part of its path is a file')
    expect((await faultFrom(() => writeFile({path: `${'n'.repeat(300)}.txt`, text: 'x'}, site))).msg).toContain('name is too long')
    expect((await faultFrom(() => writeFile({path: `../${basename(dir)}-out`, text: 'x'}, site))).code).toBe('file.outside')
    expect(existsSync(`${dir}-out`)).toBe(false)
  })
})
