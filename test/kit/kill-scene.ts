// Where kill -9 falls: the program begun in a person's shell, its processes told apart, and what tells that the terminal
// is theirs again. For the tests and the bench of what a person sees of it.

import {execFileSync} from 'node:child_process'
import {closeSync, constants, openSync, readFileSync} from 'node:fs'
import {launcher} from './penguin.ts'
import type {ScreenPlace} from './screen.ts'
import type {Terminal} from './terminal.ts'

const wordsOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
export const pidsOf = (where: ScreenPlace, what: RegExp): number[] => where.survivors().filter((pid) => what.test(wordsOf(pid)))

export const whose = {screen: /dist\/main\.js/, keeper: /dist\/keeper\.js/, agent: /dist\/worker\.js/, guardian: /^tty-guardian/} as const
export type Who = keyof typeof whose

/** Settings of the terminal, as stty tells them. */
export const settingsOf = (shell: number): string => {
  const fd = openSync(`/proc/${shell}/fd/0`, constants.O_RDONLY | constants.O_NOCTTY)
  try {
    return execFileSync('stty', ['-g'], {encoding: 'utf8', stdio: [fd, 'pipe', 'inherit']})
  } finally {
    closeSync(fd)
  }
}

const given = {alternate: false, mouse: 'none', paste: false, focus: false, cursorVisible: true}

/** What a screen shows, without what goes with the time, and what only who was there is told. */
export const shown = (terminal: Terminal): string =>
  terminal
    .frame()
    .replaceAll(/\d+ (s|ms)\b/g, 'TIME')
    .replaceAll(/(?:the session's process was killed.*| {2,}[✓✗] \w+: .*|┃)$/gm, '')
    .replaceAll(/ {2,}/g, ' ')
    // How busy a local server was: a sample passes, and whoever comes to the next keeper is told the next one.
    .replaceAll(/ (?:cpu|gpu)(?: \d+ ?%)?(?= sandbox)/g, '')
    .replaceAll(/ +$/gm, '')

export interface KillScene {
  where: ScreenPlace
  /** The person's shell; `$P` in it is the program. */
  terminal: Terminal
  pids(who: Who): number[]
  /** Kills one of the kind, a screen and a guardian of this terminal; answers whom, 0 when there was none. */
  kill(who: Who): number
  /** Nothing of the program is left in the terminal, and the shell is there again. */
  isRestored(): boolean
}

export const killScene = async (where: ScreenPlace): Promise<KillScene> => {
  const terminal = where.screen(['-i'], {command: 'sh', env: {P: launcher, PS1: 'shell$ '}})
  await terminal.until('shell$')
  const settings = settingsOf(terminal.pid)
  const pids = (who: Who): number[] => pidsOf(where, whose[who])
  return {
    where,
    terminal,
    pids,
    kill: (who) => {
      const mine = who === 'screen' || who === 'guardian' ? terminal.left() : undefined
      const pid = pids(who).find((one) => mine?.includes(one) ?? true) ?? 0
      if (pid) process.kill(who === 'agent' ? -pid : pid, 'SIGKILL')
      return pid
    },
    isRestored: () => {
      const {alternate, mouse, paste, focus, cursorVisible} = terminal.modes
      const modes = {alternate, mouse, paste, focus, cursorVisible}
      return JSON.stringify(modes) === JSON.stringify(given) && terminal.frame().includes('shell$') && settingsOf(terminal.pid) === settings
    },
  }
}
