import {createHash} from 'node:crypto'
import {existsSync, readdirSync, statSync, truncateSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {BlobId} from '../../../engine/base/id.ts'
import {openBlobs} from '../../../engine/journal/blobs.ts'
import {tempFolder} from '../../kit/temp.ts'
import {realClock} from './kit.ts'

const open = () => {
  const dir = join(tempFolder(), 'blobs')
  const blobs = openBlobs({dir, clock: realClock, readonly: false})
  return {dir, blobs, fileOf: (id: BlobId): string => join(dir, id.slice(0, 2), id.slice(2))}
}

describe('blobs', () => {
  it('give back any bytes under their SHA-256', () => {
    const {blobs} = open()
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string({unit: 'binary'})), (content) => {
        const bytes = Buffer.from(content as Uint8Array)
        const id = blobs.put(content)
        expect(id).toBe(createHash('sha256').update(bytes).digest('hex'))
        expect(blobs.has(id)).toBe(true)
        expect(Buffer.from(blobs.get(id) ?? [1])).toEqual(bytes)
      }),
    )
  })

  it('lie in blobs/ab/cdef…, once, with nothing left beside them', () => {
    const {dir, blobs, fileOf} = open()
    const id = blobs.put('hello')
    const {ino} = statSync(fileOf(id))
    expect(blobs.put(Buffer.from('hello'))).toBe(id)
    expect(statSync(fileOf(id)).ino).toBe(ino)
    expect(readdirSync(join(dir, id.slice(0, 2)))).toEqual([id.slice(2)])
    expect([...blobs.list()].map((file) => [file.id, file.bytes])).toEqual([[id, 5]])
  })

  it('that are not there, dropped, or no id at all are undefined', () => {
    const {blobs, fileOf} = open()
    const id = blobs.put('x')
    blobs.drop(id)
    blobs.drop(id)
    expect([blobs.get(id), blobs.has(id), existsSync(fileOf(id))]).toEqual([undefined, false, false])
    expect([blobs.get('../../etc/passwd' as BlobId), blobs.has('' as BlobId)]).toEqual([undefined, false])
  })

  it('that a power cut damaged count as not there, and are written anew', () => {
    const {blobs, fileOf} = open()
    const id = blobs.put('a whole text')
    truncateSync(fileOf(id), 0)
    expect(blobs.get(id)).toBe(undefined)
    blobs.put('a whole text')
    expect(Buffer.from(blobs.get(id) ?? []).toString()).toBe('a whole text')
    writeFileSync(fileOf(id), 'a wrong text')
    expect(blobs.get(id)).toBe(undefined)
  })

  it('that are put again count as used now', () => {
    const {blobs, fileOf} = open()
    const id = blobs.put('x')
    utimesSync(fileOf(id), 1000, 1000)
    blobs.put('x')
    expect(statSync(fileOf(id)).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
  })
})
