// The card of an open ask: what is asked, why, the exact command or change, and what can be answered. Lines and choices
// only; `reduce` takes the answer.

import {widthOf} from '../engine/base/width.ts'
import {askedChanges, commandOf} from './change.ts'
import {diffLines} from './diff-lines.ts'
import {clean, cleanLines, clip, cut, type Line, lineWidth, piece, wrapPieces, wrapped} from './line.ts'
import {markdownLines} from './markdown.ts'
import type {AppState} from './state.ts'
import type {AskView} from './view/asks.ts'

export interface Choice {
  /** What is pressed for it. */
  key: string
  label: string
  /** In a word, for small screens. */
  brief?: string
  /** What is sent. */
  choice: string
  /** A text goes with it. */
  writes?: 'why' | 'answer' | 'plan' | 'rule'
}

export const openAsks = (state: AppState): readonly AskView[] => [...state.keeperAsks, ...state.view.asks]

/** The ask that the card is about: the oldest that was not put off. */
export const cardAsk = (state: AppState): AskView | undefined => (state.card ? openAsks(state).find(({ask}) => ask === state.card?.ask) : undefined)

const words: Readonly<Record<string, string>> = {
  once: 'allow once',
  run: 'allow for this run',
  always: 'allow always; shows the rule that will be written',
  deny: 'deny',
}

const briefs: Readonly<Record<string, string>> = {once: 'once', run: 'this run', always: 'always', deny: 'deny'}

const keys: Readonly<Record<string, string>> = {once: 'y', run: 'r', always: 'a', deny: 'n'}

/** The keeper's own questions, before a run can be. */
const leaveWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trust: {once: 'trust it for this session', always: 'trust it from now on', deny: 'do not trust it; nothing is run'},
  sandbox: {once: 'go on with limits only, for this session', deny: 'run nothing'},
}

const permissionChoices = (ask: AskView): Choice[] => {
  const own = ask.kind === 'trust' ? (leaveWords[ask.ask] ?? words) : words
  const isRule = (choice: string): boolean => choice === 'always' && ask.rules.length > 0
  const plain = ask.choices
    .filter((choice) => choice !== 'deny')
    .map(
      (choice): Choice => ({
        key: keys[choice] ?? '',
        label: own[choice] ?? choice,
        brief: briefs[choice],
        choice,
        ...(isRule(choice) ? {writes: 'rule' as const} : {}),
      }),
    )
  const deny: Choice[] = [{key: 'n', label: own.deny ?? 'deny', brief: 'deny', choice: 'deny'}]
  const tell: Choice[] = ask.kind === 'permission' ? [{key: 't', label: 'deny and say why', brief: 'deny, why', choice: 'deny', writes: 'why'}] : []
  return [...plain, ...deny, ...tell]
}

const planChoices: Choice[] = [
  {key: 'y', label: 'carry it out', choice: 'go'},
  {key: 'e', label: 'change it first', choice: 'go', writes: 'plan'},
  {key: 'n', label: 'leave it', choice: 'leave'},
]

export const choicesOf = (ask: AskView): Choice[] => {
  if (ask.ask === planAsk) return planChoices
  if (ask.ask === leaveAsk) return leaveChoices
  if (ask.kind === 'permission' || ask.kind === 'trust') return permissionChoices(ask)
  const listed = ask.choices.map((choice, at): Choice => ({key: at < 9 ? String(at + 1) : '', label: words[choice] ?? choice, choice}))
  return [...listed, {key: 't', label: ask.choices.length > 0 ? 'answer in your own words' : 'answer', choice: '', writes: 'answer'}]
}

const leaveChoices: Choice[] = [
  {key: '1', label: 'leave; the work goes on, and `penguin` comes back to it', choice: 'detach'},
  {key: '2', label: 'end the work and leave', choice: 'stop'},
  {key: '3', label: 'stay', choice: 'stay'},
]

/** The plan of a read-only run, shown to be carried out: an ask of the screen itself. */
export const planAsk = 'plan'

/** Work goes on and the person wants to leave: also an ask of the screen itself. */
export const leaveAsk = 'leave'

const titles: Readonly<Record<AskView['kind'], string>> = {
  permission: 'asks for permission',
  question: 'has a question',
  approval: 'asks for approval',
  grant: 'asks for more',
  trust: 'Trust this folder?',
}

const ownTitles: Readonly<Record<string, string>> = {
  [planAsk]: 'The plan is ready',
  [leaveAsk]: 'Work is in progress',
  sandbox: 'Commands cannot be confined here',
}

export const cardTitle = (ask: AskView, more: number): string => {
  const name = ownTitles[ask.ask] ?? `${ask.role} ${titles[ask.kind]}`.trim()
  return more > 0 ? `${name} · ${more} more` : name
}

const changeLines = (state: AppState, ask: AskView, width: number): Line[] => {
  const changes = askedChanges(ask)
  const named = wish(ask.text)?.what
  return changes.flatMap(({path, lines}) => [...(path === named ? [] : [[piece(path, 'strong')]]), ...diffLines(lines, {width, style: state.look.diff, path})])
}

/** Without tasks the plan is what was answered. */
const planLines = ({view: {plan, run}}: AppState, width: number): readonly Line[] =>
  plan.tasks.length === 0
    ? markdownLines(run.closed?.text ?? '', width)
    : plan.tasks.flatMap((task, at) => [
        ...wrapPieces([piece(`${at + 1}. ${task.title}`, 'strong')], width),
        ...task.accept.flatMap((text) => wrapped(`   ${text}`, width, 'quiet')),
      ])

