// A keeper begun before there is a screen to reach it from: whoever names what goes on, or says what shall be done, needs
// one of their own, and it starts beside the screen instead of after it.

import type {Context} from '../context.ts'

/** Of the screen, not of what is asked. */
const aboutTheScreen: readonly string[] = ['cwd', 'noColor', 'screenReader']

/** A prompt or a setting on the command line is the beginning of something new, or names what goes on itself. */
const asksForMore = ({flags, words}: Context): boolean =>
  words.length > 0 || Object.entries(flags).some(([name, value]) => value !== undefined && value !== false && !aboutTheScreen.includes(name))

/** Its word; undefined where a living one may do. */
export const beginKeeper = (context: Context): Promise<string> | undefined => {
  if (!asksForMore(context)) return undefined
  const word = import('./start.ts').then(({startKeeper}) => startKeeper(context))
  // Whoever reaches for it hears why there is none.
  word.catch(() => undefined)
  return word
}
