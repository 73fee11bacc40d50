// The project of the folder that a verb was started in.

import {FaultError} from '../engine/contract/fault.ts'
import type {Context} from './context.ts'
import {foldersOf, homeOf} from './folders.ts'
import {findProject, type Project} from './project.ts'

/** For verbs that read settings and need no project: the folder itself where none may be one. */
export const rootHere = (context: Context): string => {
  const found = findProject(context.cwd, {home: homeOf(context.env), state: foldersOf(context.env).state})
  return found.ok ? found.result.root : context.cwd
}

/** Throws project.forbidden for `/` and the home folder. */
export const projectHere = (context: Context): Project => {
  const found = findProject(context.cwd, {home: homeOf(context.env), state: foldersOf(context.env).state})
  if (!found.ok) throw new FaultError(found.error)
  return found.result
}
