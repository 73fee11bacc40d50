// What a terminal is good for: the full screen, plain lines, or a headless run. Loaded with the front door: no imports
// but types.

import type {Context} from './context.ts'

/** Terminals that can move no cursor, and readers that could not follow one. */
export const wantsPlain = (context: Context): boolean => context.flags.screenReader === true || ['dumb', 'unknown', ''].includes(context.env.TERM ?? '')

/** Flags that only a headless run knows what to do with. */
const headless = ['json', 'output', 'input', 'outputFile', 'schema', 'quiet', 'verbose', 'inProcess', 'record']

/** True where `penguin` means the screen: a terminal on both sides, and nothing asked that only a headless run can do. */
export const wantsScreen = ({flags, tty, words}: Context): boolean =>
  tty.in && tty.out && headless.every((name) => flags[name] === undefined) && !words.includes('-')
