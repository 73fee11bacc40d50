// A chunk that runs from a cache of compiled code does what it does without one, whatever is wrong with the cache.

import {execFileSync, spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {tempFolder} from '../kit/temp.ts'

type File = [name: string, code: string]
const {parseAst} = await import('rolldown/parseAst')
const {fromCache} = (await import(new URL('../../bin/mend-node.mjs', import.meta.url).href)) as {
  fromCache(files: File[], names: string[], parse: typeof parseAst): File[]
}

const filler = Array.from({length: 900}, (_, at) => `const f${at}=(a)=>{const b=a+${at};return b*2};`).join('')
const chunk = `import{two as x}from"./other.js";import*as all from"./other.js";import def from"./other.js";${filler}
const text="import(x) and import.meta";
const answer=async()=>[f1(x),all.two,def,(await import(\`./late.js\`)).late,import.meta.url.endsWith("run-A.js"),text.length];
export{answer as a,text as default};`

/** A dist of one entry and one large chunk. */
const dist = (): string => {
  const dir = tempFolder()
  const files: File[] = [
    ['run-A.js', chunk],
    ['other.js', 'export const two=2;export default 5;'],
    ['late.js', 'export const late="late";'],
    ['main.js', 'import{a,default as text}from"./run-A.js";process.stdout.write(JSON.stringify([await a(),text.slice(0,6)]));process.exit(0)'],
  ]
  for (const [name, code] of fromCache(files, ['run'], parseAst)) writeFileSync(join(dir, name), code)
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  copyFileSync(new URL('../../bin/cached.mjs', import.meta.url).pathname, join(dir, 'cached.js'))
  return dir
}

const expected = '[[6,2,5,"late",true,25],"import"]'
const run = (dir: string, cache?: string): string =>
  execFileSync(process.execPath, [join(dir, 'main.js')], {encoding: 'utf8', env: {PATH: '/usr/bin:/bin', ...(cache ? {NODE_COMPILE_CACHE: cache} : {})}})

const keptIn = (cache: string): string[] => readdirSync(cache).filter((name) => name.includes('.script-'))

describe('a chunk from the cache', () => {
  it('is split into a module and a function', () => {
    const names = readdirSync(dist())
    expect(names.filter((name) => name.endsWith('.script'))).toHaveLength(1)
  })

  it('answers the same without a cache, with a new one and with a known one', () => {
    const dir = dist()
    const cache = join(tempFolder(), 'v8')
    expect(run(dir)).toBe(expected)
    expect(run(dir, cache)).toBe(expected)
    const [kept = ''] = keptIn(cache)
    const before = statSync(join(cache, kept))
    expect(run(dir, cache)).toBe(expected)
    expect(keptIn(cache)).toEqual([kept])
    expect(statSync(join(cache, kept)).size).toBe(before.size)
  })

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, 3000)],
    ['empty', () => Buffer.alloc(0)],
    ['with a page of nothing', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(4096), bytes.subarray(8192)])],
    ['of something else', () => Buffer.from('x'.repeat(20_000))],
  ])('is compiled anew when the cache is %s, and kept again', (_, spoil) => {
    const dir = dist()
    const cache = join(tempFolder(), 'v8')
    run(dir, cache)
    const path = join(cache, keptIn(cache)[0] as string)
    const whole = readFileSync(path)
    writeFileSync(path, spoil(whole))
    expect(run(dir, cache)).toBe(expected)
    expect(readFileSync(path).length).toBeGreaterThan(20_000)
    expect(run(dir, cache)).toBe(expected)
  })

  it('is kept before the end by a program that may have none, as one that is killed', () => {
    const dir = dist()
    const cache = join(tempFolder(), 'v8')
    const sooner = 'const real=setTimeout;globalThis.setTimeout=(work,ms)=>real(work,ms/40);'
    const killed = 'const{a}=await import("./run-A.js");await a();real(()=>process.kill(process.pid,"SIGKILL"),1500);'
    writeFileSync(join(dir, 'killed.js'), sooner + killed)
    const {signal} = spawnSync(process.execPath, [join(dir, 'killed.js')], {env: {PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: cache}})
    expect(signal).toBe('SIGKILL')
    expect(keptIn(cache)).toHaveLength(1)
    expect(run(dir, cache)).toBe(expected)
  })

  it('is kept for each set of options, which V8 would not take from another', () => {
    const dir = dist()
    const cache = join(tempFolder(), 'v8')
    run(dir, cache)
    const [first = ''] = keptIn(cache)
    const before = statSync(join(cache, first)).mtimeMs
    const out = execFileSync(process.execPath, ['--max-semi-space-size=1', join(dir, 'main.js')], {
      encoding: 'utf8',
      env: {PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: cache},
    })
    expect(out).toBe(expected)
    expect(keptIn(cache)).toHaveLength(2)
    expect(statSync(join(cache, first)).mtimeMs).toBe(before)
  })

  it('is waited for where it waits itself, and only there', () => {
    const waiting = `${filler}const first=await import(\`./late.js\`);const later=async()=>{await 0};class C{async m(){for await(const x of[])x}};export{first as a,C as default};`
    const main = 'import{a}from"./run-A.js";process.stdout.write(JSON.stringify(a));'
    const late = 'export const late="late";'
    const made = Object.fromEntries(fromCache([['run-A.js', waiting]], ['run'], parseAst))
    expect(made['run-A.js']).toContain('=await __load(')
    const dir = tempFolder()
    for (const [name, code] of Object.entries({...made, 'main.js': main, 'late.js': late, 'package.json': '{"type":"module"}'}))
      writeFileSync(join(dir, name), code)
    copyFileSync(new URL('../../bin/cached.mjs', import.meta.url).pathname, join(dir, 'cached.js'))
    expect(run(dir)).toBe('{"late":"late"}')
    expect(Object.fromEntries(fromCache([['run-A.js', chunk]], ['run'], parseAst))['run-A.js']).not.toContain('await __load')
  })

  it('says the same in letters of one byte', () => {
    const words = [`"…"`, '`a…b…`', `"\\…"`, `"…"`, `"\\\\…"`, `"🐧"`, `/^[…-‧]\u2026$/.test("…\u2026")`, `/^🐧$/u.test("🐧")`, `"é"`, `({"…":1})["…"]`]
    const raw = 'String.raw`…\\u2026`'
    const scriptOf = (word: string): string =>
      fromCache([['run-A.js', `${filler}const a=${word};export{a}`]], ['run'], parseAst).find(([name]) => name.endsWith('.script'))?.[1] ?? ''
    for (const word of [...words, raw]) {
      const script = scriptOf(word)
      const wide = [...script].some((letter) => letter > '\u00ff')
      expect({word, wide}).toEqual({word, wide: word === raw})
      const {__out0} = new Function(`return ${script}`)()() as {__out0: unknown}
      expect(__out0).toEqual(new Function(`return ${word}`)())
    }
  })

  it('needs no cache that can be written', () => {
    const dir = dist()
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    expect(run(dir, join(file, 'v8'))).toBe(expected)
  })

  it('takes away what no build has used for a week', () => {
    const dir = dist()
    const cache = join(tempFolder(), 'v8')
    mkdirSync(cache)
    const old = join(cache, 'run-Old-12345678.script-v24.0.0-x64')
    writeFileSync(old, 'x')
    utimesSync(old, new Date(0), new Date(0))
    run(dir, cache)
    expect(keptIn(cache)).toHaveLength(1)
    expect(keptIn(cache)[0]).toContain('run-A-')
  })
})
