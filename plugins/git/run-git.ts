// What `git` does: a job of the sandbox without network and without leave to write. Options come from a short list,
// since git has some that write files, run programs or read outside the repository.

import {clip, FaultError, fail, type Site, type Told} from '../../engine/plugin.ts'
import type {GitInput} from './input.ts'

const wallMs = 20_000
const outputBytes = 524_288
const maxToldChars = 12_000

const allowed: readonly RegExp[] = [
  /^--$/,
  /^-\d+$/,
  /^-n\d*$/,
  /^--(?:max-count|skip|since|until|after|before|author|grep|unified|abbrev|diff-filter|format|pretty|date|inter-hunk-context|ignore-submodules|diff-algorithm)=[^\0]*$/,
  /^-U\d+$/,
  /^-[GSL].+$/,
  /^-L$/,
  /^--(?:stat|numstat|shortstat|summary|name-only|name-status|cached|staged|patch|no-patch|oneline|graph|decorate|all|branches|tags|merges|no-merges|first-parent|follow|reverse|topo-order)$/,
  /^--(?:short|branch|porcelain|ignored|long|verbose|word-diff|minimal|histogram|patience|merge-base|color-words|no-renames|find-renames|full-index|raw|relative)$/,
  /^--(?:ignore-all-space|ignore-space-change|ignore-blank-lines|pickaxe-all|pickaxe-regex|line-porcelain|show-email|date-order|abbrev-commit|root)$/,
  /^--(?:untracked-files|stat|porcelain|find-renames|word-diff|decorate|relative)=[\w%,.-]*$/,
  /^-[psbwuMCRzvmch]+$/,
]

const isAllowed = (arg: string): boolean => !arg.startsWith('-') || allowed.some((form) => form.test(arg))

/** Some models write one line instead of a list. */
const split = (args: readonly string[]): string[] =>
  args.length === 1 && /^-\S+\s+\S/.test(args[0] as string) ? (args[0] as string).trim().split(/\s+/) : [...args]

const checked = (input: GitInput): string[] => {
  const given = split(input.args ?? [])
  const words = given[0] === 'git' ? given.slice(1) : given
  const args = words[0] === input.do ? words.slice(1) : words
  const end = args.indexOf('--')
  const refused = args.slice(0, end === -1 ? undefined : end).find((arg) => !isAllowed(arg))
  return refused === undefined
    ? args
    : fail('tool.input', {name: 'git', why: `the option ${refused.slice(0, 60)} is not taken here; run it with shell if it is needed`})
}

const settings = [
  'core.fsmonitor=false',
  'core.pager=cat',
  'color.ui=never',
  'core.quotePath=false',
  'safe.directory=*',
  'diff.external=',
  'log.showSignature=false',
]

const defaults: Readonly<Record<GitInput['do'], readonly string[]>> = {
  status: ['--short', '--branch'],
  diff: ['--no-ext-diff', '--no-textconv'],
  log: ['--no-ext-diff', '--no-textconv', '--date=short'],
  show: ['--no-ext-diff', '--no-textconv'],
  blame: ['--no-textconv', '--date=short'],
}

const hasCount = (args: readonly string[]): boolean => args.some((arg) => /^-\d+$|^-n|^--max-count|^--since|^-L/.test(arg))

const argvFor = (input: GitInput, args: readonly string[]): string[] => {
  const own = input.do === 'status' && args.length > 0 ? [] : defaults[input.do]
  const bound = input.do === 'log' && !hasCount(args) ? ['--max-count=20', ...(args.some((arg) => arg.startsWith('-')) ? [] : ['--oneline'])] : []
  return ['git', '--no-pager', ...settings.flatMap((setting) => ['-c', setting]), input.do, ...own, ...bound, ...args]
}

export const runGit = async (input: GitInput, site: Site): Promise<Told> => {
  const args = checked(input)
  const report = await site.sandbox.run(
    {
      argv: argvFor(input, args),
      cwd: site.root,
      env: {GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat'},
      writable: false,
      network: 'off',
      limits: {wallMs, outputBytes},
    },
    site.signal,
  )
  if (report.error) throw new FaultError(report.error)
  const what = ['git', input.do, ...args].join(' ').slice(0, 100)
  const out = report.stdout.trimEnd()
  const err = report.exitCode === 0 ? '' : report.stderr.trim()
  const ended = report.exitCode === 0 ? '' : report.killedFor ? `stopped after ${wallMs / 1000} s` : `exit ${report.exitCode}`
  const body = [ended, err, out].filter(Boolean).join('\n') || '[nothing]'
  const short = clip(body, maxToldChars)
  return {
    model: short.text,
    line: ended ? `${what} → ${ended}` : what,
    result: {exitCode: report.exitCode, chars: out.length},
    ...(short.cutChars > 0 ? {whole: body} : {}),
  }
}
