// npm run demo                        the main job on a copy of examples/bugfix, with the embedded engine
// npm run demo -- DIR ["prompt"]      the same on a copy of any repository
// Nothing outside the copy is touched; the copy stays, and its place is said at the end.

import {spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdtempSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, dirname, join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const penguin = join(root, 'bin', 'penguin')
const say = (text = '') => process.stdout.write(`${text}\n`)
const [given, prompt = 'fix the failing tests'] = process.argv.slice(2)
const from = resolve(given ?? join(root, 'examples', 'bugfix'))

if (!statSync(from, {throwIfNoEntry: false})?.isDirectory()) {
  process.stderr.write(`demo: ${from} is no folder\nnpm run demo -- DIR "prompt"\n`)
  process.exit(2)
}
if (!existsSync(join(root, 'dist', 'main.js'))) {
  process.stderr.write('demo: Penguin is not built\nnpm ci\n')
  process.exit(8)
}

const ourState = /(^|\/)\.penguin(\/|$)/
const place = mkdtempSync(join(tmpdir(), 'penguin-demo-'))
const before = join(place, 'before')
const copy = join(place, basename(from))
for (const target of [before, copy]) cpSync(from, target, {recursive: true, verbatimSymlinks: true, filter: (path) => !ourState.test(path.slice(from.length))})

const run = (args) => spawnSync(penguin, ['run', prompt, '-m', 'embedded/search', ...args], {cwd: copy, stdio: 'inherit'})

say(`a copy of ${from}: ${copy}`)
say(`$ penguin run "${prompt}" -m embedded/search`)
say()
let ended = run([])
if (ended.status === 7) {
  say()
  say('no sandbox can be had here: on this copy, commands run with limits only (time, memory, processes), files and network open')
  say(`$ penguin run "${prompt}" -m embedded/search --sandbox limits --permission auto`)
  say()
  ended = run(['--sandbox', 'limits', '--permission', 'auto'])
}

/** The last line of the run, from the journal of the copy; undefined when there is none. */
const closedLine = () => {
  const log = spawnSync(penguin, ['log', '--type', 'run.closed', '--json'], {cwd: copy, encoding: 'utf8'})
  const line = log.stdout.trim().split('\n').at(-1)
  return line ? JSON.parse(line).body : undefined
}

const diffOf = ({path}) => {
  const sides = ['before', basename(copy)].map((side) => (existsSync(join(place, side, path)) ? join(side, path) : '/dev/null'))
  const git = spawnSync('git', ['--no-pager', 'diff', '--no-index', '--', ...sides], {cwd: place, encoding: 'utf8'})
  return git.error ? `${path} (git is needed to show the lines)` : git.stdout.trimEnd()
}

const closed = closedLine()
say()
say('what changed')
say(closed?.files.length ? closed.files.map(diffOf).join('\n') : 'nothing')
say()
say('evidence')
for (const gate of closed?.gates ?? []) {
  const counts = gate.counts
    ? `${gate.counts.passed} passed, ${gate.counts.failed} failed, ${gate.counts.failedBefore ?? 'unknown'} failed before`
    : gate.summary
  say(`${gate.gate}: ${gate.state}; ${gate.command}: exit code ${gate.exitCode}, ${counts}, ${gate.wallMs} ms`)
  say(`  output sha256 ${gate.outputSha256}`)
  say(`  tree   sha256 ${gate.treeSha256}`)
}
if (!closed?.gates.length) say('no check ran')
say()
say(`exit code ${ended.status}; the copy: ${copy}; its journal: ${penguin} -C ${copy} log`)
process.exit(ended.status ?? 1)
