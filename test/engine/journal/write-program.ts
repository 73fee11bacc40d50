// Appends events one by one and prints each seq once it is on record, until it is killed.

import {openJournal} from '../../../engine/journal/open.ts'
import {notice} from './kit.ts'

const [, , dir = '', run = ''] = process.argv
const clock = {now: () => Date.now(), tick: () => performance.now(), sleep: async () => undefined}
const opened = openJournal({dir, clock})
if (!opened.ok) throw new Error(opened.error.msg)
for (;;) {
  const [event] = opened.result.append(run as never, [notice('x'.repeat(300))])
  process.stdout.write(`${event?.seq}\n`)
}
