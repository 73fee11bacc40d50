// The verb `completion`: prints the script for one shell.

import {bashScript, fishScript, zshScript} from '../completion-text.ts'
import type {VerbRun} from '../context.ts'

const scripts: Readonly<Record<string, () => string>> = {bash: bashScript, zsh: zshScript, fish: fishScript}

export const completion: VerbRun = async (context) => {
  const script = scripts[context.words[0] ?? ''] as () => string
  return (await context.out(script())) ? 0 : 1
}
