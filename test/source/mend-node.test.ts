// What the build makes of chunks: built-in modules without their ES faces, and no file that only passes on.

import {describe, expect, it} from 'vitest'

type File = [name: string, code: string]
interface Mends {
  withBuiltins(code: string): string
  withoutFacades(files: File[]): File[]
}

// Plain JavaScript, as the build itself is.
const {withBuiltins, withoutFacades} = (await import(new URL('../../bin/mend-node.mjs', import.meta.url).href)) as Mends

describe('imports of built-in modules', () => {
  it('are asked for without an ES face, whatever their form', () => {
    expect(withBuiltins('import{a as b,c}from"node:fs";import d from"node:path";import*as e from"node:os";x(b)')).toBe(
      'var{a:b,c}=process.getBuiltinModule("node:fs");var d=process.getBuiltinModule("node:path");var e=process.getBuiltinModule("node:os");x(b)',
    )
  })

  it('stay behind the imports of chunks and packages, which stay as they are', () => {
    expect(withBuiltins('import{x}from"./a.js";import y from"node:fs";import"./b.js";import z from"pkg";y()')).toBe(
      'import{x}from"./a.js";import"./b.js";import z from"pkg";var y=process.getBuiltinModule("node:fs");y()',
    )
  })

  it('of which only functions are wanted wait until one is called, where loading costs much', () => {
    const made = withBuiltins(
      'import{createHash as a,hash}from"node:crypto";import{Socket,connect}from"node:net";out=[a("sha1").update("x").digest("hex"),hash("sha1","x")]',
    )
    expect(made).toContain('const a=(...a)=>process.getBuiltinModule("node:crypto").createHash(...a);')
    expect(made).toContain('var{Socket,connect}=process.getBuiltinModule("node:net");')
    const run = new Function('out', `${made};return out`) as (out: unknown) => string[]
    expect(run([])).toEqual(['11f6ad8ec52a2984abaafd7c3b516503785c2072', '11f6ad8ec52a2984abaafd7c3b516503785c2072'])
  })

  it('in a text are somebody else’s', () => {
    const code = 'const t=`import{test}from"node:test";`;import("node:fs")'
    expect(withBuiltins(code)).toBe(code)
  })
})

describe('files that only pass on', () => {
  const files: File[] = [
    ['main.js', 'let{run:a}=await import(`./run-F.js`);let b=await import(`./other.js`)'],
    ['run-F.js', 'export{t as run,u as default}from"./run-A.js";'],
    ['run-A.js', 'const q=1,w=2,l=(q)=>import(`./run-F.js`);export{q as t,w as u,l};'],
    ['kept.js', 'export{t as x}from"./run-A.js";'],
    ['asks.js', 'import{x}from"./kept.js";'],
    ['other.js', 'export const z=1;'],
  ]

  it('are gone over from outside, and from within nothing is loaded', () => {
    const made = Object.fromEntries(withoutFacades(files))
    expect(made['main.js']).toBe('let{run:a}=await import(`./run-A.js`).then(e=>({run:e.t,default:e.u}));let b=await import(`./other.js`)')
    // Never by the name that it has at the top: here something else is called q.
    expect(made['run-A.js']).toBe(
      'const q=1,w=2,l=(q)=>Promise.resolve(__own()).then(e=>({run:e.t,default:e.u}));export{q as t,w as u,l};\nfunction __own(){return{t:q,u:w,l:l}}',
    )
    expect(made['run-F.js']).toBeUndefined()
    expect(made['kept.js']).toBeDefined()
  })
})