const verbs: Readonly<Record<string, string>> = {shell: 'run', write: 'change', read: 'read', net: 'reach'}

/** `coder wants to shell(npm test) (why)`, as the gate words it: what, of what, why. Other words stay as they are. */
const wish = (text: string): {verb: string; what: string; why: string} | undefined => {
  const [, kind = '', what = '', why = ''] = /^\S+ wants to (\w+)\(([\s\S]*)\) \(([\s\S]*)\)$/.exec(text) ?? []
  const verb = verbs[kind]
  return verb ? {verb, what, why} : undefined
}

const said = (ask: AskView, width: number): Line[] => {
  const wished = wish(ask.text)
  if (!wished) return [...markdownLines(ask.text, width)]
  const {verb, what, why} = wished
  const lines = cleanLines(verb === 'run' ? (ask.call && commandOf(ask.call)) || what : what)
  const lead = (at: number): string => (verb === 'run' ? (at === 0 ? '$ ' : '  ') : at === 0 ? `to ${verb} ` : '  ')
  return [
    ...lines.flatMap((line, at) =>
      wrapPieces(
        [
          {text: lead(at), tone: 'quiet'},
          {text: line, tone: 'code'},
        ],
        width,
      ),
    ),
    ...wrapPieces([piece('because ', 'quiet'), piece(why)], width),
  ]
}

/** The body of the card, as many lines as it takes; what does not fit is scrolled. */
export const cardLines = (state: AppState, ask: AskView, width: number): readonly Line[] => {
  if (ask.ask === planAsk) return planLines(state, width)
  const changes = changeLines(state, ask, width)
  const rule = ask.rule ? wrapPieces([piece('rule ', 'quiet'), piece(ask.rule)], width) : []
  // Nobody allows a change in the belief that nothing comes after these lines.
  const unseen = changes.length === 0 && wish(ask.text)?.verb === 'change'
  const shown = unseen ? wrapped('What would be written cannot be shown here: it is too long, or no text.', width, 'warn') : changes
  return [...said(ask, width), ...rule, ...(shown.length > 0 ? [[], ...shown] : [])]
}

/** On a low screen what is asked needs the room: the choices then stand side by side. */
const lowScreen = 16

/** What is chosen is read to its end, unless it is a story. */
const rowsOfChoice = 3
const rowsOfMarked = 8
const choiceRows = (label: string, width: number, most = rowsOfChoice): Line[] => {
  const rows = wrapped(label, width)
  return rows.length <= most ? rows : [...rows.slice(0, most - 1), cut(rows.slice(most - 1).flat(), width)]
}

export interface ChoiceLine {
  line: Line
  /** Selected whole. */
  marked: boolean
  /** The marked choice, or the beginning of it, stands here. */
  isHere: boolean
  /** The choice that the whole line is of; null: several stand side by side. */
  of: number | null
}

/** As many side by side as there is room for; what does not fit into a line is said whole once it is marked. */
const lowLines = (choices: readonly Choice[], at: number, width: number): ChoiceLine[] => {
  const lines: ChoiceLine[] = []
  let isOpen = false
  for (const [nth, {key, label, brief}] of choices.entries()) {
    const [lead, text, isMarked] = [piece(key ? `${key} ` : '', 'focus'), clean(brief ?? label), nth === at]
    const room = width - lineWidth([lead])
    if (isMarked && widthOf(text) > room) {
      const below = {text: ' '.repeat(lineWidth([lead]))}
      lines.push(
        ...choiceRows(text, room, rowsOfMarked).map((line, row) => ({line: [row === 0 ? lead : below, ...line], marked: true, isHere: row === 0, of: nth})),
      )
      isOpen = false
      continue
    }
    const group: Line = [lead, {text: clip(text, room), tone: isMarked ? 'selected' : undefined}]
    const last = lines.at(-1)
    const both: Line = last && isOpen ? [...last.line, {text: '  '}, ...group] : group
    if (last && isOpen && lineWidth(both) <= width) lines[lines.length - 1] = {line: both, marked: false, isHere: last.isHere || isMarked, of: null}
    else lines.push({line: group, marked: false, isHere: isMarked, of: nth})
    isOpen = true
  }
  return lines
}

export const choiceLines = (state: AppState, ask: AskView, width: number): ChoiceLine[] => {
  const choices = choicesOf(ask)
  const at = state.card?.at ?? 0
  if (state.size.rows < lowScreen) return lowLines(choices, at, width)
  return choices.flatMap(({key, label}, nth) =>
    choiceRows(label, width - 2).map((line, row) => ({
      line: [piece(row === 0 && key ? `${key} ` : '  ', 'focus'), ...line],
      marked: nth === at,
      isHere: nth === at && row === 0,
      of: nth,
    })),
  )
}

/** As many of them as there is room for, the marked one among them. */
export const choicesSeen = (lines: readonly ChoiceLine[], rows: number): readonly ChoiceLine[] => {
  const here = Math.max(
    0,
    lines.findIndex(({isHere}) => isHere),
  )
  const end = lines.findIndex(({marked}, at) => at > here && !marked)
  const from = Math.max(0, Math.min(here, (end < 0 ? lines.length : end) - rows))
  return lines.slice(from, from + rows)
}
