// kill -9 of the host after every event of a scripted run: `--continue` finishes, the tree is the same, and no
// command runs twice although the model asks again for what was cut off.

import {describe, expect, it} from 'vitest'
import {type Asked, modelServer} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'

const files = {
  'package.json': JSON.stringify({name: 'c', type: 'module', scripts: {test: 'node --test'}}),
  'a.js': 'export const a = 1\n',
  'test/a.test.js': "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {a} from '../a.js'\ntest('a', () => assert.equal(a, 2))\n",
}

/** What a careful model does: each step once, and after an interruption it looks before it goes on. */
const careful = (asked: Asked) => {
  const results = asked.messages.filter((message) => message.from === 'tool')
  const has = (text: string): boolean => results.some((message) => message.text.includes(text) && !message.text.includes('cut off'))
  if (!has('counted')) {
    const cut = results.some((message) => message.text.includes('cut off'))
    return {
      calls: [{tool: 'shell', input: {command: cut ? '[ -s count.txt ] || echo once >> count.txt; echo counted' : 'echo once >> count.txt; echo counted'}}],
    }
  }
  const edited = results.some((message) => message.text.includes('a.js') && !message.text.includes('cut off'))
  if (!edited) return {calls: [{tool: 'write', input: {path: 'a.js', text: 'export const a = 2\n'}}]}
  return {text: 'done'}
}

describe('kill -9 of the host', () => {
  it('at every event: the run is finished by --continue, nothing is done twice', async () => {
    let events = Number.POSITIVE_INFINITY
    for (let k = 1; k < events; k += 1) {
      await using server = await modelServer(careful)
      using repo = place(files)
      const env = {OPENAI_API_KEY: 'k', OPENAI_BASE_URL: server.baseUrl}
      const args = ['--json', '-m', 'openai/gpt-5.2']
      const started = repo.start(['run', ...args, 'make a two'], {env})
      const killed = started
        .until((line) => line.seq >= k && !line.passing)
        .then(
          () => started.child.kill('SIGKILL'),
          () => false,
        )
      const first = await started.ended
      await killed
      const kept = first.lines.filter((line) => !line.passing).length
      // On a slow machine the end may be on record before the kill arrives, and not be printed any more.
      const done = first.closed !== undefined || (await repo.run(['log', '--json'])).stdout.includes('"type":"run.closed"')
      if (!done) {
        const second = await repo.run(['run', '--continue', ...args], {env})
        expect(second.closed, `k=${k} ${second.stderr} ${second.stdout.slice(-800)}`).toMatchObject({outcome: 'done', exitCode: 0})
        expect(second.lines[0]).toMatchObject({type: 'run.resumed', run: first.lines[0]?.run})
        const all = (await repo.run(['log', '--json'])).stdout
        repo.write({'../all.jsonl': all})
        expect((await repo.run(['log', '--validate', '../all.jsonl'])).code).toBe(0)
      }
      expect(repo.read('count.txt'), `k=${k}`).toBe('once\n')
      expect(repo.read('a.js')).toBe('export const a = 2\n')
      expect(repo.survivors()).toEqual([])
      // Only an end that was printed is the last event: one that a late kill hid must not leave events untried.
      if (first.closed !== undefined) events = Math.min(events, kept)
    }
  }, 300_000)
})
