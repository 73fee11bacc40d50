import {chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Change} from '../../../engine/contract/workspace.ts'
import {adopt} from '../../../engine/workspace/lay.ts'
import {netChanges} from '../../../engine/workspace/patch.ts'
import {applyRestore, planRestore} from '../../../engine/workspace/restore.ts'
import {openTracker} from '../../../engine/workspace/tracker.ts'
import {git, memoryBlobs, type Planted, plant, snapshot, tempFolder} from '../../kit/blobs.ts'

const open = (files: Planted = {}) => {
  const place = tempFolder(files)
  const blobs = memoryBlobs()
  const tracker = openTracker({dir: place.dir, blobs})
  const effects: Change[][] = []
  return {
    ...place,
    blobs,
    effects,
    /** What Penguin does. */
    act: (work: () => void): void => {
      tracker.before('any')
      work()
      effects.push(tracker.after('any'))
    },
    plan: () => planRestore(effects, place.dir, blobs),
    restore: (force = false): Change[] => applyRestore(planRestore(effects, place.dir, blobs), place.dir, blobs, {force}),
  }
}

describe('putting back', () => {
  it('gives every kind of file its earlier bytes, mode and kind', () => {
    const before: Planted = {
      'a.txt': 'one\r\ntwo\r\n',
      'run.sh': {text: '#!/bin/sh\n', mode: 0o750},
      link: '->a.txt',
      dangling: '->nowhere',
      'kind-a': 'file',
      'kind-b': '->a.txt',
      'tree/f': 'f',
      'tree/sub/g': 'g',
      flat: 'flat',
      'with space\n"x" ü.txt': 'u',
      'bin.dat': new Uint8Array([0, 255, 10, 13, 0]),
    }
    using place = open(before)
    const was = snapshot(place.dir)
    place.act(() => {
      plant(place.dir, {
        'a.txt': 'one\ntwo\n',
        link: '->run.sh',
        'kind-a': '->a.txt',
        'kind-b': 'file',
        'bin.dat': 'x',
        'new/deep/er.txt': 'n',
        dangling: '->a.txt',
      })
      chmodSync(join(place.dir, 'run.sh'), 0o640)
      rmSync(join(place.dir, 'with space\n"x" ü.txt'))
    })
    place.act(() => {
      rmSync(join(place.dir, 'tree'), {recursive: true})
      writeFileSync(join(place.dir, 'tree'), 'a file now')
      rmSync(join(place.dir, 'flat'))
      plant(place.dir, {'flat/inside/f': '1', 'a.txt': 'three'})
    })
    expect(place.plan().conflicts).toEqual([])
    place.restore()
    expect(snapshot(place.dir)).toEqual(was)
    expect(statSync(join(place.dir, 'run.sh')).mode & 0o777).toBe(0o750)
    expect(existsSync(join(place.dir, 'new'))).toBe(false)
    expect(place.plan()).toEqual({changes: [], conflicts: [], forced: []})
  })

  it('gives what was removed or made anew the permissions that it had', () => {
    using place = open({key: 'secret', 'ro.txt': 'r', tool: '#!/bin/sh\n', moved: 'm', plain: 'p'})
    const bits = {key: 0o600, 'ro.txt': 0o444, tool: 0o700, moved: 0o640, plain: 0o666 & ~process.umask()}
    for (const [path, mode] of Object.entries(bits)) chmodSync(join(place.dir, path), mode)
    const now = () => Object.fromEntries(Object.keys(bits).map((path) => [path, statSync(join(place.dir, path)).mode & 0o777]))
    place.act(() => {
      for (const path of Object.keys(bits)) rmSync(join(place.dir, path))
      plant(place.dir, {'ro.txt': 'another', 'tool/inside': '1'})
    })
    const undone = place.restore()
    expect(now()).toEqual(bits)
    // There and back again.
    applyRestore(planRestore([undone], place.dir, place.blobs), place.dir, place.blobs)
    place.restore()
    expect(now()).toEqual(bits)
    expect(undone.find(({path}) => path === 'plain')?.after).not.toHaveProperty('bits')
  })

  it('is itself undone by what it answers', () => {
    using place = open({'a.txt': '1', 'b.txt': '1', 'c/d.txt': '1'})
    place.act(() => {
      plant(place.dir, {'a.txt': '2', 'new.txt': 'n'})
      rmSync(join(place.dir, 'c'), {recursive: true})
    })
    const after = snapshot(place.dir)
    const done = place.restore()
    applyRestore(planRestore([done], place.dir, place.blobs), place.dir, place.blobs)
    expect(snapshot(place.dir)).toEqual(after)
  })

  it('leaves alone and names what somebody else changed since, unless forced', () => {
    using place = open({'a.txt': '1', 'b.txt': '1', 'c.txt': '1', 'gone.txt': '1'})
    place.act(() => {
      plant(place.dir, {'a.txt': '2', 'b.txt': '2', 'new.txt': '2'})
      rmSync(join(place.dir, 'gone.txt'))
    })
    plant(place.dir, {'b.txt': 'user', 'new.txt': 'user', 'gone.txt': 'user', 'c.txt': 'user'})
    expect(place.plan().conflicts.sort()).toEqual(['b.txt', 'gone.txt', 'new.txt'])
    const done = place.restore()
    expect(done.map((change) => change.path)).toEqual(['a.txt'])
    expect(snapshot(place.dir)).toEqual({'a.txt': 'file:1', 'b.txt': 'file:user', 'c.txt': 'file:user', 'gone.txt': 'file:user', 'new.txt': 'file:user'})
    const forced = place.restore(true)
    expect(snapshot(place.dir)).toEqual({'a.txt': 'file:1', 'b.txt': 'file:1', 'c.txt': 'file:user', 'gone.txt': 'file:1'})
    applyRestore(planRestore([forced], place.dir, place.blobs), place.dir, place.blobs)
    expect(readFileSync(join(place.dir, 'b.txt'), 'utf8')).toBe('user')
  })

  it('takes an edit between two effects for a conflict, also when it was overwritten', () => {
    using place = open({'a.txt': '1', 'b.txt': '1'})
    place.act(() => plant(place.dir, {'a.txt': '2', 'b.txt': '2'}))
    plant(place.dir, {'a.txt': 'user'})
    place.act(() => plant(place.dir, {'a.txt': '3', 'b.txt': '3'}))
    expect(place.plan()).toMatchObject({conflicts: ['a.txt'], changes: [{path: 'b.txt'}]})
  })

  it('takes a change of mode by somebody else for a conflict', () => {
    using place = open({'a.sh': '1'})
    place.act(() => plant(place.dir, {'a.sh': '2'}))
    chmodSync(join(place.dir, 'a.sh'), 0o755)
    expect(place.plan().conflicts).toEqual(['a.sh'])
  })

  it('never writes through a link that replaced a folder', () => {
    using outside = tempFolder({f: 'precious', g: 'precious'})
    using place = open({'dir/f': '1', 'dir/g': '1'})
    place.act(() => {
      plant(place.dir, {'dir/f': '2', 'dir/h': '2'})
      rmSync(join(place.dir, 'dir/g'))
    })
    rmSync(join(place.dir, 'dir'), {recursive: true})
    symlinkSync(outside.dir, join(place.dir, 'dir'))
    expect(place.plan().conflicts.sort()).toEqual(['dir/f', 'dir/g'])
    place.restore(true)
    expect(snapshot(outside.dir)).toEqual({f: 'file:precious', g: 'file:precious'})
    expect(readlinkSync(join(place.dir, 'dir'))).toBe(outside.dir)
  })

  it('refuses paths that a journal should never hold', () => {
    using outside = tempFolder({f: '1'})
    using place = open({})
    const after = {mode: '100644' as const, sha256: place.blobs.put('1')}
    const before = {mode: '100644' as const, sha256: place.blobs.put('evil')}
    const paths = [`../${outside.dir.split('/').pop()}/f`, `${outside.dir}/f`, '.git/config', '.penguin/x', 'a/../../f', '', 'nul\0']
    const plan = planRestore([paths.map((path) => ({path, before, after}))], place.dir, place.blobs)
    expect(plan).toEqual({changes: [], conflicts: paths, forced: []})
    expect(snapshot(outside.dir)).toEqual({f: 'file:1'})
  })

  it('names what cannot be put back because its content is no longer stored', () => {
    using place = open({'a.txt': '1'})
    place.act(() => plant(place.dir, {'a.txt': '2'}))
    place.blobs.held.clear()
    expect(place.plan()).toEqual({changes: [], conflicts: ['a.txt'], forced: []})
  })

  it('keeps a folder with something of the user in it', () => {
    using place = open({flat: 'f'})
    place.act(() => {
      rmSync(join(place.dir, 'flat'))
      plant(place.dir, {'flat/ours': '1', 'other/ours': '1'})
    })
    plant(place.dir, {'flat/theirs': '1', 'other/theirs': '1'})
    expect(place.plan().conflicts).toEqual(['flat'])
    place.restore()
    expect(snapshot(place.dir)).toEqual({'flat/theirs': 'file:1', 'other/theirs': 'file:1'})
  })

  it('leaves untracked and ignored files and git itself as they are', () => {
    using place = open({'.gitignore': 'ignored\n', 'a.txt': '1', 'untracked.txt': 'u', ignored: 'i'})
    git(place.dir, 'init')
    git(place.dir, 'add', 'a.txt', '.gitignore')
    git(place.dir, 'commit', '-m', 'x')
    plant(place.dir, {'a.txt': 'not committed'})
    const [status, head] = [git(place.dir, 'status', '--porcelain'), git(place.dir, 'rev-parse', 'HEAD')]
    place.act(() => plant(place.dir, {'a.txt': '2', new: 'n'}))
    plant(place.dir, {ignored: 'j', 'untracked.txt': 'v'})
    place.restore()
    expect(git(place.dir, 'status', '--porcelain')).toBe(status)
    expect(git(place.dir, 'rev-parse', 'HEAD')).toBe(head)
    expect(snapshot(place.dir)).toMatchObject({ignored: 'file:j', 'untracked.txt': 'file:v', 'a.txt': 'file:not committed'})
  })

  it('answers only what it did when a folder cannot be written', () => {
    using place = open({'ok.txt': '1', 'shut/a.txt': '1'})
    place.act(() => plant(place.dir, {'ok.txt': '2', 'shut/a.txt': '2'}))
    const plan = place.plan()
    rmSync(join(place.dir, 'shut'), {recursive: true})
    writeFileSync(join(place.dir, 'shut'), 'in the way')
    expect(applyRestore(plan, place.dir, place.blobs).map((change) => change.path)).toEqual(['ok.txt'])
  })

  it('gives back what Penguin changed, and touches nothing else, after any history', () => {
    const path = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/a', 'e')
    const what = fc.constantFrom('1', '2', '3', '->a', 'x', null)
    const step = fc.record({by: fc.constantFrom('penguin', 'penguin', 'user'), path, what})
    fc.assert(
      fc.property(fc.array(step, {maxLength: 14}), (steps) => {
        using place = open({a: '1', 'd/b': '2', 'd/e/a': '3', e: '->a'})
        const start = snapshot(place.dir)
        const userTouched = new Set<string>()
        for (const one of steps) {
          const before = snapshot(place.dir)
          const work = (): void => edit(place.dir, one.path, one.what)
          if (one.by === 'penguin') place.act(work)
          else work()
          if (one.by === 'user') for (const changed of differing(before, snapshot(place.dir))) userTouched.add(changed)
        }
        const before = snapshot(place.dir)
        const ours = new Set(place.effects.flat().map((change) => change.path))
        const {conflicts} = place.plan()
        const done = place.restore()
        const after = snapshot(place.dir)
        for (const changed of differing(before, after)) expect(done.map((change) => change.path)).toContain(changed)
        for (const {path: at} of done) expect(ours.has(at)).toBe(true)
        for (const at of conflicts) expect(after[at]).toBe(before[at])
        for (const at of ours)
          if (!userTouched.has(at) && ![...userTouched].some((other) => other.startsWith(`${at}/`) || at.startsWith(`${other}/`)))
            expect(after[at]).toBe(start[at])
        applyRestore(planRestore([done], place.dir, place.blobs), place.dir, place.blobs)
        expect(snapshot(place.dir)).toEqual(before)
      }),
      {numRuns: 150},
    )
  })
})

