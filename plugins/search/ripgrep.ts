// Searching with ripgrep, as a job of the sandbox: read-only, no network. Says undefined when it could not be run
// at all, so that the caller can search by itself.

import {dirname} from 'node:path'
import type {Site} from '../../engine/plugin.ts'

export interface Hit {
  path: string
  line: number
  text: string
}

export interface Hits {
  hits: Hit[]
  /** The pattern was no regular expression and was searched as it is written. */
  literal: boolean
  more: boolean
}

export interface Query {
  pattern: string
  /** Relative to the root; '' for all of it. */
  path: string
  glob: string | undefined
}

const wallMs = 20_000
const outputBytes = 1_048_576
const maxColumns = 240
const perFile = 40

const programPath = async (): Promise<string | undefined> => {
  try {
    return (await import('@vscode/ripgrep')).rgPath
  } catch {
    return undefined
  }
}

const argumentsFor = ({pattern, path, glob}: Query, literal: boolean): string[] => [
  ...['--no-config', '--color=never', '--no-heading', '--with-filename', '--line-number', '--null', '--hidden', '--sort=path', '--no-messages', '--crlf'],
  ...['--no-require-git', `--max-columns=${maxColumns}`, '--max-columns-preview', `--max-count=${perFile}`],
  ...['--glob=!**/.git/**', '--glob=!/.penguin/**', '--glob=!**/__pycache__/**'],
  // Asked for by name, installed code is searched; else it drowns everything.
  ...(path.includes('node_modules') ? ['--no-ignore'] : ['--glob=!**/node_modules/**']),
  ...(glob ? [`--glob=${glob}`] : []),
  ...(literal ? ['--fixed-strings'] : []),
  ...['--regexp', pattern, '--', path === '' ? './' : path],
]

const hitOf = (row: string): Hit | undefined => {
  const found = /^(?:\.\/)?([^\0]+)\0(\d+)[:-](.*)$/s.exec(row)
  return found ? {path: found[1] as string, line: Number(found[2]), text: found[3] as string} : undefined
}

const attempt = async (program: string, query: Query, literal: boolean, site: Site) => {
  const folder = dirname(program)
  return site.sandbox.run(
    {
      argv: [program, ...argumentsFor(query, literal)],
      cwd: site.root,
      overlays: [{at: folder, from: folder, mode: 'ro'}],
      writable: false,
      network: 'off',
      limits: {wallMs, outputBytes},
    },
    site.signal,
  )
}

const matched = 0
const none = 1
const trouble = 2

export const ripgrep = async (query: Query, site: Site): Promise<Hits | undefined> => {
  const program = await programPath()
  if (!program) return undefined
  for (const literal of [false, true]) {
    const report = await attempt(program, query, literal, site)
    if (report.exitCode === trouble && !literal) continue
    if (report.error || (report.exitCode !== matched && report.exitCode !== none && report.killedFor !== 'wall')) return undefined
    const hits = report.stdout.split('\n').flatMap((row) => hitOf(row.replace(/\r$/, '')) ?? [])
    return {hits, literal, more: report.cutBytes > 0 || report.killedFor === 'wall'}
  }
  return undefined
}
