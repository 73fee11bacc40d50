// The verb `sessions`: the runs of this project and those that went on from them. A session's id is its first
// run's. Reading only, but for `resume` and `fork`.

import type {RunId} from '../../engine/base/id.ts'
import type {Journal, RunInfo} from '../../engine/contract/journal.ts'
import {tell} from '../../engine/fold/transcript.ts'
import {openJournal} from '../../engine/journal/open.ts'
import type {Context, VerbRun} from '../context.ts'
import {shown} from '../shown.ts'
import {wantsScreen} from '../terminal-kind.ts'
import {fork} from './fork.ts'
import {journalDir} from './journal-dir.ts'

const ago = (now: number, then: number): string => {
  const minutes = Math.round((now - then) / 60_000)
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`
}

const stateOf = (run: RunInfo): string => (run.hostPid === null ? (run.outcome ?? 'interrupted') : `running (process ${run.hostPid})`)

/** What was asked for; of an undo, a restore and the like, which nobody put in words, what came of it. */
const titleOf = (journal: Journal, run: RunInfo): string => {
  if (run.title !== '') return run.title
  for (const event of journal.read({run: run.run, types: ['run.closed']}))
    if (event.type === 'run.closed') return (event.body.reason.split('\n')[0] ?? '').replace(/:$/, '')
  return ''
}

const list = async (context: Context, journal: Journal): Promise<number> => {
  const runs = journal.runs().sort((a, b) => b.openedAt - a.openedAt)
  if (context.flags.json) await context.out(runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
  else
    await context.out(
      runs.map((run) => `${run.run}  ${ago(context.clock.now(), run.openedAt).padEnd(12)} ${stateOf(run).padEnd(14)} ${titleOf(journal, run)}\n`).join(''),
    )
  return 0
}

const storyOf = (journal: Journal, run: RunInfo): {seq: number; role: string; text: string}[] =>
  [...journal.read({run: run.run})].flatMap((event) => {
    const text = tell(event)
    return text ? [{seq: event.seq, role: event.role ?? '', text}] : []
  })

const show = async (context: Context, journal: Journal, run: RunInfo): Promise<number> => {
  if (context.flags.json) {
    await context.out(`${JSON.stringify({...run, title: titleOf(journal, run), story: storyOf(journal, run)})}\n`)
    return 0
  }
  await context.out(`${run.run} · session ${run.session} · ${stateOf(run)}\n${titleOf(journal, run)}\n`)
  for (const event of journal.read({run: run.run})) {
    const told = shown(tell(event))
    if (told && !(await context.out(`${String(event.seq).padStart(5)} ${event.role ?? ''} ${told}\n`))) break
  }
  return 0
}

const exported = async (context: Context, journal: Journal, run: RunInfo): Promise<number> => {
  for (const event of journal.read({run: run.run})) if (!(await context.out(`${JSON.stringify(event)}\n`))) break
  return 0
}

/** The same as `penguin --resume RUN`: on the screen where there is one. */
const resumed = async (context: Context, run: RunInfo, words: readonly string[]): Promise<number> => {
  const mine: Context = Object.create(context, {
    flags: {value: {...context.flags, resume: run.run}, enumerable: true},
    words: {value: words, enumerable: true},
  })
  if (wantsScreen(mine)) return (await import('./tui.ts')).tui(mine)
  return (await import('./run.ts')).run(mine)
}

const usage = (context: Context, why: string): number => {
  context.err(`penguin: ${why}\npenguin sessions list\n`)
  return 2
}

export const sessions: VerbRun = async (context) => {
  const [action = 'list', wanted, ...rest] = context.words
  const opened = openJournal({dir: journalDir(context), clock: context.clock, readonly: true})
  if (!opened.ok) {
    context.err(`penguin: ${opened.error.msg}\n`)
    // A list of nothing is a list.
    if (opened.error.code === 'journal.missing' && action === 'list') return 0
    return opened.error.code === 'journal.missing' ? 2 : 1
  }
  const journal = opened.result
  try {
    if (action === 'list') return await list(context, journal)
    const run = journal.runs().find((one) => one.run === (wanted as RunId))
    if (!run) return usage(context, wanted ? `there is no run ${wanted}` : 'which run?')
    if (action === 'show') return await show(context, journal, run)
    if (action === 'export') return await exported(context, journal, run)
    if (action === 'resume') {
      journal.close()
      return await resumed(context, run, rest)
    }
    if (action === 'fork') return await fork(context, run, rest)
    return usage(context, `sessions ${action} is not a verb`)
  } finally {
    journal.close()
  }
}
