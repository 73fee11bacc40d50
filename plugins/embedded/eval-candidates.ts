// The tool `eval_candidates`: searches for small repairs by running the project's tests on thousands of variants of the
// code, warm, inside the sandbox, on a throwaway copy. The project itself is only read; whoever called applies the patch.

import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {availableParallelism, freemem} from 'node:os'
import {dirname, join} from 'node:path'
import {type Check, fail, lineSplitter, type Overlay, type Site, type Told, type Tool} from '../../engine/plugin.ts'
import {assetDir, parserFiles} from './asset.ts'
import {type Finalist, type Finding, forModel, type Progress} from './finding.ts'
import {headline} from './wording.ts'

export interface EvalCandidates {
  /** The check whose command decides; default: the first one that runs tests. */
  gate?: string
  /** Only rank suspicious places; try nothing. */
  localize?: boolean
  /** Wall time for the whole search, s. */
  seconds?: number
  slice?: {index: number; of: number}
  seed?: number
  /** Names of failing tests as the project's own run gave them: what fails only in the search is then left aside. */
  failing?: string[]
  /** Files that may change, relative to the project; others are left alone. */
  only?: string[]
  /** Files, or ends of their paths, that a person named: searched first. */
  prefer?: string[]
}

const defaultSeconds = 60
const mostSeconds = 600

/** A slow or busy machine gets the search less far in the same time: up to so many times the time then. */
const patience = 2.5
const laneBytes = 1024 ** 3
/** How many candidates are tried side by side: as many as there are cores, while there is memory for them. */
export const lanesFor = (cores: number, freeBytes: number): number => Math.max(1, Math.min(4, cores, Math.floor(freeBytes / laneBytes)))
/** For starting up, copying and the last cold run, beyond the search's own time. */
const marginMs = 20_000
const outputBytes = 4 * 1024 * 1024

const checkFor = (input: EvalCandidates, checks: readonly Check[]): Check | undefined =>
  input.gate === undefined
    ? (checks.find((check) => check.gate.startsWith('tests')) ?? checks.find((check) => check.required))
    : checks.find((check) => check.gate === input.gate)

const round = (n: number): string => n.toLocaleString('en-US')

const saidOf = (progress: Progress): string =>
  `tried ${round(progress.tried)} of ${round(progress.space)}${progress.timeouts > 0 ? `, ${round(progress.timeouts)} timed out` : ''}${progress.plausible > 0 ? `, ${progress.plausible} pass` : progress.best > 0 ? `, best fixes ${progress.best}` : ''}${progress.untilMs ? `, going on for up to ${round(Math.round(progress.untilMs / 1000))} s, because it is slow here` : ''}`

/** Folders of Penguin that the job needs to see, where the sandbox hides what it was not shown. */
const shown = (site: Site, desk: string, folders: readonly string[]): Overlay[] =>
  site.sandbox.state.level === 'bwrap'
    ? [{at: desk, from: desk, mode: 'rw'}, ...[...new Set(folders)].map((path): Overlay => ({at: path, from: path, mode: 'ro'}))]
    : []

interface Desk {
  dir: string
  job: string
  dispose(): void
}

/** The sandbox's own /tmp, where a copy of thousands of files costs little. */
const inMemory = '/tmp/penguin-search'

const layDesk = (site: Site, words: Record<string, unknown>): Desk => {
  mkdirSync(site.scratch, {recursive: true})
  const dir = mkdtempSync(join(site.scratch, 'search-'))
  // The sandbox may run the job as the owner of the project.
  chmodSync(dir, 0o777)
  const job = join(dir, 'job.json')
  const onDisk = join(dir, 'tree')
  writeFileSync(job, JSON.stringify({...words, places: site.sandbox.state.level === 'bwrap' ? [inMemory, onDisk] : [onDisk]}))
  return {dir, job, dispose: () => rmSync(dir, {recursive: true, force: true, maxRetries: 3})}
}

