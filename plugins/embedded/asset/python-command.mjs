// A Python test command taken apart: interpreter, environment, path, targets and flags. Reads words, runs nothing.

import {runnerOf} from './discover.mjs'

const words = (part) => [...part.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => found[1] ?? found[2] ?? found[3])
const assignment = /^[A-Za-z_]\w*=/

// Flags of pytest that would stop early, run elsewhere or only change what is printed.
const dropped =
  /^(-x|--exitfirst|-v+|-q+|-s|--maxfail.*|--cov.*|--no-cov.*|-n.*|--numprocesses.*|--dist.*|--tb.*|--durations.*|--color.*|--junit.*|--lf|--ff|--last-failed|--failed-first|-r\w+|--capture.*|--no-header|--showlocals|-l)$/
const takesValue = /^(-k|-m|-c|-o|-p|-W|--rootdir|--ignore|--confcutdir|--deselect|--import-mode|-n|--maxfail|--cov|--tb|--durations)$/

const splitFlags = (rest) => {
  const flags = []
  const targets = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]
    if (/^[12&]?>|^\|/.test(word)) break
    if (word.startsWith('-')) {
      const value = takesValue.test(word) ? [rest[++at]] : []
      if (!dropped.test(word)) flags.push(word, ...value)
    } else targets.push(word)
  }
  return {flags, targets}
}

/** {env: ['A=b'], pythons: [...], words: {runner, cwdOnPath, targets, flags}} for a command such as `PYTHONPATH=src python -m pytest -q`. */
export const pythonCommand = (command, runner, cwd) => {
  const {part} = runnerOf(command)
  const all = words(part)
  const env = []
  while (all.length > 0 && assignment.test(all[0])) env.push(all.shift())
  if (all[0] === 'env') all.shift()
  while (all.length > 0 && assignment.test(all[0])) env.push(all.shift())
  const pythonAt = all.findIndex((word) => /(^|\/)python[\d.]*$/.test(word))
  const isModule = /-m\s+(pytest|unittest)/.test(part)
  const from = all.findIndex((word) => /(^|\/)(pytest|py\.test|unittest)$/.test(word))
  const rest = from === -1 ? [] : all.slice(from + 1)
  const pythons = pythonAt === -1 ? [] : [all[pythonAt]]
  if (runner === 'unittest') return {env, pythons, words: {runner, cwdOnPath: true, targets: unittestWords(rest), flags: []}}
  const {flags, targets} = splitFlags(rest)
  return {env, pythons, words: {runner, cwdOnPath: isModule, targets, flags, cwd}}
}

const unittestWords = (rest) => rest.filter((word) => !/^(-v|--verbose|-q|--quiet|-f|--failfast|-b|--buffer|-c|--catch|--locals)$/.test(word))
