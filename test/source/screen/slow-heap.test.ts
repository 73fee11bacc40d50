// The flag is on while the screen lives, and gone before compiled code is written and Node waits for its threads.

import {execFileSync} from 'node:child_process'
import {describe, expect, it} from 'vitest'

const hash = `const hash = () => new Script('1 + 1').createCachedData().subarray(12, 16).toString('hex')`
const program = `
import {Script} from 'node:vm'
import {growSlowly} from ${JSON.stringify(new URL('../../../source/screen/slow-heap.ts', import.meta.url).href)}
${hash}
const said = [hash()]
process.once('exit', () => process.stdout.write(JSON.stringify([...said, hash()])))
growSlowly()
said.push(hash())
`

describe('a heap that grows slowly', () => {
  it('is no other V8 to whoever looks at the start or at the end', () => {
    const [start, within, end] = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], {encoding: 'utf8'})) as string[]
    expect(within).not.toBe(start)
    expect(end).toBe(start)
  })
})
