// Slash commands that change what holds for the next request, or say something to the crew.

import {type Next, next, openView, send} from './changes.ts'
import {type Command, complain, first, type Option, off, options, set} from './command.ts'
import {pickFrom, pickOf} from './pick.ts'
import {sayText} from './say.ts'
import {wordsOf} from './shell-words.ts'
import type {AppState} from './state.ts'

const routesSeen = (state: AppState): Option[] => {
  const {run, spend} = state.view
  const all = [...Object.values(run.routes).flat(), ...Object.keys(spend.ledger.models), state.session?.route ?? '', state.session?.settings.model ?? '']
  return options(...new Set(all.filter(Boolean)))
}

const rolesSeen = (state: AppState): Option[] =>
  options(...new Set([...Object.keys(state.view.run.routes), 'planner', 'coder', 'tester', 'reviewer', 'explorer']))

/** What a role goes to, as far as it is known. */
const routeNow = (state: AppState, role: string): string =>
  state.session?.settings.roleModels?.[role] ?? state.session?.settings.model ?? state.view.run.routes[role]?.[0] ?? ''

const pickModel = (state: AppState, title: string, takes: string): Next =>
  pickOf(state, 'models', {title, takes, does: 'takes it from the next request on'}, [
    {value: 'default', text: 'default', about: 'as configured'},
    ...routesSeen(state).map(({text}) => ({value: text, text, about: 'in use'})),
  ])

export const model: Command = {
  name: 'model',
  takes: '[PROVIDER/MODEL | default]',
  about: 'the model for all roles; without a name, those there are',
  complete: (state, words) => (words.length === 0 ? [...routesSeen(state), {text: 'default', about: 'as configured'}] : []),
  run: (state, rest) => {
    if (rest === '') return pickModel(state, 'Which model, for all roles?', '/model')
    return off(rest) ? set(state, {model: null}, 'model as configured') : set(state, {model: rest}, `model ${rest}, from the next request on`)
  },
}

export const route: Command = {
  name: 'route',
  takes: '[ROLE PROVIDER/MODEL | ROLE default]',
  about: 'the model for one role; without words, a choice of both',
  complete: (state, words) =>
    words.length === 0 ? rolesSeen(state) : words.length === 1 ? [...routesSeen(state), {text: 'default', about: 'as configured'}] : [],
  run: (state, rest) => {
    const [role, name] = wordsOf(rest)
    if (role === undefined)
      return pickFrom(
        state,
        'Which role?',
        '/route',
        rolesSeen(state).map(({text}) => ({text, about: routeNow(state, text)})),
      )
    if (name === undefined) return pickModel(state, `Which model for ${role}?`, `/route ${role}`)
    const {[role]: _, ...others} = state.session?.settings.roleModels ?? {}
    const roleModels = off(name) ? others : {...others, [role]: name}
    return set(
      state,
      {roleModels: Object.keys(roleModels).length > 0 ? roleModels : null},
      off(name) ? `${role} as configured` : `${role} on ${name}, from the next request on`,
    )
  },
}

const caps: Readonly<Record<string, 'maxTokens' | 'maxUsd' | 'maxCalls' | 'maxTurns'>> = {
  tokens: 'maxTokens',
  usd: 'maxUsd',
  calls: 'maxCalls',
  turns: 'maxTurns',
}

const scaled = (word: string): number => {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(word.replace(/^\$/, '')) ?? []
  return digits === undefined ? Number.NaN : Number(digits) * (unit.toLowerCase() === 'k' ? 1000 : unit.toLowerCase() === 'm' ? 1_000_000 : 1)
}

export const budget: Command = {
  name: 'budget',
  takes: '[tokens|usd|calls|turns N | … off]',
  about: 'caps of the next request; without words, what was spent',
  complete: first(options('tokens', 'usd', 'calls', 'turns')),
  run: (state, rest) => {
    const [name, word] = wordsOf(rest)
    if (name === undefined) return next(openView(state, 'spend'))
    const cap = caps[name]
    if (cap === undefined || word === undefined) return complain(state, '/budget tokens|usd|calls|turns N')
    if (off(word)) return set(state, {[cap]: null}, `no cap of yours on ${name}`)
    const limit = scaled(word)
    if (!(limit > 0) || (cap !== 'maxUsd' && !Number.isInteger(limit)))
      return complain(state, `${word} is no cap: a number above 0${cap === 'maxUsd' ? '' : ', whole'}`)
    return set(state, {[cap]: limit}, `at most ${limit} ${name}, from the next request on`)
  },
}

