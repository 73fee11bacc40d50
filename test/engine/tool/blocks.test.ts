// Edits written as plain text.

import {describe, expect, it} from 'vitest'
import type {ToolSpec} from '../../../engine/contract/model.ts'
import {blocksGuide, recoverBlocks} from '../../../engine/tool/blocks.ts'

const tools: ToolSpec[] = ['edit', 'write'].map((name) => ({name, does: '', input: {}}))
const read = (text: string, offered = tools) => {
  const found = recoverBlocks(text, offered)
  return {...found, calls: found.calls.map(({tool, input}) => ({tool, ...JSON.parse(input)}))}
}
const block = (old: string, fresh: string): string => `<<<<<<< SEARCH\n${old}=======\n${fresh}>>>>>>> REPLACE`

describe('blocks', () => {
  it.each([
    ['bare', `src/a.ts\n${block('x\n', 'y\n')}`],
    ['fenced', `src/a.ts\n\`\`\`ts\n${block('x\n', 'y\n')}\n\`\`\``],
    ['path in the fence', `\`\`\`ts\nsrc/a.ts\n${block('x\n', 'y\n')}\n\`\`\``],
    ['bold path', `**src/a.ts**\n${block('x\n', 'y\n')}`],
    ['heading', `### src/a.ts\n\n${block('x\n', 'y\n')}`],
    ['in backticks with a word', `File: \`src/a.ts\`:\n${block('x\n', 'y\n')}`],
    ['windows line ends', `src/a.ts\r\n${block('x\n', 'y\n').replaceAll('\n', '\r\n')}`],
  ])('are read: %s', (_, text) => {
    expect(read(text)).toEqual({calls: [{tool: 'edit', path: 'src/a.ts', old: 'x', new: 'y'}], text: '', trouble: ''})
  })

  it('keep the prose around them', () => {
    const found = read(`I fix it.\n\nsrc/a.ts\n${block('x\n', 'y\n')}\n\nDone.`)
    expect(found.text).toBe('I fix it.\n\nDone.')
  })

  it('of one file need its path only once', () => {
    const found = read(`src/a.ts\n${block('x\n', 'y\n')}\n\n${block('p\nq\n', '')}\nb.ts\n${block('1\n', '2\n')}`)
    expect(found.calls).toEqual([
      {tool: 'edit', path: 'src/a.ts', old: 'x', new: 'y'},
      {tool: 'edit', path: 'src/a.ts', old: 'p\nq', new: ''},
      {tool: 'edit', path: 'b.ts', old: '1', new: '2'},
    ])
  })

  it('without a first half write a file', () => {
    expect(read(`new.ts\n${block('', 'a\nb\n')}`).calls).toEqual([{tool: 'write', path: 'new.ts', text: 'a\nb\n'}])
  })

  it('keep indentation and blank lines', () => {
    expect(read(`a.py\n${block('  x\n\n    y\n', '\n  z\n')}`).calls).toEqual([{tool: 'edit', path: 'a.py', old: '  x\n\n    y', new: '\n  z'}])
  })

  it.each([
    ['cut', 'src/a.ts\n<<<<<<< SEARCH\nx\n=======\nhalf'],
    ['without a middle', 'src/a.ts\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE'],
    ['one in another', `src/a.ts\n<<<<<<< SEARCH\nx\n${block('x\n', 'y\n')}`],
    ['without a path', `Here it is\n${block('x\n', 'y\n')}`],
  ])('that are broken are told and none is taken: %s', (_, text) => {
    const found = read(`b.ts\n${text}`.slice(5))
    expect(found.calls).toEqual([])
    expect(found.trouble).not.toBe('')
    expect(found.text).toBe(text)
  })

  it('are only prose where there is none, and nothing where the tools are not offered', () => {
    expect(read('no blocks here').calls).toEqual([])
    expect(read(`src/a.ts\n${block('x\n', 'y\n')}`, []).calls).toEqual([])
  })

  it('are explained in a form that is read back', () => {
    expect(read(`src/a.ts\n${blocksGuide.slice(blocksGuide.indexOf('<<<'), blocksGuide.lastIndexOf('\n'))}`).calls).toHaveLength(1)
  })
})
