// The rows of a list to choose from: the choice, what there is to say of it, how old it is.

import type {Choice} from '../../engine/contract/screen.ts'
import {ago} from '../figures.ts'
import type {Row} from '../fold-row.ts'
import {flush, type Line, piece} from '../line.ts'
import {best} from '../match.ts'
import type {Overlay} from '../state.ts'

const agoCells = 12

const aside = ({about, at}: Choice, now: number): Line => [
  ...(about ? [piece(about, 'quiet')] : []),
  ...(at === undefined ? [] : [piece(ago(now, at).padStart(agoCells), 'quiet')]),
]

export const pickRows = ({pick, filter}: Overlay, now: number): Row[] =>
  best(filter.text, pick?.choices ?? [], ({text, about}) => `${text} ${about}`).map((choice) => ({
    key: choice.value,
    text: choice.text,
    line: (width) => flush([piece(choice.text)], aside(choice, now), width),
  }))