const modes = ['ask', 'edit', 'auto', 'plan'] as const

const modeOptions: readonly Option[] = [
  {text: 'ask', about: 'every write and command asks'},
  {text: 'edit', about: 'edits are free, commands ask'},
  {text: 'auto', about: 'everything inside the sandbox'},
  {text: 'plan', about: 'read only'},
  {text: 'default', about: 'as configured'},
]

export const permissions: Command = {
  name: 'permissions',
  also: ['permission', 'approvals'],
  takes: 'ask|edit|auto|plan | allow RULE | deny RULE | default',
  about: 'what the agents may do without asking',
  complete: first([...modeOptions, {text: 'allow', about: 'a rule, such as shell(npm test*)'}, {text: 'deny', about: 'a rule, such as read(.env*)'}]),
  run: (state, rest) => {
    const [word = '', ...words] = rest.split(/\s+/)
    const rule = words.join(' ')
    const settings = state.session?.settings ?? {}
    if (word === '') return pickFrom(state, 'What may the agents do without asking?', '/permissions', modeOptions, settings.permission ?? 'default')
    if (off(word)) return set(state, {permission: null, allow: null, deny: null}, 'permission as configured')
    if (word === 'allow' || word === 'deny')
      return rule
        ? set(state, {[word]: [...(settings[word] ?? []), rule]}, `${word} ${rule}, from the next request on`)
        : complain(state, `/permissions ${word} RULE`)
    const mode = modes.find((one) => one === word)
    return mode ? set(state, {permission: mode}, `permission ${mode}, from the next request on`) : complain(state, '/permissions ask|edit|auto|plan')
  },
}

const turns: readonly (typeof modes)[number][] = ['ask', 'edit', 'plan']

/** What lets everything happen is chosen by its name alone. */
export const nextPermission = (state: AppState): Next => {
  const mode = turns[(turns.indexOf(state.session?.settings.permission ?? 'ask') + 1) % turns.length] ?? 'ask'
  const about = modeOptions.find(({text}) => text === mode)?.about ?? ''
  return set(state, {permission: mode}, `${mode}: ${about}, from the next request on`)
}

export const plan: Command = {
  name: 'plan',
  takes: '[REQUEST | off]',
  about: 'read only: the crew plans, you approve; with words, they are said at once',
  complete: first(options('off')),
  run: (state, rest) => {
    if (off(rest)) return set(state, {permission: null}, 'permission as configured')
    const {state: planning, effects} = set(state, {permission: 'plan'}, 'plan: nothing is changed until you approve')
    return next(planning, ...effects, ...(rest ? sayText(state, rest, 'now').effects : []))
  },
}

export const steer: Command = {
  name: 'steer',
  takes: '[@AGENT] TEXT',
  about: 'said at once to the agents at work, or to one',
  complete: (state, words) => (words.length === 0 ? Object.values(state.view.agents).map(({id, role}) => ({text: `@${id}`, about: role})) : []),
  run: (state, rest) => {
    const [, to, text = ''] = /^(?:@(\S+)\s+)?([\s\S]*)$/.exec(rest) ?? []
    const agent = to === undefined ? undefined : Object.values(state.view.agents).find(({id, role}) => id === to || role === to)
    if (to !== undefined && !agent) return complain(state, `there is no agent ${to}`)
    return text.trim() ? sayText(state, text.trim(), 'now', agent?.id) : complain(state, '/steer TEXT')
  },
}

/** What does not name one that waits is no request either: nobody says `drop that` to the crew in two words. */
const drop = (state: AppState, which: string): Next => {
  const waiting = state.session?.queue.length ?? 0
  if (waiting === 0) return complain(state, 'nothing waits')
  const number = /^\d+$/.test(which) ? Number(which) : 0
  if (number < 1 || number > waiting) return complain(state, `/queue drop N: N is ${waiting === 1 ? '1' : `from 1 to ${waiting}`}`)
  return next(state, send({do: 'unqueue', index: number - 1}))
}

export const queue: Command = {
  name: 'queue',
  takes: 'TEXT | drop N',
  about: 'said when the work in progress has ended',
  complete: first(options('drop')),
  run: (state, rest) => {
    const asked = /^drop(?:\s+(\S+))?$/.exec(rest)
    if (asked) return drop(state, asked[1] ?? '')
    return rest ? sayText(state, rest, 'after') : complain(state, '/queue TEXT')
  },
}
