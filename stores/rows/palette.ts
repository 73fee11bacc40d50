// Everything that can be done, as one list: slash commands and keys. What is typed narrows it down.

import {commands} from '../commands.ts'
import type {Row} from '../fold-row.ts'
import {type Keymap, keysOf} from '../keymap.ts'
import type {CommandId} from '../keys.ts'
import {flush, piece} from '../line.ts'
import {best} from '../match.ts'

export type Target = {is: 'slash'; name: string} | {is: 'key'; command: CommandId}

/** What only means something where its key is pressed. */
const elsewhere =
  /^(?:edit\.|history\.|copy\.|search\.|answer-|up$|down$|left$|right$|line-|accept$|after$|back$|complete$|newline$|palette$|clear$|prompt$|focus-number$|interrupt$|leave-or-delete$)/

const keyRows = (keymap: Keymap): Row[] => {
  const seen = new Set<string>()
  return keymap.rows.flatMap(({id, help}): Row[] => {
    if (elsewhere.test(id) || seen.has(id)) return []
    seen.add(id)
    return [{key: `key ${id}`, text: help, line: (width) => flush([piece(help)], [piece(keysOf(keymap, id).split(', ')[0] ?? '', 'quiet')], width)}]
  })
}

const slashRows = (): Row[] =>
  commands.map(({name, takes, about}) => ({
    key: `slash ${name}`,
    text: `/${name} ${about}`,
    line: (width) => flush([piece(`/${name}`, 'strong'), piece(`  ${about}`)], [piece(takes, 'quiet')], width),
  }))

export const paletteRows = (query: string, keymap: Keymap): Row[] => best(query, [...slashRows(), ...keyRows(keymap)], ({text}) => text.replace(/^\//, ''))

export const paletteTarget = (key: string): Target | undefined => {
  const [kind, name = ''] = key.split(' ')
  if (kind === 'slash') return {is: 'slash', name}
  return kind === 'key' ? {is: 'key', command: name as CommandId} : undefined
}
