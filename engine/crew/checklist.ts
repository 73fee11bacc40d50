// Which checks a candidate's work calls for: those known when the run was opened, those of packages whose files it
// changed, and those of what it made itself. What was known at the opening is never given up for something made since.

import type {Check} from '../contract/tool.ts'
import type {CandidateSite, Path, Tree} from '../contract/workspace.ts'

export interface ChecklistPorts {
  /** Run whatever was changed. */
  checks: Check[]
  /** Of the packages of a workspace: each is run when files below its folder changed. */
  byPackage: Check[]
  /** Looks again, in the tree as it stands. Called where nothing else is known that would test a changed file. */
  detect(site: CandidateSite, changed: Path[]): Promise<Check[]>
}

export interface Checklist {
  /** Finds out what the candidate's tree calls for now, and keeps it. */
  renew(candidate: number, site: CandidateSite, start: Tree): Promise<Check[]>
  /** As it was last found out. */
  of(candidate: number): Check[]
  /** A check by gate and command, among all that were ever known. */
  find(gate: string, command: string): Check | undefined
}

export const changedPaths = (start: Tree, now: Tree): Path[] =>
  [...new Set([...start.keys(), ...now.keys()])].filter((path) => {
    const [before, after] = [start.get(path), now.get(path)]
    return before?.sha256 !== after?.sha256 || before?.mode !== after?.mode
  })

const isBelow = (path: Path, folder: Path): boolean => folder === '' || path.startsWith(`${folder}/`)

/** The check of the innermost package that holds the path. */
const checkOf = (path: Path, checks: readonly Check[]): Check | undefined =>
  checks.filter((check) => isBelow(path, check.dir)).sort((a, b) => b.dir.length - a.dir.length)[0]

const isTests = (check: Check): boolean => /^(?:tests|check:)/.test(check.gate)

export const openChecklist = ({checks, byPackage, detect}: ChecklistPorts): Checklist => {
  const called = new Map<number, Check[]>()

  const callsFor = async (site: CandidateSite, start: Tree): Promise<Check[]> => {
    if (checks.some(isTests)) return []
    const changed = changedPaths(start, site.tracker.tree())
    if (changed.length === 0) return []
    const touched = new Set(changed.map((path) => checkOf(path, byPackage)))
    const found = byPackage.filter((check) => touched.has(check))
    // A command that nobody can count proves nothing when the run itself brought it.
    const made = (await detect(site, changed)).filter((check) => check.runner !== 'command' && check.runner !== 'make')
    return [...found, ...made.filter((check) => !byPackage.some((one) => one.dir === check.dir))]
  }

  return {
    renew: async (candidate, site, start) => {
      const all = [...checks, ...(await callsFor(site, start))]
      called.set(candidate, all)
      return all
    },
    of: (candidate) => called.get(candidate) ?? checks,
    find: (gate, command) => [...checks, ...byPackage, ...[...called.values()].flat()].find((one) => one.gate === gate && one.command === command),
  }
}
