// Copying to wherever the person can paste from: the desktop's own tool, tmux's buffer, or the terminal itself (OSC 52).
// It says which of them took the text; nothing is read from a clipboard here.

import {spawn} from 'node:child_process'
import type {Environment} from '../context.ts'

export interface Copied {
  /** Who took it: `xclip`, `tmux buffer`, `terminal`; empty when nobody did. */
  used: readonly string[]
  /** For the person. */
  text: string
}

/** Runs a program with this input; true when it ended well. */
export type RunWith = (argv: readonly string[], input: string) => Promise<boolean>

export interface ClipboardPorts {
  env: Environment
  platform?: NodeJS.Platform
  /** Bytes for the user's terminal, between frames. */
  say(bytes: string): void
  run?: RunWith
}

const waitMs = 2_000

/** No answer is waited for longer than a person would: a tool without its desktop may hang. */
const runWith =
  (env: Environment): RunWith =>
  ([program = '', ...args], input) =>
    new Promise((done) => {
      const child = spawn(program, args, {stdio: ['pipe', 'ignore', 'ignore'], env: {...env}})
      const late = setTimeout(() => child.kill('SIGKILL'), waitMs)
      const end = (well: boolean): void => {
        clearTimeout(late)
        done(well)
      }
      child.on('error', () => end(false))
      child.on('exit', (code) => end(code === 0))
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })

/** The tools of this desktop, the likeliest first. */
const toolsOf = (env: Environment, platform: NodeJS.Platform): readonly (readonly string[])[] => {
  if (platform === 'darwin') return [['pbcopy']]
  if (platform === 'win32' || env.WSL_DISTRO_NAME) return [['clip.exe']]
  const wayland = env.WAYLAND_DISPLAY ? [['wl-copy']] : []
  const x11 = env.DISPLAY
    ? [
        ['xclip', '-selection', 'clipboard', '-in'],
        ['xsel', '--clipboard', '--input'],
      ]
    : []
  return [...wayland, ...x11]
}

/** Beyond this terminals drop the whole sequence. */
const terminalLimit = 100_000
const esc = '\x1b'
const bell = '\x07'
/** GNU screen takes no longer string at once. */
const screenPiece = 700

/** OSC 52, wrapped so that tmux or screen hands it on; '' when it is too long. */
export const terminalCopy = (text: string, env: Environment): string => {
  const coded = Buffer.from(text).toString('base64')
  if (coded.length > terminalLimit) return ''
  const sequence = `${esc}]52;c;${coded}${bell}`
  // tmux hands it on from either form, as it is set up: its own clipboard or the wrapped one.
  if (env.TMUX) return `${sequence}${esc}Ptmux;${sequence.replaceAll(esc, esc + esc)}${esc}\\`
  if (!env.STY) return sequence
  const pieces = sequence.match(new RegExp(`[^]{1,${screenPiece}}`, 'g')) ?? []
  return pieces.map((piece) => `${esc}P${piece}${esc}\\`).join('')
}

const letters = (text: string): string => {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  return lines > 1 ? `${lines} lines` : text.length === 1 ? '1 character' : `${text.length} characters`
}

/** A terminal does not say whether it took the text: to it the text is only sent. */
const toldOf = (size: string, by: string, isSent: boolean): string => {
  if (by) return `copied ${size} to ${by}${isSent ? ', and sent to the terminal' : ''}`
  return isSent ? `sent ${size} to the clipboard of the terminal` : `not copied: ${size}, too many for the terminal, and there is no clipboard tool`
}

export const openClipboard = ({env, platform = process.platform, say, run = runWith(env)}: ClipboardPorts): {copy(text: string): Promise<Copied>} => {
  const isFar = Boolean(env.SSH_CONNECTION ?? env.SSH_TTY)

  const byTool = async (text: string): Promise<string | undefined> => {
    for (const argv of toolsOf(env, platform)) if (await run(argv, text)) return argv[0]
    return undefined
  }
  const byTmux = async (text: string): Promise<string | undefined> => {
    if (!env.TMUX) return undefined
    // `-w` hands it to the outer terminal too; versions before 3.2 do not know it.
    const taken = (await run(['tmux', 'load-buffer', '-w', '-'], text)) || (await run(['tmux', 'load-buffer', '-'], text))
    return taken ? 'tmux buffer' : undefined
  }
  const byTerminal = (text: string): string | undefined => {
    const bytes = terminalCopy(text, env)
    if (bytes) say(bytes)
    return bytes ? 'terminal' : undefined
  }
  return {
    copy: async (text) => {
      const [tool, buffer] = await Promise.all([byTool(text), byTmux(text)])
      // From afar the tool's desktop may not be the one that the person sits at.
      const terminal = tool && !isFar ? undefined : byTerminal(text)
      const used = [tool, buffer, terminal].filter((one) => one !== undefined)
      return {used, text: toldOf(letters(text), [tool, buffer && `the ${buffer}`].filter(Boolean).join(' and '), terminal !== undefined)}
    },
  }
}
