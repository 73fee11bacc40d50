// What a person is shown before an edit: the lines as they are in the file, with their neighbours and their number; and
// that it is what the edit then does.

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {editFile} from '../../../plugins/files/edit-file.ts'
import {previewEdit, previewWrite} from '../../../plugins/files/preview.ts'
import {openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const ten = Array.from({length: 10}, (_, at) => `line ${at + 1}\n`).join('')
const shown = (content: string, old: string, fresh: string, all = false) =>
  previewEdit({path: 'a.txt', old, new: fresh, all}, openSite(tempFolder({'a.txt': content})))

describe('the preview of an edit', () => {
  it('has three lines around it, and the number of the first', () => {
    expect(shown(ten, 'line 6', 'six')).toEqual({
      path: 'a.txt',
      line: 3,
      old: 'line 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n',
      new: 'line 3\nline 4\nline 5\nsix\nline 7\nline 8\nline 9\n',
    })
  })
  it('ends where the file ends', () => {
    expect(shown(ten, 'line 1\n', '')).toMatchObject({line: 1, new: 'line 2\nline 3\nline 4\nline 5\n'})
    expect(shown(ten, 'line 10', 'x')).toMatchObject({line: 7, old: 'line 7\nline 8\nline 9\nline 10\n'})
  })
  it('spans all places of an edit of many', () => {
    expect(shown('x\ny\nx\n', 'x', 'z', true)).toEqual({path: 'a.txt', line: 1, old: 'x\ny\nx\n', new: 'z\ny\nz\n'})
  })
  it('is none where the edit will be refused, or is large', () => {
    expect(shown('x\ny\nx\n', 'x', 'z')).toBeUndefined()
    expect(shown('a\n', 'b', 'c')).toBeUndefined()
    expect(shown('a\n', 'a', 'c'.repeat(50_000))).toBeUndefined()
  })
  it('changes nothing and is what the edit does', async () => {
    const lines = fc.array(fc.constantFrom('a', 'b', '  c', ''), {minLength: 1, maxLength: 12})
    await fc.assert(
      fc.asyncProperty(lines, fc.nat(), async (texts, at) => {
        const mark = 'the one\n'
        const content = [...texts.map((text) => `${text}\n`).toSpliced(at % (texts.length + 1), 0, mark)].join('')
        const dir = tempFolder({'a.txt': content})
        const input = {path: 'a.txt', old: mark, new: 'another\nand more\n'}
        const preview = previewEdit(input, openSite(dir))
        expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe(content)
        await editFile(input, openSite(dir))
        const before = content.split('\n').slice(0, (preview?.line ?? 0) - 1)
        expect(content.startsWith([...before, preview?.old].join('\n'))).toBe(true)
        expect(readFileSync(join(dir, 'a.txt'), 'utf8').startsWith([...before, preview?.new].join('\n'))).toBe(true)
      }),
      {numRuns: 30},
    )
  })
})

describe('the preview of a written file', () => {
  it('is the whole of it, where one stands already', () => {
    const site = openSite(tempFolder({'a.txt': 'old\r\n'}))
    expect(previewWrite({path: 'a.txt', text: 'new\n'}, site)).toEqual({path: 'a.txt', line: 1, old: 'old\n', new: 'new\n'})
  })
  it('of a new one is all that will stand in it', () => {
    const site = openSite(tempFolder({}))
    expect(previewWrite({path: 'b.txt', text: 'new\n'}, site)).toEqual({path: 'b.txt', line: 1, old: '', new: 'new\n'})
    expect(previewWrite({path: 'b.txt', text: 'x'.repeat(50_000)}, site)).toBeUndefined()
  })
})
