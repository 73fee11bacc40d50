// The host's door for its agents: one unix socket in a 0700 folder, one single-use token per hired agent. A
// connection that does not say the right hello first is closed and forgotten.
// Unix socket paths end at 108 bytes: the caller hands in a short folder.

import {rmSync} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import type {Down, HostLink, Up} from '../contract/link.ts'
import {socketLink} from './socket.ts'

export interface AgentDoor {
  /** What an agent needs to find us: path and token in one word. */
  expect(token: string, arrived: (link: HostLink, pid: number) => void): string
  forget(token: string): void
  close(): void
}

const maxSocketPathBytes = 107

/** Opens the door in `dir`. Rejects when the socket cannot be bound. */
export const openDoor = async (dir: string): Promise<AgentDoor> => {
  const path = join(dir, 'agents.sock')
  if (Buffer.byteLength(path) > maxSocketPathBytes) throw new Error(`the socket path ${path} is longer than ${maxSocketPathBytes} bytes`)
  const expected = new Map<string, (link: HostLink, pid: number) => void>()
  const server: Server = createServer((socket) => {
    const link = socketLink<Down, Up>(socket)
    link.onMessage((message) => {
      const arrived = message.say === 'hello' ? expected.get(message.token) : undefined
      if (message.say !== 'hello' || !arrived) return link.close()
      expected.delete(message.token)
      arrived(link, message.pid)
    })
  })
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    expect: (token, arrived) => {
      expected.set(token, arrived)
      return `${path}#${token}`
    },
    forget: (token) => void expected.delete(token),
    close: () => {
      server.close()
      rmSync(path, {force: true})
    },
  }
}
