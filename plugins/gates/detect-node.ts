// The test command of a JavaScript package: its `test` script, run by the package manager that its lock file names, or
// `node --test` where tests lie about without a script.

import type {Check} from '../../engine/plugin.ts'
import {locate} from './locate.ts'
import type {Look} from './look.ts'
import {isNoTest, parsed, scriptsOf} from './manifest.ts'

type Found = Omit<Check, 'required' | 'gate'>

const locks: readonly (readonly [string, string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

const managerOf = (look: Look, manifest: Record<string, unknown>): string => {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(manifest.packageManager ?? ''))?.[1]
  return named ?? locks.find(([file]) => look.has(file))?.[1] ?? 'npm'
}

export const detectNode = (look: Look): Found | undefined => {
  const text = look.read('package.json')
  const scripts = scriptsOf(text)
  const script = scripts.test
  if (script === undefined || isNoTest(script)) return undefined
  const manager = managerOf(look, parsed(text))
  const command = manager === 'bun' ? 'bun run test' : `${manager} test`
  const runner = locate(command, {scripts, read: look.read})?.runner ?? 'command'
  return {command, from: 'package.json scripts.test', dir: look.folder, runner}
}

const testName = /(?:^|\/)(?:[^/]+[.\-_]test|test-[^/]+|test)\.[cm]?[jt]s$/
const runnable = /\.(?:[cm]?js|[cm]?ts)$/

const importing = (look: Look, pattern: RegExp, files: readonly string[]): string[] => files.filter((file) => pattern.test(look.read(file) ?? ''))

/** Tests without a `test` script. */
export const detectNodeFiles = (look: Look): Found | undefined => {
  const files = look.files()
  const config = files.find((file) => /^vitest\.config\.[cm]?[jt]s$/.test(file))
  if (config !== undefined) return {command: 'npx vitest run', from: config, dir: look.folder, runner: 'vitest'}
  const tests = files.filter((file) => runnable.test(file) && (testName.test(file) || /(?:^|\/)tests?\//.test(file)))
  const own = importing(look, /['"]node:test['"]/, tests.slice(0, 200))
  if (own.length > 0) {
    // Without arguments node finds names like *.test.js and everything under `test`; elsewhere they are named.
    const found = own.every((file) => testName.test(file) || /(?:^|\/)test\//.test(file))
    const command = found ? 'node --test' : `node --test ${own.map((file) => (/^[\w./-]+$/.test(file) ? file : `'${file}'`)).join(' ')}`
    return {command, from: own[0] as string, dir: look.folder, runner: 'node:test'}
  }
  const vitest = importing(look, /['"]vitest['"]/, tests.slice(0, 200))
  return vitest.length > 0 ? {command: 'npx vitest run', from: vitest[0] as string, dir: look.folder, runner: 'vitest'} : undefined
}
