// New syntax errors are refused when they are made; old ones, unknown languages and insistence are not.

import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {editFile} from '../../../plugins/files/edit-file.ts'
import {patchFiles} from '../../../plugins/files/patch-files.ts'
import {brokenBy} from '../../../plugins/files/syntax.ts'
import {writeFile} from '../../../plugins/files/write-file.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const good: Record<string, string> = {
  'a.js': 'export const f = (x) => { return x?.y ?? 1 }\nclass A { #p = 1; static { } }\n',
  'a.cjs': 'module.exports = {a: 1}\n',
  'a.ts': 'export const f = <T,>(x: T): T => x satisfies T\nenum E { A }\n@d class C { constructor(private x: number) {} }\nexport type {A} from "./a.ts"\n',
  'a.tsx': 'export const A = () => <div className="x">{1}</div>\n',
  'a.jsx': 'export const A = () => <><B {...x} /></>\n',
  'a.py': 'async def f(x: int = 1) -> int:\n    match x:\n        case 1:\n            return 1\n    return [y async for y in x if (z := y)]\n',
  'a.go': 'package a\n\nfunc F[T any](x T) T { return x }\n',
  'a.rs': 'fn f<T: Clone>(x: &T) -> T { x.clone() }\n',
  'a.java': 'class A { int f() { return 1; } }\n',
  'a.rb': 'def f(x)\n  x + 1\nend\n',
  'a.css': '.a { color: red; }\n',
  'a.json': '{"a": [1, 2]}\n',
}

const bad: Record<string, [string, string]> = {
  'a.js': ['return x?.y ?? 1 }', 'return x?.y ?? 1'],
  'a.cjs': ['{a: 1}', '{a: 1'],
  'a.ts': ['(x: T): T =>', '(x: T): =>'],
  'a.tsx': ['</div>', ''],
  'a.jsx': ['<><B', '<B'],
  'a.py': ['def f(x: int = 1)', 'def f(x: int = 1'],
  'a.go': ['{ return x }', '{ return x'],
  'a.rs': ['-> T {', '-> T'],
  'a.java': ['return 1; }', 'return 1; '],
  'a.rb': ['end\n', '\n'],
  'a.css': ['red; }', 'red; '],
  'a.json': ['2]', '2'],
}

describe.each(Object.keys(good))('%s', (name) => {
  const text = good[name] as string
  it('is taken when whole', async () => {
    expect(await brokenBy(name, undefined, text)).toBe('')
  })
  it('is refused when an edit breaks it, with the line', async () => {
    const [old, fresh] = bad[name] as [string, string]
    const dir = tempFolder({[name]: text})
    const found = await faultFrom(() => editFile({path: name, old, new: fresh}, openSite(dir)))
    expect(found.code).toBe('edit.syntax')
    expect(found.msg).toMatch(/line \d+|position/)
    expect(readFileSync(join(dir, name), 'utf8')).toBe(text)
  })
})

describe('syntax', () => {
  it('is checked for whole files and patches too', async () => {
    const dir = tempFolder({'a.ts': 'export const a = 1\n'})
    expect((await faultFrom(() => writeFile({path: 'b.ts', text: 'export const b = (\n'}, openSite(dir)))).code).toBe('edit.syntax')
    const patch = '--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-export const a = 1\n+export const a = {\n'
    expect((await faultFrom(() => patchFiles({patch}, openSite(dir)))).code).toBe('edit.syntax')
  })

  it('that was broken before may stay so', async () => {
    const dir = tempFolder({'a.ts': 'const a = (\nconst b = 1\n'})
    await editFile({path: 'a.ts', old: 'const b = 1', new: 'const b = 2'}, openSite(dir))
    expect(readFileSync(join(dir, 'a.ts'), 'utf8')).toContain('b = 2')
  })

  it('is left alone where there is no grammar, and where it was not asked for', async () => {
    expect(await brokenBy('a.xyz', undefined, '((((')).toBe('')
    expect(await brokenBy('tsconfig.json', '{\n// why\n"a": 1}', '{\n// why\n"a": 2,}')).toBe('')
    const dir = tempFolder({'a.js': 'let a = 1\n'})
    await editFile({path: 'a.js', old: 'let a = 1', new: 'let a = ('}, openSite(dir, {syntax: false}))
    expect(readFileSync(join(dir, 'a.js'), 'utf8')).toBe('let a = (\n')
  })

  it('yields to somebody who insists, and only for the very same content', async () => {
    const dir = tempFolder({'a.js': 'let a = 1\n'})
    const site = openSite(dir)
    const send = (fresh: string) => editFile({path: 'a.js', old: 'let a = 1', new: fresh}, site)
    expect((await faultFrom(() => send('let a = ('))).code).toBe('edit.syntax')
    expect((await faultFrom(() => send('let a = (('))).code).toBe('edit.syntax')
    await send('let a = (')
    expect(readFileSync(join(dir, 'a.js'), 'utf8')).toBe('let a = (\n')
  })
})

describe('the parser', () => {
  const module = new URL('../../../plugins/files/syntax.ts', import.meta.url).href

  /** Functions of WebAssembly that V8 compiled, by number and size: what Node itself has to read our TypeScript is among them. */
  const compiled = (code: string): {first: Set<string>; anew: Set<string>} => {
    const {stdout} = spawnSync(process.execPath, ['--trace-wasm-compilation-times', '--input-type=module', '-e', code], {encoding: 'utf8'})
    const found = (by: string) =>
      new Set([...stdout.matchAll(new RegExp(`(#\\d+) using ${by}, .*(bodysize \\d+)`, 'g'))].map(([, number, size]) => `${number} ${size}`))
    return {first: found('Liftoff'), anew: found('TurboFan')}
  }

  it('is not compiled anew for short files: that costs more than it ever gains', () => {
    const load = `const {brokenBy} = await import(${JSON.stringify(module)})`
    const parse = `for (let n = 0; n < 60; n++) await brokenBy('a.js', undefined, 'export const a = () => {\\n  return ' + n + '\\n}\\n')`
    const loaded = compiled(load)
    const parsed = compiled(`${load}\n${parse}`)
    const own = (all: Set<string>) => [...all].filter((one) => !loaded.first.has(one))
    expect(own(parsed.first).length).toBeGreaterThan(20)
    expect(own(parsed.anew)).toEqual([])
  })

  it('leaves no flag behind by which V8 would refuse code that it compiled before', () => {
    const code = `
      const {Script} = await import('node:vm')
      const {brokenBy} = await import(${JSON.stringify(module)})
      const cachedData = new Script('1 + 1').createCachedData()
      await brokenBy('a.js', undefined, 'let a')
      console.log('refused', new Script('1 + 1', {cachedData}).cachedDataRejected)`
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', code], {encoding: 'utf8'}).stdout).toBe('refused false\n')
  })
})
