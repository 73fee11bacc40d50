// What is swept away of processes that are gone, and what is not: never what somebody may still need whom we cannot see,
// because he works in a container that shares our folders, or because there is no /proc.

import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {noteProcess, sweep} from '../../engine/sandbox/reap.ts'
import {isLeft, isLiveTag, ownTag, sweepLeftovers} from '../../source/leftovers.ts'
import {tempFolder} from '../kit/temp.ts'

const dead = ownTag().replace(/-[0-9a-z]+/, '-1')
const elsewhere = `${dead.split('_')[0]}_zz`

const folders = () => {
  const top = tempFolder()
  const made = {scratch: join(top, 's'), trees: join(top, 't'), runtime: join(top, 'r'), memory: join(top, 'm')}
  for (const dir of Object.values(made)) mkdirSync(dir)
  return made
}

const old = (path: string): void => utimesSync(path, 0, 0)

it('a tag is live while its process is, here', () => {
  expect(isLiveTag(ownTag())).toBe(true)
  expect(isLiveTag(dead)).toBe(false)
  expect(isLiveTag(elsewhere)).toBe(false)
})

it('what a dead process left goes at once; what one elsewhere may need stays for long', () => {
  const made = folders()
  const path = (tag: string): string => join(made.scratch, `${tag}-rest`)
  for (const tag of [ownTag(), dead, elsewhere]) mkdirSync(path(tag))
  const note = join(made.trees, 'run.note.json')
  writeFileSync(note, JSON.stringify({tag: elsewhere}))
  sweepLeftovers(made, undefined)
  expect([ownTag(), dead, elsewhere].map((tag) => existsSync(path(tag)))).toEqual([true, false, true])
  expect(existsSync(note)).toBe(true)
  old(path(elsewhere))
  old(path(ownTag()))
  old(note)
  sweepLeftovers(made, undefined)
  expect([ownTag(), elsewhere].map((tag) => existsSync(path(tag)))).toEqual([true, false])
  expect(existsSync(note)).toBe(false)
})

it('a ledger of another space is not judged', () => {
  const dir = tempFolder()
  noteProcess(dir, {pid: 999_999_999, startedAt: 1})
  const [file = ''] = [join(dir, '999999999-1.json')]
  const host = (more: object): void => writeFileSync(file, JSON.stringify({pid: 999_999_999, startedAt: 1, host: {pid: 999_999_998, startedAt: 1, ...more}}))
  host({space: '1'})
  sweep(dir)
  expect(existsSync(file)).toBe(true)
  host({})
  sweep(dir)
  expect(existsSync(file)).toBe(false)
})

it.skipIf(process.getuid?.() !== 0)('without /proc nobody is taken for dead', () => {
  const dir = tempFolder()
  const leftovers = new URL('../../source/leftovers.ts', import.meta.url)
  const asks = `import(${JSON.stringify(String(leftovers))}).then(({isLeft, ownTag}) => process.stdout.write(String(isLeft(${JSON.stringify(dead)}, ${JSON.stringify(dir)}))))`
  const run = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$0" -e "$1"', process.execPath, asks], {encoding: 'utf8'})
  expect(run.stdout, run.stderr).toBe('false')
  expect(isLeft(dead, dir)).toBe(true)
})
