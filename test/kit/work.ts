// A small job that every scripted model can do, and looks at what a run leaves of a folder.

import {createHash} from 'node:crypto'
import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import type {SeenMessage, Step} from './model-script.ts'

export const packageJson = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'node --test'}, ...more})

const sumTest = (from: string): string =>
  `import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '${from}'\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6))\n`

/** One wrong line, one red test. */
export const calculator = {
  'package.json': packageJson(),
  'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)\n',
  'test/sum.test.js': sumTest('../sum.js'),
}

export const fixedSum = 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)\n'

/** Reads, mends and says so; in a folder of the project when one is named. */
export const fix = (folder = ''): Step[] => [
  {calls: [{tool: 'read', input: {path: `${folder}sum.js`}}]},
  {calls: [{tool: 'edit', input: {path: `${folder}sum.js`, old: 'a - b', new: 'a + b'}}]},
  {text: 'sum subtracted; it adds now.'},
]

export const openai = (server: {baseUrl: string}): Record<string, string> => ({OPENAI_API_KEY: 'sk-test-1234567890', OPENAI_BASE_URL: server.baseUrl})

export const asked = (...words: string[]): string[] => ['run', '--json', '-m', 'openai/gpt-5.2', ...words]

/** What the model was told by its tools, in order. */
export const toldBy = (messages: readonly SeenMessage[]): string[] => messages.flatMap((message) => (message.from === 'tool' ? [message.text] : []))

/** Every file below a folder: kind, mode and content. `.penguin` and what is named are left out. */
export const look = (dir: string, without: readonly string[] = []): Record<string, string> => {
  const found: Record<string, string> = {}
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(dir, folder)).sort()) {
      const path = folder ? `${folder}/${name}` : name
      if (path === '.penguin' || without.includes(path)) continue
      const stat = lstatSync(join(dir, path))
      if (stat.isDirectory()) walk(path)
      else if (stat.isSymbolicLink()) found[path] = `link ${readlinkSync(join(dir, path))}`
      else
        found[path] = `${(stat.mode & 0o777).toString(8)} ${createHash('sha256')
          .update(readFileSync(join(dir, path)))
          .digest('hex')}`
    }
  }
  walk('')
  return found
}
