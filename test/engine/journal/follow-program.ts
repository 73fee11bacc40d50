// Follows a run from another process until it is closed and prints what it saw, one seq and text a line.

import {openJournal} from '../../../engine/journal/open.ts'

const [, , dir = '', run = ''] = process.argv
const clock = {now: () => Date.now(), tick: () => performance.now(), sleep: async () => undefined}
const opened = openJournal({dir, clock, readonly: true})
if (!opened.ok) throw new Error(opened.error.msg)
process.stdout.write('open\n')
for await (const event of opened.result.follow({run: run as never}, new AbortController().signal)) {
  process.stdout.write(`${event.seq} ${String((event.body as {text?: unknown}).text)}\n`)
  if (event.type === 'run.closed') break
}
opened.result.close()
