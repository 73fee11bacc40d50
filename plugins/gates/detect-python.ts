// The test command of a Python project: pytest where anything speaks of it, else unittest, with the interpreter of the
// project's own environment where there is one.

import type {Check} from '../../engine/plugin.ts'
import type {Look} from './look.ts'

type Found = Omit<Check, 'required' | 'gate'>

const interpreter = (look: Look): string => ['.venv/bin/python', 'venv/bin/python', 'env/bin/python'].find((path) => look.has(path)) ?? 'python3'

const configs: readonly (readonly [string, RegExp])[] = [
  ['pytest.ini', /^/],
  ['pytest.toml', /^/],
  ['.pytest.ini', /^/],
  ['pyproject.toml', /^\[tool\.pytest/m],
  ['tox.ini', /^\[pytest\]/m],
  ['setup.cfg', /^\[tool:pytest\]/m],
]

const testFile = /(?:^|\/)(?:test[^/]*|[^/]+_test|tests)\.py$/
const plainTest = /^(?:async )?def test_\w*\(/m
const caseTest = /\b(?:unittest|TestCase)\b/

const configured = (look: Look): string | undefined => configs.find(([file, pattern]) => look.has(file) && pattern.test(look.read(file) ?? ''))?.[0]

// `src/pkg` is importable only when it is installed or named on the path; naming it does no harm.
const sourcePath = (look: Look, config: string | undefined): string => {
  const laid = look.files().some((file) => /^src\/[^/]+(?:\/__init__)?\.py$/.test(file))
  const named = config !== undefined && /pythonpath/.test(look.read(config) ?? '')
  return laid && !named ? 'PYTHONPATH=src ' : ''
}

const discover = (look: Look, tests: readonly string[]): string => {
  const folder = ['tests', 'test'].find((name) => tests.some((file) => file.startsWith(`${name}/`)))
  const suffixed = tests.every((file) => /_test\.py$/.test(file)) ? " -p '*_test.py'" : ''
  if (folder === undefined || tests.some((file) => !file.startsWith(`${folder}/`))) return `discover${suffixed}`
  return look.has(`${folder}/__init__.py`) ? `discover -s ${folder} -t .${suffixed}` : `discover -s ${folder}${suffixed}`
}

export const detectPython = (look: Look): Found | undefined => {
  const config = configured(look)
  const tests = look.files().filter((file) => testFile.test(file) && !/(?:^|\/)(?:node_modules|site-packages)\//.test(file))
  const conftest = look.files().find((file) => /(?:^|\/)conftest\.py$/.test(file))
  if (tests.length === 0) return undefined
  const read = tests.slice(0, 200).map((file) => ({file, text: look.read(file) ?? ''}))
  const speaking = read.find(({text}) => /^\s*(?:import|from) pytest\b/m.test(text) || (plainTest.test(text) && !caseTest.test(text)))?.file
  const python = `${sourcePath(look, config)}${interpreter(look)}`
  const from = config ?? conftest ?? speaking
  if (from !== undefined) return {command: `${python} -m pytest`, from, dir: look.folder, runner: 'pytest'}
  const unit = read.find(({text}) => caseTest.test(text))?.file
  return unit === undefined ? undefined : {command: `${python} -m unittest ${discover(look, tests)}`, from: unit, dir: look.folder, runner: 'unittest'}
}
