// What an agent works with, made for one assignment: its sandbox, its tools, its models. Heavy parts load while
// the first request is on its way.

import type {Clock} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import {bad, type Fault, FaultError, fault} from '../engine/contract/fault.ts'
import type {Assignment} from '../engine/contract/link.ts'
import type {Call} from '../engine/contract/message.ts'
import type {Turn} from '../engine/contract/model.ts'
import type {Overlay, Sandbox} from '../engine/contract/sandbox.ts'
import type {AnyTool, Preview, Site} from '../engine/contract/tool.ts'
import type {AskHooks, CallHooks, Work} from '../engine/role/ports.ts'
import {openSandbox} from '../engine/sandbox/open.ts'
import {blocksGuide, recoverBlocks} from '../engine/tool/blocks.ts'
import {recoverCalls} from '../engine/tool/dialects.ts'
import {openGate} from '../engine/tool/gate.ts'
import {type RunKit, runCall} from '../engine/tool/run.ts'
import {openShelf} from '../engine/tool/shelf.ts'
import {checkAnswer} from './answer.ts'
import {tools} from './plugins.ts'
import {holdsMark} from './secrets-find.ts'
import {openSpeech} from './speech.ts'

interface Edges {
  clock: Clock
  dice: Dice
}

/** So many calls in a row that could not be read: one is told what was wrong with it, the second shows that this did not help. */
const mostUnread = 2
const mostTakeovers = 2
const unread = new Set(['tool.input', 'tool.unknown'])

/** Every job of the agent sees its candidate's tree at the project's own path. */
const laidOver = (sandbox: Sandbox, overlays: Overlay[]): Sandbox =>
  overlays.length === 0
    ? sandbox
    : {
        state: sandbox.state,
        run: (job, signal) => sandbox.run({...job, overlays: [...overlays, ...(job.overlays ?? [])]}, signal),
        prepare: (next) => sandbox.prepare?.({...next, overlays: [...overlays, ...(next.overlays ?? [])]}),
        close: () => sandbox.close(),
      }

