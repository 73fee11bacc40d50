// The verb `init`: a settings file in which everything is a comment, and a .gitignore that lets it through.

import {join} from 'node:path'
import {keepInGit, writeCommented} from '../config-write.ts'
import type {VerbRun} from '../context.ts'
import {projectHere} from '../project-here.ts'

export const init: VerbRun = async (context) => {
  const folder = join(projectHere(context).root, '.penguin')
  const file = join(folder, 'config.yml')
  if (!writeCommented(file)) {
    context.err(`penguin: ${file} is there already; it was left as it is\n`)
    return 1
  }
  keepInGit(folder)
  await context.out(`${file}\n`)
  return 0
}
