// The keeper of one session: joins the session, its terminals and its screens. What a screen says is done here, in the
// order in which it came; what happens is told to every screen.

import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays, PaneId, ScreenSays, SessionAsk, SessionNote, SettingsChange} from '../../engine/contract/screen.ts'
import {type OpenJournal, openJournal} from '../../engine/journal/open.ts'
import type {Hello, ScreenLink} from '../../engine/link/screens.ts'
import type {Context} from '../context.ts'
import {glance} from '../gather.ts'
import type {Project} from '../project.ts'
import {noModelWords} from '../route-words.ts'
import {runOptions} from '../run-options.ts'
import {keepTrust} from '../trust.ts'
import {choicesFor} from './choices.ts'
import {openFirstSight} from './first-sight.ts'
import {openPanes, type PanesEars} from './panes.ts'
import {retellFrom} from './retell.ts'
import {openScreen, type Screen} from './screens.ts'
import {seesImages} from './sees.ts'
import {openSession} from './session.ts'
import {refused} from './settings.ts'
import {ownStart, shellStart} from './shell.ts'
import type {TakeOver} from './start.ts'
import {type TreeNote, watchTree} from './tree-note.ts'
import {openTyped} from './typed.ts'

type Says<D extends ScreenSays['do']> = Extract<ScreenSays, {do: D}>

export interface KeeperPorts {
  context: Context
  project: Project
  /** The session's id is another one. */
  named(session: string): void
  /** The process groups of its terminals, for whoever has to end them if this process cannot. */
  groups(pids: number[]): void
  /** Whether anybody is there or anything goes on may have changed. */
  moved(): void
  /** The last screen left and wants the session to end. */
  stop(): void
}

export interface Keeper {
  arrived(link: ScreenLink, hello: Hello): void
  /** Goes on where a killed keeper was. */
  takeOver(from: TakeOver): void
  /** Nobody is there yet: what the first screen will be told is made. */
  prepare(): void
  isBusy(): boolean
  /** Is there anything that somebody could come back to? */
  hasStory(): boolean
  /** Ends run, terminals and screens, in order. */
  close(why: string): Promise<void>
  kill(): void
}

