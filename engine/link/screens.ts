// The keeper's door for screens: one unix socket in a 0700 folder, one token that every screen of the session says
// first. A screen that reads slowly is told apart by the bytes that wait for it; who writes looks at them and never
// waits. Unix socket paths end at 108 bytes: the caller hands in a short folder.

import {timingSafeEqual} from 'node:crypto'
import {rmSync} from 'node:fs'
import {connect, createServer, type Server} from 'node:net'
import {join} from 'node:path'
import type {Link} from '../contract/link.ts'
import type {KeeperSays, ScreenSays} from '../contract/screen.ts'
import {type SocketLink, socketLink} from './socket.ts'

export type Hello = Extract<ScreenSays, {do: 'hello'}>

export interface ScreenLink extends SocketLink<KeeperSays, ScreenSays> {
  /** Called each time when all that waited has been read. */
  onDrain(take: () => void): void
}

export interface ScreenDoor {
  /** What a screen needs to find us: path and token in one word. */
  word: string
  close(): void
}

const maxSocketPathBytes = 107

const isSame = (said: string, token: string): boolean => {
  const [left, right] = [Buffer.from(String(said)), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Opens the door in `dir`. Rejects when the socket cannot be bound. */
export const openScreenDoor = async (dir: string, token: string, arrived: (screen: ScreenLink, hello: Hello) => void): Promise<ScreenDoor> => {
  const path = join(dir, 'screens.sock')
  if (Buffer.byteLength(path) > maxSocketPathBytes) throw new Error(`the socket path ${path} is longer than ${maxSocketPathBytes} bytes`)
  const server: Server = createServer((socket) => {
    const link = socketLink<KeeperSays, ScreenSays>(socket, setImmediate)
    const screen: ScreenLink = {...link, onDrain: (take) => void socket.on('drain', take)}
    // Whoever takes the screen over sets its own handler, and gets what was said after the hello.
    link.onMessage((message) => {
      if (message.do !== 'hello' || !isSame(message.token, token)) return link.close()
      arrived(screen, message)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    word: `${path}#${token}`,
    close: () => {
      server.close()
      rmSync(path, {force: true})
    },
  }
}

/** A screen's end. Resolves once the socket is there; the hello is said, and whether it was right shows by what comes. */
export const connectScreen = (word: string, hello: Omit<Hello, 'do' | 'token'>): Promise<Link<ScreenSays, KeeperSays>> =>
  new Promise((resolve, reject) => {
    const cut = word.lastIndexOf('#')
    const socket = connect(word.slice(0, cut))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      const link = socketLink<ScreenSays, KeeperSays>(socket)
      link.send({do: 'hello', token: word.slice(cut + 1), ...hello})
      resolve(link)
    })
  })
