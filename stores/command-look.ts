// Slash commands about the screen itself: colours, layout, mouse, keys.

import {type Next, next, toast} from './changes.ts'
import {type Command, complain, first, type Option, options} from './command.ts'
import {layoutNames} from './layout.ts'
import {nameLayout} from './layout-move.ts'
import {pickFrom} from './pick.ts'
import type {AppState} from './state.ts'
import {type ThemeName, themeNames} from './theme.ts'

const onOff = (state: AppState, rest: string, now: boolean, change: (on: boolean) => Next): Next => {
  if (rest === '') return change(!now)
  return rest === 'on' || rest === 'off' ? change(rest === 'on') : complain(state, 'on or off')
}

const themeWords: Readonly<Record<ThemeName, string>> = {
  dark: 'for a dark background',
  light: 'for a light background',
  contrast: 'few colours, strong ones',
  none: 'no colours; weight and underline instead',
}
const themes = themeNames.map((text): Option => ({text, about: themeWords[text]}))

const layoutWords: Readonly<Record<(typeof layoutNames)[number], string>> = {
  auto: 'by their number and the room there is',
  grid: 'as many rows as columns',
  columns: 'side by side',
  rows: 'one below the other',
  main: 'one large, the others beside it',
  stack: 'one seen, of the others their titles',
}
const layouts = layoutNames.map((text): Option => ({text, about: layoutWords[text]}))

const withTheme = (state: AppState, theme: ThemeName): Next => next(toast({...state, look: {...state.look, theme}}, `theme ${theme}`))

export const nextTheme = (state: AppState): Next => withTheme(state, themeNames[(themeNames.indexOf(state.look.theme) + 1) % themeNames.length] as ThemeName)

export const looks: readonly Command[] = [
  {
    name: 'theme',
    takes: themeNames.join('|'),
    about: 'colours of the screen',
    complete: first(themes),
    run: (state, rest) => {
      if (rest === '') return pickFrom(state, 'Which colours?', '/theme', themes, state.look.theme)
      const theme = themeNames.find((name) => name === rest)
      return theme ? withTheme(state, theme) : complain(state, `/theme ${themeNames.join('|')}`)
    },
  },
  {
    name: 'layout',
    takes: layoutNames.join('|'),
    about: 'how the panes stand',
    complete: first(layouts),
    run: (state, rest) => {
      if (rest === '') return pickFrom(state, 'How shall the panes stand?', '/layout', layouts, state.layout.name)
      const name = layoutNames.find((one) => one === rest)
      return name ? next(toast({...state, layout: nameLayout(state.layout, name)}, `layout ${name}`)) : complain(state, `/layout ${layoutNames.join('|')}`)
    },
  },
  {
    name: 'mouse',
    takes: 'on|off',
    about: 'whether the screen takes the mouse; off leaves selecting to your terminal',
    complete: first(options('on', 'off')),
    run: (state, rest) =>
      onOff(state, rest, state.look.mouse, (on) => next(toast({...state, look: {...state.look, mouse: on}}, `mouse ${on ? 'on' : 'off'}`), {do: 'mouse', on})),
  },
  {
    name: 'vim',
    takes: 'on|off',
    about: 'Vim keys in the prompt',
    complete: first(options('on', 'off')),
    run: (state, rest) =>
      onOff(state, rest, state.look.vim, (on) => {
        const {vim: _, ...plain} = state.editor
        const editor = on ? {...plain, vim: {mode: 'insert' as const, keys: '', register: ''}} : plain
        return next(toast({...state, editor, look: {...state.look, vim: on}}, `Vim keys ${on ? 'on' : 'off'}`))
      }),
  },
]
