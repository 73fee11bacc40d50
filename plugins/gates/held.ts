// What stands outside the test folders and is yet a part of how tests judge: set-up files that settings name, scripts
// that do nothing but start tests, assertions and expected results that only tests use. Read from the tree of the start,
// by rules that ordinary sources do not fit. Never: a file that a source of the project uses.

import {posix} from 'node:path'
import type {GateSite} from '../../engine/plugin.ts'
import {isSetting, isTestFile, isTestish} from './testish.ts'

type Read = (path: string) => string | undefined

const code = /\.(?:[cm]?[jt]sx?|py|sh|bash|vue|svelte|rb|php|go|rs|java|kt)$/
export const isSourceCode = (path: string): boolean => code.test(path)

const inSource = /(?:^|\/)(?:src|lib|app|source|dist|build|server|client|engine|bin)\//
const maxBytes = 256 * 1024

/** Settings that name files to be loaded around the tests. */
const loading =
  /\b(?:setupFiles(?:After(?:Env|FrameworkSetup)|AfterEnv)?|setupTestFrameworkScriptFile|globalSetup|globalTeardown|testEnvironment|snapshotSerializers|environment|runner|require|reporters|import|spec)["']?\s*:\s*(\[[^\]]*\]|["'][^"']*["'])/g
const quoted = /["'`]([^"'`\n]+)["'`]/g
const endings = ['', '.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.tsx', '.jsx']

/** The file that a path without its ending means; undefined when there is none. */
const meant = (site: GateSite, folder: string, named: string): string | undefined => {
  const path = posix.join(folder, named.replace(/^<rootDir>\//, ''))
  return endings.map((ending) => path + ending).find((one) => site.start.has(one))
}

const namedBySettings = (site: GateSite, read: Read): string[] =>
  [...site.start.keys()].flatMap((path) => {
    if (!(isSetting(path) || posix.basename(path) === 'package.json') || path.includes('node_modules/')) return []
    const lists = [...(read(path) ?? '').matchAll(loading)].map((hit) => hit[1] as string)
    return lists.flatMap((list) => [...list.matchAll(quoted)].flatMap((hit) => meant(site, posix.dirname(path), hit[1] as string) ?? []))
  })

const flags = /^(?:--(?:import|require|loader|experimental-loader|env-file|env-file-if-exists|config|rcfile|setupFiles?|globalSetup|file)|-r|-c)$/

/** Files that a line preloads, or takes its settings from. */
const flagged = (words: readonly string[]): string[] =>
  words.flatMap((word, i) => {
    const [flag = '', ...value] = word.split('=')
    if (!flags.test(flag)) return []
    return [value.length > 0 ? value.join('=') : (words[i + 1] ?? '')]
  })

export const loadedBy = (site: GateSite, dir: string, lines: readonly string[]): string[] =>
  lines
    .flatMap((line) => flagged(line.split(/[\s;&|()'"`]+/)))
    .flatMap((named) => meant(site, dir, named) ?? [])
    .filter((path) => !inSource.test(path))

const starts =
  /\b(?:pytest|py\.test|unittest|vitest|jest|mocha|node:test|bats|ctest|tape|cargo test|go test|(?:npm|make|yarn|pnpm)(?: run)? (?:test|check))\b|--test\b/
