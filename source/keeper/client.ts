// A screen's end of the wire to its keeper. What the keeper says before anybody listens waits; nothing is retried: a
// keeper that is gone is told once, and the screen decides whether to look for another.

import type {KeeperSays, ScreenSays, Size} from '../../engine/contract/screen.ts'
import {connectScreen} from '../../engine/link/screens.ts'
import {wireAs} from './wire-as.ts'

export interface KeeperClient {
  /** What a screen says; lost when the keeper is gone, which `gone` has told. */
  says(message: ScreenSays): void
  /** Everything the keeper says, in order, to this one listener. */
  on(take: (message: KeeperSays) => void): void
  /** Resolves once the wire is down, with why; at once when `close` was called. */
  gone: Promise<string>
  close(): void
}

export interface Joining {
  size: Size
  /** Events of the session after this run and seq are sent; undefined: all of them. */
  after?: {run: string; seq: number}
  /** As which build it speaks; default: as this one. */
  wire?: string
  /** It takes what happened up to now folded, by folds that are made like this. */
  folds?: string
}

/** `word`: as `startKeeper` or `findKeepers` gave it. Rejects when nobody listens there. */
export const connectKeeper = async (word: string, joining: Joining): Promise<KeeperClient> => {
  const link = await connectScreen(word, {wire: wireAs, ...joining})
  const {promise: gone, resolve} = Promise.withResolvers<string>()
  link.onClose(resolve)
  return {says: (message) => link.send(message), on: (take) => link.onMessage(take), gone, close: () => link.close()}
}
