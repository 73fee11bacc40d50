// The embedded engine on its hold-out: small projects with one seeded bug each, written before its templates were tuned.
// Prints, for each, whether a patch that passes was found, whether the first one is right, and how long it took.
// `node bench/embedded.ts [--json] [ID…]`. Nothing here is used by the product.

import {spawn, spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {availableParallelism, freemem, tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {assetDir, parserFiles} from '../plugins/embedded/asset.ts'
import {lanesFor} from '../plugins/embedded/eval-candidates.ts'
import type {Finding} from '../plugins/embedded/finding.ts'
import {type Figure, median} from './figure.ts'

const here = import.meta.dirname
const seconds = 60

interface Subject {
  id: string
  command: string
  runner: string
  bug: string
  right: string
  wrong: string
  files: Map<string, string>
}

interface Score {
  id: string
  state: string
  plausible: boolean
  /** The first patch gives the very source that was there before the bug was seeded. */
  exact: boolean
  confidence: string
  firstMs: number | null
  wallMs: number
  tried: number
  space: number
  say: string
}

const headOf = (text: string, name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''

const read = (id: string): Subject => {
  const text = readFileSync(join(here, 'holdout', `${id}.txt`), 'utf8')
  const [head = '', ...rest] = text.split(/^-- (.+) --$/m)
  const [, right = '', wrong = ''] = /<<<<\n([\s\S]*?)====\n([\s\S]*?)>>>>/.exec(head) ?? []
  const files = new Map<string, string>()
  for (let at = 0; at < rest.length; at += 2) files.set(rest[at] ?? '', (rest[at + 1] ?? '').replace(/^\n/, ''))
  return {id, command: headOf(head, 'command'), runner: headOf(head, 'runner'), bug: headOf(head, 'bug'), right, wrong, files}
}

const lay = (subject: Subject, dir: string): void => {
  for (const [path, text] of subject.files) {
    mkdirSync(dirname(join(dir, path)), {recursive: true})
    writeFileSync(join(dir, path), text)
  }
  if (subject.runner === 'vitest') symlinkSync(join(here, '../node_modules'), join(dir, 'node_modules'))
}

const isGreen = (subject: Subject, dir: string): boolean => spawnSync('bash', ['-c', subject.command], {cwd: dir, stdio: 'ignore'}).status === 0

/** Seeds the bug and makes sure that it is one: green before, red after. */
const seed = (subject: Subject, dir: string): void => {
  const path = join(dir, subject.bug)
  const text = readFileSync(path, 'utf8')
  if (text.split(subject.right).length !== 2) throw new Error(`${subject.id}: the right lines do not stand once in ${subject.bug}`)
  if (!isGreen(subject, dir)) throw new Error(`${subject.id}: red before the bug is seeded`)
  writeFileSync(
    path,
    text.replace(subject.right, () => subject.wrong),
  )
  if (isGreen(subject, dir)) throw new Error(`${subject.id}: no test shows the bug`)
}

const search = (subject: Subject, dir: string, base: string): Promise<Finding> =>
  new Promise((resolve, reject) => {
    const job = join(base, 'job.json')
    writeFileSync(
      job,
      JSON.stringify({
        source: dir,
        places: [join(base, 'tree')],
        command: subject.command,
        runner: subject.runner,
        dir: '',
        wallMs: seconds * 1000,
        mostMs: seconds * 2500,
        lanes: lanesFor(availableParallelism(), freemem()),
        seed: 1,
        ...parserFiles(),
      }),
    )
    const child = spawn(process.execPath, ['--no-warnings', join(assetDir(), 'search.mjs'), job], {stdio: ['ignore', 'pipe', 'inherit']})
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
    })
    child.on('error', reject)
    child.on('close', () => {
      const last = out.trim().split('\n').at(-1) ?? '{}'
      resolve(JSON.parse(last) as Finding)
    })
  })

const scoreOf = async (subject: Subject): Promise<Score> => {
  const base = mkdtempSync(join(tmpdir(), 'holdout-'))
  const dir = join(base, 'project')
  try {
    mkdirSync(dir)
    lay(subject, dir)
    seed(subject, dir)
    const found = await search(subject, dir, base)
    const best = found.finalists?.[0]
    const fixed = best ? readFileSync(join(dir, best.path), 'utf8').replace(best.old, () => best.new) : ''
    return {
      id: subject.id,
      state: found.state,
      plausible: best !== undefined,
      exact: best !== undefined && squeezed(fixed) === squeezed(subject.files.get(best.path) ?? ''),
      confidence: best?.confidence ?? '',
      firstMs: found.firstMs ?? null,
      wallMs: found.wallMs,
      tried: found.tried ?? 0,
      space: found.space ?? 0,
      say: best ? `${best.path}:${best.line} ${best.say}` : (found.why ?? ''),
    }
  } finally {
    rmSync(base, {recursive: true, force: true})
  }
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ')

const idsOf = (asked: readonly string[]): string[] =>
  readdirSync(join(here, 'holdout'))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4))
    .filter((id) => asked.length === 0 || asked.some((word) => id.startsWith(word)))
    .sort()

const rowOf = (score: Score): string => {
  const verdict = score.exact ? 'exact' : score.plausible ? 'plausible' : 'none'
  const said = `${score.state === 'fixed' ? '' : `${score.state}: `}${score.say.replace(/\s+/g, ' ').slice(0, 110)}`
  const spent = `${String(score.firstMs ?? '-').padStart(6)} ms ${String(score.wallMs).padStart(6)} ms ${String(score.tried).padStart(5)}/${String(score.space).padEnd(6)}`
  return `${verdict.padEnd(9)} ${score.id.padEnd(28)} ${spent} ${score.confidence.padEnd(6)} ${said}\n`
}

const scoreAll = async (asked: readonly string[], onScore: (score: Score) => void): Promise<Score[]> => {
  const scores: Score[] = []
  for (const id of idsOf(asked)) {
    const score = await scoreOf(read(id))
    scores.push(score)
    onScore(score)
  }
  return scores
}

const figuresOf = (scores: readonly Score[]): Figure[] => {
  const hits = scores.filter((score) => score.plausible)
  const share = (part: readonly Score[]): number => (100 * part.length) / Math.max(1, scores.length)
  return [
    {name: 'repaired (own command green)', value: share(hits), unit: '%', note: `${hits.length} of ${scores.length}`},
    {name: 'first patch is the very source', value: share(scores.filter((score) => score.exact)), unit: '%', note: 'others may behave alike'},
    {name: 'to the first passing patch', value: median(hits.map((score) => score.firstMs ?? 0)), unit: 'ms'},
    {name: 'whole search', value: median(scores.map((score) => score.wallMs)), unit: 'ms'},
  ]
}

/** The figures of the whole hold-out. */
export const bench = async (): Promise<Figure[]> => figuresOf(await scoreAll([], () => undefined))

if (process.argv[1] === import.meta.filename) {
  const words = process.argv.slice(2)
  const scores = await scoreAll(
    words.filter((word) => !word.startsWith('-')),
    (score) => words.includes('--json') || process.stdout.write(rowOf(score)),
  )
  process.stdout.write(`${JSON.stringify(words.includes('--json') ? {figures: figuresOf(scores), scores} : figuresOf(scores))}\n`)
}
