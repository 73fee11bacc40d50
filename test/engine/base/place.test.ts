// Paths that lead out, and those that only seem to. Links are a table here; real ones are in the tests of the tools.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type Bounds, placeOf, resolveLinks} from '../../../engine/base/place.ts'

const here: Bounds = {dir: '/p', root: '/p', addDirs: ['/extra']}
const links = (table: Record<string, string>) => (path: string) => table[path]
const none = links({})

describe('a path', () => {
  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['./src//a.ts', 'src/a.ts'],
    ['src/../a.ts', 'a.ts'],
    ['/p/src/a.ts', 'src/a.ts'],
    ['file:///p/a.ts', 'a.ts'],
    ['.', ''],
    ['', ''],
    ['/p', ''],
    ['../p/a', 'a'],
    ['/extra/x', '/extra/x'],
    ['../extra/x', '/extra/x'],
    ['...', '...'],
    ['a b/ü.ts', 'a b/ü.ts'],
  ])('%s is %s', (asked, path) => {
    expect(placeOf(asked, here, none)).toMatchObject({path, own: true})
  })

  it.each(['..', '../x', '/etc/passwd', '/pp/a', 'src/../../x', '/extra/../etc', '/extrax', 'a\0b', '/', '~/../../etc', 'file:///etc/passwd'])(
    '%s is outside',
    (asked) => {
      expect(placeOf(asked, here, none)).toBeUndefined()
    },
  )

  it('through a link is where the link leads', () => {
    const read = links({
      '/p/in': 'src',
      '/p/out': '/etc',
      '/p/up': '../..',
      '/p/to-extra': '/extra/lib',
      '/p/loop': 'loop',
      '/p/deep': 'in/x',
      '/p/dangling': '../new.txt',
    })
    expect(placeOf('in/a.ts', here, read)).toEqual({path: 'in/a.ts', real: 'src/a.ts', file: '/p/src/a.ts', own: true})
    expect(placeOf('deep/a', here, read)?.real).toBe('src/x/a')
    expect(placeOf('to-extra/a', here, read)?.file).toBe('/extra/lib/a')
    for (const asked of ['out/passwd', 'out', 'up/x', 'loop', 'dangling']) expect(placeOf(asked, here, read)).toBeUndefined()
  })

  it('under a linked root is in the root', () => {
    const read = links({'/tmp': '/private/tmp'})
    const bounds = {dir: '/tmp/p', root: '/tmp/p', addDirs: []}
    expect(placeOf('a', bounds, read)?.file).toBe('/private/tmp/p/a')
    expect(placeOf('/private/tmp/p/a', bounds, read)).toMatchObject({path: 'a', own: true})
  })
})

describe('a copy seen at the root', () => {
  const copy: Bounds = {dir: '/cache/t1', root: '/p', addDirs: []}
  it('takes names below either for files of the copy', () => {
    for (const asked of ['a.ts', '/p/a.ts', '/cache/t1/a.ts'])
      expect(placeOf(asked, copy, none)).toEqual({path: 'a.ts', real: 'a.ts', file: '/cache/t1/a.ts', own: true})
  })
  it('lets links into the project be read, not written', () => {
    const read = links({'/cache/t1/node_modules': '/p/node_modules'})
    expect(placeOf('node_modules/x', copy, read)).toEqual({path: 'node_modules/x', real: 'node_modules/x', file: '/p/node_modules/x', own: false})
  })
  it('takes a link that names the root for one to itself', () => {
    expect(placeOf('link', copy, links({'/cache/t1/link': '/p/src/a.ts'}))).toEqual({path: 'link', real: 'src/a.ts', file: '/cache/t1/src/a.ts', own: true})
  })
  it('keeps other copies out', () => {
    expect(placeOf('/cache/t2/a', copy, none)).toBeUndefined()
    expect(placeOf('../t2/a', copy, none)).toBeUndefined()
  })
})

describe('whatever is asked', () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', 'link', '', '/', 'etc')
  const target = fc.array(part, {maxLength: 5}).map((parts) => parts.join('/'))
  it('nothing outside is ever answered', () => {
    fc.assert(
      fc.property(target, target, fc.boolean(), (asked, to, absolute) => {
        const read = links({'/p/link': absolute ? `/${to}` : to || 'a', '/p/a/link': to || 'b'})
        const place = placeOf(asked, here, read)
        if (!place) return
        const real = resolveLinks(place.file, read)
        expect(real).toBe(place.file)
        expect(place.file === '/p' || place.file.startsWith('/p/') || place.file === '/extra' || place.file.startsWith('/extra/')).toBe(true)
      }),
      {numRuns: 2000},
    )
  })
})
