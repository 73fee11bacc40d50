// Files of a project for completion: what is listed, that it is listed in slices, and that new files come in.

import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {openProjectFiles} from '../../../source/screen/files.ts'
import {tempFolder, writeFiles} from '../../kit/temp.ts'

const nowMs = (): number => performance.now()

describe('project files', () => {
  it('are found with their folders, without what is ignored', async () => {
    const root = tempFolder({'.gitignore': 'out/\n', 'src/model/input.ts': '', 'src/main.ts': '', 'out/input.js': '', 'node_modules/input/index.js': ''})
    mkdirSync(join(root, '.git'))
    writeFiles(root, {'.git/HEAD': 'ref: refs/heads/main\n'})
    const files = openProjectFiles(root, {nowMs})
    expect(await files.find('input')).toEqual(['src/model/input.ts'])
    expect(await files.find('src/mod')).toEqual(['src/model/', 'src/model/input.ts'])
    expect(await files.find('')).toContain('src/main.ts')
    expect(await files.find('', 1)).toHaveLength(1)
  })

  it('that are new or gone are known a while later, without waiting', async () => {
    const root = tempFolder({'one.ts': ''})
    let now = 0
    const files = openProjectFiles(root, {nowMs: () => now, staleMs: 100})
    expect(await files.find('ts')).toEqual(['one.ts'])
    writeFileSync(join(root, 'two.ts'), '')
    rmSync(join(root, 'one.ts'))
    now = 200
    const seen = async (): Promise<string[] | undefined> => {
      now += 200
      return files.find('ts')
    }
    await expect.poll(seen).toEqual(['two.ts'])
  })

  it('are listed in slices: the loop goes on meanwhile', async () => {
    const many = Object.fromEntries(Array.from({length: 3_000}, (_, n) => [`d${n % 60}/f${n}.ts`, '']))
    const root = tempFolder(many)
    // Time that stands makes a slice last for ever; time that runs makes each step one.
    let now = 0
    const files = openProjectFiles(root, {nowMs: () => (now += 5)})
    let turns = 0
    let over = false
    const count = (): void => {
      turns += 1
      if (!over) setImmediate(count)
    }
    count()
    const found = await files.find('f2999')
    over = true
    expect(found).toEqual(['d59/f2999.ts'])
    expect(turns).toBeGreaterThan(60)
  })

  it('are searched in slices too, and only for the last question', async () => {
    const many = Object.fromEntries(Array.from({length: 3_000}, (_, n) => [`d${n % 60}/f${n}.ts`, '']))
    let now = 0
    const files = openProjectFiles(tempFolder(many), {nowMs: () => (now += 5), staleMs: Number.POSITIVE_INFINITY})
    await files.find('f')
    const answers = await Promise.all([files.find('f1'), files.find('f12'), files.find('f123')])
    expect(answers.map((found) => found?.[0])).toEqual([undefined, undefined, 'd3/f123.ts'])
    expect(answers[0]).toBeUndefined()
  })
})
