// Reference tables as markdown, made from the tables of the code. Pure: the pages under docs/ carry them between
// marks, and a test holds both together.

import {faults} from '../engine/contract/fault.ts'
import {exitCodes, type Outcome} from '../engine/contract/outcome.ts'
import {commands} from '../stores/commands.ts'
import {remap} from '../stores/keymap.ts'
import {bindings} from '../stores/keys.ts'
import {keys} from './config-schema.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = (text: string): string => (text ? `\`${cell(text)}\`` : '')
const row = (...cells: string[]): string => `| ${cells.join(' | ')} |\n`

const faultTable = (): string => {
  const rows = Object.entries(faults).map(([name, {msg, hint, again, ends}]) => row(code(name), cell(msg), cell(hint), again ? 'yes' : '', ends))
  return row('code', 'says', 'hint', 'worth trying again', 'ends a run as') + row('---', '---', '---', '---', '---') + rows.join('')
}

const keyTable = (): string => {
  const rows = Object.entries(keys).map(([name, {what, value, example}]) =>
    row(code(name), value === undefined ? '' : code(JSON.stringify(value)), cell(what), code(example)),
  )
  return row('key', 'default', 'what it does', 'example') + row('---', '---', '---', '---') + rows.join('')
}

const when: Readonly<Record<Outcome, string>> = {
  done: 'all required gates passed',
  answered: 'nothing was changed, and the gates are green or were not asked for',
  failed: 'anything not below: a stuck loop with green gates, an internal fault',
  usage: 'wrong words on the command line, nothing to resume, empty stdin; stdout stays empty',
  gate_failed: 'a required gate is red, or files changed and no gate could run',
  capped: 'a cap was reached',
  needs_person: 'a permission, a question, or a test that would have to change',
  provider: 'provider unreachable, credentials, replay exhausted',
  sandbox: 'not available at the asked level',
  config: 'configuration error, untrusted folder, corrupt journal, forbidden project folder',
  schema: 'the answer does not match `--schema`',
  timeout: '`--timeout`',
  interrupted: 'SIGINT',
  terminated: 'SIGTERM or SIGHUP',
}

const exitTable = (): string => {
  const rows = Object.entries(exitCodes).map(([outcome, number]) => row(String(number), code(outcome), when[outcome as Outcome]))
  return row('exit', 'outcome', 'when') + row('---', '---', '---') + rows.join('')
}

const keysTable = (): string => {
  const {keymap} = remap()
  const rows = bindings.map((one) =>
    row(code(one.id), code(one.keys.map((key) => key.replace(/^prefix /, `${keymap.prefix[0]} `)).join(', ')), one.modes.join(' '), cell(one.help)),
  )
  return row('command', 'keys', 'where', 'what it does') + row('---', '---', '---', '---') + rows.join('')
}

const slashTable = (): string => {
  const rows = commands.map(({name, also, takes, about}) =>
    row(code(`/${name}${takes ? ` ${takes}` : ''}`), (also ?? []).map((one) => code(`/${one}`)).join(' '), cell(about)),
  )
  return row('command', 'also', 'what it does') + row('---', '---', '---') + rows.join('')
}

/** By page under docs/. */
export const pages = (): Readonly<Record<string, string>> => ({
  faults: faultTable(),
  config: keyTable(),
  'exit-codes': exitTable(),
  keys: `${keysTable()}\n${slashTable()}`,
})
