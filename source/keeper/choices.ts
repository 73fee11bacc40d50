// What a screen may choose from and only the keeper can see: the sessions of the project, the models with a card, the states
// of the files. Looking only: no model and no server is asked.

import {asFault} from '../../engine/contract/fault.ts'
import type {Journal, RunInfo} from '../../engine/contract/journal.ts'
import type {Choice, ChoicesOf} from '../../engine/contract/screen.ts'
import {count} from '../../stores/figures.ts'
import {loadConfig} from '../config.ts'
import type {Context} from '../context.ts'
import {checkTrust} from '../trust.ts'

export interface ChoicesPorts {
  context: Context
  root: string
  /** The project's journal for reading; undefined while there is none. */
  openReader(): Journal | undefined
}

const most = 500
const oneLine = (text: string): string => text.split('\n')[0] ?? ''

/** Of each session the newest run in which somebody said something; one that is worked on is somebody else's. */
const sessions = (journal: Journal): Choice[] => {
  const newest = new Map<string, RunInfo>()
  for (const run of journal.runs()) {
    const known = newest.get(run.session)
    if (run.title !== '' && (!known || known.openedAt < run.openedAt)) newest.set(run.session, run)
  }
  return [...newest.values()]
    .sort((left, right) => right.openedAt - left.openedAt)
    .slice(0, most)
    .map((run) => ({
      value: run.run,
      text: oneLine(run.title),
      about: run.hostPid === null ? (run.outcome ?? 'interrupted') : 'in progress',
      at: run.closedAt ?? run.openedAt,
    }))
}

const runsLooked = 50

const checkpoints = (journal: Journal): Choice[] => {
  const newest = journal.runs().sort((left, right) => right.openedAt - left.openedAt)
  return newest
    .slice(0, runsLooked)
    .flatMap(({run, title}) =>
      [...journal.read({run, types: ['checkpoint.saved']})].toReversed().flatMap((event): Choice[] => {
        if (event.type !== 'checkpoint.saved') return []
        const {checkpoint, why, name} = event.body as {checkpoint: string; why: string; name?: string}
        return [{value: checkpoint, text: name ?? (title ? `${why}: ${oneLine(title)}` : why), about: '', at: event.at}]
      }),
    )
    .slice(0, most)
}

const models = async ({context, root}: ChoicesPorts): Promise<{choices: Choice[]; wrong?: string}> => {
  const trust = await checkTrust({context, root})
  const config = await loadConfig({context, root, trusted: trust.ok && trust.result.trusted})
  if (!config.ok) return {choices: [], wrong: config.error.msg}
  const {modelsKnown} = await import('../models/list.ts')
  const choices = modelsKnown(context, config.result).map((row): Choice => {
    const about = [row.tools === false ? 'no tools' : '', row.window ? `${count(row.window)} window` : '', row.price].filter(Boolean)
    return {value: row.route, text: row.route, about: about.join(' · ')}
  })
  const aliases = Object.entries(config.result.routes).map(([name, routes]): Choice => ({value: name, text: name, about: routes.join(', ')}))
  return {choices: [...aliases, ...choices]}
}

/** Never rejects: what cannot be had is said. */
export const choicesFor = async (of: ChoicesOf, ports: ChoicesPorts): Promise<{choices: Choice[]; wrong?: string}> => {
  const reader = of === 'models' ? undefined : ports.openReader()
  try {
    if (of === 'models') return await models(ports)
    if (!reader) return {choices: [], wrong: 'nothing was done in this project yet'}
    return {choices: of === 'sessions' ? sessions(reader) : checkpoints(reader)}
  } catch (thrown) {
    return {choices: [], wrong: asFault(thrown).msg}
  } finally {
    reader?.close()
  }
}
