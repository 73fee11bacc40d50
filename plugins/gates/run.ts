// Runs a check once on a laid tree and brings back what it has to show. The tree is a throwaway: the reporters are put
// into it, and the one script or line of a Makefile or shell script that holds the runner is written anew for the time of the run.

import {existsSync, lstatSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join, posix} from 'node:path'
import type {Check, GateSite, JobReport, Laid} from '../../engine/plugin.ts'
import {type Desk, layDesk} from './asset.ts'
import {type Aim, launched, prelude} from './launch.ts'
import {type Ground, type Located, locate} from './locate.ts'
import {withLine} from './make.ts'
import {scriptsOf, withScripts} from './manifest.ts'
import {readRecord, type TestRecord} from './record.ts'

export interface Ran {
  exitCode: number | null
  output: string
  wallMs: number
  killedFor?: string
  /** Why it could not be started at all. */
  error?: string
  /** null when no runner was recognised. */
  record: TestRecord | null
  located: Located | undefined
  /** Watched files that were written or replaced while it ran. */
  touched: string[]
}

/** How a run is made; all of it may be left out. */
export interface How {
  /** May put files into the tree, and says what to aim at. */
  aimAt?(desk: Desk, located: Located | undefined): Aim
  wallMs?: number
  /** Paths of tests and settings that nobody may write while they are in use. */
  watched?: readonly string[]
}

const outputBytes = 1024 * 1024

/** The package.json and the files beside it, as `locate` needs them. */
export const groundOf = (folder: string): Ground => {
  const read = (path: string): string | undefined => {
    const full = join(folder, path)
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined
  }
  return {scripts: scriptsOf(read('package.json')), read, has: (path) => existsSync(join(folder, path))}
}

/** Replaces a file of the tree. The old one may share its content with the user's file, so it is never written into. */
export const replaceFile = (path: string, text: string): void => {
  const mode = lstatSync(path, {throwIfNoEntry: false})?.mode
  rmSync(path, {force: true})
  writeFileSync(path, text, mode === undefined ? {} : {mode})
}

export const seenRoots = (site: GateSite, laid: Laid): string[] => [...new Set([laid.dir, site.root])]

// A package manager that is not installed: its scripts are run by npm.
const stand = ['pnpm', 'yarn', 'bun']
  .map((tool) => `command -v ${tool} >/dev/null 2>&1 || ${tool}() { if [ "$1" = run ]; then shift; fi; npm run "$@"; }`)
  .join('\n')

export const shell = (check: Pick<Check, 'dir'>, desk: Desk, line: string): string[] => {
  const up = check.dir === '' ? '.' : posix.relative(check.dir, '')
  const before = /\b(?:pnpm|yarn|bun)\b/.test(line) ? `${stand}\n` : ''
  return ['bash', '-c', `${prelude(up, desk.name)}${before}${line}\n`]
}

const errorOf = (done: JobReport): {error?: string} => (done.error ? {error: done.error.msg} : {})

/** What a job left, read as evidence. */
export const ranOf = (located: Located | undefined, done: JobReport, desk: Desk, roots: string[]): Ran => ({
  exitCode: done.exitCode,
  output: [done.stdout, done.stderr].filter((text) => text !== '').join('\n'),
  wallMs: done.wallMs,
  ...(done.killedFor ? {killedFor: done.killedFor} : {}),
  ...errorOf(done),
  record:
    located === undefined ? null : readRecord(located.runner, {report: desk.report(), secret: desk.secret, stdout: done.stdout, stderr: done.stderr}, roots),
  located,
  touched: [],
})

// The time of the last change of an inode cannot be set by a program, and a replaced file has another inode.
const marksOf = (dir: string, paths: readonly string[]): Map<string, string> =>
  new Map(
    paths.flatMap((path): [string, string][] => {
      const stat = lstatSync(join(dir, path), {throwIfNoEntry: false})
      return stat ? [[path, `${stat.ino} ${stat.ctimeMs}`]] : []
    }),
  )

const touchedSince = (dir: string, before: Map<string, string>): string[] => {
  const after = marksOf(dir, [...before.keys()])
  return [...before].filter(([path, mark]) => after.get(path) !== mark).map(([path]) => path)
}

/** The file of the project whose line holds the runner; undefined when the command itself does. */
const holderOf = (located: Located | undefined): string | undefined =>
  located === undefined ? undefined : located.script === null ? located.recipe?.file : 'package.json'

const rewritten = ({script, recipe}: Located, text: string, line: string): string =>
  script !== null ? withScripts(text, {[script]: line}) : recipe === undefined ? text : withLine(text, recipe, line, recipe.making)

/** One run of a check on a laid tree, which is left as it was found, but for what the command itself wrote. */
export const runOn = async (site: GateSite, check: Check, laid: Laid, how: How = {}): Promise<Ran> => {
  const {aimAt = () => ({kind: 'real'}), wallMs = site.wallMs, watched = []} = how
  const folder = join(laid.dir, check.dir)
  const located = locate(check.command, groundOf(folder))
  const desk = layDesk(laid.dir)
  const holder = holderOf(located)
  const holding = holder && join(folder, holder)
  const kept = holding && readFileSync(holding, 'utf8')
  try {
    const line = located === undefined ? check.command : launched(located, aimAt(desk, located))
    if (holding !== undefined && kept !== undefined) replaceFile(holding, rewritten(located as Located, kept, line))
    const marks = marksOf(laid.dir, watched)
    const done = await site.run(laid, {
      argv: shell(check, desk, kept === undefined ? line : check.command),
      cwd: join(site.root, check.dir),
      env: {npm_config_update_notifier: 'false'},
      limits: {wallMs, outputBytes},
    })
    return {...ranOf(located, done, desk, seenRoots(site, laid)), touched: touchedSince(laid.dir, marks)}
  } finally {
    if (holding !== undefined && kept !== undefined) replaceFile(holding, kept)
    desk.dispose()
  }
}