/** Globs as the guard understands them: `*` within a name, `**` across folders. */
const globRegex = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('**/', '\u0000')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')
      .replaceAll('\u0000', '(?:.*/)?')}$`,
  )

const guardOf = (guarded: Assignment['guarded']): Site['guarded'] => {
  const rows = guarded.flatMap(({globs, why}) => globs.map((glob) => ({fits: globRegex(glob), why})))
  return (path) => rows.find(({fits}) => fits.test(path))?.why ?? ''
}

const openOwnSandbox = async (assignment: Assignment): Promise<Sandbox> => {
  const {level, network, hosts, writes, trusted, home, path, lang, cache} = assignment.sandbox
  const opened = await openSandbox({
    level,
    network,
    ...(hosts ? {hosts} : {}),
    writes,
    trusted,
    home,
    path,
    lang,
    cache,
    root: assignment.root,
    scratch: assignment.scratch,
    ownPid: process.pid,
  })
  if (!opened.ok) throw new FaultError(opened.error)
  return laidOver(opened.result, assignment.overlays)
}

/** Edits in plain-text blocks first; what else leaked is looked for in the rest. */
const fromBlocks = (text: string, specs: Work['specs']): ReturnType<Work['recover']> => {
  const blocks = recoverBlocks(text, specs)
  const rest = recoverCalls(blocks.text, specs)
  return {calls: [...blocks.calls, ...rest.calls], text: rest.text}
}

/** Written back it would take the place of the secret that it stands for. */
const markFault = (tool: string): Fault =>
  fault('tool.input', {name: tool, why: 'it holds a mark that stands for a secret which is not shown; leave those lines as they are'})

/** What a person is shown of the change; a change that cannot be shown so is asked about all the same. */
const previewed = async (tool: AnyTool, input: unknown, site: Site): Promise<{preview?: Preview}> => {
  const preview = await tool.preview?.(input, site).catch(() => undefined)
  return preview ? {preview} : {}
}

export const openWork = async (assignment: Assignment, signal: () => AbortSignal, edges: Edges): Promise<Work> => {
  const shelf = openShelf(tools)
  const sandbox = await openOwnSandbox(assignment)
  const speech = await openSpeech(assignment, edges)
  const offered = assignment.role.tools.filter((name) => speech.offers(name))
  const specs = await shelf.spec(offered)
  const seen: Site['seen'] = new Map()

  const siteFor = (hooks: CallHooks): Site => ({
    dir: assignment.dir,
    root: assignment.root,
    addDirs: assignment.addDirs,
    sandbox,
    permissions: assignment.permissions,
    checks: assignment.checks,
    guarded: guardOf(assignment.guarded),
    say: hooks.onOutput,
    ask: hooks.ask,
    note: hooks.note,
    seen,
    scratch: assignment.scratch,
    signal: signal(),
    commandMs: assignment.commandMs,
    syntax: assignment.syntax,
  })

  let runsCommands = false
  const prepareCommand = (): void => {
    if (runsCommands) sandbox.prepare?.({cwd: assignment.root})
  }
  /** The time in which a model thinks is the time to make ready what its next command takes: after the request is out. */
  const whileItThinks =
    (hooks: AskHooks): AskHooks['reserve'] =>
    async (asked) => {
      const cleared = await hooks.reserve(asked)
      if (cleared.ok) setImmediate(prepareCommand)
      return cleared
    }

  let unreadInARow = 0
  let takeovers = 0
  const isHeld = (): boolean => unreadInARow >= mostUnread
  const watchCalls = (isUnread: boolean, hooks: CallHooks): void => {
    if (!speech.local) return
    if (isHeld()) {
      // A slip is over with the first call that can be read; a habit is not.
      if (!isUnread && takeovers < mostTakeovers) unreadInARow = 0
      return
    }
    unreadInARow = isUnread ? unreadInARow + 1 : 0
    if (!isHeld()) return
    takeovers += 1
    const until = takeovers < mostTakeovers ? 'until one can be' : 'from now on'
    hooks.note('notice', {code: 'calls.grammar', text: `${mostUnread} calls in a row could not be read; ${until} the server holds them to their schema`})
  }

  const run = async (call: Call, hooks: CallHooks) => {
    const site = siteFor(hooks)
    const permit: RunKit['permit'] = async (needs, tool, _call, input) => {
      if (holdsMark(call.input)) return bad(markFault(call.tool))
      const gate = openGate({
        permissions: assignment.permissions,
        sandbox: sandbox.state,
        root: assignment.root,
        writes: assignment.role.writes,
        role: assignment.role.name,
        askPerson: async (asked) => hooks.permit({...asked, ...speech.clean.value(await previewed(tool, input, site))}),
      })
      return gate(needs)
    }
    let isRead = false
    const begin: typeof hooks.begin = (called) => {
      isRead = true
      return hooks.begin(called)
    }
    const ran = speech.clean.value(await runCall(call, {shelf, site, offered, permit, begin, clock: edges.clock}))
    // A call that began had the right form; what a tool then finds wrong with it no grammar would mend.
    watchCalls(!isRead && unread.has(ran.done.error?.code ?? ''), hooks)
    return ran
  }

  return {
    specs,
    guide: speech.blocks ? blocksGuide : '',
    ask: async (turn, hooks) => {
      const asked: Turn = isHeld() ? {...turn, byGrammar: true} : turn
      const reply = await speech.ask(asked, {...hooks, reserve: whileItThinks(hooks)}, signal())
      if (reply.calls.some(({tool}) => tool === 'shell')) {
        runsCommands = true
        prepareCommand()
      }
      return reply
    },
    run,
    isParallel: shelf.isParallel,
    budgetTokens: speech.budgetTokens,
    sizeOf: (messages) => speech.sizeOf(messages, specs),
    recover: (text) => (speech.blocks ? fromBlocks(text, specs) : recoverCalls(text, specs)),
    checkAnswer: async (text) => {
      if (!assignment.answer) return ''
      const wrong = await checkAnswer(assignment.answer, text)
      return wrong && `Your answer must be JSON that matches the schema, and nothing else: ${wrong}`
    },
    close: async () => {
      await sandbox.close()
    },
  }
}
