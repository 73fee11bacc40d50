// The link in memory: the same two ends without a process between them. Messages arrive in order, in a later
// microtask, as they would over a socket, so that nobody can lean on a synchronous answer.

import type {AgentLink, Down, HostLink, Link, Up} from '../contract/link.ts'

interface End<Out, In> extends Link<Out, In> {
  take(message: In): void
  drop(why: string): void
}

const makeEnd = <Out, In>(other: () => End<In, Out>): End<Out, In> => {
  let take: ((message: In) => void) | undefined
  let waiting: In[] = []
  let closed: string | undefined
  let onClose: ((why: string) => void) | undefined
  const end: End<Out, In> = {
    send: (message) => queueMicrotask(() => other().take(message)),
    onMessage: (handler) => {
      take = handler
      const held = waiting
      waiting = []
      for (const message of held) handler(message)
    },
    onClose: (handler) => {
      onClose = handler
      if (closed !== undefined) handler(closed)
    },
    close: () => {
      end.drop('closed')
      queueMicrotask(() => other().drop('closed'))
    },
    take: (message) => {
      if (closed !== undefined) return
      if (take) take(message)
      else waiting.push(message)
    },
    drop: (why) => {
      if (closed !== undefined) return
      closed = why
      onClose?.(why)
    },
  }
  return end
}

export const linkPair = (): {host: HostLink; agent: AgentLink} => {
  const ends: {host?: End<Down, Up>; agent?: End<Up, Down>} = {}
  ends.host = makeEnd<Down, Up>(() => ends.agent as End<Up, Down>)
  ends.agent = makeEnd<Up, Down>(() => ends.host as End<Down, Up>)
  return {host: ends.host, agent: ends.agent}
}
