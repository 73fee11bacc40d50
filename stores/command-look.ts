// Slash commands about the screen itself: colours, layout, mouse, keys.

import {type Next, next, toast} from './changes.ts'
import {type Command, complain, first, options} from './command.ts'
import {type LayoutName, layoutNames} from './layout.ts'
import {nameLayout} from './layout-move.ts'
import type {AppState} from './state.ts'
import {type ThemeName, themeNames} from './theme.ts'

const onOff = (state: AppState, rest: string, now: boolean, change: (on: boolean) => Next): Next => {
  if (rest === '') return change(!now)
  return rest === 'on' || rest === 'off' ? change(rest === 'on') : complain(state, 'on or off')
}

export const looks: readonly Command[] = [
  {
    name: 'theme',
    takes: themeNames.join('|'),
    about: 'colours of the screen',
    complete: first(options(...themeNames)),
    run: (state, rest) => {
      const at = themeNames.indexOf(state.look.theme)
      const theme = rest === '' ? (themeNames[(at + 1) % themeNames.length] as ThemeName) : themeNames.find((name) => name === rest)
      return theme ? next(toast({...state, look: {...state.look, theme}}, `theme ${theme}`)) : complain(state, `/theme ${themeNames.join('|')}`)
    },
  },
  {
    name: 'layout',
    takes: layoutNames.join('|'),
    about: 'how the panes stand',
    complete: first(options(...layoutNames)),
    run: (state, rest) => {
      const at = layoutNames.indexOf(state.layout.name as LayoutName)
      const name = rest === '' ? (layoutNames[(at + 1) % layoutNames.length] as LayoutName) : layoutNames.find((one) => one === rest)
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
        const editor = on ? {...plain, vim: {mode: 'insert' as const, keys: '', register: '', again: []}} : plain
        return next(toast({...state, editor, look: {...state.look, vim: on}}, `Vim keys ${on ? 'on' : 'off'}`))
      }),
  },
]
