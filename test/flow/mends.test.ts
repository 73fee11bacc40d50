// Repairs that ask no model, through the real program: a slip in what the model wrote is mended on evidence and the model
// is not asked again; where that cannot be done, may not be done or does not pay, it is asked as before.

import {expect, it} from 'vitest'
import {bodies, types, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Ended, place} from '../kit/penguin.ts'

const files = {
  'package.json': JSON.stringify({name: 'shop', type: 'module', scripts: {test: 'node --test'}}),
  'shop.js': "export const total = (lines) => {\n  throw new Error('not written yet')\n}\n",
  'test/shop.test.js': `import assert from 'node:assert/strict'
import {test} from 'node:test'
import {total} from '../shop.js'
test('adds up', () => assert.equal(total([{price: 2, count: 3}, {price: 4, count: 1}]), 10))
test('one line', () => assert.equal(total([{price: 5, count: 2}]), 10))
test('nothing', () => assert.equal(total([]), 0))
`,
}
const slip =
  'export const total = (lines) => {\n  let sum = 0\n  for (let i = 1; i < lines.length; i += 1) sum += lines[i].price * lines[i].count\n  return sum\n}\n'
const right = slip.replace('i = 1', 'i = 0')
const far = 'export const total = (lines) => JSON.parse(JSON.stringify(lines)).flat().map(String).join()\n'

const usage = {input: 9000, output: 900}
const write = (path: string, text: string): Scripted => ({calls: [{tool: 'write', input: {path, text}}], usage})
const answeredHere = (asked: Asked): boolean => asked.messages.at(-1)?.from === 'tool'
const isRepair = (asked: Asked): boolean => asked.messages.some(({text}) => text.includes('Work from the evidence'))

/** Writes `first`; when it is asked to repair, `then`. */
const writes =
  (path: string, first: string, then: string) =>
  (asked: Asked): Scripted =>
    answeredHere(asked) ? {text: 'Hypothesis: a slip. Done.', usage} : write(path, isRepair(asked) ? then : first)

const play = async (
  script: (asked: Asked) => Scripted,
  more: string[] = [],
  tree: Record<string, string> = files,
  undo = false,
): Promise<{run: Ended; requests: Asked[]; read: Record<string, string>; undone: Record<string, string>}> => {
  await using server = await modelServer(script)
  using repo = place(tree)
  const {args, env: way} = ways.responses(server)
  // A busy machine takes its time for checks and search; what is tested here is not how long.
  const env = {...way, PENGUIN_ROUTER__MEND_SEC: '60'}
  const run = await repo.run(['run', '--json', ...args, ...more, 'write total()'], {env})
  const all = (): Record<string, string> => Object.fromEntries(Object.keys(tree).map((path) => [path, repo.read(path)]))
  const read = all()
  if (undo) await repo.run(['undo'], {env})
  expect(repo.survivors()).toEqual([])
  return {run, requests: server.requests, read, undone: all()}
}

it('a slip is mended without a second question, on evidence, and can be undone', async () => {
  const {run, requests, read, undone} = await play(writes('shop.js', slip, right), [], files, true)
  expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'shop.js'}]})
  expect(read['shop.js']).toBe(right)
  expect(requests.some(isRepair)).toBe(false)
  expect(requests).toHaveLength(2)
  const [proposed] = bodies(run.lines, 'patch.proposed')
  expect(proposed).toMatchObject({patch: 'm_1_1', by: 'embedded/search', candidate: 1, usage: {input: 0, output: 0, usd: 0, calls: 0}})
  expect(bodies(run.lines, 'patch.scored')).toMatchObject([{patch: 'm_1_1', by: 'embedded/search', score: 1, failed: 0}])
  expect(bodies(run.lines, 'patch.adopted')).toMatchObject([{patch: 'm_1_1', by: 'embedded/search', changes: [{path: 'shop.js'}]}])
  // Green on the copy before it stood in the files, and still the evidence of what stands.
  const order = types(run.lines).filter((type) => ['patch.proposed', 'gate.passed', 'patch.adopted', 'run.closed'].includes(type))
  expect(order).toEqual(['patch.proposed', 'gate.passed', 'patch.adopted', 'run.closed'])
  expect(run.closed?.gates).toMatchObject([{state: 'passed', counts: {passed: 3, failed: 0}}])
  expect(run.closed?.reason).toContain('repaired without a model')
  expect(['high', 'medium']).toContain(run.closed?.confidence)
  expect(run.closed?.usage.total).toMatchObject({calls: 2, input: 18_000})
  expect(undone).toEqual(files)
}, 60_000)

it('what no small edit mends goes to the model as before', async () => {
  const {run, requests, read} = await play(writes('shop.js', far, right))
  expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
  expect(read['shop.js']).toBe(right)
  expect(requests.some(isRepair)).toBe(true)
  expect(bodies(run.lines, 'patch.adopted')).toEqual([])
  expect(bodies(run.lines, 'task.phase').find(({phase}) => phase === 'mend')?.why).toMatch(/^search: no single edit among \d+ tried of \d+$/)
}, 60_000)

it.each<[string, string[], number]>([
  ['is switched off', ['off'], 9000],
  ['costs more than the model', ['auto'], 3],
])(
  'nothing is tried where it %s',
  async (_why, [mend = 'auto'], input) => {
    const cheap = (asked: Asked): Scripted => ({...writes('shop.js', slip, right)(asked), usage: {input, output: 3}})
    const tree = {...files, '.penguin/config.yml': `router: {mend: ${mend}}\n`}
    const {run, requests} = await play(cheap, [], tree)
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(requests.some(isRepair)).toBe(true)
    expect(bodies(run.lines, 'patch.proposed')).toEqual([])
  },
  60_000,
)

