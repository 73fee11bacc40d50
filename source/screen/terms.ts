// The terms between us and the user's terminal: entered once, adapted as the terminal answers what it can, and given
// back on every way out, by us or, when we cannot any more, by the guardian.

import {setImmediate as breath} from 'node:timers/promises'
import {backgroundQuestion, guessFeatures, isLastReply, learn, questions} from '../../components/screen/features.ts'
import {adapt, enter, leave, mouseOff, mouseOn, title} from '../../components/screen/modes.ts'
import type {Glass, ScreenFeatures} from '../../components/screen/scene.ts'
import type {InputEvent} from '../../engine/contract/screen.ts'
import type {Context} from '../context.ts'
import {type Guard, guardTerminal} from '../keeper/guard.ts'
import {keepTrace} from '../last-trace.ts'
import {hush} from './hush.ts'
import type {Tty} from './tty.ts'

export interface Terms {
  features(): ScreenFeatures
  /** True when more is known now; what has to be switched for it is said. */
  learn(reply: Extract<InputEvent, {input: 'reply'}>): boolean
  /** Resolves once the terminal has answered everything, or will not: what came later would be typed into the shell. */
  answered(): Promise<void>
  mouse(on: boolean): void
  title(text: string): void
  /** The terminal as it was found while another program has it; then ours again. */
  lend<T>(work: () => Promise<T>): Promise<T>
  /** To the shell until it is taken up again. */
  suspend(): void
  /** Gives the terminal back; once. */
  leave(words?: string): void
}

export interface TermsPorts {
  context: Context
  tty: Tty
  mouse: boolean
  /** As `terminalSettings` said before raw mode. */
  settings: string
  /** The alternate screen is on already. */
  isEntered: boolean
  /** Bytes go out between its frames; the frames stop while the terminal is lent. Not there yet at the start. */
  glass(): Pick<Glass, 'say' | 'lend' | 'takeBack'>
}

/** A terminal that answers at all has answered by then. */
const lateMs = 300

const broken = 'penguin: the screen broke, the session goes on; penguin attach shows it again'
const wayBack = 'penguin: the screen is gone, the session goes on; penguin attach shows it again'

export const openTerms = ({context, tty, mouse, settings, isEntered, glass}: TermsPorts): Terms => {
  let features = guessFeatures({...context.env, ...(context.flags.noColor ? {NO_COLOR: '1'} : {})})
  let mouseIsOn = mouse
  let left = false
  const {promise: heard, resolve: heardLast} = Promise.withResolvers<void>()
  tty.put(`${enter({features, mouse, isEntered})}${backgroundQuestion(context.env)}${questions}`)
  const speak = hush()
  const guard: Guard = guardTerminal({settings, words: wayBack})

  const giveBack = (words = ''): void => {
    if (left) return
    left = true
    speak()
    process.off('exit', onExit)
    process.off('SIGCONT', onContinued)
    process.off('SIGTSTP', onStopped)
    process.off('uncaughtException', onBroken)
    process.off('unhandledRejection', onBroken)
    tty.put(leave({features}))
    tty.raw(false)
    guard.bye()
    if (words) tty.put(words)
  }
  const onExit = (): void => giveBack()
  // A bug of the screen is said in a line, on a terminal that is as it was; the work goes on without it.
  const onBroken = (thrown: unknown): void => {
    const file = keepTrace(context.env, 'screen', context.version, thrown)
    giveBack(`${broken}${file ? `; ${file} says more` : ''}\n`)
    process.exit(1)
  }
  let isLent = false
  const lend = async <T>(work: () => Promise<T>): Promise<T> => {
    isLent = true
    await glass().lend()
    tty.put(leave({features}))
    tty.raw(false)
    try {
      return await work()
    } finally {
      tty.raw(true)
      tty.put(enter({features, mouse: mouseIsOn}))
      glass().takeBack()
      isLent = false
    }
  }
  // Stopped from outside and taken up again: a shell has had the terminal meanwhile.
  const onContinued = (): void => {
    if (!isLent && !left) void lend(async () => undefined)
  }
  // As the system does it: where no shell could take us up again, it does nothing.
  const stop = (): void => {
    process.off('SIGTSTP', onStopped)
    process.kill(process.pid, 'SIGTSTP')
    process.on('SIGTSTP', onStopped)
    // A size that changed meanwhile was told to the shell.
    process.kill(process.pid, 'SIGWINCH')
  }
  /** The shell finds its terminal as it was, and may write on it. */
  const onStopped = (): void => {
    if (isLent || left) stop()
    else
      void lend(async () => {
        stop()
        // That we go on is told to us, too, and is not to be taken for a stop that nobody saw.
        await breath()
        await breath()
      })
  }
  process.on('SIGCONT', onContinued)
  process.on('SIGTSTP', onStopped)
  process.on('exit', onExit)
  process.on('uncaughtException', onBroken)
  process.on('unhandledRejection', onBroken)
  return {
    features: () => features,
    answered: () => Promise.race([heard, new Promise<void>((resolve) => setTimeout(resolve, lateMs).unref())]),
    learn: (reply) => {
      if (isLastReply(reply)) heardLast()
      const now = learn(features, reply)
      if (now === features) return false
      glass().say(adapt(features, now))
      features = now
      return true
    },
    mouse: (on) => {
      if (on === mouseIsOn) return
      mouseIsOn = on
      glass().say(on ? mouseOn : mouseOff)
    },
    title: (text) => glass().say(title(text)),
    lend,
    suspend: onStopped,
    leave: giveBack,
  }
}
