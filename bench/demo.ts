// Records the demo of the readme: the example project, mended on the screen with no model and no key.
//
//   node bench/demo.ts [OUT]     writes OUT.cast, OUT.svg and OUT-last.svg; OUT is docs/demo unless named
//
// The repository is a copy in the folder for temporary files, with a home of its own.

import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {castOf, filmOf, stillOf} from './record/recording.ts'
import {record, type Step} from './record.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const steps: readonly Step[] = [
  {until: 'what shall be done?'},
  {wait: 900},
  {type: 'make the failing tests pass'},
  {wait: 300},
  {key: 'enter'},
  {until: '/^ ✓ done/', seconds: 90},
  {wait: 1500},
  {key: 'f5'},
  {until: 'sha256'},
  {wait: 2500},
  {key: 'escape'},
  {wait: 400},
  {key: 'f8'},
  {wait: 2500},
  {key: 'escape'},
  {wait: 300},
]

const main = async (out: string): Promise<void> => {
  // The screen names the folder: one that anybody might have. One that is there already is not ours: this throws.
  const cwd = join(tmpdir(), 'shipping')
  mkdirSync(cwd)
  const home = mkdtempSync(join(tmpdir(), 'pg-demo-'))
  const env = {HOME: home, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TERM: 'xterm-256color', COLORTERM: 'truecolor', XDG_RUNTIME_DIR: home}
  try {
    cpSync(join(root, 'examples/bugfix'), cwd, {recursive: true})
    const git = (...words: string[]): Buffer => execFileSync('git', ['-c', 'user.name=demo', '-c', 'user.email=demo@example.org', ...words], {cwd, env})
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-qm', 'start')
    const recording = await record({
      command: join(root, 'bin/penguin'),
      args: ['--permission', 'auto'],
      columns: 120,
      rows: 36,
      title: 'Penguin mends a small project',
      steps,
      parting: [{key: 'ctrl+c'}, {wait: 300}, {key: 'ctrl+c'}, {wait: 1000}],
      cwd,
      env,
    })
    writeFileSync(`${out}.cast`, castOf(recording))
    writeFileSync(`${out}.svg`, await filmOf(recording))
    writeFileSync(`${out}-last.svg`, await stillOf(recording))
  } finally {
    for (const folder of [home, cwd]) rmSync(folder, {recursive: true, force: true, maxRetries: 5})
  }
}

await main(process.argv[2] ?? join(root, 'docs/demo'))