const testPlace = /(?:^|[\s"'`/(=])(?:tests?|specs?|__tests__)\/|[\w-]+[.\-_](?:test|spec)\.[cm]?[jt]s\b|\btest_\w+\.py\b/m
const makes = /(?:^|[._-])(?:build|bundle|compile|generate|gen|release|make|webpack|rollup|esbuild|setup|install|configure)(?:[._-]|$)/i

/** A script whose own text starts tests: it is no product, whatever it is called. */
export const startsTests = (path: string, text: string | undefined): boolean =>
  text !== undefined && !inSource.test(path) && !makes.test(posix.basename(path)) && (starts.test(text) || testPlace.test(text))

/** Last names of what a text loads, whatever its language. */
export const importing = (text: string): string[] => [
  ...[...text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*\(?["']([^"']+)["']/g)].map((hit) => stemOf(hit[1] as string)),
  ...[...text.matchAll(/^[ \t]*(?:from\s+([\w.]+)\s+import\s+(.+)|import\s+([\w., ]+))/gm)].flatMap((hit) =>
    `${hit[1] ?? ''}.${hit[2] ?? ''},${hit[3] ?? ''}`.split(/[.,()\s]+/),
  ),
  ...[...text.matchAll(/^\s*(?:\.|source)\s+(\S+)/gm)].map((hit) => stemOf(hit[1] as string)),
]

export const stemOf = (path: string): string => posix.basename(path.replace(/["']/g, '')).replace(/\.[^.]+$/, '')

const asserts = /\bassert\b|\bexpect\s*\(|\bpytest\b|\bunittest\b|should\b/
const assertName = /(?:^|[/._-])(?:tests?|testing|testutils?|asserts?|assertions?|expect\w*|matchers?|harness)(?:[._-]|\/|$)/i

/** Does it assert and give nothing back, or is it named for it? Then it is no product. */
const isAssertion = (path: string, text: string): boolean =>
  asserts.test(text) && (assertName.test(path) || !/\breturn\b|=>(?!\s*(?:\{|assert|expect))|\byield\b/.test(text))

const tells = /^\s*assert\b|\bassert[.(]|\[ .* \]|\btest .*=|\bdiff\b|\bcmp\b|grep -q/m
const isProgram = /\bargv\b|\bargparse\b|\bclick\b|\bcommander\b|\byargs\b|\bgetopts\b|\$[1@*#]/

/** Does a file that the user's own check starts compare what other files of the project do, and is no program itself? */
export const judges = (site: GateSite, read: Read, path: string): boolean => {
  const text = read(path) ?? ''
  if (!code.test(path) || inSource.test(path) || !tells.test(text) || isProgram.test(text)) return false
  const own = stemOf(path)
  const others = [...site.start.keys()].filter((one) => one !== path && code.test(one))
  return (
    others.some((one) => importing(text).includes(stemOf(one)) || text.includes(posix.basename(one))) &&
    !others.some((one) => importing(read(one) ?? '').includes(own))
  )
}

const resultName =
  /^(?:(?:test)?[-_]?(?:cases?|vectors?)|goldens?|expected|expectations?|answers?|oracles?|truth|corpus|corpora|baselines?|snapshots?|recordings?|cassettes?|approvals?)$/i
const resultFile = /\.(?:golden|expected|approved(?:\.\w+)?|baseline)$/i

const isResult = (path: string): boolean =>
  !code.test(path) && (resultFile.test(path) || path.split('/').some((part) => resultName.test(part.replace(/\..*$/, ''))))

const mostResults = 300

/** Files that stand in no test folder, and that tests use and nothing else does. Of assertions, those that differ. */
const usedByTests = (site: GateSite, read: Read): string[] => {
  const outside = [...site.start.keys()].filter((path) => !inSource.test(path) && !isTestish(path, site.start))
  const changed = outside.filter((path) => site.start.get(path)?.sha256 !== site.now.get(path)?.sha256)
  const results = outside.filter(isResult)
  const suspects = [
    ...(results.length > mostResults ? changed.filter(isResult) : results),
    ...changed.filter((path) => code.test(path) && isAssertion(path, read(path) ?? '')),
  ]
  if (suspects.length === 0) return []
  const texts = [...site.start].flatMap(([path, {sizeBytes}]) => {
    if (sizeBytes > maxBytes || suspects.includes(path) || !(code.test(path) || /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg))$/.test(path)))
      return []
    return [{tests: isTestish(path, site.start), text: read(path) ?? ''}]
  })
  const uses = (path: string, {text}: {text: string}): boolean => {
    if (code.test(path)) return importing(text).includes(stemOf(path))
    return [posix.basename(path), ...path.split('/').filter((part) => resultName.test(part))].some((part) => text.includes(part))
  }
  return suspects.filter((path) => texts.some((one) => one.tests && uses(path, one)) && !texts.some((one) => !one.tests && uses(path, one)))
}

/** Everything of the kind, as far as it can be known without running anything. */
export const heldBeside = (site: GateSite, read: Read): string[] =>
  [...namedBySettings(site, read), ...usedByTests(site, read)].filter((path) => !isTestFile(path))

/** Does a test of the start import the module of this name? */
export const isImported = (site: GateSite, module: string): boolean =>
  [...site.start.keys()].some((path) => {
    const text = isTestish(path, site.start) && code.test(path) ? site.read(path, 'start') : undefined
    return text !== undefined && importing(new TextDecoder().decode(text)).includes(module)
  })