export const openKeeper = ({context, project, named, groups, moved, stop}: KeeperPorts): Keeper => {
  const screens = new Set<Screen>()
  const asks = new Map<SessionAsk['ask'], SessionAsk>()
  const typed = new Map<string, ReturnType<typeof openTyped>>()
  let known: Pick<SessionNote, 'route' | 'sandbox' | 'noModel'> = {route: ''}
  let git: TreeNote | undefined
  let keys: string[] = []
  let sees: (route: string) => boolean | undefined = () => undefined
  /** Why a setting cannot hold; nobody knows before the configuration is read. */
  let refuses: (change: SettingsChange) => string = () => ''
  let toldAs = ''
  /** The last word of those who left: the session ends with its last screen. */
  let endsWithLast = false
  const all = (message: KeeperSays): void => {
    for (const screen of screens) screen.tell(message)
  }
  /** What went wrong while nobody was there to hear it. */
  const untold: string[] = []
  const trouble = (text: string): void => {
    if (screens.size === 0) untold.push(text)
    else all({tell: 'trouble', text})
  }

  const ears: PanesEars = {
    note: (note) => {
      // A command of the person may have changed the tree.
      if (note.kind === 'shell' && note.ended !== undefined) tree.refresh()
      for (const screen of screens) screen.note(note)
    },
    bytes: (pane, data, soon) => {
      for (const screen of screens) screen.bytes(pane, data, soon)
    },
    gone: (pane) => {
      typed.delete(pane)
      for (const screen of screens) screen.gone(pane)
    },
    groups: (pids) => {
      groups(pids)
      moved()
    },
  }
  const panes = openPanes(ears)

  const note = (): SessionNote => {
    const state = session.state()
    return {
      ...state,
      ...known,
      version: context.version,
      pid: process.pid,
      root: project.root,
      cwd: project.cwd,
      screens: screens.size,
      ...(git ? {git} : {}),
      sees: sees(state.settings.model ?? known.route),
    }
  }
  /** Several changes of one moment are told once. */
  let due = false
  const tellSession = (): void => {
    if (due) return
    due = true
    queueMicrotask(() => {
      due = false
      all({tell: 'session', session: note()})
      const id = session.state().session
      if (id !== toldAs) named(id)
      toldAs = id
      moved()
    })
  }
  const tree = watchTree(context, (found) => {
    const same = found?.branch === git?.branch && found?.dirty === git?.dirty
    git = found
    if (!same) tellSession()
  })

  const heard = (event: Event): void => {
    if (event.type === 'role.hired') panes.find(event.agent ?? '')?.name(event.role ?? '')
    if (event.type === 'run.opened') {
      const routes = event.body.routes.coder ?? Object.values(event.body.routes)[0] ?? []
      known = {route: routes[0] ?? known.route, sandbox: event.body.sandbox}
      tellSession()
    }
    const changes = (event.body as {changes?: unknown[]}).changes
    if (event.type === 'run.closed' || (changes && changes.length > 0)) tree.refresh()
  }
  const openReader = (): OpenJournal | undefined => {
    const opened = openJournal({dir: project.dataDir, clock: context.clock, readonly: true})
    return opened.ok ? opened.result : undefined
  }
  const colour = context.env.NO_COLOR === undefined && context.flags.noColor !== true
  const session = openSession({
    context,
    root: project.root,
    startAgent: panes.startAgent,
    openReader,
    ears: {
      changed: tellSession,
      trouble,
      needs: (leave, found) => {
        const choices: SessionAsk['choices'] = leave === 'trust' ? ['once', 'always', 'deny'] : ['once', 'deny']
        const text = leave === 'trust' ? found.msg : `${found.msg}. Go on with limits on time and memory only? Commands could then write wherever you can`
        const ask: SessionAsk = {ask: leave, text, choices}
        asks.set(leave, ask)
        all({tell: 'asks', ask})
      },
      event: heard,
      begins: panes.dropEnded,
      turned: (last) => panes.retold(last === undefined ? [] : retellFrom(openReader, last, colour)),
    },
  })

  /** What would answer, before anything is asked. */
  const lookAhead = async (): Promise<void> => {
    const options = runOptions(context, '')
    if (!options.ok) return trouble(options.error.msg)
    const {facts, refusal} = await glance(context, options.result)
    if (refusal && refusal.fault.code !== 'config.untrusted') trouble([refusal.fault.msg, refusal.fault.hint].filter(Boolean).join('. '))
    if (facts.config) sees = seesImages.bind(undefined, context, facts.config)
    if (facts.config && facts.roles) refuses = refused.bind(undefined, {config: facts.config, env: context.env, roles: Object.keys(facts.roles)})
    keys = Object.values(facts.config?.providers ?? {}).flatMap(({apiKeyEnv}) => apiKeyEnv ?? [])
    const route = facts.routes?.coder?.[0]
    if (route && !known.route) known = {...known, route, ...noModelWords(facts)}
    tellSession()
    await session.checkTrust()
  }
  const sight = openFirstSight(session.state().session !== '')
  const ahead = sight.over.then(lookAhead).catch((thrown: unknown) => trouble(String(thrown)))

  const answer = ({ask, choice, text}: Says<'answer'>): void => {
    const own = asks.get(ask as SessionAsk['ask'])
    if (!own) return session.answer(ask, choice, text)
    asks.delete(own.ask)
    all({tell: 'settled', ask})
    if (own.ask === 'trust' && choice === 'always') keepTrust(context, project.root)
    session.leave(own.ask, choice === 'once' || choice === 'always')
  }
  const set = (change: SettingsChange, wrong = refuses(change)): void => (wrong ? trouble(wrong) : session.set(change))
  const open = async ({id, command, size, own}: Says<'open'>, screen: Screen): Promise<void> => {
    // Which variables are keys stands in the configuration.
    await ahead
    try {
      const start = own ? ownStart(context, own, keys) : shellStart(context, command, keys)
      const pane = panes.openShell(command, start, size)
      screen.tell({tell: 'answered', id, ok: true, text: '', pane})
    } catch (thrown) {
      screen.tell({tell: 'answered', id, ok: false, text: thrown instanceof Error ? thrown.message : String(thrown)})
    }
  }
  const type = ({pane, data}: Says<'type'>): void => {
    const found = panes.find(pane)
    if (found?.note().kind !== 'agent') return found?.type(data)
    const editor = typed.get(pane) ?? openTyped()
    typed.set(pane, editor)
    const {echo, lines, interrupt} = editor(data)
    if (echo) found.echo(echo)
    for (const text of lines) session.say({do: 'say', text, when: 'now', to: pane})
    if (interrupt) session.interrupt(pane)
  }

  const take = (message: ScreenSays, screen: Screen, leave: (stop: boolean) => void): void => {
    switch (message.do) {
      case 'hello':
        return
      case 'say':
        return session.say(message)
      case 'unqueue':
        return session.unqueue(message.index)
      case 'answer':
        return answer(message)
      case 'interrupt':
        return session.interrupt(message.agent)
      case 'end':
        return session.end('ended by the user')
      case 'set':
        return set(message.settings)
      case 'resume':
        return session.resume(message.run)
      case 'fresh':
        return session.fresh()
      case 'open':
        return void open(message, screen)
      case 'choices':
        return void choicesFor(message.of, {context, root: project.root, openReader}).then((found) => screen.tell({tell: 'choices', of: message.of, ...found}))
      case 'type':
        return type(message)
      case 'size':
        return panes.find(message.pane)?.resize(message.size)
      case 'shut':
        return panes.shut(message.pane)
      case 'leave':
        return leave(message.stop)
    }
  }

  return {
    arrived: (link, hello) => {
      link.send({tell: 'session', session: {...note(), screens: screens.size + 1}})
      const whole = (pane: PaneId, take: (data: string) => void): void => panes.find(pane)?.whole(take)
      const screen = openScreen({link, hello, chapters: session.chapters, panes: panes.all, whole, seen: sight.seen})
      screens.add(screen)
      panes.sizeAgents(hello.size)
      endsWithLast = false
      for (const ask of asks.values()) screen.tell({tell: 'asks', ask})
      for (const text of untold.splice(0)) screen.tell({tell: 'trouble', text})
      const gone = (): void => {
        if (!screens.delete(screen)) return
        screen.close()
        tellSession()
        if (endsWithLast && screens.size === 0) stop()
      }
      link.onClose(gone)
      const leave = (wantsEnd: boolean): void => {
        endsWithLast = wantsEnd
        gone()
      }
      link.onMessage((message) => {
        try {
          take(message, screen, leave)
        } catch (thrown) {
          screen.tell({tell: 'trouble', text: thrown instanceof Error ? thrown.message : String(thrown)})
        }
      })
      tellSession()
      void sight.over.then(tree.refresh)
    },
    takeOver: session.takeOver,
    prepare: session.chapters.prepare,
    isBusy: () => screens.size > 0 || session.state().live || panes.liveShells() > 0,
    hasStory: () => session.state().session !== '',
    close: async (why) => {
      tree.stop()
      session.end(why, 'terminated')
      await session.quiet()
      await ahead
      await panes.closeAll()
      all({tell: 'over', why})
      for (const screen of screens) screen.close()
    },
    kill: session.kill,
  }
}
