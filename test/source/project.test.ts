import {spawnSync} from 'node:child_process'
import {mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {findProject} from '../../source/project.ts'
import {git, tempFolder} from '../kit/blobs.ts'
import {hasBubblewrap} from '../kit/parts.ts'

const places = {home: '/nonexistent/home', state: '/nonexistent/state'}

const rootOf = (cwd: string, home = places.home): string => {
  const found = findProject(cwd, {...places, home})
  if (!found.ok) throw new Error(found.error.msg)
  return found.result.root
}

describe('the project of a folder', () => {
  it('is the nearest one upward with .penguin or .git, else the folder itself', () => {
    using place = tempFolder({'outer/inner/deep/a.txt': '1', 'outer/other/b.txt': '1'})
    const at = (path: string): string => join(place.dir, path)
    expect(rootOf(at('outer/inner/deep'))).toBe(at('outer/inner/deep'))
    git(at('outer'), 'init')
    expect(rootOf(at('outer/inner/deep'))).toBe(at('outer'))
    mkdirSync(at('outer/inner/.penguin'))
    expect(rootOf(at('outer/inner/deep'))).toBe(at('outer/inner'))
    expect(rootOf(at('outer/other'))).toBe(at('outer'))
    const found = findProject(at('outer/other'), places)
    expect(found).toMatchObject({ok: true, result: {cwd: at('outer/other'), dataDir: at('outer/.penguin'), writable: true, git: 'unborn'}})
    expect(readdirSync(at('outer')).sort()).toEqual(['.git', 'inner', 'other'])
  })

  it('is named by real path', () => {
    using place = tempFolder({'real/a.txt': '1'})
    symlinkSync(join(place.dir, 'real'), join(place.dir, 'link'))
    expect(rootOf(join(place.dir, 'link'))).toBe(join(place.dir, 'real'))
  })

  it('is never / or the home folder', () => {
    using place = tempFolder({'home/work/a.txt': '1'})
    const home = join(place.dir, 'home')
    symlinkSync(home, join(place.dir, 'home-link'))
    const code = (cwd: string, at: string): string | undefined => {
      const found = findProject(cwd, {...places, home: at})
      return found.ok ? undefined : found.error.code
    }
    expect(code('/', home)).toBe('project.forbidden')
    expect(code(home, home)).toBe('project.forbidden')
    expect(code(home, join(place.dir, 'home-link'))).toBe('project.forbidden')
    expect(code(join(home, 'work'), home)).toBeUndefined()
    git(home, 'init')
    expect(code(join(home, 'work'), home)).toBe('project.forbidden')
    expect(code(join(place.dir, 'missing'), home)).toBe('usage.words')
    expect(code(join(home, 'work/a.txt'), home)).toBe('usage.words')
  })

  it.skipIf(!hasBubblewrap())('keeps its things elsewhere when it cannot be written (needs bwrap)', () => {
    using place = tempFolder({'a.txt': '1'})
    const script = `import {findProject} from ${JSON.stringify(join(import.meta.dirname, '../../source/project.ts'))}
      process.stdout.write(JSON.stringify(findProject(${JSON.stringify(place.dir)}, {home: '/h', state: '/state'})))`
    const mounted = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', process.execPath, '--input-type=module', '-e', script]
    const ran = spawnSync('bwrap', mounted, {encoding: 'utf8'})
    const {result} = JSON.parse(ran.stdout)
    expect(result).toMatchObject({root: place.dir, writable: false})
    expect(result.dataDir).toMatch(/^\/state\/projects\/[0-9a-f]{16}$/)
  })
})
