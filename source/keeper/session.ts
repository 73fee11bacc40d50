// A session: runs one after the other, each going on from the one before, and what a person says to them. It knows
// nothing of sockets and terminals; whoever shows it is told of each change.
//
//   quiet ──say──▶ opening ──▶ live ──run.closed──▶ quiet ──(something waits)──▶ opening …
//
// Law 1: one run at a time. Law 2: words reach an agent, wait for one, or begin the next run; when none of these can be,
// it is said.

import type {RunId} from '../../engine/base/id.ts'
import type {Event} from '../../engine/contract/event.ts'
import {asFault, type Fault} from '../../engine/contract/fault.ts'
import type {ScreenSays, SessionAsk, SessionSettings, SettingsChange} from '../../engine/contract/screen.ts'
import type {StartInTerminal} from '../../engine/crew/hire.ts'
import type {OpenJournal} from '../../engine/journal/open.ts'
import type {Context} from '../context.ts'
import {type Host, openHost} from '../host.ts'
import {checkTrust} from '../trust.ts'
import {openAtWork} from './at-work.ts'
import {type Chapters, openChapters} from './chapters.ts'
import {changed, requestFor, settingsOf} from './requests.ts'
import type {TakeOver} from './start.ts'
import {newestRun, storyOf} from './story.ts'

export type Leave = SessionAsk['ask']

export interface SessionEars {
  /** Something of what `state` answers is different. */
  changed(): void
  trouble(text: string): void
  /** A run needs a person's leave first: for what the folder brings, or for commands that cannot be confined. */
  needs(leave: Leave, found: Fault): void
  /** Kept events of the run in progress. */
  event(event: Event): void
  /** A run begins; the terminals of the one before are over. */
  begins(): void
  /** Another session goes on here from its last run; undefined: none does. */
  turned(last: RunId | undefined): void
}

export interface SessionPorts {
  context: Context
  root: string
  startAgent: StartInTerminal
  /** The project's journal for reading; undefined while there is none. */
  openReader(): OpenJournal | undefined
  ears: SessionEars
}

export interface SessionState {
  session: string
  run: string
  live: boolean
  settings: SessionSettings
  queue: string[]
}

export interface Session {
  chapters: Chapters
  state(): SessionState
  say(said: Extract<ScreenSays, {do: 'say'}>): void
  unqueue(index: number): void
  answer(ask: string, choice: string, text?: string): void
  interrupt(agent?: string): void
  /** Ends the run in progress. Nothing that waits is begun after it. */
  end(reason: string, outcome?: 'interrupted' | 'terminated'): void
  set(change: SettingsChange): void
  resume(run: string): void
  /** Goes on where a killed keeper was: with what was set and what waited, and with the run if it was cut off. */
  takeOver(from: Pick<TakeOver, 'live' | 'queue' | 'settings'>): void
  fresh(): void
  /** A person gives the leave that `needs` told of, or not. */
  leave(leave: Leave, may: boolean): void
  /** Whether the folder needs somebody's leave; tells `needs` when it does. */
  checkTrust(): Promise<void>
  /** Resolves once no run is in progress. */
  quiet(): Promise<void>
  kill(): void
}

const spareEvents = 64

