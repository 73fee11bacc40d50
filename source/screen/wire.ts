// The screen's wire to its keeper, also before there is one and after one was killed: what is said waits, in order, and
// another keeper goes on with the session where the last one was.
//
//   joining ──reached──▶ here ──gone──▶ lost ──another keeper──▶ here …      (left, or the keeper said `over`: for good)
//                                        └──too many died, or none may follow──▶ nobody
//
// Law: a keeper that ends because somebody wanted it is not followed by another.

import type {KeeperSays, ScreenSays} from '../../engine/contract/screen.ts'
import {garbled} from '../../engine/link/socket.ts'
import type {KeeperClient} from '../keeper/client.ts'
import {updatedWords} from '../keeper/wire-as.ts'

export interface Wire {
  says(message: ScreenSays): void
  close(): void
}

export interface WirePorts {
  first: Promise<KeeperClient>
  /** Another keeper for the same session; absent where none can follow. */
  again?(): Promise<KeeperClient>
  take(message: KeeperSays): void
  here(): void
  /** Another is looked for. */
  lost(): void
  /** The keeper is gone, and no other follows. */
  nobody(): void
  /** No keeper could be had at all. */
  failed(thrown: unknown): void
}

/** A keeper that dies this often is being killed by something that another one would meet as well. */
const mostDeaths = 25
const pauseMs = 150
/** Whoever lived so long did not die of how it began. */
const longMs = 10_000

export const openWire = ({first, again, take, here, lost, nobody, failed}: WirePorts): Wire => {
  const waiting: ScreenSays[] = []
  let client: KeeperClient | undefined
  let [ended, deaths, joinedAt] = [false, 0, 0]

  const join = (found: KeeperClient): void => {
    if (ended) return found.close()
    client = found
    joinedAt = performance.now()
    found.on((message) => {
      if (message.tell === 'over') ended = true
      take(message)
    })
    for (const message of waiting.splice(0)) found.says(message)
    here()
    void found.gone.then((why) => (why.startsWith(garbled) ? unread() : gone()))
  }
  /** The keeper is of another build, and the next one would be too. */
  const unread = (): void => {
    if (ended) return
    ended = true
    take({tell: 'over', why: updatedWords})
  }
  const gone = (): void => {
    client = undefined
    if (ended) return
    if (again) lost()
    if (performance.now() - joinedAt > longMs) deaths = 0
    seek()
  }
  /** One that cannot be had now may be had a moment later. */
  const seek = (): void => {
    deaths += 1
    if (!again || deaths > mostDeaths) return nobody()
    const look = (): void => {
      if (!ended) again().then(join, seek)
    }
    if (deaths === 1) look()
    else setTimeout(look, pauseMs)
  }
  first.then(join, failed)
  return {
    says: (message) => {
      if (message.do === 'leave') ended = true
      if (client) client.says(message)
      else waiting.push(message)
    },
    close: () => {
      ended = true
      client?.close()
    },
  }
}
