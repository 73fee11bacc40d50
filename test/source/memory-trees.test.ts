// Where a copy may lie in memory: what is compiled and what is large never, and only where programs start from.

import {existsSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import type {Tree, TreeEntry} from '../../engine/contract/workspace.ts'
import {isCompiled, memoryFolder, memoryFor, runsPrograms, sizeOf} from '../../source/memory-trees.ts'

const entry = (sizeBytes: number): TreeEntry => ({mode: '100644', sha256: '0'.repeat(64) as TreeEntry['sha256'], sizeBytes})
const treeOf = (files: Record<string, number>): Tree => new Map(Object.entries(files).map(([path, sizeBytes]) => [path, entry(sizeBytes)]))

describe('a project that is compiled', () => {
  it.each(['Cargo.toml', 'native/CMakeLists.txt', 'app/pom.xml', 'x.csproj', 'build.gradle.kts'])('is one with %s', (path) =>
    expect(isCompiled(['readme.md', path])).toBe(true),
  )
  it.each(['package.json', 'src/not-Cargo.toml.js', 'pyproject.toml', 'docs/pom.xml.md'])('is none with %s', (path) => expect(isCompiled([path])).toBe(false))
})

describe('the table of mounts', () => {
  const row = (options: string, kind = 'tmpfs') => `proc /proc proc rw 0 0\n${kind} /dev/shm ${kind} ${options} 0 0\n`
  it.each([
    ['rw,nosuid,nodev', 'tmpfs', true],
    ['rw,nosuid,nodev,noexec,relatime,size=65536k', 'tmpfs', false],
    ['ro,nosuid', 'tmpfs', false],
    ['rw', 'ext4', false],
  ])('%s on %s', (options, kind, may) => expect(runsPrograms(row(options, kind))).toBe(may))
  it('says no without a row', () => expect(runsPrograms('proc /proc proc rw 0 0\n')).toBe(false))
  it('is read from its end: a later mount covers an earlier one', () => expect(runsPrograms(row('rw') + row('rw,noexec'))).toBe(false))
})

describe('a tree', () => {
  it('takes a block more than its bytes for each file', () => expect(sizeOf(treeOf({a: 1, b: 10}))).toBe(2 * 4096 + 11))
  it('that would fill the memory lies on disk', () => expect(memoryFor(treeOf({a: 2 ** 50}))).toBeUndefined())
  it('that is compiled lies on disk', () => expect(memoryFor(treeOf({'Cargo.toml': 10}))).toBeUndefined())
  it('lies in a folder of this user alone, where there is one', () => {
    const place = memoryFor(treeOf({a: 10}))
    expect([undefined, memoryFolder()]).toContain(place)
    if (place) expect(existsSync(place)).toBe(true)
  })
})