const edit = (dir: string, path: string, what: string | null): void => {
  try {
    if (what === null) rmSync(join(dir, path), {recursive: true, force: true})
    else {
      mkdirSync(dirname(join(dir, path)), {recursive: true})
      plant(dir, {[path]: what})
    }
  } catch {
    // A file stands where a folder would have to be.
  }
}

const differing = (a: Record<string, string>, b: Record<string, string>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((path) => a[path] !== b[path])

describe('adopting', () => {
  const both = (files: Planted) => {
    const user = tempFolder(files)
    const copy = open(files)
    const remove = (): void => {
      user.remove()
      copy.remove()
    }
    return {user, copy, adopt: () => adopt(netChanges(copy.effects), user.dir, copy.blobs), [Symbol.dispose]: remove}
  }

  it("makes a candidate's changes in the user's tree, and can be undone", () => {
    using pair = both({a: '1', b: '1', 'c/d': '1'})
    plant(pair.user.dir, {untouched: 'u'})
    const was = snapshot(pair.user.dir)
    pair.copy.act(() => {
      plant(pair.copy.dir, {a: '2', 'n/new': 'n'})
      rmSync(join(pair.copy.dir, 'c'), {recursive: true})
    })
    const {changes, conflicts} = pair.adopt()
    expect(conflicts).toEqual([])
    expect(snapshot(pair.user.dir)).toEqual({...snapshot(pair.copy.dir), untouched: 'file:u'})
    applyRestore(planRestore([changes], pair.user.dir, pair.copy.blobs), pair.user.dir, pair.copy.blobs)
    expect(snapshot(pair.user.dir)).toEqual(was)
    expect(pair.adopt().changes).toHaveLength(3)
    expect(pair.adopt()).toEqual({changes: [], conflicts: []})
  })

  it('makes none of them when one path is not what the candidate began with', () => {
    using pair = both({a: '1', b: '1'})
    pair.copy.act(() => plant(pair.copy.dir, {a: '2', b: '2', new: 'n'}))
    plant(pair.user.dir, {b: 'user', new: 'user'})
    expect(pair.adopt()).toEqual({changes: [], conflicts: ['b', 'new']})
    expect(snapshot(pair.user.dir)).toEqual({a: 'file:1', b: 'file:user', new: 'file:user'})
  })
})