export const openSession = ({context, root, startAgent, openReader, ears}: SessionPorts): Session => {
  const chapters = openChapters(openReader)
  let settings: SessionSettings = settingsOf(context.flags)
  let trusted = context.flags.trust === true
  let host: Host | undefined
  let live = false
  /** Ended by a person: what waits stays until they say something. */
  let halted = false
  let quiet = Promise.resolve()
  /** Said while nobody was at work: for the next agent, or the next run. */
  let held: string[] = []
  let queue: string[] = []
  /** Waits for somebody's leave. */
  let barred: {leave: Leave; text: string} | undefined
  /** The run whose conversation the next one goes on with. */
  let last = ''
  const working = openAtWork()
  /** The last error of the run in progress. */
  let refusal: Fault | undefined

  const state = (): SessionState => {
    const runs = chapters.runs()
    return {session: runs[0] ?? '', run: runs.at(-1) ?? '', live, settings, queue: [...held, ...queue]}
  }

  const inJournal = <T>(read: (journal: OpenJournal) => T): T | undefined => {
    const reader = openReader()
    try {
      return reader && read(reader)
    } finally {
      reader?.close()
    }
  }

  const isCutOff = (): boolean => inJournal((journal) => journal.runs().find(({run}) => run === last)?.closedAt) === null

  const hear = (event: Event): void => {
    if (event.type === 'user.said') last = event.run
    if (event.type === 'error') refusal = event.body
    working.note(event)
    if (event.type === 'task.started') for (const text of held.splice(0)) host?.say(text)
    ears.event(event)
  }

  /** From its first event to its last, and the putting away. */
  const follow = async (mine: Host): Promise<void> => {
    const recent: Event[] = []
    try {
      for await (const event of mine.events()) {
        if (event.type === 'gpu.sampled') chapters.sample(event)
        if (event.passing) continue
        recent.push(event)
        if (recent.length > spareEvents) recent.shift()
        hear(event)
      }
      await mine.close()
    } finally {
      const written = inJournal((journal) => journal.lastSeq(mine.run)) ?? 0
      chapters.end(
        mine.run,
        recent.filter((event) => event.seq > written),
      )
    }
  }

  const open = async (text: string): Promise<void> => {
    const asked = requestFor(context, {text, settings, trust: trusted, ...(last ? {resume: last} : {})})
    if (!asked.ok) return ears.trouble(`${asked.error.msg}. ${asked.error.hint}`)
    const trust = trusted ? undefined : await checkTrust({context: asked.result.context, root})
    if (trust && !trust.ok && trust.error.code === 'config.untrusted') {
      barred = {leave: 'trust', text}
      return ears.needs('trust', trust.error)
    }
    // Whoever was cut off goes on in the terminal that they had.
    if (!isCutOff()) ears.begins()
    const opened = await openHost(asked.result.context, asked.result.request, startAgent)
    if (!opened.ok) return ears.trouble([opened.error.msg, opened.error.hint].filter(Boolean).join('. '))
    host = opened.result
    chapters.begin(host)
    // Work that an earlier keeper left open goes on without being given out again.
    if (host.run === last) for (const event of host.journal.read({run: host.run, types: ['task.started', 'phase.handed']})) working.note(event)
    ears.changed()
    if (halted) host.end('interrupted', 'interrupted by the user')
    await follow(host)
    // Asked once: with a level that was named nothing is to be asked.
    if (refusal?.code === 'sandbox.unavailable' && settings.sandbox !== 'limits') {
      barred = {leave: 'sandbox', text}
      ears.needs('sandbox', refusal)
    }
  }

  const begin = (text: string): void => {
    live = true
    halted = false
    refusal = undefined
    working.clear()
    ears.changed()
    const done = open(text).catch((thrown: unknown) => ears.trouble(asFault(thrown).msg))
    quiet = done.then(() => {
      host = undefined
      live = false
      working.clear()
      ears.changed()
      next()
    })
  }
  const next = (): void => {
    if (live || halted || barred) return
    queue = [...held.splice(0), ...queue]
    const text = queue.shift()
    if (text !== undefined) begin(text)
  }
  const withFiles = (text: string, files: readonly string[] = []): string => (files.length > 0 ? `${text}\n\nFiles: ${files.join(', ')}` : text)
  const endRun = (reason: string, outcome: 'interrupted' | 'terminated' = 'interrupted'): void => {
    if (!live) return
    halted = true
    host?.end(outcome, reason)
  }
  /** Goes on with these runs from here on. */
  const turnTo = (runs: readonly Parameters<Chapters['add']>[0][]): void => {
    chapters.clear()
    for (const run of runs) chapters.add(run)
    last = runs.at(-1) ?? ''
    held = []
    queue = []
    ears.turned(runs.at(-1))
    ears.changed()
  }
  const resume = (run: string): void => {
    if (live) return ears.trouble('a run is in progress: end it, or wait for it')
    const story = inJournal((journal) => storyOf(journal, run)) ?? []
    if (story.length === 0) return ears.trouble(`there is no run ${run} in this project`)
    turnTo(story)
  }
  const beginWith = ({continue: goesOn, resume: named}: Context['flags']): void => {
    if (typeof named === 'string') return resume(named)
    if (goesOn !== true) return
    const newest = inJournal(newestRun)
    return newest ? resume(newest.run) : ears.trouble('there is no run to go on with in this project')
  }
  beginWith(context.flags)

  return {
    chapters,
    state,
    say: ({text, files, when, to}) => {
      const words = withFiles(text, files)
      if (!words && !(last && !live)) return
      if (!live && !barred) {
        // What waited for these words goes before them, unless they are to be heard at once.
        if (when === 'after' && (queue.length > 0 || held.length > 0)) {
          queue.push(words)
          halted = false
          return next()
        }
        return begin(words)
      }
      if (when === 'after' || barred) queue.push(words)
      else if (host && working.isAnybody()) {
        const one = to !== undefined && working.has(to) ? to : undefined
        working.woken(one)
        return host.say(words, one)
      } else held.push(words)
      ears.changed()
    },
    unqueue: (index) => {
      if (index < held.length) held.splice(index, 1)
      else queue.splice(index - held.length, 1)
      ears.changed()
    },
    answer: (ask, choice, text) => {
      if (!host?.answer(ask, choice, text)) ears.trouble(`nobody waits for an answer to ${ask} any more`)
    },
    interrupt: (agent) => {
      if (!host) return
      if (working.areAllStopped()) return endRun('interrupted by the user')
      host.interrupt(agent)
    },
    end: endRun,
    set: (change) => {
      settings = changed(settings, change)
      ears.changed()
    },
    resume,
    takeOver: (from) => {
      settings = from.settings
      queue = [...from.queue]
      ears.changed()
      // What was said to a run that has ended meanwhile waits for nobody any more.
      if (from.live && isCutOff()) begin('')
      else if (from.live) next()
    },
    fresh: () => {
      if (live) return ears.trouble('a run is in progress: end it, or wait for it')
      turnTo([])
    },
    leave: (leave, may) => {
      const waiting = barred
      barred = undefined
      if (may && leave === 'trust') trusted = true
      if (may && leave === 'sandbox') settings = changed(settings, {sandbox: 'limits'})
      if (waiting?.text) queue.unshift(waiting.text)
      if (may) return next()
      queue = []
      ears.changed()
      ears.trouble(leave === 'trust' ? 'this folder is not trusted: nothing is run in it' : 'commands cannot be confined here: nothing is run')
    },
    checkTrust: async () => {
      if (trusted || live || barred) return
      const trust = await checkTrust({context, root})
      if (trust.ok || trust.error.code !== 'config.untrusted' || live || barred) return
      barred = {leave: 'trust', text: ''}
      ears.needs('trust', trust.error)
    },
    quiet: () => quiet,
    kill: () => host?.kill(),
  }
}
