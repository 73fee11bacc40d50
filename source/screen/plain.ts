// The screen as plain lines: for terminals that can do no more, and for screen readers. The same keeper, the same
// words; what is printed is never moved, coloured or taken back. A line that is typed is said, or answers the question
// that stands open.

import {createInterface} from 'node:readline'
import type {Event} from '../../engine/contract/event.ts'
import type {KeeperSays, ScreenSays} from '../../engine/contract/screen.ts'
import {tell} from '../../engine/fold/transcript.ts'
import {askedChanges} from '../../stores/change.ts'
import {loadDiff} from '../../stores/diff.ts'
import {cleanLines} from '../../stores/line.ts'
import type {AskView} from '../../stores/view/asks.ts'
import {viewFold} from '../../stores/view/view.ts'
import type {Context} from '../context.ts'
import type {KeeperClient} from '../keeper/client.ts'

interface Question {
  ask: string
  text: string
  choices: readonly string[]
  /** An answer in one's own words counts beside the choices. */
  isFree?: boolean
  /** What would be changed, line by line. */
  change?: readonly string[]
}

const changeMost = 120
const signs = {added: '+', removed: '-', same: ' ', gap: '…'} as const

/** The change that is asked about, as far as the ask or its call tells it: nobody allows what they were not told. */
const changeOf = (ask: AskView | undefined): string[] => {
  const lines = (ask ? askedChanges(ask) : []).flatMap(({path, lines: list}) => [
    `  ${cleanLines(path).join(' ')}`,
    ...list.map(({kind, words}) => `  ${signs[kind]} ${cleanLines(words.map(({text}) => text).join('')).join(' ')}`.trimEnd()),
  ])
  return lines.length <= changeMost ? lines : [...lines.slice(0, changeMost), `  … ${lines.length - changeMost} more lines`]
}

const helpText = [
  'Type what shall be done. A question is answered by its number or its word; words behind it are a message.',
  '/stop ends the run, /interrupt stops what the agents do now, /detach leaves while the work goes on, /quit ends the session.',
].join('\n')

const printed = (question: Question): string =>
  [
    `? ${question.text}`,
    ...(question.change ?? []),
    ...question.choices.map((choice, at) => `  ${at + 1} ${choice}`),
    question.choices.length === 0 ? '  Type your answer.' : question.isFree ? '  Answer with a number, or in your own words.' : '  Answer with a number.',
  ].join('\n')

/** As on the card of the full screen, and what one types without looking. */
const shortWords: Readonly<Record<string, string>> = {y: 'once', yes: 'once', r: 'run', a: 'always', n: 'deny', no: 'deny'}

/** `2 because …`, `deny because …` or `n because …`; undefined when the words are none of the choices. */
export const answerIn = (line: string, choices: readonly string[], isFree = false): {choice: string; text?: string} | undefined => {
  if (choices.length === 0) return {choice: 'answer', text: line}
  const whole = line.trim()
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(whole) ?? []
  const named = (name: string | undefined): string | undefined => choices.find((one) => one.toLowerCase() === name?.toLowerCase())
  const isNumber = /^\d+$/.test(word)
  const choice = isNumber ? choices[Number(word) - 1] : (named(word) ?? named(shortWords[word.toLowerCase()]))
  if (isFree && (choice === undefined || (rest !== '' && !isNumber))) return whole ? {choice: whole, text: whole} : undefined
  if (choice === undefined) return undefined
  return {choice, ...(rest ? {text: rest} : {})}
}

/** The line of an event, with who it is of; '' for what is no part of the story. */
export const lineOf = (event: Event): string => {
  if (event.type === 'user.said') return typeof event.body.text === 'string' ? `> ${event.body.text}` : ''
  if (event.passing) return ''
  const line = tell(event)
  return line && event.role ? `${event.role}: ${line}` : line
}

const commands: Readonly<Record<string, ScreenSays>> = {
  '/stop': {do: 'end'},
  '/interrupt': {do: 'interrupt'},
  '/detach': {do: 'leave', stop: false},
  '/quit': {do: 'leave', stop: true},
}

/** Resolves with the exit code when the person leaves or the keeper ends. */
export const plainScreen = async (context: Context, client: KeeperClient, first: string | undefined): Promise<number> => {
  const questions: Question[] = []
  const {promise: over, resolve: end} = Promise.withResolvers<number>()
  void loadDiff()
  const print = (text: string): void => {
    if (text) void context.out(`${text}\n`).then((taken) => taken || end(0))
  }
  const closed = (ask: string): void => {
    const at = questions.findIndex((one) => one.ask === ask)
    if (at >= 0) questions.splice(at, 1)
  }
  const ask = (question: Question): void => {
    questions.push(question)
    if (questions.length === 1) print(printed(question))
  }
  let view = viewFold.empty
  let left = false
  const takeEvent = (event: Event): void => {
    view = viewFold.step(view, event)
    if (event.type === 'ask.raised') {
      const {ask: id, kind, text, choices} = event.body
      return ask({ask: id, text, choices, isFree: kind === 'question', change: changeOf(view.asks.find((one) => one.ask === id))})
    }
    if (event.type === 'ask.answered') closed(event.body.ask)
    print(lineOf(event))
    if (event.type === 'ask.answered' && questions[0]) print(printed(questions[0]))
  }
  const take = (message: KeeperSays): void => {
    if (message.tell === 'event') takeEvent(message.event)
    else if (message.tell === 'trouble') print(`! ${message.text}`)
    else if (message.tell === 'over') {
      if (!left) print(`! ${message.why}`)
      end(0)
    } else if (message.tell === 'caught-up' && first) client.says({do: 'say', text: first, when: 'now'})
    else if (message.tell === 'asks') ask(message.ask)
    else if (message.tell === 'settled') closed(message.ask)
  }
  const leave = (how: ScreenSays): void => {
    if (!left) client.says(how)
    left = true
    end(0)
  }
  const typed = (line: string): void => {
    const text = line.trim()
    const command = commands[text]
    if (text === '/help') print(helpText)
    else if (command) {
      if (command.do === 'leave') leave(command)
      else client.says(command)
    } else if (text.startsWith('/')) print(`! there is no ${text.split(' ')[0]} here; /help shows what there is`)
    else if (questions[0]) reply(questions[0], text)
    else if (text) client.says({do: 'say', text, when: 'now'})
  }
  const reply = (question: Question, text: string): void => {
    const answer = answerIn(text, question.choices, question.isFree)
    if (!answer) return print(`! ${text.split(/\s/, 1)[0]} is no answer: a number from 1 to ${question.choices.length}, or ${question.choices.join(', ')}`)
    client.says({do: 'answer', ask: question.ask, ...answer})
  }
  const lines = createInterface({input: context.stdin})
  lines.on('line', typed)
  lines.on('close', () => leave({do: 'leave', stop: false}))
  client.on(take)
  void client.gone.then((why) => {
    print(`! ${why}`)
    end(1)
  })
  if (!first) print('penguin: type what shall be done, /help for more')
  const code = await over
  lines.close()
  client.close()
  return code
}
