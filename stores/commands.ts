// The slash commands: one table of name, words, help, what may follow and what is done. The prompt, its completion, the
// palette and help read it. A command stands here only when it works; a test walks the table.

import {next, openView} from './changes.ts'
import type {Command} from './command.ts'
import {acts} from './command-acts.ts'
import {looks} from './command-look.ts'
import {programs, sessions, shell} from './command-programs.ts'
import {budget, model, permissions, plan, queue, route, steer} from './command-settings.ts'
import type {ListView} from './state.ts'

const view = (name: ListView, about: string, more: Partial<Command> = {}): Command => ({
  name,
  takes: '[FILTER]',
  about,
  run: (state, rest) => next(openView(state, name, rest)),
  ...more,
})

export const commands: readonly Command[] = [
  view('help', 'keys and commands'),
  {...view('help', 'the keys'), name: 'keys'},
  plan,
  model,
  route,
  budget,
  permissions,
  view('diff', 'what was changed'),
  view('plan', 'task board, and what waits for what', {name: 'tasks'}),
  view('timeline', 'phases and how long they took'),
  view('evidence', 'what the gates have shown'),
  view('spend', 'tokens and money by role and model', {also: ['cost', 'usage']}),
  view('log', 'the events as lines'),
  view('story', 'what the agent in focus said and did'),
  steer,
  queue,
  ...acts,
  shell,
  ...sessions,
  ...looks,
  ...programs,
]

export const findCommand = (name: string): Command | undefined => commands.find((one) => one.name === name || one.also?.includes(name))

export const commandNames = (): {name: string; about: string}[] => commands.map(({name, about}) => ({name, about}))