it('only files that the task has changed are touched: a bug elsewhere is the model’s', async () => {
  const tree = {
    ...files,
    'price.js': 'export const price = (line) => line.price - line.count\n',
    'test/price.test.js':
      "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {price} from '../price.js'\ntest('price', () => assert.equal(price({price: 3, count: 4}), 12))\ntest('price two', () => assert.equal(price({price: 5, count: 4}), 20))\n",
  }
  const {run, requests, read} = await play((asked) => (isRepair(asked) ? {text: 'I leave it.', usage} : writes('shop.js', right, right)(asked)), [], tree)
  expect(run.closed, run.stderr).toMatchObject({exitCode: 3})
  expect(read['price.js']).toBe(tree['price.js'])
  expect(requests.some(isRepair)).toBe(true)
  expect(bodies(run.lines, 'patch.adopted')).toEqual([])
}, 60_000)

it('a missing import is written where exactly one place offers the name', async () => {
  const tree = {...files, 'lines.js': 'export const priceOf = ({price, count}) => price * count\n'}
  const without = '// Sums.\nexport const total = (lines) => lines.reduce((sum, line) => sum + priceOf(line), 0)\n'
  const {run, requests, read} = await play(writes('shop.js', without, right), [], tree)
  expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
  expect(read['shop.js']).toBe(`// Sums.\nimport {priceOf} from './lines.js'\n${without.split('\n').slice(1).join('\n')}`)
  expect(bodies(run.lines, 'patch.adopted')).toMatchObject([{by: 'imports'}])
  expect(requests).toHaveLength(2)
}, 60_000)

it('a red lint gate is mended by the project’s own script, in the task’s files only', async () => {
  const lint =
    "const {readFileSync, writeFileSync} = require('node:fs')\nfor (const f of ['shop.js', 'other.js']) {\n  const t = readFileSync(f, 'utf8')\n  const clean = t.replace(/;$/gm, '')\n  if (process.argv[2] === '--fix') writeFileSync(f, clean)\n  else if (f === 'shop.js' && clean !== t) { console.log(f + ': semicolons'); process.exitCode = 1 }\n}\n"
  const tree = {
    ...files,
    'package.json': JSON.stringify({name: 'shop', type: 'module', scripts: {test: 'node --test', lint: 'node lint.cjs', 'lint:fix': 'node lint.cjs --fix'}}),
    'lint.cjs': lint,
    'other.js': 'export const other = 1;\n',
    '.penguin/config.yml': 'verification: {checks: {lint: npm run lint}}\n',
  }
  const {run, requests, read} = await play(writes('shop.js', right.replaceAll('return sum', 'return sum;'), right), [], tree)
  expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'shop.js'}]})
  expect(read['shop.js']).toBe(right)
  expect(read['other.js']).toBe(tree['other.js'])
  expect(bodies(run.lines, 'patch.adopted')).toMatchObject([{by: 'lint'}])
  expect(requests).toHaveLength(2)
}, 60_000)

it('a finding that a rule keeps from being written is not written', async () => {
  const {run, requests} = await play(
    (asked) => (isRepair(asked) ? {text: 'I leave it.', usage} : writes('shop.js', slip, slip)(asked)),
    ['--deny', 'shell(npm test*)'],
  )
  expect(bodies(run.lines, 'patch.proposed')).toEqual([])
  expect(requests.some(isRepair)).toBe(true)
}, 60_000)

const python = {
  'shop.py': "def total(lines):\n    raise NotImplementedError('not written yet')\n",
  'test_shop.py': `import unittest
from shop import total

class Total(unittest.TestCase):
    def test_adds_up(self):
        self.assertEqual(total([(2, 3), (4, 1)]), 10)

    def test_one_line(self):
        self.assertEqual(total([(5, 2)]), 10)

    def test_three(self):
        self.assertEqual(total([(1, 1), (2, 2), (3, 3)]), 14)

    def test_nothing(self):
        self.assertEqual(total([]), 0)
`,
}
const pythonSlip = 'def total(lines):\n    result = 0\n    for price, count in lines[1:]:\n        result += price * count\n    return result\n'

it.each<[string, string[], Record<string, string>, string, string]>([
  ['in a copy that is adopted at the end', ['--isolate'], files, 'shop.js', slip],
  ['where nothing can be bound over the project', ['--sandbox', 'limits', '--trust', '--permission', 'auto'], files, 'shop.js', slip],
  ['in Python', [], python, 'shop.py', pythonSlip],
])(
  'it is the same %s',
  async (_where, flags, tree, path, first) => {
    const {run, requests, undone, read} = await play(writes(path, first, first), flags, tree, true)
    expect(run.closed, run.stderr + JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0, files: [{path}]})
    expect(read[path]).not.toBe(first)
    expect(requests.some(isRepair)).toBe(false)
    expect(bodies(run.lines, 'patch.adopted').filter(({by}) => by === 'embedded/search').length).toBeGreaterThan(0)
    expect(run.closed?.gates).toMatchObject([{state: 'passed'}])
    expect(undone).toEqual(tree)
  },
  60_000,
)
