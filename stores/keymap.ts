// From a key that was pressed to what it means: the user's own keys laid over the table, then chords and double presses
// resolved against it. Pure: the time comes in. Nothing here carries a command out.

import type {InputEvent} from '../engine/contract/screen.ts'
import {chordOf, keyName} from './key-names.ts'
import {type Binding, bindings, type CommandId, leaveMs, type Mode, modes, prefixKeys, twiceMs} from './keys.ts'

/** Keys pressed so far of a chord, and the last plain press, for double presses. */
export interface Pending {
  /** Name of the first key of a chord; '' for none. */
  chord: string
  last: string
  lastMs: number
}

export const nothingPending: Pending = {chord: '', last: '', lastMs: Number.NEGATIVE_INFINITY}

export interface Keymap {
  /** The table with the user's keys in it: what help and palette show. */
  rows: readonly Binding[]
  prefix: readonly string[]
  /** Of each mode: `key`, `first second` or `key twice` → command. */
  table: Readonly<Record<Mode, ReadonlyMap<string, CommandId>>>
  /** Of each mode: the keys that begin a chord. */
  firsts: Readonly<Record<Mode, ReadonlySet<string>>>
}

/** `pending` is what to hand in with the next event. */
export type Resolved =
  | {is: 'command'; command: CommandId /** Of `alt+3` or `3`. */; digit?: number; pending: Pending}
  | {is: 'typed'; event: InputEvent; pending: Pending}
  /** A chord has begun: show what may follow. */
  | {is: 'pending'; pending: Pending}
  /** A chord that means nothing: eaten, and to be said. */
  | {is: 'unknown'; keys: string; pending: Pending}

export type Keys = Readonly<Record<string, string | readonly string[]>>

/** In `pane` the program has every key but the first prefix and the keys of rows for `pane` alone. */
const holds = (row: Binding, mode: Mode, spelt: string): boolean => mode !== 'pane' || row.modes.length === 1 || spelt.startsWith('prefix ')

/** A key as written → the entries of the table that it makes in a mode. */
const entriesOf = (row: Binding, mode: Mode, spelt: string, prefix: readonly string[]): string[] => {
  if (!holds(row, mode, spelt)) return []
  if (!spelt.startsWith('prefix ')) return [chordOf(spelt) ?? []].flat()
  const rest = chordOf(spelt.slice('prefix '.length))
  return rest === undefined ? [] : (mode === 'pane' ? prefix.slice(0, 1) : prefix).map((first) => `${first} ${rest}`)
}

interface Clash {
  key: string
  mode: Mode
  commands: readonly [CommandId, CommandId]
}

const tableOf = (mode: Mode, rows: readonly Binding[], prefix: readonly string[], clashes: Clash[]): ReadonlyMap<string, CommandId> => {
  const table = new Map<string, CommandId>()
  for (const row of rows.filter((one) => one.modes.includes(mode))) {
    for (const entry of row.keys.flatMap((spelt) => entriesOf(row, mode, spelt, prefix))) {
      const other = table.get(entry)
      if (other !== undefined && other !== row.id) clashes.push({key: entry, mode, commands: [other, row.id]})
      else table.set(entry, row.id)
    }
  }
  return table
}

/** A key that is both a command and the beginning of a chord would never come to the chord. */
const hidden = (mode: Mode, table: ReadonlyMap<string, CommandId>): string[] =>
  [...table].flatMap(([entry, command]) => {
    const [first = '', second] = entry.split(' ')
    const other = second === undefined || second === 'twice' ? undefined : table.get(first)
    return other ? [`keys: in ${mode}, ${first} is ${other}, so ${entry} (${command}) cannot be typed`] : []
  })

const said = (clashes: readonly Clash[]): string[] => {
  const lines = clashes.map(({key, commands: [left, right]}) => `keys: ${key} is given to both ${left} and ${right}; ${left} keeps it`)
  return [...new Set(lines)]
}

const listed = (keys: string | readonly string[]): readonly string[] =>
  (typeof keys === 'string' ? keys.split(',').map((key) => key.trim()) : keys).filter(Boolean)

