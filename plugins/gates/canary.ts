// The canary: tests that must fail, put into the very process in which the project's tests run, after them. Where one does
// not fail, the code under test or something around it has disarmed the assertions or the runner, and nothing green counts.

import {randomInt} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {basename, dirname, extname, join, relative} from 'node:path'
import type {Check, GateSite, Laid} from '../../engine/plugin.ts'
import type {Desk} from './asset.ts'
import {desksCanary, kinds, planted, wholeKind} from './canary-text.ts'
import type {Aim} from './launch.ts'
import {parsed} from './manifest.ts'
import {endable, type Script, withEnd} from './plain.ts'
import {type Ran, runOn} from './run.ts'

/** Which canaries sang: every one must be 'failed'. */
export interface Sung {
  /** Reported as anything but failed: disarmed. */
  wrong: string[]
  /** Something was put in the place of an assertion or of the runner: disarmed, unless it was so at the start. */
  replaced: string[]
  /** Not reported, or not all of it. */
  absent: string[]
  /** Of the absent: nothing was reported, so the process was left; otherwise the file could only not be loaded. */
  left: string[]
}

const fine: Sung = {wrong: [], replaced: [], absent: [], left: []}

export const isFine = (sung: Sung): boolean => sung.wrong.length === 0 && sung.absent.length === 0

/** Test files that ran: those with single tests, and those that passed as a whole, as plain scripts do. */
const filesOf = (real: Ran): string[] => {
  const single = real.located?.single
  if (single !== undefined) return [real.located?.part.words[single]?.text ?? '']
  return [...new Set((real.record?.tests ?? []).flatMap((one) => ((one.whole && one.state !== 'passed') || one.file === undefined ? [] : [one.file])))].sort()
}

/** Canaries of pytest and unittest, which ran in the real run itself. */
const inSession = (real: Ran): Sung => {
  const sung = real.record?.canaries ?? new Map<string, boolean>()
  if (sung.size === 0) return {...fine, absent: ['canary'], left: ['canary']}
  return {...fine, wrong: [...sung].filter(([, failed]) => !failed).map(([name]) => name)}
}

interface Planting {
  aim: Aim
  /** Files of ours in the tree, outside the desk. */
  files: string[]
  expected: Map<string, string>
}

const nonce = (): number => randomInt(1_000_000_000)

const besides = (file: string, tag: string): string => {
  const name = basename(file)
  const dot = name.search(/\.(?:test|spec|unit|e2e)\./)
  const made = dot > 0 ? `${name.slice(0, dot)}-penguin-${tag}${name.slice(dot)}` : `penguin-${tag}-${name}`
  return join(dirname(file), made)
}

const isModule = (root: string, file: string): boolean => {
  const extension = extname(file)
  if (extension !== '.js' && extension !== '.jsx') return extension === '.mjs' || extension === '.mts'
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(root, folder, 'package.json')
    if (existsSync(manifest)) return parsed(readFileSync(manifest, 'utf8')).type === 'module'
    if (folder === '.') return false
  }
}

const plant = (laid: Laid, check: Check, real: Ran, full: boolean, desk: Desk): Planting => {
  const runner = real.located?.runner ?? 'node:test'
  const title = `penguin canary ${desk.tag}`
  const files = real.located?.single === undefined ? filesOf(real) : filesOf(real).map((file) => join(check.dir, file))
  const expected = new Map<string, string>()
  const expect = (index: number, file: string): void => {
    for (const kind of kinds(runner)) expected.set(`${title} ${index} ${kind}`, file)
  }
  if (runner === 'vitest' || runner === 'jest') {
    const made = files.map((file, index) => {
      const path = join(laid.dir, besides(file, desk.tag))
      writeFileSync(path, planted(runner, {title, index, n: nonce(), importing: [`./${basename(file)}`], module: isModule(laid.dir, file)}))
      expect(index, file)
      return path
    })
    return {aim: {kind: 'canary', title, full, files: [`penguin-${desk.tag}`]}, files: made, expected}
  }
  const groups = runner === 'mocha' ? [files] : files.map((file) => [file])
  const names = groups.map((group, index) => {
    const name = `c${index}.mjs`
    const importing = group.map((file) => relative(desk.dir, join(laid.dir, file)))
    writeFileSync(join(desk.dir, name), desksCanary(runner, {title, index, n: nonce(), importing, module: true}))
    expect(index, group[0] ?? '')
    return name
  })
  return {aim: {kind: 'canary', title, full, files: names}, files: [], expected}
}

const heard = (ran: Ran, expected: Map<string, string>): Sung => {
  const [wrong, replaced, absent, present] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()]
  for (const [name, file] of expected) {
    const found = ran.record?.tests.filter((one) => one.name.endsWith(name)) ?? []
    if (found.length === 0) absent.add(file)
    else present.add(file)
    if (found.some((one) => one.state !== 'failed')) (name.endsWith(` ${wholeKind}`) ? replaced : wrong).add(file)
  }
  return {wrong: [...wrong], replaced: [...replaced], absent: [...absent], left: [...absent].filter((file) => !present.has(file))}
}

