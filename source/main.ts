// The first code that runs. Before anything else may be imported, the runtime is checked (better-sqlite3 crashes
// the process on an old one), `--version` is answered, and the screen's first frame is painted.

import {paintFirst} from './first-frame.ts'

declare const PENGUIN_VERSION: string

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`penguin: Node ${process.versions.node} is too old, 24 or newer is needed\nnpm ci puts one beside Penguin; or set PENGUIN_NODE to one\n`)
  process.exit(8)
}

// Set by the build; run from source, the package says it.
const version = typeof PENGUIN_VERSION === 'string' ? PENGUIN_VERSION : ((await import('../package.json', {with: {type: 'json'}})).default.version as string)
const [, , ...argv] = process.argv
if (argv[0] === '--version' || argv[0] === '-v') {
  process.stdout.write(`${version}\n`)
} else {
  // The launcher's own word, with the settings of the terminal: nobody types it.
  const isLaunched = argv[0] === '--first-frame' && argv.length === 2
  if (isLaunched) paintFirst(process.stdout)
  const {main} = await import('./cli.ts')
  process.exit(await (isLaunched ? main([], version, argv[1]) : main(argv, version)))
}