const build = (rows: readonly Binding[], prefix: readonly string[]): {keymap: Keymap; problems: string[]} => {
  const clashes: Clash[] = []
  const tables = modes.map((mode) => [mode, tableOf(mode, rows, prefix, clashes)] as const)
  const firsts = tables.map(([mode, table]) => {
    const chords = [...table.keys()].map((entry) => entry.split(' ')).filter(([, second]) => second !== undefined && second !== 'twice')
    return [mode, new Set(chords.map(([first = '']) => first))] as const
  })
  const record = <Value>(pairs: readonly (readonly [Mode, Value])[]): Record<Mode, Value> => Object.fromEntries(pairs) as Record<Mode, Value>
  const problems = [...said(clashes), ...new Set(tables.flatMap(([mode, table]) => hidden(mode, table)))]
  return {keymap: {rows, prefix, table: record(tables), firsts: record(firsts)}, problems}
}

const wrongKeys = (command: string, keys: readonly string[]): string[] =>
  keys
    .filter((spelt) => chordOf(command !== 'prefix' && spelt.startsWith('prefix ') ? spelt.slice('prefix '.length) : spelt) === undefined)
    .map((spelt) => `keys: ${command}: "${spelt}" is no key`)

/** The keys of `ui.keys` over the table: `{command: keys}`, a text with commas or a list; an empty one takes the keys away. What is wrong is said and left out. */
export const remap = (config: Keys = {}): {keymap: Keymap; problems: string[]} => {
  const known = new Set<string>(bindings.map(({id}) => id))
  const problems: string[] = []
  const own = new Map<string, readonly string[]>()
  for (const [command, keys] of Object.entries(config)) {
    const list = listed(keys)
    if (command !== 'prefix' && !known.has(command)) problems.push(`keys: there is no command ${command}`)
    const wrong = wrongKeys(command, list)
    problems.push(...wrong)
    const right = list.filter((spelt) => wrongKeys(command, [spelt]).length === 0)
    if (wrong.length === 0 || right.length > 0) own.set(command, right)
  }
  const prefix = (own.get('prefix') ?? prefixKeys).flatMap((spelt) => chordOf(spelt) ?? [])
  // The user's own keys come first: in a clash they win over those that the table gives to another command.
  const rows = (bindings as readonly Binding[]).map((row) => ({...row, keys: own.get(row.id) ?? row.keys}))
  const ordered = [...rows.filter(({id}) => own.has(id)), ...rows.filter(({id}) => !own.has(id))]
  const made = build(ordered, prefix)
  return {keymap: {...made.keymap, rows}, problems: [...problems, ...made.problems]}
}

const digitOf = (event: InputEvent): number | undefined => (event.input === 'key' && /^[0-9]$/.test(event.key) ? Number(event.key) : undefined)

/** What an event means in a mode, given what was pressed before it. */
export const resolve = (keymap: Keymap, mode: Mode, pending: Pending, event: InputEvent, nowMs: number): Resolved => {
  if (event.input !== 'key') return {is: 'typed', event, pending: event.input === 'paste' ? nothingPending : pending}
  const name = keyName(event)
  const table = keymap.table[mode]
  const found = (command: CommandId, last = name): Resolved => ({
    is: 'command',
    command,
    ...(digitOf(event) === undefined ? {} : {digit: digitOf(event)}),
    pending: {chord: '', last, lastMs: nowMs},
  })
  if (pending.chord) {
    const command = table.get(`${pending.chord} ${name}`)
    if (command) return found(command, '')
    // The prefix twice is the prefix itself, for the program in the pane.
    if (name === pending.chord) return {is: 'typed', event, pending: nothingPending}
    return {is: 'unknown', keys: `${pending.chord} ${name}`, pending: nothingPending}
  }
  const twice = pending.last === name ? table.get(`${name} twice`) : undefined
  if (twice && nowMs - pending.lastMs <= (twice === 'leave' ? leaveMs : twiceMs)) return found(twice, '')
  const command = table.get(name)
  if (command) return found(command)
  if (keymap.firsts[mode].has(name)) return {is: 'pending', pending: {...nothingPending, chord: name}}
  return {is: 'typed', event, pending: {chord: '', last: name, lastMs: nowMs}}
}

/** The keys of a command as a person reads them, for help and palette; '' when it has none. */
export const keysOf = (keymap: Keymap, command: CommandId): string => {
  const [prefix = ''] = keymap.prefix
  const keys = keymap.rows.filter(({id}) => id === command).flatMap((row) => row.keys)
  return [...new Set(keys)].map((key) => key.replace(/^prefix /, `${prefix} `)).join(', ')
}
