// A session whose disk fills up: it says so, and goes on once there is space.

import {execFileSync} from 'node:child_process'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {green, ways} from '../kit/flow.ts'
import {openTestScreen, poll, startIn} from '../kit/keeper.ts'
import {modelServer} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stdout.write('skipped: a small disk needs root to mount it\n')

/** Until nothing more goes on it. */
const fill = (file: string): void => {
  for (const bytes of [1 << 20, 1 << 12])
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), {flag: 'a'})
    } catch {
      // It is full, for pieces of this size.
    }
}

describe('a session on a full disk', () => {
  it.runIf(isRoot)(
    'ends its run as failed, and goes on with the next words when there is space',
    async () => {
      using here = place({}, {git: false})
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'penguin-test', here.dir])
      using _disk = {[Symbol.dispose]: () => void execFileSync('umount', ['-l', here.dir])}
      here.write({...green, '.gitignore': 'filler\n', '.git/HEAD': 'ref: refs/heads/main\n'})
      const filler = join(here.dir, 'filler')
      await using server = await modelServer(({messages}) => {
        if (messages.some((message) => message.text.includes('go on'))) return {text: 'there is space again'}
        fill(filler)
        return {calls: [{tool: 'shell', input: {command: `echo ${'x'.repeat(5000)}`}}]}
      })
      const flags = {model: 'openai/gpt-5.2', permission: 'auto'}
      Object.assign(here.env, ways.responses(server).env)
      const screen = await openTestScreen(await startIn(here, flags))
      screen.say('fill it')
      expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'failed', reason: expect.stringContaining('full')})
      await screen.holds(() => screen.session()?.live === false)
      rmSync(filler)
      screen.say('go on')
      expect((await screen.untilEvent('run.closed', 2)).body).toMatchObject({outcome: 'answered', text: 'there is space again'})
      // What was said of the first run when nothing could be written is on record now, once.
      const log = await here.run(['log', '--json', String(screen.events()[0]?.run)])
      expect(log.lines.filter((line) => line.type === 'run.closed')).toHaveLength(1)
      screen.says({do: 'leave', stop: true})
      await screen.client.gone
      await poll(() => here.survivors().length === 0, 'nobody is left')
    },
    40_000,
  )
})
