// The verb `replay`: a run of earlier days in its panes, at any speed, from anywhere; without a terminal its story as
// lines. Nothing is run again and nothing is written.

import type {Journal, RunInfo} from '../../engine/contract/journal.ts'
import {openJournal} from '../../engine/journal/open.ts'
import type {Context, VerbRun} from '../context.ts'
import {playbackKey} from '../screen/playback.ts'
import {showScreen} from '../screen/show.ts'
import {openTty, type Tty} from '../screen/tty.ts'
import {wantsPlain} from '../terminal-kind.ts'
import {journalDir} from './journal-dir.ts'

const usage = 2

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

const printed = async (context: Context, journal: Journal, run: RunInfo): Promise<number> => {
  const {printReplay} = await import('../replay/print.ts')
  const {clock, out, env, flags} = context
  const colour = context.tty.out && env.NO_COLOR === undefined && flags.noColor !== true
  const columns = process.stdout.columns ?? 80
  await printReplay({journal, run, clock, columns, colour, speed: numberIn(flags.speed), at: numberIn(flags.at), out})
  return 0
}

const shown = async (context: Context, journal: Journal, run: RunInfo, tty: Tty): Promise<number> => {
  const {openReplay} = await import('../replay/replay.ts')
  const {clock, version, env, flags} = context
  const colour = env.NO_COLOR === undefined && flags.noColor !== true
  const played = openReplay({journal, run, clock, version, size: tty.size(), colour, speed: numberIn(flags.speed), at: numberIn(flags.at)})
  return showScreen(context, {
    tty,
    before: (event, leave) => {
      if (event.input === 'key' && event.key === 'q') leave()
      return playbackKey(played, event)
    },
    reach: async () => played,
  })
}

export const replay: VerbRun = async (context) => {
  const opened = openJournal({dir: journalDir(context), clock: context.clock, readonly: true})
  if (!opened.ok) {
    context.err(`penguin: ${opened.error.msg}\n`)
    return opened.error.code === 'journal.missing' ? usage : 1
  }
  const journal = opened.result
  try {
    const [named] = context.words
    const run = journal.runs().find((one) => one.run === named || one.session === named)
    if (!run) {
      context.err(`penguin: ${named ? `there is no run ${named}` : 'which run?'}\npenguin sessions list\n`)
      return usage
    }
    const tty = wantsPlain(context) ? null : openTty(process.stdout)
    return tty ? await shown(context, journal, run, tty) : await printed(context, journal, run)
  } finally {
    journal.close()
  }
}
