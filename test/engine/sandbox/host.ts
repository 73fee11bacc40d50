// A host for the orphan tests: opens a sandbox, starts a job that never ends, says so, and waits to be killed.
// Words: level, project, scratch, command line; without a command line it only makes ready for one.

import {openSandbox} from '../../../engine/sandbox/open.ts'

const [level = '', root = '', scratch = '', line = ''] = process.argv.slice(2)
const opened = await openSandbox({
  level: level as 'bwrap' | 'limits',
  root,
  writes: [],
  network: 'off',
  home: process.env.HOME ?? '/root',
  path: '/usr/bin:/bin',
  scratch,
  ownPid: process.pid,
})
if (!opened.ok) throw new Error(opened.error.msg)
const onOutput = (text: string): void => {
  process.stdout.write(text)
}
if (line === '') {
  opened.result.prepare?.({cwd: root})
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}
await opened.result.run({argv: ['bash', '-c', line], cwd: root, limits: {wallMs: 60_000, outputBytes: 1000}, onOutput}, new AbortController().signal)
