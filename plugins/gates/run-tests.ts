// The tool with which an agent runs the project's tests while it works: in its own tree, with Penguin's reporter, and
// without the distrust of the final gate. What it tells is advice, never evidence.

import {join} from 'node:path'
import {type Check, clip, type Failure, fail, type Site, type Told, type Tool} from '../../engine/plugin.ts'
import {type Desk, layDesk} from './asset.ts'
import {troubleOf} from './judge.ts'
import {type Aim, launched} from './launch.ts'
import {type Located, locate, reached} from './locate.ts'
import {countsOf, failuresOf} from './record.ts'
import {groundOf, type Ran, ranOf, shell} from './run.ts'

interface Input {
  gate?: string | undefined
  only?: string | undefined
}

const maxOutputChars = 6000
const outputBytes = 1024 * 1024

const choose = (checks: readonly Check[], gate: string | undefined): Check => {
  const tests = checks.filter((one) => one.gate.startsWith('tests'))
  const names = checks.map((one) => one.gate).join(', ')
  // In a workspace each package has its own; the first of them would say nothing about another.
  if (gate === undefined && tests.length > 1 && !tests.some((one) => one.gate === 'tests'))
    return fail('tool.input', {name: 'run_tests', why: `name the gate: ${names}`})
  const found = gate === undefined ? (tests[0] ?? checks[0]) : checks.find((one) => one.gate === gate)
  if (found) return found
  const why = checks.length === 0 ? 'this project has no check that Penguin knows of' : `there is no check ${gate}; there are ${names}`
  return fail('tool.input', {name: 'run_tests', why})
}

// The user's package.json is not touched here: the line of the script is run directly, as npm would, with its pre script.
const lineFor = (check: Check, located: Located, aim: Aim, dir: string): string | undefined => {
  if (located.recipe !== undefined) return undefined
  if (located.script === null) return launched(located, aim)
  if (!located.direct) return undefined
  const ground = groundOf(dir)
  const before = [...reached(check.command, ground)].filter((name) => name.startsWith('pre')).map((name) => `{ ${ground.scripts[name]}\n} &&`)
  return [`export PATH="$PWD/node_modules/.bin:$PATH"`, ...before, `{ ${launched(located, aim)}\n}`].join('\n')
}

const failureText = ({test, file, line, message}: Failure): string => {
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`
  return `✗ ${test}${place}\n${message
    .split('\n')
    .map((one) => `  ${one}`)
    .join('\n')}`
}

const told = (check: Check, ran: Ran, wallMs: number): Told => {
  const trouble = troubleOf(ran, wallMs)
  const counts = ran.record && ran.record.tests.length > 0 ? countsOf(ran.record.tests, null) : null
  const failures = ran.record ? failuresOf(ran.record.tests) : []
  const sums = counts ? `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : ''
  const head = `${check.gate}: ${trouble ?? 'green'}${sums ? ` (${sums})` : ''}\n$ ${check.command}  → exit code ${ran.exitCode ?? 'none'}`
  const body = failures.length > 0 ? failures.map(failureText).join('\n') : trouble === undefined ? '' : clip(ran.output.trim(), maxOutputChars).text
  return {
    model: body === '' ? head : `${head}\n\n${body}`,
    line: `${check.command}: ${sums || (trouble ?? 'exit code 0')}`,
    result: {gate: check.gate, command: check.command, passed: trouble === undefined, exitCode: ran.exitCode, counts, failures},
    whole: ran.output,
  }
}

const runIn = async (site: Site, check: Check, desk: Desk, only: string | undefined): Promise<Ran> => {
  const folder = join(site.dir, check.dir)
  const located = locate(check.command, groundOf(folder))
  const aim: Aim = only === undefined ? {kind: 'real'} : {kind: 'real', only}
  const line = located === undefined ? undefined : lineFor(check, located, aim, folder)
  const done = await site.sandbox.run(
    {
      argv: shell(check, desk, line ?? check.command),
      cwd: join(site.root, check.dir),
      env: {npm_config_update_notifier: 'false', PYTHONDONTWRITEBYTECODE: '1'},
      ...(site.dir === site.root ? {} : {overlays: [{at: site.root, from: site.dir, mode: 'rw' as const}]}),
      limits: {wallMs: site.commandMs, outputBytes},
    },
    site.signal,
  )
  return ranOf(line === undefined ? undefined : located, done, desk, [site.dir, site.root])
}

const tool: Tool<Input> = {
  name: 'run_tests',
  does: "Runs the project's tests and says which fail and why. `only`: a name (part) to run less; `gate`: another check than the tests.",
  takes: (z) => z.object({gate: z.string().optional(), only: z.string().optional()}),
  needs: (input, site) => [{kind: 'shell', what: choose(site.checks, input.gate).command}],
  // Runners write caches, coverage and snapshots where they like.
  touches: () => 'any',
  run: async (input, site) => {
    const check = choose(site.checks, input.gate)
    const desk = layDesk(site.dir)
    try {
      const ran = await runIn(site, check, desk, input.only)
      if (ran.error !== undefined) fail('job.failed', {command: check.command, why: ran.error})
      return told(check, ran, site.commandMs)
    } finally {
      desk.dispose()
    }
  },
}

export default tool
