// What a screen begins with: the person's taste from configuration and environment, their keys, what they said before.
// Read once; nothing of the session is known yet.

import type {Config} from '../../engine/contract/config.ts'
import type {Size} from '../../engine/contract/screen.ts'
import {newEditor} from '../../stores/editor.ts'
import {type Keymap, remap} from '../../stores/keymap.ts'
import {type AppState, type Look, newState} from '../../stores/state.ts'
import {type ThemeName, themeNames} from '../../stores/theme.ts'
import type {Context} from '../context.ts'

export type Taste = Config['ui']

export interface ScreenSetup {
  state: AppState
  keymap: Keymap
  /** What is wrong with the keys of the configuration, in words. */
  problems: readonly string[]
  /** Nobody has chosen colours: the terminal's own background decides. */
  isThemeOpen: boolean
}

const themeOf = (context: Context, wanted: string | undefined): ThemeName => {
  if (context.flags.noColor || context.env.NO_COLOR) return 'none'
  if (wanted !== undefined && (themeNames as readonly string[]).includes(wanted)) return wanted as ThemeName
  // `15;0`: the background's number is last; 7 and 15 are light.
  return /;(?:7|15)$/.test(context.env.COLORFGBG ?? '') ? 'light' : 'dark'
}

export const lookOf = (context: Context, taste: Taste): Look => ({
  theme: themeOf(context, taste.theme),
  motion: taste.motion,
  mouse: taste.mouse,
  vim: taste.vim,
  diff: 'unified',
})

export const startOf = (context: Context, size: Size, taste: Taste, history: readonly string[]): ScreenSetup => {
  const look = lookOf(context, taste)
  const {keymap, problems} = remap(taste.keys)
  const editor = newEditor({history, columns: Math.max(1, size.columns - 3), vim: look.vim})
  return {
    state: newState({size, editor, look, now: context.clock.now(), zoneMs: -new Date().getTimezoneOffset() * 60_000, keymap}),
    keymap,
    problems,
    isThemeOpen: taste.theme === undefined && look.theme !== 'none',
  }
}
