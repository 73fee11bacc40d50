// Which session a screen belongs to: one that was left behind in this project goes on; else a new one begins. The
// keeper alone knows how many screens it has, so it is asked.

import {FaultError, fault} from '../../engine/contract/fault.ts'
import type {SessionNote, Size} from '../../engine/contract/screen.ts'
import type {Context} from '../context.ts'
import {connectKeeper, type Joining, type KeeperClient} from '../keeper/client.ts'
import {foldsAs} from '../keeper/folds-as.ts'
import {takeTurn} from '../keeper/registry.ts'
import {findKeepers, isKeeperComing, type KeeperNote, startKeeper, type TakeOver} from '../keeper/start.ts'
import {speaksOtherwise} from '../keeper/wire-as.ts'

const askMs = 1000
/** One that was named, or is the only one, may be busy. */
const patientMs = 10_000

/** The keeper's first word of itself, with everything after it still to come; null when it does not answer. */
const introduced = async (note: KeeperNote, joining: Joining, waitMs = askMs): Promise<{client: KeeperClient; session: SessionNote} | null> => {
  const client = await connectKeeper(note.word, joining).catch(() => null)
  if (!client) return null
  const waiting: Parameters<Parameters<KeeperClient['on']>[0]>[0][] = []
  const {promise: said, resolve} = Promise.withResolvers<SessionNote | null>()
  let take: Parameters<KeeperClient['on']>[0] = (message) => {
    waiting.push(message)
    if (message.tell === 'session') resolve(message.session)
  }
  client.on((message) => take(message))
  const late = setTimeout(() => resolve(null), waitMs)
  const session = await Promise.race([said, client.gone.then(() => null)])
  clearTimeout(late)
  if (!session) {
    client.close()
    return null
  }
  const handed: KeeperClient = {
    ...client,
    on: (hear) => {
      take = hear
      for (const message of waiting.splice(0)) hear(message)
    },
  }
  return {client: handed, session}
}

/** `begun`: its keeper's word, where one was begun already. Else joins the newest session of this project that no screen shows, or begins one. */
export const reachKeeper = async (context: Context, joining: Joining, begun?: Promise<string>): Promise<KeeperClient> => {
  if (begun) return connectKeeper(await begun, joining)
  const living = findKeepers(context).reverse()
  for (const note of living.filter(({wire}) => !speaksOtherwise(wire))) {
    const found = await introduced(note, joining)
    if (found && found.session.screens <= 1) return found.client
    found?.client.close()
  }
  const before = living.find(({wire}) => speaksOtherwise(wire))
  const client = await connectKeeper(await startKeeper(context), joining)
  return before ? saying(client, `${otherBuild(before)}. ${wayOn(before)}`) : client
}

/** It goes on with the program that began it, and only that one's screens can show it. */
const otherBuild = ({session}: KeeperNote): string => `penguin was updated, and the session ${session || 'before'} lives on in the program of before`
const wayOn = ({pid, session}: KeeperNote): string =>
  session ? `kill ${pid} ends it in order, then penguin sessions resume ${session} goes on with it` : `kill ${pid} ends it`

/** Its first word is ours. */
const saying = (client: KeeperClient, text: string): KeeperClient => ({
  ...client,
  on: (hear) => {
    hear({tell: 'trouble', text})
    client.on(hear)
  },
})

/** What a screen knows of the session whose keeper was killed. */
export interface Lost extends TakeOver {
  session: string
  /** The last event that it was told; 0: not all of those before it. */
  seen?: {run: string; seq: number}
}

/** How long the others wait for the one that begins the next keeper before they look again. */
const turnMs = 20

/** After a keeper was killed: the one that another screen began in its place, or a new one that goes on with its session. */
export const reachAgain = async (context: Context, size: Size, {session, seen, ...takesOver}: Lost): Promise<KeeperClient> => {
  const joining = {size, ...(seen?.seq ? {after: seen} : {folds: foldsAs})}
  let done = takeTurn(context.env, session || String(takesOver.pid))
  while (!done) {
    await new Promise((resolve) => setTimeout(resolve, turnMs))
    done = takeTurn(context.env, session || String(takesOver.pid))
  }
  try {
    const others = findKeepers(context).filter(({pid}) => pid !== takesOver.pid)
    for (const note of others.reverse()) {
      const isNext = note.follows === takesOver.pid || (session !== '' && note.session === session)
      const joined = isNext && (await connectKeeper(note.word, joining).catch(() => undefined))
      if (joined) return joined
    }
    const {continue: _, resume: __, ...flags} = context.flags
    const word = await startKeeper(context, {flags: {...flags, ...(seen ? {resume: seen.run} : {})}, takesOver})
    return await connectKeeper(word, joining)
  } finally {
    done()
  }
}

const nothingToJoin = (why: string, hint: string): FaultError => new FaultError(fault('usage.nothing', {why, hint}))

/** A screen that saw its keeper die has begun to look for the next one by then. */
const noticeMs = 500
/** How long the next one may take on a busy machine. */
const comingMs = 10_000

/** Those that could be meant; after a kill the one that is being begun is waited for. */
const candidatesFor = async (context: Context, named: string | undefined): Promise<KeeperNote[]> => {
  const began = performance.now()
  let comingAt = Number.NEGATIVE_INFINITY
  for (;;) {
    const now = performance.now()
    // Before it is looked: whoever looks sweeps away what the killed one left.
    if (isKeeperComing(context)) comingAt = now
    const living = findKeepers(context)
    const fits = named === undefined ? living : living.filter((note) => note.session === named || String(note.pid) === named)
    if (fits.length > 0 || now - comingAt > noticeMs || now - began > comingMs) return fits
    await new Promise((resolve) => setTimeout(resolve, turnMs))
  }
}

/** For `penguin attach [RUN]`: joins the one that is named, or the only one. Throws usage.nothing. */
export const joinKeeper = async (context: Context, joining: Joining, named: string | undefined): Promise<KeeperClient> => {
  const candidates = await candidatesFor(context, named)
  if (candidates.length > 1) {
    const list = candidates.map((note) => `penguin attach ${note.session || note.pid}`).join('\n')
    throw nothingToJoin(`${candidates.length} sessions of this project live`, list)
  }
  if (candidates[0] && speaksOtherwise(candidates[0].wire)) throw nothingToJoin(otherBuild(candidates[0]), wayOn(candidates[0]))
  const found = candidates[0] && (await introduced(candidates[0], joining, patientMs))
  // Killed at this moment: the next one is waited for.
  if (!found && candidates[0] && isKeeperComing(context)) return joinKeeper(context, joining, named)
  if (!found && candidates[0]) throw nothingToJoin(`the session ${named ?? candidates[0].session} does not answer`, `its process is ${candidates[0].pid}`)
  if (!found && named === undefined) throw nothingToJoin('no session of this project lives', 'penguin begins one; penguin --continue goes on with the last')
  if (!found) throw nothingToJoin(`no session ${named} of this project lives`, `penguin sessions resume ${named} goes on with it, its panes as they were`)
  return found.client
}
