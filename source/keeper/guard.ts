// The terminal's guardian: a tiny process beside a screen that puts the user's terminal back when the screen cannot do
// it itself, because it was killed or broke. A shell of one line, not a Node: it costs half a megabyte, and it has
// nothing that could break.
//
//   standing ──"bye"──▶ gone, nothing done          standing ──the pipe closes──▶ restored, one line said, gone
//
// It is two: one that waits, and its parent that begins another when that one is killed. Whoever kills the screen and one
// of them in one breath leaves the other.
//
// Law: it is in a session of its own, so that nothing that ends the screen's group ends it; killed, it is replaced. Nor is
// the program's name in its command line: whoever kills all of that name (pkill -f) has their terminal back.

import {spawn} from 'node:child_process'
import type {Socket} from 'node:net'
import {leave} from '../../components/screen/modes.ts'
import type {ScreenFeatures} from '../../components/screen/scene.ts'

/** What a screen may have switched, whatever its terminal turned out to be able to. */
const everything: ScreenFeatures = {colours: 'true', synchronized: true, clusters: 'settable', underlines: true, kitty: true}

export const leaveSequences = leave({features: everything})

const script = `trap '' HUP INT QUIT TERM TSTP TTIN TTOU
IFS= read -r words <&3
guard() {
  while IFS= read -r said <&3; do [ "$said" = bye ] && exit 0; done
  printf %s "$2"
  [ -n "$1" ] && stty "$1" <&1 2>/dev/null
  printf '\\n%s\\n' "$words"
  exit 0
}
until (guard "$@"); do :; done`

/** Guardians that die one after the other are being killed by somebody: after so many the terminal goes unguarded. */
const mostDeaths = 25
/** Whoever lived so long did not die of how it began. */
const longMs = 10_000

export interface Guard {
  /** The screen has put everything back itself. */
  bye(): void
  /** 0 when there is none. */
  pid(): number
}

export interface Guarded {
  /** As `terminalSettings` answered before raw mode; '' leaves them as they are. */
  settings: string
  /** Said below what the terminal showed before: how to come back. */
  words: string
  /** The terminal. Default 1. */
  fd?: number
}

/** The settings of the terminal, for `stty`; '' where there is no terminal or no stty. Ask before raw mode. */
export const terminalSettings = (fd = 0): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn('stty', ['-g'], {stdio: [fd, 'pipe', 'ignore']})
    let said = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    child.once('error', () => resolve(''))
    child.once('close', (code) => resolve(code === 0 ? said.trim() : ''))
  })

export const guardTerminal = ({settings, words, fd = 1}: Guarded): Guard => {
  let wire: Socket | null | undefined
  let pid = 0
  let done = false
  let deaths = 0
  const post = (): void => {
    const mine = spawn('/bin/sh', ['-c', script, 'guardian', settings, leaveSequences], {
      argv0: 'tty-guardian',
      detached: true,
      // Standard input would be closed with the first of the two, before a word could be said to the other.
      stdio: ['ignore', fd, 'ignore', 'pipe'],
    })
    const line = mine.stdio[3] as Socket | null
    wire = line
    pid = mine.pid ?? 0
    line?.on('error', () => undefined)
    line?.write(`${words}\n`)
    mine.once('error', () => undefined)
    const bornAt = performance.now()
    mine.once('exit', () => {
      if (!done && wire === line) {
        deaths = performance.now() - bornAt > longMs ? 1 : deaths + 1
        wire = undefined
        pid = 0
        if (deaths < mostDeaths) post()
      }
      // The one that waited may live on without its parent, until there is another.
      line?.end('bye\n')
    })
    mine.unref()
    line?.unref()
  }
  post()
  return {
    bye: () => {
      done = true
      wire?.end('bye\n')
    },
    pid: () => pid,
  }
}
