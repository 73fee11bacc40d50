// What the user's terminal can: guessed from the environment at first, then corrected by what it answers itself. Pure:
// environment and answers are handed in as data.

import type {InputEvent} from '../../engine/contract/screen.ts'
import type {ColourDepth, ScreenFeatures} from './scene.ts'

export type Environment = Readonly<Record<string, string | undefined>>

type Reply = Extract<InputEvent, {input: 'reply'}>

/** Terminals that know true colours and every kind of underline, by their TERM, their TERM_PROGRAM or their own answer. */
const modern = /kitty|ghostty|wezterm|foot|contour|iterm|alacritty|rio|konsole|mintty|vte|xterm\.js|windows terminal/i

/** Lines only: no screen is drawn here. */
export const isDumb = ({TERM = ''}: Environment): boolean => TERM === '' || TERM === 'dumb' || TERM === 'unknown'

const isModern = (env: Environment): boolean =>
  modern.test(env.TERM ?? '') || modern.test(env.TERM_PROGRAM ?? '') || env.WT_SESSION !== undefined || Number(env.VTE_VERSION) >= 3600

const depthOf = (env: Environment): ColourDepth => {
  if (env.NO_COLOR || isDumb(env)) return 'none'
  const term = env.TERM ?? ''
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || term.endsWith('-direct')) return 'true'
  // A multiplexer answers for itself: what it runs in may know less.
  const isInside = /^(tmux|screen)/.test(term)
  if (!isInside && (isModern(env) || env.TERM_PROGRAM === 'vscode')) return 'true'
  return /256/.test(term) || env.TERM_PROGRAM === 'Apple_Terminal' ? '256' : '16'
}

export const guessFeatures = (env: Environment): ScreenFeatures => ({
  colours: depthOf(env),
  synchronized: false,
  clusters: 'unknown',
  links: /^tmux/.test(env.TERM ?? '') || (!/^screen/.test(env.TERM ?? '') && isModern(env)),
  underlines: /^tmux/.test(env.TERM ?? '') || (!/^screen/.test(env.TERM ?? '') && isModern(env)),
  kitty: false,
})

/**
 * Asks all at once: frames held back, joined characters, the keyboard protocol, the name, and last what every terminal
 * answers, so that its answer says that no other will come.
 */
export const questions = '\x1b[?2026$p\x1b[?2027$p\x1b[?u\x1b[>0q\x1b[c'

/** Asks for the background's colour; the Linux console has no such words. */
export const backgroundQuestion = ({TERM = ''}: Environment): string => (TERM === 'linux' ? '' : '\x1b]11;?\x07')

/** Of the answer to it; undefined when it tells of another colour, or of none. */
export const isLightBackground = (text: string): boolean | undefined => {
  const [, ...parts] = /^11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(text) ?? []
  if (parts.length < 3) return undefined
  const [red = 0, green = 0, blue = 0] = parts.map((hex) => Number.parseInt(hex, 16) / (16 ** hex.length - 1))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5
}

/** The last answer: whatever has not come by now will not come. */
export const isLastReply = ({what, text}: Reply): boolean => what === 'attributes' && text.startsWith('?')

const learnMode = (features: ScreenFeatures, text: string): ScreenFeatures => {
  const [mode, state] = text.replace('?', '').split(';').map(Number)
  // 1 and 3: on; 2: off, and can be switched; 4: off for good; 0: never heard of.
  if (mode === 2026) return {...features, synchronized: state === 1 || state === 2 || state === 3}
  if (mode === 2027) return {...features, clusters: state === 1 || state === 3 ? 'on' : state === 2 ? 'settable' : 'unknown'}
  return features
}

/** Colours that the person forbade stay forbidden. */
const learnName = (features: ScreenFeatures, name: string): ScreenFeatures =>
  modern.test(name) ? {...features, underlines: true, links: true, colours: features.colours === 'none' ? 'none' : 'true'} : features

export const learn = (features: ScreenFeatures, {what, text}: Reply): ScreenFeatures => {
  if (what === 'mode') return learnMode(features, text)
  if (what === 'kitty') return {...features, kitty: true}
  return what === 'version' ? learnName(features, text) : features
}
