// From a test command to a runner and its test files: reads package.json and the tree, runs nothing.

import {existsSync, globSync, readFileSync, statSync} from 'node:fs'
import {join, relative} from 'node:path'

const skip = /(^|\/)(node_modules|\.git|\.penguin|\.venv|venv|dist|coverage|__pycache__|\.tox)(\/|$)/
const codeEnd = '.{js,mjs,cjs,ts,mts,cts,jsx,tsx}'
const defaults = {
  'node:test': [`**/*.test${codeEnd}`, `**/*-test${codeEnd}`, `**/*_test${codeEnd}`, `**/test-*${codeEnd}`, `**/test${codeEnd}`, `**/test/**/*${codeEnd}`],
  vitest: [`**/*.{test,spec}${codeEnd}`],
  jest: [`**/__tests__/**/*${codeEnd}`, `**/*.{test,spec}${codeEnd}`],
  mocha: [`test/*${codeEnd}`, `test/*.spec${codeEnd}`, `test/*.test${codeEnd}`],
}

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** `npm test` and the like, followed to the command that they stand for. */
export const unfold = (command, dir, depth = 0) => {
  const scripts = readJson(join(dir, 'package.json')).scripts ?? {}
  const asked = /^\s*(?:npm|pnpm|yarn|bun)\s+(?:(?:run|-s|--silent)\s+)*([\w:.-]+)/.exec(command)
  const name = asked && (asked[1] === 't' || asked[1] === 'tst' ? 'test' : asked[1])
  return name && scripts[name] && depth < 4 ? unfold(scripts[name], dir, depth + 1) : command
}

const runners = [
  ['vitest', /(^|\s|\/)vitest(\.mjs)?(\s|$)/],
  ['jest', /(^|\s|\/)jest(\s|$)/],
  ['mocha', /(^|\s|\/)mocha(\s|$)/],
  ['pytest', /(^|\s|\/)(pytest|py\.test)(\s|$)/],
  ['unittest', /-m\s+unittest(\s|$)/],
  ['node:test', /(^|\s|\/)(node|tsx)\b.*\s--test(\s|=|$)/],
  ['script', /(^|\s|\/)(node|tsx)\s+(?:--\S+\s+)*[\w./-]+\.[mc]?[jt]s(\s|$)/],
]

/** {runner, part}: the runner of a command and the part of it that calls the runner; runner '' when it is none that we know. */
export const runnerOf = (command) => {
  for (const part of command.split(/&&|;/).map((one) => one.trim())) for (const [runner, pattern] of runners) if (pattern.test(part)) return {runner, part}
  return {runner: '', part: command}
}

const takesValue =
  /^(--import|--require|-r|--loader|--experimental-loader|--test-name-pattern|--test-reporter|--test-reporter-destination|--test-concurrency|--test-timeout|--config|-c|--root|--project|--reporter|--timeout|--ui|--env-file|-k|-m|-p|--rootdir|--cov|-t|-s)$/
const words = (part) => [...part.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => found[1] ?? found[2] ?? found[3])

const targetsOf = (part, runner) => {
  const all = words(part)
  const from = all.findIndex((word) =>
    runner === 'node:test'
      ? /^--test$/.test(word)
      : runner === 'script'
        ? /(^|\/)(node|tsx)$/.test(word)
        : word.endsWith(runner) || word.includes(`${runner}/`) || word.includes(`${runner}.`),
  )
  const found = []
  for (let at = from + 1; at < all.length; at++) {
    if (takesValue.test(all[at])) at += 1
    else if (!all[at].startsWith('-') && !(runner === 'vitest' && /^(run|watch|dev)$/.test(all[at])) && !/^[12]?>|^\|/.test(all[at])) found.push(all[at])
  }
  return found
}

/** Absolute paths of JavaScript test files that the command would run, sorted. */
export const testFilesOf = ({command, runner, dir}) => {
  const {part} = runnerOf(command)
  const targets = targetsOf(part, runner)
  if (runner === 'script')
    return targets
      .slice(0, 1)
      .map((target) => join(dir, target))
      .filter(existsSync)
  const patterns = targets.length === 0 ? (mochaSpecs(runner, dir) ?? defaults[runner] ?? []) : targets.flatMap((target) => patternOf(target, runner, dir))
  const found = new Set()
  for (const pattern of patterns)
    for (const file of globSync(pattern, {cwd: dir, exclude: (name) => skip.test(typeof name === 'string' ? name : name.name)}))
      if (!skip.test(file)) found.add(join(dir, file))
  return [...found].filter((file) => existsSync(file) && statSync(file).isFile() && !/\.d\.[mc]?ts$/.test(file)).sort()
}

const patternOf = (target, runner, dir) => {
  const path = join(dir, target)
  if (existsSync(path) && statSync(path).isDirectory())
    return runner === 'node:test'
      ? [`${target}/**/*${codeEnd}`]
      : (defaults[runner] ?? []).map((one) => `${target.replace(/\/$/, '')}/**/${one.replace(/^.*\//, '')}`)
  if (existsSync(path) || /[*?{[]/.test(target)) return [target]
  return [`**/*${target}*`]
}

const mochaSpecs = (runner, dir) => {
  if (runner !== 'mocha') return null
  const settings = readJson(join(dir, '.mocharc.json')).spec ?? readJson(join(dir, 'package.json')).mocha?.spec
  return settings ? [settings].flat() : null
}

/** Is this a file that no repair may touch: a test, what tests share, configuration, something generated? */
export const isGuarded = (path, root) =>
  /(^|\/)(tests?|__tests__|__mocks__|spec|fixtures?|snapshots?|testing|dist|build|vendor|generated|node_modules|coverage)\//.test(relative(root, path)) ||
  /(\.(test|spec|bench|config|stories|d)\.[mc]?[jt]sx?|_test\.py|(^|\/)test_[^/]*\.py|(^|\/)(conftest|setup|tests?)\.py|\.min\.js|(^|\/)tests?\.[mc]?[jt]sx?|[-_]test\.[mc]?[jt]sx?|(^|\/)test-[^/]*\.[mc]?[jt]sx?)$/.test(
    relative(root, path),
  )
