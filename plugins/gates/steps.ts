// The files that a check's own command leads through before there is any test: Makefiles, and scripts that it names. They
// say how tests are run as much as a runner's settings do. Read as they were at the start; nothing is run or expanded.

import {posix} from 'node:path'
import type {Check, GateSite} from '../../engine/plugin.ts'
import {heldBeside, judges, loadedBy, startsTests} from './held.ts'
import {reached} from './locate.ts'
import {scriptsOf} from './manifest.ts'
import {isTestish} from './testish.ts'

/** What make reads by itself, and what those include. */
const makefile = /^(?:GNUm|[mM])akefile$/
const makePart = /^(?:GNUm|[mM])akefile$|\.mk$/
const testName = /(?:^|[._-])(?:self)?(?:tests?|checks?|specs?|verify|validate|smoke|acceptance|lint|ci)(?:[._-]|$)/i
const shellScript = /(?:^|\/)(?:\.?ci|scripts?|hack|tools)\/(?:.*\/)?[^/.]+(?:\.(?:sh|bash))?$/

/** Is this a script whose business is to test, by its name and place? What is tested may stand in a command as well. */
const isNamed = (path: string): boolean => testName.test(posix.basename(path)) || shellScript.test(path)

const wordsIn = (line: string): string[] => line.split(/[\s;&|()'"`<>=@]+/).filter((word) => word !== '')

/** What the targets of a Makefile do, with those that they need. */
const recipes = (text: string, targets: readonly string[]): string[] => {
  const rules = new Map<string, {needs: string[]; lines: string[]}>()
  let open: {lines: string[]}[] = []
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    if (line.startsWith('\t')) for (const rule of open) rule.lines.push(line)
    const head = /^([^\s:#=][^:#=]*)::?(?!=)([^;]*)(?:;(.*))?$/.exec(line)
    if (!head) continue
    open = wordsIn(head[1] as string).map((target) => {
      const rule = rules.get(target) ?? {needs: [], lines: []}
      rule.needs.push(...wordsIn(head[2] as string))
      rule.lines.push(head[3] ?? '')
      rules.set(target, rule)
      return rule
    })
  }
  const seen = new Set(targets)
  for (const target of seen) for (const need of rules.get(target)?.needs ?? []) seen.add(need)
  return [...seen].flatMap((target) => rules.get(target)?.lines ?? [])
}

export interface Steps {
  /** Scripts of the tests that the command starts, by their names in it. */
  scripts: string[]
  /** The check's command. */
  command: string
  /** Is this path a step of the check's command, or else a part of how its tests judge, held as it was at the start? */
  isStep(path: string): boolean
  /** Does the command need a file that the run has brought first? Then it said nothing at the start that could be held. */
  isNew: boolean
}

/** A new file that make would read is a step only where one stood before: it could stand in for that one. */
const isMade = (site: GateSite, parts: readonly string[]): ((path: string) => boolean) => {
  const partDirs = new Set(parts.map((path) => posix.dirname(path)))
  const dirs = new Set(parts.filter((path) => makefile.test(posix.basename(path))).map((path) => posix.dirname(path)))
  return (path) => {
    const name = posix.basename(path)
    return makePart.test(name) && (site.start.has(path) || (makefile.test(name) ? dirs : partDirs).has(posix.dirname(path)))
  }
}

/** What is a step of the check's command, by the tree of the start. */
export const stepsOf = (check: Check, site: GateSite): Steps => {
  const read = (path: string): string | undefined => {
    const content = site.read(path, 'start')
    return content && new TextDecoder().decode(content)
  }
  const inDir = (path: string): string => posix.join(check.dir, path)
  const scripts = scriptsOf(read(inDir('package.json')))
  const lines = [check.command, ...[...reached(check.command, {scripts, read: () => undefined})].map((name) => scripts[name] as string)]
  const making = lines.some((line) => /(?:^|[\s;&|/(])g?make(?:\s|$)/.test(line))
  const parts = making ? [...site.start.keys()].filter((path) => makePart.test(posix.basename(path))) : []
  const made = parts.filter((path) => posix.dirname(path) === posix.normalize(check.dir || '.'))
  const targets = lines.flatMap(wordsIn)
  const recipe = made.flatMap((path) => recipes(read(path) ?? '', targets))
  const included = made.flatMap((path) => [...(read(path) ?? '').matchAll(/^[ -]?s?include\s+(.+)$/gm)].flatMap((hit) => wordsIn(hit[1] as string)).map(inDir))
  const starting = (path: string): boolean => site.start.has(path) && startsTests(path, read(path))
  const isScript = (path: string): boolean => site.start.has(path) && (isNamed(path) || starting(path))
  const steps = new Set([...lines, ...recipe].flatMap(wordsIn).map(inDir).filter(isScript))
  for (const path of wordsIn(check.command).map(inDir)) if (site.start.has(path) && judges(site, read, path)) steps.add(path)
  // A script leads on to others: `run.sh` to `ci/unit.sh`.
  for (const path of steps) for (const word of wordsIn(read(path) ?? '')) if (/\.\w+$|\//.test(word) && starting(inDir(word))) steps.add(inDir(word))
  for (const path of [...included, ...loadedBy(site, check.dir, [...lines, ...recipe]), ...heldBeside(site, read)]) if (site.start.has(path)) steps.add(path)
  const isMadeHere = isMade(site, parts)
  return {
    scripts: [...lines, ...recipe]
      .flatMap(wordsIn)
      .map(inDir)
      .filter((path) => steps.has(path) || (site.now.has(path) && isTestish(path, site.start))),
    command: check.command,
    isStep: (path) => steps.has(path) || isMadeHere(path),
    isNew: (making && parts.length === 0) || targets.map(inDir).some((path) => site.now.has(path) && !site.start.has(path)),
  }
}