/** One extra run of the runner with canaries in it. `full`: after all tests of each file; else after its imports only. */
const extraRun = async (site: GateSite, check: Check, laid: Laid, real: Ran, full: boolean): Promise<Sung> => {
  let planting: Planting | undefined
  try {
    const aimAt = (desk: Desk): Aim => {
      planting = plant(laid, check, real, full, desk)
      return planting.aim
    }
    const ran = await runOn(site, check, laid, {aimAt})
    return heard(ran, planting?.expected ?? new Map())
  } finally {
    for (const file of planting?.files ?? []) rmSync(file, {force: true})
  }
}

const goPackages = (real: Ran): string[] => [
  ...new Set((real.record?.tests ?? []).flatMap((one) => (one.whole ? [] : [one.name.slice(0, one.name.indexOf(' > '))]))),
]

const goFolders = (dir: string, found: string[] = []): string[] => {
  const entries = readdirSync(dir, {withFileTypes: true})
  if (entries.some((one) => one.isFile() && one.name.endsWith('_test.go'))) found.push(dir)
  for (const one of entries) {
    if (!one.isDirectory() || /^[._]|^(?:testdata|vendor|node_modules)$/.test(one.name)) continue
    if (!existsSync(join(dir, one.name, 'go.mod'))) goFolders(join(dir, one.name), found)
  }
  return found
}

const goRun = async (site: GateSite, check: Check, laid: Laid, real: Ran): Promise<Sung> => {
  const files: string[] = []
  const title = `TestPenguinCanary${randomInt(1_000_000_000)}`
  try {
    for (const folder of goFolders(join(laid.dir, check.dir))) {
      const beside = readdirSync(folder).find((name) => name.endsWith('_test.go')) as string
      const named = /^package\s+(\w+)/m.exec(readFileSync(join(folder, beside), 'utf8'))?.[1] ?? 'main'
      const file = join(folder, `penguin_${title.toLowerCase()}_test.go`)
      writeFileSync(file, `package ${named}\n\nimport "testing"\n\nfunc ${title}(t *testing.T) { t.Fatal("canary") }\n`)
      files.push(file)
    }
    const ran = await runOn(site, check, laid, {aimAt: () => ({kind: 'canary', title, files: [], full: false})})
    const expected = new Map(goPackages(real).map((name) => [`${name} > ${title}`, name]))
    return heard(ran, expected)
  } finally {
    for (const file of files) rmSync(file, {force: true})
  }
}

const leavesItself = (laid: Laid, file: string): boolean => {
  const path = join(laid.dir, file)
  return existsSync(path) && /\bprocess\.(?:exit|reallyExit|kill|abort)\b/.test(readFileSync(path, 'utf8'))
}

export interface Singing {
  /** After all tests, or after the imports only? */
  full: boolean
  /** Lays the tree of the start; null when nothing differs from it. */
  start: (() => Promise<Laid>) | null
  /** Scripts of a command that only its exit code tells. */
  scripts: readonly string[]
}

/** A script with an end that must fail has failed; one that does not at the start either says nothing. */
const plainly = async (site: GateSite, check: Check, laid: Laid, {full, start, scripts}: Singing): Promise<Sung> => {
  if (!full || start === null) return fine
  const sings = async (on: Laid, script: Script): Promise<boolean> => (await withEnd(on, script, () => runOn(site, check, on))).exitCode === 0
  const absent: string[] = []
  for (const script of endable(site, laid, scripts)) {
    if (!(await sings(laid, script))) continue
    const before = await start()
    const same = endable(site, before, [script.path])[0]
    if (same !== undefined && !(await sings(before, same))) absent.push(script.path)
  }
  return {...fine, absent, left: absent}
}

/** Runs the canaries that belong to a real run; `start` says what the same canaries did when the run began. */
export const sing = async (site: GateSite, check: Check, laid: Laid, real: Ran, singing: Singing): Promise<Sung> => {
  const {full, start} = singing
  const runner = real.located?.runner
  if (runner === undefined) return plainly(site, check, laid, singing)
  if (runner === 'cargo') return fine
  if (runner === 'pytest' || runner === 'unittest') return inSession(real)
  if (runner === 'go') return goRun(site, check, laid, real)
  const first = await extraRun(site, check, laid, real, full)
  if (first.wrong.length > 0) return first
  const alike = first.replaced.length > 0 && start !== null ? (await extraRun(site, check, await start(), real, full)).replaced : first.replaced
  const replaced = first.replaced.filter((file) => !alike.includes(file))
  if (replaced.length > 0) return {...fine, wrong: replaced}
  if (first.absent.length === 0) return fine
  const second = full ? await extraRun(site, check, laid, real, false) : first
  if (second.wrong.length > 0) return second
  // Files whose tests end the process themselves, or names the configuration does not collect: so it was at the start?
  if (start === null) return fine
  const laidStart = await start()
  const before = await extraRun(site, check, laidStart, real, full)
  const isAlike = (file: string): boolean => !first.left.includes(file) || before.left.includes(file) || leavesItself(laid, file)
  const absent = first.absent.filter((file) => !before.absent.includes(file) || !isAlike(file))
  return {...fine, absent, left: absent}
}