const note = (site: Site, finding: Finding, best: Finalist): void =>
  site.note('patch.scored', {
    patch: `${best.path}:${best.line}`,
    passed: finding.tests ?? 0,
    failed: 0,
    score: 1,
    why: best.say,
    confidence: best.confidence,
    template: best.template,
    tried: finding.tried ?? 0,
    space: finding.space ?? 0,
  })

const search = async (input: EvalCandidates, check: Check, site: Site): Promise<Finding> => {
  const wallMs = Math.min(mostSeconds, Math.max(1, input.seconds ?? defaultSeconds)) * 1000
  const mostMs = Math.min(mostSeconds * 1000, wallMs * patience)
  const {treeSitter, grammarDir} = parserFiles()
  const assets = assetDir()
  const desk = layDesk(site, {
    source: site.root,
    command: check.command,
    dir: check.dir,
    runner: check.runner,
    localize: input.localize ?? false,
    slice: input.slice,
    seed: input.seed ?? 0,
    failing: input.failing ?? [],
    ...(input.only ? {only: input.only} : {}),
    prefer: input.prefer ?? [],
    wallMs,
    mostMs,
    lanes: lanesFor(availableParallelism(), freemem()),
    treeSitter,
    grammarDir,
  })
  let finding: Finding | undefined
  const lines = lineSplitter()
  const take = (text: string): void => {
    const read = parsed(text)
    if (read?.say === 'progress') site.say(`${saidOf(read as unknown as Progress)}\n`)
    if (read?.say === 'result') finding = read as unknown as Finding
  }
  try {
    const report = await site.sandbox.run(
      {
        argv: [process.execPath, '--no-warnings', join(assets, 'search.mjs'), desk.job],
        cwd: site.root,
        env: {NODE_ENV: 'test', PYTHONDONTWRITEBYTECODE: '1', npm_config_update_notifier: 'false'},
        overlays: shown(site, desk.dir, [dirname(process.execPath), assets, dirname(treeSitter), grammarDir]),
        writable: false,
        limits: {wallMs: mostMs + marginMs, outputBytes},
        onOutput: (chunk, stream) => {
          if (stream === 'out') for (const text of lines.feed(chunk)) take(text)
        },
      },
      site.signal,
    )
    if (report.error) return {state: 'broken', wallMs: report.wallMs, why: report.error.msg}
    return (
      finding ?? {state: 'broken', wallMs: report.wallMs, why: report.killedFor ? `stopped for ${report.killedFor}` : report.stderr.slice(-600) || 'no result'}
    )
  } finally {
    desk.dispose()
  }
}

const parsed = (text: string): {say?: string} | undefined => {
  try {
    return JSON.parse(text) as {say?: string}
  } catch {
    return undefined
  }
}

const run = async (input: EvalCandidates, site: Site): Promise<Told> => {
  const check = checkFor(input, site.checks)
  if (!check)
    return fail('tool.input', {
      name: 'eval_candidates',
      why: site.checks.length === 0 ? 'no test command is known here' : `there is no check named ${input.gate}`,
    })
  const finding = await search(input, check, site)
  const best = finding.finalists?.[0]
  if (best) note(site, finding, best)
  const {finalists, ...rest} = finding
  return {model: forModel(finding), line: headline(finding), result: {...rest, finalists: finalists?.slice(0, 3)}, whole: JSON.stringify(finding)}
}

export const evalCandidates: Tool<EvalCandidates> = {
  name: 'eval_candidates',
  does: 'Tries thousands of one-edit repairs against the failing tests; returns those that pass. Changes nothing. localize: only rank suspicious places.',
  takes: (z) =>
    z.object({
      gate: z.string().optional(),
      localize: z.boolean().optional(),
      seconds: z.number().optional(),
      slice: z.object({index: z.number().int(), of: z.number().int()}).optional(),
      seed: z.number().int().optional(),
      failing: z.array(z.string()).optional(),
      only: z.array(z.string()).optional(),
      prefer: z.array(z.string()).optional(),
    }),
  needs: (input, site) => {
    const check = checkFor(input, site.checks)
    return check ? [{kind: 'shell', what: check.command}] : []
  },
  touches: () => [],
  run,
}

export default evalCandidates
