// The words that take the user's terminal over and give it back. What is pushed is popped, what is switched on is switched
// off, in the reverse order. Data only: who writes them, and when, is not decided here.

import type {ScreenFeatures} from './scene.ts'

export interface Modes {
  features: ScreenFeatures
  /** Clicks, drags and the wheel are told to us instead of to the terminal's own selection. */
  mouse: boolean
  /** The alternate screen is on already. */
  isEntered?: boolean
}

const osc = '\x1b]'
const csi = '\x1b['
const bell = '\x07'

/** Presses, drags, and coordinates beyond 223. */
export const mouseOn = `${csi}?1000h${csi}?1002h${csi}?1006h`
export const mouseOff = `${csi}?1006l${csi}?1003l${csi}?1002l${csi}?1000l`

/** Escape alone and keys with modifiers get reports of their own. */
const keyboardOn = `${csi}>1u`
const keyboardOff = `${csi}<u`

const clusters = ({clusters: how}: ScreenFeatures, on: boolean): string => (how === 'settable' ? `${csi}?2027${on ? 'h' : 'l'}` : '')

/** Title kept, alternate screen, no cursor, no wrapping at the edge, pastes in brackets, focus told. */
export const enter = ({features, mouse, isEntered = false}: Modes): string =>
  [
    `${csi}22;2t`,
    isEntered ? '' : `${csi}?1049h`,
    `${csi}?25l${csi}?7l${csi}?2004h${csi}?1004h`,
    mouse ? mouseOn : '',
    features.kitty ? keyboardOn : '',
    clusters(features, true),
  ].join('')

/** What is switched when more becomes known of the terminal than at the start. */
export const adapt = (before: ScreenFeatures, now: ScreenFeatures): string =>
  (now.kitty && !before.kitty ? keyboardOn : '') + (now.clusters === 'settable' && before.clusters !== 'settable' ? clusters(now, true) : '')

/** A frame that was cut short ends first; on the alternate screen what belongs to it, then what outlives it. */
export const leave = ({features}: Pick<Modes, 'features'>): string =>
  [
    `${csi}?2026l`,
    clusters(features, false),
    features.kitty ? keyboardOff : '',
    mouseOff,
    `${csi}?1004l${csi}?2004l${csi}?7h${csi}0 q${csi}m`,
    `${csi}?1049l${csi}?25h${csi}m`,
    `${csi}23;2t`,
  ].join('')

/** Text in a control sequence: one line, nothing that could end the sequence or begin another. */
const plain = (text: string, longest: number): string => [...text.replace(/\p{Cc}+/gu, ' ')].slice(0, longest).join('').trim()

export const title = (text: string): string => `${osc}2;${plain(text, 120)}${bell}`

/** A note of the terminal's desktop (OSC 9); where it is not known nothing happens. */
export const notify = (text: string): string => `${osc}9;${plain(text, 200)}${bell}`

export const ring = bell
