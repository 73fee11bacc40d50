// read: bounded views that say what they leave out.

import {symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import read from '../../../plugins/files/read.ts'
import {readFile} from '../../../plugins/files/read-file.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const lines = (count: number): string => Array.from({length: count}, (_, at) => `line ${at + 1}\n`).join('')

describe('read', () => {
  it('numbers the lines, compactly', async () => {
    const told = await readFile({path: 'a.txt'}, openSite(tempFolder({'a.txt': 'one\n  two\r\nthree'})))
    expect(told.model).toBe('1\tone\n2\t  two\n3\tthree')
    expect(told.result).toEqual({path: 'a.txt', from: 1, to: 3, lines: 3})
  })

  it('shows a long file in part, with a receipt', async () => {
    const site = openSite(tempFolder({'a.txt': lines(1203)}))
    const told = await readFile({path: 'a.txt'}, site)
    expect(told.model.split('\n')).toHaveLength(201)
    expect(told.model).toContain('[lines 1-200 of 1203; go on with from=201]')
    expect((await readFile({path: 'a.txt', from: 201, to: 900}, site)).model).toContain('[lines 201-600 of 1203; go on with from=601]')
    expect((await readFile({path: 'a.txt', from: 1200}, site)).model).toBe(
      '1200\tline 1200\n1201\tline 1201\n1202\tline 1202\n1203\tline 1203\n[lines 1200-1203 of 1203]',
    )
    expect((await readFile({path: 'a.txt', from: -2}, site)).model).toContain('1202\tline 1202\n1203\tline 1203')
    expect((await readFile({path: 'a.txt', to: 3}, site)).model).toContain('3\tline 3\n[lines 1-3 of 1203')
    expect(await faultFrom(() => readFile({path: 'a.txt', from: 5000}, site))).toMatchObject({code: 'file.failed', msg: expect.stringContaining('1203 lines')})
  })

  it('keeps long lines and wide files within bounds', async () => {
    const site = openSite(tempFolder({'min.js': `${'x'.repeat(100_000)}\n`, 'wide.txt': `${'y'.repeat(500)}\n`.repeat(250)}))
    expect((await readFile({path: 'min.js'}, site)).model).toMatch(/^1\tx{600}… \[\+99400 characters\]$/)
    const wide = await readFile({path: 'wide.txt'}, site)
    expect(wide.model.length).toBeLessThan(21_000)
    expect(wide.model).toMatch(/\[lines 1-39 of 250; go on with from=40\]/)
  })

  it('notes what it has seen by its hash', async () => {
    const site = openSite(tempFolder({'a.txt': 'abc'}))
    await readFile({path: './a.txt'}, site)
    expect(site.seen.get('a.txt')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('says in words what it cannot show', async () => {
    const dir = tempFolder({'src/total.ts': 'x', 'empty.txt': ''})
    writeFileSync(join(dir, 'a.png'), Buffer.from([137, 80, 78, 71, 0]))
    const site = openSite(dir)
    expect((await faultFrom(() => readFile({path: 'a.png'}, site))).code).toBe('file.binary')
    expect((await faultFrom(() => readFile({path: 'src'}, site))).msg).toContain('is a folder; use list')
    expect(await faultFrom(() => readFile({path: 'lib/Total.js'}, site))).toMatchObject({code: 'file.missing', hint: 'did you mean src/total.ts?'})
    expect((await faultFrom(() => readFile({path: 'empty.txt/x'}, site))).code).toBe('file.missing')
    expect((await readFile({path: 'empty.txt'}, site)).model).toBe('[the file is empty]')
  })

  it('reads a range out of a file too large to hold', async () => {
    const dir = tempFolder()
    writeFileSync(join(dir, 'big.log'), `${'z'.repeat(99)}\n`.repeat(100_000))
    const site = openSite(dir)
    expect(await faultFrom(() => readFile({path: 'big.log'}, site))).toMatchObject({code: 'file.large', hint: 'read a range of lines'})
    const told = await readFile({path: 'big.log', from: 500, to: 501}, site)
    expect(told.model).toMatch(/^500\tz+\n501\tz+\n\[lines 500-501 of many; go on with from=502\]$/)
  })

  it('needs leave for a file by each name it goes by', () => {
    const dir = tempFolder({'.env': 'A=1'})
    symlinkSync('.env', join(dir, 'notes.txt'))
    expect(read.needs({path: 'x/../notes.txt'}, openSite(dir))).toEqual([
      {kind: 'read', what: 'notes.txt'},
      {kind: 'read', what: '.env'},
    ])
    expect(read.touches({path: 'a'}, openSite(dir))).toEqual([])
  })
})
