// What the test gate says of a change: a project is made, changed and checked. A change that changes nothing is refused,
// so that a lie or an honest work which misses its text cannot pass for one that was tried.

import type {Check} from '../../engine/plugin.ts'
import tests from '../../plugins/gates/tests.ts'
import {checkOf, type Project, project} from './gate-site.ts'

export type Files = Record<string, string | null>

/** Throws when an edit leaves its file as it was. */
export const mustChange = (files: Files, edits: Files): void => {
  for (const [path, text] of Object.entries(edits)) if (text === (files[path] ?? null)) throw new Error(`the edit of ${path} changes nothing`)
}

export interface Verdict {
  passed: boolean
  /** Files that a person is asked about. */
  person: string[]
  why: string
}

/** `command`: the user's own check; otherwise what is detected. */
export const verdictOf = async (
  files: Files,
  edits: Files,
  {command, links = {}}: {command?: string; links?: Record<string, string>} = {},
): Promise<Verdict> => {
  mustChange(files, edits)
  const made: Project = project(files as Record<string, string>, links)
  try {
    const [found]: Check[] = await tests.detect({dir: made.dir, cwd: made.dir, tree: made.tree(), changed: []})
    const check = command === undefined ? found : checkOf(command, 'command', {gate: 'check:1'})
    if (check === undefined) throw new Error('no check was detected')
    made.change(edits)
    const {passed, needsPerson, report} = await tests.check(check, made.site())
    return {passed, person: needsPerson?.paths ?? [], why: report.summary}
  } finally {
    made.dispose()
  }
}
