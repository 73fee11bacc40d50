// The gatherers in their order. Each finds out one thing and refuses the run when it cannot be had. A refusal of
// a step is kept while later steps that only report (the journal, most of all) are still taken.

import {readdirSync, readFileSync, realpathSync} from 'node:fs'
import {join, relative, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {below} from '../engine/base/place.ts'
import type {Config} from '../engine/contract/config.ts'
import {fail} from '../engine/contract/fault.ts'
import type {Rule} from '../engine/contract/permission.ts'
import type {SandboxState} from '../engine/contract/sandbox.ts'
import type {Check} from '../engine/contract/tool.ts'
import type {Path} from '../engine/contract/workspace.ts'
import {openJournal} from '../engine/journal/open.ts'
import {parseRole} from '../engine/prompt/card.ts'
import {allowedHost} from '../engine/sandbox/hosts.ts'
import {openSandbox} from '../engine/sandbox/open.ts'
import {submodules} from '../engine/sandbox/places.ts'
import {startTimeOf} from '../engine/sandbox/proc.ts'
import {sweep} from '../engine/sandbox/reap.ts'
import {parseRule} from '../engine/tool/rules.ts'
import {takeEditLock} from '../engine/workspace/lock.ts'
import {chooseRoutes} from './choose-routes.ts'
import {childPath, configSha256, loadConfig} from './config.ts'
import {foldersOf, homeOf} from './folders.ts'
import {socketFolder} from './hiring.ts'
import {readInstructions} from './instructions.ts'
import {writeLastWords} from './last-words.ts'
import {ownTag, sweepDesks, sweepLeftovers} from './leftovers.ts'
import {memoryFolder} from './memory-trees.ts'
import {type Gathered, type Gatherer, gatherBy, needed} from './opening.ts'
import {pastOf, takenOver} from './past.ts'
import {findProject} from './project.ts'
import type {HostRequest} from './run-options.ts'
import {checkTrust} from './trust.ts'

const known = (facts: Partial<Gathered>): Gathered => facts as Gathered

/** Submodules are read-only unless they are named as folders to work in. */
const parts: Gatherer = (facts, _context, request) => {
  const {root} = known(facts).project
  const dirs = request.addDirs.map((dir) => real(resolve(request.dir, dir)))
  facts.addDirs = dirs
  const beside = dirs.filter((dir) => below(dir, root) === undefined)
  if (beside.length > 0)
    facts.notices?.push({
      code: 'folders.unkept',
      text: `no checkpoint holds ${beside.join(', ')}: what is written there stays, also after undo or --on-fail restore`,
    })
  const named = (path: string): boolean => dirs.some((dir) => below(join(root, path), dir) !== undefined)
  const found = submodules(root)
  facts.nested = found.filter(named)
  facts.guarded = found
    .filter((path) => !named(path))
    .map((path) => ({globs: [path, `${path}/**`], why: `it is in the submodule ${path}, which is read-only unless it is named with --add-dir ${path}`}))
}

const real = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

const project: Gatherer = (facts, context, request) => {
  const folders = foldersOf(context.env)
  facts.trees = join(folders.cache, 'trees')
  facts.project = needed(findProject(request.dir, {home: homeOf(context.env), state: folders.state}))
}

/** A damaged journal has been set aside when this is told; the run that says so is the first of a new one. */
const journal: Gatherer = (facts, context) => {
  const open = () => openJournal({dir: known(facts).project.dataDir, clock: context.clock})
  const first = open()
  const opened = !first.ok && first.error.code === 'journal.corrupt' ? open() : first
  if (opened.ok) {
    facts.journal = opened.result
    facts.blobs = opened.result.blobs
  }
  needed(first)
}

const configuration: Gatherer = async (facts, context) => {
  const {root, cwd} = known(facts).project
  const trust = await checkTrust({context, root})
  facts.trusted = trust.ok && trust.result.trusted
  const config = needed(await loadConfig({context, root, trusted: facts.trusted}))
  facts.config = config
  facts.configSha256 = configSha256(config)
  facts.instructions = readInstructions(root, cwd)
  facts.caps = {...config.budgets}
  needed(trust)
}

const resuming: Gatherer = (facts, _context, request) => {
  facts.goal = request.prompt
  if (!request.continue && request.resume === undefined) return
  const {journal: kept} = known(facts)
  writeLastWords(kept)
  const runs = kept.runs()
  // Restores and the like are runs in which nobody said anything; there is nothing to go on with.
  const newest = runs.filter((run) => run.hostPid === null && run.title !== '').sort((a, b) => b.openedAt - a.openedAt)[0]
  const wanted = request.resume === undefined ? newest : runs.find((run) => run.run === request.resume)
  if (!wanted)
    fail('usage.nothing', {
      why: request.resume === undefined ? 'there is no run to go on with in this project' : `there is no run ${request.resume} in this project`,
      hint: 'penguin sessions list',
    })
  const found = wanted as NonNullable<typeof wanted>
  if (found.hostPid !== null) fail('usage.nothing', {why: `${found.run} is being worked on by process ${found.hostPid}`, hint: 'wait for it, or end it'})
  const past = pastOf(kept, found)
  const goesOn = found.closedAt === null
  Object.assign(request, takenOver(request, past, goesOn))
  facts.past = past
  facts.inherited = past.conversation
  if (goesOn) facts.caps = {...facts.caps, ...request.caps}
  const {config} = known(facts)
  if (request.sandbox) facts.config = {...config, sandbox: {...config.sandbox, level: request.sandbox}}
  if (goesOn) facts.goesOn = found.run
  else facts.resumes = found.run
  const words = past.conversation.length > 0 && !goesOn ? 'Go on with the task from where it stopped.' : past.request
  facts.goal = goesOn ? past.request || request.prompt : request.prompt || words
}

const rolesFolder = (): string => {
  const beside = fileURLToPath(new URL('./roles/', import.meta.url))
  try {
    readdirSync(beside)
    return beside
  } catch {
    return fileURLToPath(new URL('../plugins/roles/', import.meta.url))
  }
}

const roles: Gatherer = (facts) => {
  const folder = rolesFolder()
  const cards = readdirSync(folder).filter((name) => name.endsWith('.md'))
  facts.roles = Object.fromEntries(
    cards.map((name) => {
      const role = parseRole(readFileSync(join(folder, name), 'utf8'), name)
      return [role.name, role]
    }),
  )
}

const defaultCommandMs = 120_000

/** `*` opens everything; a list of hosts is kept to by the sandbox's proxy. */
const networkOf = (allow: string[]): {network: SandboxState['network']; hosts?: string[]} => {
  if (allow.includes('*')) return {network: 'open'}
  return allow.length === 0 ? {network: 'off'} : {network: 'allowlist', hosts: allow}
}

const sandbox: Gatherer = async (facts, context) => {
  const {config, project: where, trusted} = known(facts)
  const folders = foldersOf(context.env)
  const {allow} = config.sandbox.network
  const wrong = allow.find((host) => host !== '*' && !allowedHost(host))
  if (wrong !== undefined)
    fail('config.invalid', {
      file: config.origins['sandbox.network.allow'] ?? 'sandbox.network.allow',
      why: `"${wrong}" in sandbox.network.allow is no host`,
      hint: 'a host is example.com, example.com:8080 or *.example.com; ["*"] is all of the network',
    })
  facts.scratch = join(folders.cache, 'scratch', `${ownTag()}-${Buffer.from(context.dice(6)).toString('hex')}`)
  facts.commandMs = defaultCommandMs
  const settings = {
    level: config.sandbox.level,
    ...networkOf(allow),
    writes: [...known(facts).addDirs, ...config.sandbox.writes],
    trusted,
  }
  const opened = needed(
    await openSandbox({...settings, root: where.root, ...surroundings(context), scratch: facts.scratch, cache: folders.cache, ownPid: process.pid}),
  )
  facts.sandbox = opened
  facts.sandboxState = opened.state
  facts.sandboxSettings = {...settings, level: opened.state.level, ...surroundings(context), cache: folders.cache}
  needed(await opened.ready)
  sweep(join(folders.cache, 'live'))
  sweepDesks(where.root)
  sweepLeftovers(
    {scratch: join(folders.cache, 'scratch'), trees: facts.trees as string, runtime: socketFolder(folders.runtime), memory: memoryFolder()},
    known(facts).goesOn,
  )
}

/** Commands get the user's own PATH, home and language, nothing else of the environment. */
export const surroundings = (context: {env: Readonly<Record<string, string | undefined>>}) => ({
  home: homeOf(context.env),
  path: childPath(context.env),
  ...(context.env.LANG ? {lang: context.env.LANG} : {}),
})

/** A rule that cannot be read must not be taken for one that never applies. */
const readable = (rule: Rule): void => {
  if (parseRule(rule.match)) return
  const why = `the rule ${rule.do} "${rule.match}" cannot be read`
  const hint = 'write VERB or VERB(PATTERN), such as shell(npm test*), read(.env*), write(src/**), net(HOST)'
  if (rule.from.startsWith('--')) fail('usage.words', {why, hint})
  fail('config.invalid', {file: rule.from, why, hint})
}

const permissions: Gatherer = (facts, _context, request) => {
  const {config, project: where, sandboxState} = known(facts)
  const fallback = sandboxState.writes === 'confined' && !request.attended ? 'auto' : 'ask'
  if (!where.writable)
    known(facts).notices.push({code: 'project.readonly', text: `${where.root} cannot be written: reading only, and the journal is in ${where.dataDir}`})
  const mode = where.writable ? (request.permission ?? config.permissions.mode ?? fallback) : 'plan'
  for (const rule of [...request.rules, ...config.permissions.rules]) readable(rule)
  facts.permissions = {mode, rules: [...request.rules, ...config.permissions.rules], canAsk: request.attended === true || request.input === 'stream-json'}
}

/** At a screen most requests are talk: checks are run when files were changed, unless the configuration says otherwise. */
const attendedGate = ({verification, origins}: Config, {attended}: HostRequest): Config['verification']['when'] =>
  attended && origins['verification.when'] === undefined ? 'changed' : verification.when

const crew: Gatherer = (facts, _context, request) => {
  const {config, permissions: allowed, roleRoutes, sandboxState} = known(facts)
  const embedded = (roleRoutes.coder ?? roleRoutes.default)?.[0]?.provider === 'embedded'
  const named = (role: string): boolean => request.roleModels[role] !== undefined || config.roles[role]?.model !== undefined
  const wanted = request.candidates ?? config.roles.coder?.candidates ?? 1
  const {project: where, goesOn, past} = known(facts)
  const possible = sandboxState.level === 'bwrap' ? wanted : 1
  const candidates = goesOn && past ? (past.isolated ? Math.max(possible, past.candidates) : 1) : possible
  const lock = takeEditLock(where.dataDir, {pid: process.pid, startedAt: String(startTimeOf(process.pid) ?? 0), run: goesOn ?? ''})
  if (goesOn && !past?.isolated && !lock.ok) fail('usage.nothing', {why: `process ${lock.holder.pid} is editing this project`, hint: 'wait for it, or end it'})
  if (lock.ok) facts.release = lock.release
  else known(facts).notices.push({code: 'run.isolated', text: `process ${lock.holder.pid} is editing this project: working on a copy, adopted at the end`})
  if (possible < wanted)
    known(facts).notices.push({
      code: 'candidates.one',
      text: `${wanted} candidates need the bwrap level, which binds a copy at the project's path; there will be one`,
    })
  // A run that goes on goes on where it worked.
  facts.isolated = goesOn ? (past?.isolated ?? false) : request.isolate || candidates > 1 || !lock.ok
  facts.limits = {
    candidates,
    crew: {explorer: embedded || named('explorer'), planner: embedded || candidates > 1 || named('planner'), tester: embedded || named('tester')},
    repairs: embedded ? 1 : 2,
    restarts: embedded ? 0 : 1,
    gate: request.noCheck || allowed.mode === 'plan' ? 'never' : attendedGate(config, request),
    checks: 0,
    isolated: facts.isolated,
  }
}

const checks: Gatherer = async (facts, context, request) => {
  const {project: where, limits, config, blobs} = known(facts)
  facts.checks = []
  facts.byPackage = []
  if (limits.gate === 'never') return
  const {checksOf, detect} = await import('../plugins/gates/detect.ts')
  const {openTracker} = await import('../engine/workspace/tracker.ts')
  const tree = openTracker({dir: where.root, blobs, cacheFile: join(where.dataDir, 'stat-cache.json'), nested: known(facts).nested}).tree()
  const found = (changed: Path[]): Promise<Check[]> =>
    request.checks.length > 0 ? Promise.resolve([]) : detect({dir: where.root, cwd: where.cwd, tree, changed})
  const detected = await found([])
  facts.checks = checksOf({
    detected,
    flags: {check: request.checks, noCheck: request.noCheck},
    config: config.verification.checks,
    dir: where.root,
    cwd: relative(where.root, where.cwd),
  })
  if (detected.length === 0 && !facts.checks.some((check) => check.gate.startsWith('tests')))
    facts.byPackage = await found([...tree.keys()].filter((path) => /\/(?:package\.json|Cargo\.toml)$/.test(path)))
  facts.limits = {...limits, checks: facts.checks.length}
  void context
}

/** What a screen can show before anything is asked: where it is, and which model would answer. */
export const glance = gatherBy([project, configuration, roles, chooseRoutes])

export const gather = gatherBy([project, journal, configuration, resuming, parts, roles, chooseRoutes, sandbox, permissions, crew, checks])
