// The first code that runs. Before anything else may be imported, the runtime is checked (better-sqlite3 crashes
// the process on an old one) and `--version` is answered.

import {noFrame} from './first-frame.ts'

declare const PENGUIN_VERSION: string

const [, , ...argv] = process.argv
// The launcher's own word, with the settings of the terminal, on which it has painted the first frame: nobody types it.
const isLaunched = argv[0] === '--first-frame' && argv.length === 2

if (isLaunched)
  // Until keys are ours an impatient one is a signal; whoever leaves then finds the terminal as it was.
  process.once('SIGINT', () => {
    process.stdout.write(noFrame)
    process.exit(130)
  })
if (Number(process.versions.node.split('.')[0]) < 24) {
  if (isLaunched) process.stderr.write(noFrame)
  process.stderr.write(`penguin: Node ${process.versions.node} is too old, 24 or newer is needed\nnpm ci puts one beside Penguin; or set PENGUIN_NODE to one\n`)
  process.exit(8)
}

// Set by the build; run from source, the package says it.
const version = typeof PENGUIN_VERSION === 'string' ? PENGUIN_VERSION : ((await import('../package.json', {with: {type: 'json'}})).default.version as string)
if (argv[0] === '--version' || argv[0] === '-v') {
  process.stdout.write(`${version}\n`)
} else {
  const {main} = await import('./cli.ts')
  process.exit(await (isLaunched ? main([], version, argv[1]) : main(argv, version)))
}
