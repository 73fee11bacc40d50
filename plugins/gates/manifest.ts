// Files that hold tests or settings of the runner beside other things: package.json, pyproject.toml, setup.cfg, Rust sources
// with a test module. That part can be told apart, compared, and put back to what it was, while the rest stays as it is now.

import {reached} from './locate.ts'

type Json = Record<string, unknown>

const record = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {})

/** The parsed object; {} when the text is missing or broken. */
export const parsed = (text: string | undefined): Json => {
  if (text === undefined) return {}
  try {
    return record(JSON.parse(text))
  } catch {
    return {}
  }
}

export const scriptsOf = (text: string | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(record(parsed(text).scripts)).filter((one): one is [string, string] => typeof one[1] === 'string'))

/** What `npm init` writes where there are no tests. */
export const isNoTest = (script: string): boolean => script.trim() === '' || /no test specified/.test(script)

const settings = ['jest', 'mocha', 'vitest', 'ava', 'tap', 'nyc', 'c8', 'babel']

/** A script that makes or starts the product is no test, though a check may be that it succeeds. */
const making = /^(?:pre|post)?(?:build|compile|bundle|start|dev|serve|prepare|clean|generate)(?:[:\-_]|$)/

/** Names of the scripts that say how tests are run: by their name, or because `command`, the check's own, starts them. */
const testScripts = (scripts: Record<string, string>, command: string): string[] => {
  const ground = {scripts, read: () => undefined}
  const asked = [...reached(command, ground)].filter((name) => !making.test(name))
  const named = Object.keys(scripts).filter((name) => /^(?:pre|post)?test(?::|$)/.test(name))
  return [...new Set([...reached('npm test', ground), ...asked, ...named])].sort()
}

const inTests = /(?:^|\/)(?:tests?|__tests__|specs?|fixtures?|test[-_]\w+|__\w+__)\/|[.\-_](?:test|spec)\.\w+$/

/** Entries of `imports` that lead to what belongs to the tests: led elsewhere, the tests would no longer be those. */
const testImports = (whole: Json): [string, unknown][] =>
  Object.entries(record(whole.imports)).filter(([, target]) => inTests.test(JSON.stringify(target).replaceAll('"', '')))

/** The packages that a script for tests goes through, where it does. */
const testedPackages = (whole: Json, command: string): unknown[] => {
  const scripts = scriptsOf(JSON.stringify(whole))
  const lines = [command, ...testScripts(scripts, command).map((name) => scripts[name] as string)]
  const through = lines.some((line) => /\s(?:--workspaces?|-ws?|-r|--recursive|workspaces)(?:[\s=]|$)|\b(?:turbo|lerna|nx)\b/.test(line))
  return through && Array.isArray(whole.workspaces) ? whole.workspaces : []
}

/** What package.json says about tests, as one comparable text. */
const packageSettings = (text: string | undefined, command: string): string => {
  const whole = parsed(text)
  const scripts = scriptsOf(text)
  return JSON.stringify([
    testScripts(scripts, command)
      .filter((name) => !isNoTest(scripts[name] as string))
      .map((name) => [name, scripts[name]]),
    settings.map((key) => whole[key] ?? null),
    testImports(whole),
    testedPackages(whole, command),
  ])
}

/** package.json of now with the test settings of the start. */
const mergePackage = (start: string, now: string, command: string): string => {
  const before = parsed(start)
  const merged = parsed(now)
  const old = scriptsOf(start)
  const scripts: Json = {...record(merged.scripts)}
  for (const name of testScripts(scriptsOf(now), command)) delete scripts[name]
  for (const name of testScripts(old, command)) scripts[name] = old[name]
  merged.scripts = scripts
  const routes = testImports(before)
  if (routes.length > 0) merged.imports = {...record(merged.imports), ...Object.fromEntries(routes)}
  const packages = testedPackages(before, command)
  if (packages.length > 0) merged.workspaces = [...new Set([...packages, ...(Array.isArray(merged.workspaces) ? merged.workspaces : [])])]
  for (const key of settings) {
    delete merged[key]
    if (before[key] !== undefined) merged[key] = before[key]
  }
  return `${JSON.stringify(merged, null, 2)}\n`
}

const tables: Record<string, RegExp> = {
  'pyproject.toml': /^tool\.(?:pytest|coverage|tox|nose)/,
  'setup.cfg': /^(?:tool:pytest|pytest|coverage:|aliases)/,
  'Cargo.toml': /^(?:test|bench)$/,
}

/** A TOML or INI text cut at its table headings; the first piece has no heading. */
const pieces = (text: string): {name: string; text: string}[] =>
  text.split(/^(?=\[)/m).map((piece) => ({name: /^\[+\s*([^\]]+?)\s*\]/.exec(piece)?.[1] ?? '', text: piece}))

const tableSettings = (text: string, wanted: RegExp): string =>
  pieces(text)
    .filter((one) => wanted.test(one.name))
    .map((one) => one.text.trim())
    .join('\n')

const mergeTables = (start: string, now: string, wanted: RegExp): string => {
  const kept = pieces(now).filter((one) => !wanted.test(one.name))
  const old = pieces(start).filter((one) => wanted.test(one.name))
  return [...kept, ...old].map((one) => `${one.text.trimEnd()}\n`).join('')
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Does this manifest hold test settings beside other things? */
export const isManifest = (path: string): boolean => nameOf(path) === 'package.json' || tables[nameOf(path)] !== undefined

// As rustfmt lays a test module out: its closing brace stands alone at the start of a line.
const rustTests = /^#\[cfg\(test\)\]\r?\n(?:#\[.*\]\r?\n)*(?:pub )?mod \w+ \{\r?\n[\s\S]*?^\}\r?\n?/gm

const isRust = (path: string): boolean => path.endsWith('.rs') && !/(?:^|\/)(?:tests|benches)(?:\/|\.rs$)/.test(path)

const rustSettings = (text: string): string => (text.match(rustTests) ?? []).map((one) => one.trim()).join('\n')

const mergeRust = (start: string, now: string): string => `${now.replace(rustTests, '').trimEnd()}\n\n${rustSettings(start)}\n`

/** Does this file hold tests or test settings beside other things? */
export const isMixed = (path: string): boolean => isManifest(path) || isRust(path)

/** The test settings in a mixed file, as one comparable text; '' when it is not there. `command`: what starts the tests. */
export const settingsIn = (path: string, text: string | undefined, command = 'npm test'): string => {
  if (isRust(path)) return rustSettings(text ?? '')
  if (text === undefined) return nameOf(path) === 'package.json' ? packageSettings(undefined, command) : ''
  const wanted = tables[nameOf(path)]
  return wanted ? tableSettings(text, wanted) : packageSettings(text, command)
}

/** The file of now with the test settings of the start. */
export const merged = (path: string, start: string | undefined, now: string, command = 'npm test'): string => {
  const wanted = tables[nameOf(path)]
  if (settingsIn(path, start, command) === settingsIn(path, now, command)) return now
  if (isRust(path)) return mergeRust(start ?? '', now)
  return wanted ? mergeTables(start ?? '', now, wanted) : mergePackage(start ?? '{}', now, command)
}

/** The package.json text with some scripts replaced. */
export const withScripts = (text: string, scripts: Record<string, string>): string => {
  const whole = parsed(text)
  return `${JSON.stringify({...whole, scripts: {...record(whole.scripts), ...scripts}}, null, 2)}\n`
}
