// Edits written as plain text, for models that write better code outside JSON: a file's path, then
//   <<<<<<< SEARCH
//   lines as they are
//   =======
//   lines as they shall be
//   >>>>>>> REPLACE
// with or without a fence around it. An empty first half writes the whole file. A block without its end is no edit.

import type {ToolSpec} from '../contract/model.ts'
import type {LeakedCall} from './dialect-json.ts'

export interface Blocks {
  calls: LeakedCall[]
  /** The text with the blocks cut out. */
  text: string
  /** What is wrong with a block that was begun; '' when all are whole. */
  trouble: string
}

/** What a model that edits by blocks is told; belongs into its system prompt. */
export const blocksGuide = `To change a file, write its path on a line of its own and then
<<<<<<< SEARCH
the exact lines to replace
=======
the new lines
>>>>>>> REPLACE
One block per change; leave the first part empty to write a whole file.`

const opening = /^<{5,9} ?(?:SEARCH|ORIGINAL|HEAD)[^\n]*$/
const middle = /^={5,9}\s*$/
const closing = /^>{5,9} ?(?:REPLACE|UPDATED|[\w/.-]*)\s*$/
const fenceLine = /^\s*(?:`{3,}|~{3,})[\w+-]*\s*$/

/** A path on a line of its own, bare or dressed as models like to: `**a.ts**`, `### a.ts`, `File: a.ts:`. */
const pathIn = (line: string): string | undefined => {
  const bare = line
    .replace(/^\s*(?:`{3,}|~{3,})[\w+-]*\s*/, '')
    .replace(/^[#>*\s-]*(?:(?:File(?:name|path)?|Path)\s*:?\s*)?/i, '')
    .replace(/^[`*"']+|[`*"':\s]+$/g, '')
  return /^[\w@./~+()[\]{} -]*[\w)\]}]$/.test(bare) && /[./]/.test(bare) && !/\s{2}|\. /.test(bare) && bare.length < 300 ? bare : undefined
}

interface Block {
  from: number
  to: number
  path: string | undefined
  old: string[]
  fresh: string[]
}

const pathBefore = (lines: readonly string[], at: number): {path: string | undefined; from: number} => {
  let from = at
  for (let up = at - 1; up >= Math.max(0, at - 3); up--) {
    const line = lines[up] as string
    const path = pathIn(line)
    if (path) return {path, from: up}
    if (fenceLine.test(line)) from = up
    else if (line.trim() !== '') break
  }
  return {path: undefined, from}
}

const readBlock = (lines: readonly string[], at: number): Block | string => {
  const split = lines.findIndex((line, index) => index > at && middle.test(line))
  const end = lines.findIndex((line, index) => index > split && closing.test(line))
  const again = lines.findIndex((line, index) => index > at && opening.test(line))
  if (split === -1 || end === -1 || (again !== -1 && again < end))
    return `the block that begins "${lines[at]}" has no ${split === -1 ? '=======' : '>>>>>>> REPLACE'}`
  const {path, from} = pathBefore(lines, at)
  const fencedAfter = fenceLine.test(lines[end + 1] ?? '')
  const opened = lines.slice(from, at).some((line) => fenceLine.test(line)) ? from : fenceLine.test(lines[from - 1] ?? '') ? from - 1 : undefined
  const block = {path, old: lines.slice(at + 1, split), fresh: lines.slice(split + 1, end)}
  return fencedAfter && opened !== undefined ? {...block, from: opened, to: end + 2} : {...block, from, to: end + 1}
}

const callOf = (block: Block, path: string, wholeFile: boolean): LeakedCall => {
  const fresh = block.fresh.join('\n')
  if (wholeFile) return {tool: 'write', input: JSON.stringify({path, text: fresh === '' ? '' : `${fresh}\n`})}
  return {tool: 'edit', input: JSON.stringify({path, old: block.old.join('\n'), new: fresh})}
}

/** Never throws. Blocks are taken only when the tools they stand for are offered. */
export const recoverBlocks = (text: string, tools: readonly ToolSpec[]): Blocks => {
  const has = (name: string): boolean => tools.some((tool) => tool.name === name)
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const out: string[] = []
  const calls: LeakedCall[] = []
  let path: string | undefined
  let taken = 0
  for (let at = 0; at < lines.length; at++) {
    if (!opening.test(lines[at] as string)) continue
    const block = readBlock(lines, at)
    if (typeof block === 'string') return {calls: [], text, trouble: block}
    path = block.path ?? path
    if (!path) return {calls: [], text, trouble: 'a block does not say which file it is for: write the path on the line before it'}
    const wholeFile = block.old.every((line) => line.trim() === '')
    if (!has(wholeFile ? 'write' : 'edit')) return {calls: [], text, trouble: ''}
    out.push(...lines.slice(taken, Math.max(taken, block.from)))
    calls.push(callOf(block, path, wholeFile))
    taken = block.to
    at = block.to - 1
  }
  if (calls.length === 0) return {calls, text, trouble: ''}
  return {
    calls,
    text: [...out, ...lines.slice(taken)]
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    trouble: '',
  }
}
