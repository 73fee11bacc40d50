// Slash commands that run the program itself in a pane, so that they say what they say anywhere.

import {type Next, next, openPane, send} from './changes.ts'
import {type Command, complain, first, type Option, options, penguin} from './command.ts'
import {pickFrom, pickOf} from './pick.ts'
import {shellLine, wordsOf} from './shell-words.ts'
import type {AppState} from './state.ts'

export const shell: Command = {
  name: 'shell',
  takes: '[COMMAND]',
  about: 'a command of yours, or your shell, in a pane; ! does the same',
  run: (state, rest) => openPane(state, rest, true),
}

const runHere = (state: AppState): string => state.view.run.run || state.session?.run || ''

const withRun = (state: AppState, act: (run: string) => Next): Next => {
  const run = runHere(state)
  return run ? act(run) : complain(state, 'there is no run yet')
}

const pickSession = (state: AppState): Next => pickOf(state, 'sessions', {title: 'Go on with which session?', takes: '/resume', does: 'goes on with it'})

/** Where a branch may begin: at what was said, at what an agent handed over, at a state of the files. */
const branchPoints = (state: AppState): Option[] =>
  state.view.log
    .filter(({run, type}) => run === runHere(state) && ['user.said', 'phase.handed', 'checkpoint.saved'].includes(type))
    .map(({seq, type, role, text}) => ({
      text: String(seq),
      about:
        type === 'phase.handed'
          ? `${role} handed over`
          : type === 'user.said'
            ? `said: ${text.split('\n')[0] || state.view.run.request}`
            : text || 'the files were kept',
    }))
    .toReversed()

export const sessions: readonly Command[] = [
  {name: 'sessions', takes: '', about: 'the sessions of this project, to go on with one', run: pickSession},
  {
    name: 'resume',
    takes: '[RUN]',
    about: 'go on with another session; without a name, those there are',
    run: (state, rest) => (rest === '' ? pickSession(state) : next(state, send({do: 'resume', run: rest}))),
  },
  {name: 'new', also: ['clear'], takes: '', about: 'begin anew, with nothing said before', run: (state) => next(state, send({do: 'fresh'}))},
  {
    name: 'branch',
    also: ['fork'],
    takes: '[SEQ | now]',
    about: 'a run that begins where this one stood after event SEQ, or stands now',
    run: (state, rest) =>
      withRun(state, (run) =>
        rest === ''
          ? pickFrom(state, 'Branch off after which event?', '/branch', [{text: 'now', about: 'as it stands'}, ...branchPoints(state)])
          : penguin(state, 'sessions', 'fork', run, ...wordsOf(rest === 'now' ? '' : rest).slice(0, 1)),
      ),
  },
  {
    name: 'export',
    takes: '[FILE]',
    about: 'the events of the run as lines, into a file',
    run: (state, rest) =>
      withRun(state, (run) => {
        const file = wordsOf(rest)[0] ?? `${run}.jsonl`
        return openPane(state, `${shellLine(['penguin', 'sessions', 'export', run])} > ${shellLine([file])} && ls -l ${shellLine([file])}`)
      }),
  },
  {name: 'undo', takes: '', about: 'take back what the newest run changed; again, the one before', run: (state) => penguin(state, 'undo')},
  {
    name: 'checkpoint',
    takes: '[list | save [NAME] | diff ID | restore ID]',
    about: 'states of the files that one can go back to',
    complete: (state, words) => {
      if (words.length === 0) return options('list', 'save', 'diff', 'restore')
      return words[0] === 'diff' || words[0] === 'restore' ? state.view.run.checkpoints.map(({checkpoint, why}) => ({text: checkpoint, about: why})) : []
    },
    run: (state, rest) =>
      rest === ''
        ? pickOf(state, 'checkpoints', {
            title: 'Which state of the files?',
            takes: '/checkpoint diff',
            writes: '/checkpoint restore',
            does: 'shows what changed since',
          })
        : penguin(state, 'checkpoint', ...wordsOf(rest)),
  },
]

export const programs: readonly Command[] = [
  {
    name: 'models',
    takes: '[list | probe | doctor | routes]',
    about: 'the models that are known, the servers that answer, the route of each role',
    complete: first(options('list', 'probe', 'doctor', 'routes')),
    run: (state, rest) => penguin(state, 'models', ...wordsOf(rest)),
  },
  {name: 'doctor', takes: '', about: 'what works on this machine, and what mends the rest', run: (state) => penguin(state, 'doctor')},
  {
    name: 'config',
    takes: '[list | get KEY | set KEY VALUE | explain KEY | path]',
    about: 'settings',
    complete: first(options('list', 'get', 'set', 'explain', 'path')),
    run: (state, rest) => penguin(state, 'config', ...(rest === '' ? ['list'] : wordsOf(rest))),
  },
]
