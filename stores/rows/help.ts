// Help: the keys by what they are for, the slash commands, and a few words on what else the prompt understands. Read off
// the tables that the screen itself reads.

import {commands} from '../commands.ts'
import type {Row} from '../fold-row.ts'
import type {Keymap} from '../keymap.ts'
import {cut, exact, type Line, piece} from '../line.ts'

const chapters: readonly [string, RegExp][] = [
  ['Panes', /^(?:focus-|zoom$|swap-|grow-|hide$|show-all$|shell$|shut$|layout-next$|type$|prompt$|copy$|search$)/],
  ['Scrolling', /^(?:page-|line-|first$|last$)/],
  ['Views', /^(?:help$|palette$|tasks$|timeline$|evidence$|spend$|log$|diff|story$|theme$|mouse$|redraw$)/],
  ['Saying', /^(?:accept$|after$|edit$|complete$|newline$|permission-next$|picture$|history\.|interrupt$|rewind$|clear$)/],
  ['Leaving', /^(?:leave|detach$|suspend$)/],
  ['Answering', /^answer-/],
  ['Lists', /^(?:up$|down$|left$|right$|back$)/],
  ['Editing', /^edit\./],
  ['Copy mode', /^(?:copy\.|search\.)/],
]

const head = (text: string): Row => ({key: `head ${text}`, text: '', line: () => [piece(text, 'title')]})

const shownKey = (keymap: Keymap, key: string): string => key.replace(/^prefix/, keymap.prefix[0] ?? 'prefix')

const keyRow = (keymap: Keymap, id: string, keys: readonly string[], help: string, nth: number): Row => {
  const few = keys.length > 6 ? [`${keys[0]} … ${keys.at(-2)}`] : keys
  const shown = few.map((key) => shownKey(keymap, key)).join(', ')
  return {key: `key ${id} ${nth}`, text: `${shown} ${help}`, line: (width) => [...keyPart(shown, width), piece(help)]}
}

/** The longest keys of the table, where there is room for them. */
const keyCells = (width: number): number => Math.min(38, Math.floor(width / 2))

const keyPart = (shown: string, width: number): Line => exact(cut([piece(`  ${shown}`, 'focus')], keyCells(width) - 1), keyCells(width))

const slashRow = ({name, also, takes, about}: (typeof commands)[number]): Row => {
  const names = [name, ...(also ?? [])].map((one) => `/${one}`).join(' ')
  return {
    key: `slash ${name}`,
    text: `${names} ${about} ${takes}`,
    line: (width) => [...keyPart(names, width), piece(about), ...(takes ? [piece(`  ${takes}`, 'quiet')] : [])],
  }
}

const words: readonly [string, string][] = [
  ['@file', 'names a file; Tab completes it'],
  ['!command', 'runs a command of yours in a pane'],
  ['/command', 'one of the list above; // says a line that begins with a slash'],
]

export const helpRows = (keymap: Keymap): Row[] => [
  ...chapters.flatMap(([name, mine]) => [
    head(name),
    ...keymap.rows.flatMap(({id, keys, help}, nth) => (mine.test(id) && keys.length > 0 ? [keyRow(keymap, id, keys, help, nth)] : [])),
  ]),
  head('Commands'),
  ...commands.map(slashRow),
  head('In the prompt'),
  ...words.map(([name, about]): Row => ({key: `word ${name}`, text: `${name} ${about}`, line: (width) => [...keyPart(name, width), piece(about)]})),
]
