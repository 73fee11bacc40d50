// Servers of one's own that told nothing of a model's window when they were asked. For some minutes they are not asked
// again: four questions before each run cost more than everything else that a run does before its first request.

import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import type {Context} from '../context.ts'
import {foldersOf} from '../folders.ts'

/** Soon enough for somebody who puts another server in the place of the first. */
const quietMs = 10 * 60 * 1000
const mostKept = 32

type Known = Record<string, number>
type Edges = Pick<Context, 'env' | 'clock'>

const fileOf = ({env}: Edges): string => join(foldersOf(env).cache, 'cards', 'silent.json')
const nameOf = ({protocol, baseUrl}: ProviderSettings, model: string): string => `${protocol} ${baseUrl} ${model}`

const read = (edges: Edges): Known => {
  try {
    const found: unknown = JSON.parse(readFileSync(fileOf(edges), 'utf8'))
    const now = edges.clock.now()
    const rows = Object.entries(typeof found === 'object' && found !== null ? found : {})
    return Object.fromEntries(rows.filter((row): row is [string, number] => typeof row[1] === 'number' && row[1] <= now && now - row[1] < quietMs))
  } catch {
    return {}
  }
}

export const isSilent = (edges: Edges, settings: ProviderSettings, model: string): boolean => Object.hasOwn(read(edges), nameOf(settings, model))

/** What cannot be kept is asked again the next time. */
export const noteSilent = (edges: Edges, settings: ProviderSettings, model: string): void => {
  const file = fileOf(edges)
  try {
    const rows = [...Object.entries(read(edges)), [nameOf(settings, model), edges.clock.now()] as const].slice(-mostKept)
    mkdirSync(join(file, '..'), {recursive: true})
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify(Object.fromEntries(rows)))
    renameSync(part, file)
  } catch {
    // An unwritable cache costs the questions.
  }
}
