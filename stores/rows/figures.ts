// What was spent, by role and by model, and the log.

import type {Spent} from '../../engine/contract/grant.ts'
import {bar, clockTime, count, money, plural, sparkline, took} from '../figures.ts'
import type {Row} from '../fold-row.ts'
import {flush, type Line, piece} from '../line.ts'
import type {AppState} from '../state.ts'
import type {Tone} from '../theme.ts'
import {shownRoute} from '../view/run.ts'

const heading = (text: string): Row => ({key: `head ${text}`, text: '', line: () => [piece(text, 'title')]})

/** Names give way to figures on a narrow screen. */
const nameCells = (width: number): number => (width < 90 ? 24 : 30)

/** No figure is made up for a model whose price nobody knows. */
const priceOf = (usd: number, unpriced: boolean): string => (unpriced ? (usd > 0 ? `${money(usd)} + ?` : 'no price') : money(usd))

const spentLine = (name: string, spent: Spent, all: number, width: number, unpriced: boolean): Line => {
  const tokens = spent.input + spent.output
  const left: Line = [
    piece(`  ${name}`.padEnd(nameCells(width))),
    piece(bar(all > 0 ? tokens / all : 0, 10), 'border'),
    piece(`  ${count(spent.input)} in${spent.cached > 0 ? ` (${count(spent.cached)} cached)` : ''}, ${count(spent.output)} out`),
    piece(`  ${plural(spent.calls, 'call')}  ${took(spent.wallMs)}`, 'quiet'),
  ]
  return flush(left, [piece(priceOf(spent.usd, unpriced), 'money')], width)
}

const capRow = (name: string, used: number, limit: number | undefined, shown: (value: number) => string): Row[] =>
  limit === undefined
    ? []
    : [
        {
          key: `cap ${name}`,
          text: name,
          line: (width) => {
            const share = limit > 0 ? used / limit : 1
            const tone: Tone = share >= 0.9 ? 'bad' : share >= 0.7 ? 'warn' : 'good'
            return flush(
              [piece(`  ${name}`.padEnd(nameCells(width))), piece(bar(share, 10), tone), piece(`  ${shown(used)} of ${shown(limit)}`)],
              [piece(`${Math.floor(share * 100)} %`)],
              width,
            )
          },
        },
      ]

export const spendRows = (state: AppState): Row[] => {
  const {ledger, caps, before, samples, unpriced} = state.view.spend
  const {total} = ledger
  const tokens = total.input + total.output
  if (total.calls === 0 && tokens === 0 && before.tokens === 0) return []
  const isUnpriced = unpriced.length > 0
  const part = (title: string, list: Readonly<Record<string, Spent>>, name: (key: string) => string, free: (key: string, spent: Spent) => boolean): Row[] => [
    heading(title),
    ...Object.entries(list).map(
      ([key, spent]): Row => ({key: `${title} ${key}`, text: key, line: (width) => spentLine(name(key), spent, tokens, width, free(key, spent))}),
    ),
  ]
  return [
    {key: 'total', text: 'run', line: (width) => spentLine('this run', total, tokens, width, isUnpriced)},
    ...(before.tokens > 0
      ? [
          {
            key: 'before',
            text: 'session',
            line: (width: number) =>
              flush(
                [piece('  runs before it'.padEnd(nameCells(width))), piece(`            ${count(before.tokens)} tokens`)],
                [piece(money(before.usd), 'money')],
                width,
              ),
          },
        ]
      : []),
    ...(samples.length > 1
      ? [
          {
            key: 'samples',
            text: 'replies',
            line: (width: number): Line => [
              piece('  tokens of each reply'.padEnd(nameCells(width))),
              piece(sparkline(samples, Math.max(1, width - nameCells(width))), 'busy'),
            ],
          },
        ]
      : []),
    ...((caps.tokens ?? caps.usd ?? caps.calls ?? caps.turns) !== undefined ? [heading('Caps')] : []),
    ...capRow('tokens', tokens, caps.tokens, count),
    ...capRow('money', total.usd, caps.usd, money),
    ...capRow('calls', total.calls, caps.calls, String),
    ...capRow('turns', ledger.turns, caps.turns, String),
    // Of a role that cost nothing with such models about nobody knows what it cost.
    ...part(
      'By role',
      ledger.roles,
      (key) => key || 'no role',
      (_, spent) => isUnpriced && spent.usd === 0,
    ),
    ...part('By model', ledger.models, shownRoute, (key) => unpriced.includes(key)),
    ...(unpriced.length > 0
      ? [
          {
            key: 'unpriced',
            text: 'unpriced',
            line: (): Line => [piece(`without a price, counted as no money: ${unpriced.map(shownRoute).join(', ')}`, 'quiet')],
          },
        ]
      : []),
  ]
}

const tones: Readonly<Record<string, Tone | undefined>> = {good: 'good', bad: 'bad', warn: 'warn'}

export const logRows = (state: AppState): Row[] =>
  state.view.log.map(
    (line): Row => ({
      key: `${line.run} ${line.seq}`,
      text: `${line.type} ${line.role} ${line.agent} ${line.text}`,
      line: () => [
        piece(`${clockTime(line.at, state.zoneMs)} ${String(line.seq).padStart(5)} `, 'quiet'),
        piece(line.type.padEnd(20), tones[line.tone] ?? 'quiet'),
        piece(`${(line.role || '·').padEnd(9)} `),
        piece(line.text, tones[line.tone]),
      ],
    }),
  )
