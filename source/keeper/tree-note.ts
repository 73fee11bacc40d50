// The branch and how many files differ from it, as a status bar shows them. Asked of git itself, seldom, and never by
// two at a time.

import {execFile} from 'node:child_process'
import {childPath} from '../config.ts'
import type {Context} from '../context.ts'

export interface TreeNote {
  branch: string
  dirty: number
}

const timeoutMs = 5000

/** Undefined where there is no repository, or no git. */
const look = (context: Context): Promise<TreeNote | undefined> =>
  new Promise((resolve) => {
    const env = {PATH: childPath(context.env), HOME: context.env.HOME ?? '/', GIT_OPTIONAL_LOCKS: '0'}
    execFile('git', ['status', '--porcelain=v2', '--branch'], {cwd: context.cwd, env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024}, (failed, out) => {
      if (failed) return resolve(undefined)
      const lines = out.split('\n').filter(Boolean)
      const head = lines.find((line) => line.startsWith('# branch.head '))?.slice('# branch.head '.length) ?? ''
      const oid = lines.find((line) => line.startsWith('# branch.oid '))?.slice('# branch.oid '.length, '# branch.oid '.length + 7) ?? ''
      resolve({branch: head === '(detached)' ? oid : head, dirty: lines.filter((line) => !line.startsWith('#')).length})
    })
  })

/** `refresh` looks again, at most once in a second; `told` hears what is new. */
export const watchTree = (context: Context, told: (note: TreeNote | undefined) => void) => {
  let timer: NodeJS.Timeout | undefined
  let looking = false
  let again = false
  let lastAt = Number.NEGATIVE_INFINITY
  const go = async (): Promise<void> => {
    timer = undefined
    looking = true
    told(await look(context))
    lastAt = performance.now()
    looking = false
    if (again) refresh()
  }
  const refresh = (): void => {
    again = looking
    if (looking || timer) return
    timer = setTimeout(go, Math.max(0, 1000 - (performance.now() - lastAt))).unref()
  }
  return {refresh, stop: (): void => clearTimeout(timer)}
}
