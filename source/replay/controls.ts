// What a person may type while a run is played: where to go, and how fast. Words, not keys, so that a screen needs to
// know nothing of replays.

export type Control = {do: 'seek'; to: number} | {do: 'step'; by: number} | {do: 'speed'; times: number} | {do: 'turn'}

export const controlHelp = 'a replay: escape or enter pauses; 40 goes to event 40, +20 and -20 move, x4 is four times as fast'

/** Undefined when it is none of them. */
export const controlIn = (text: string): Control | undefined => {
  const said = text.trim().toLowerCase()
  const [, sign, digits, factor] = /^(?:([+-]?)(\d{1,9})|[x×](\d{1,4}(?:\.\d{1,3})?))$/.exec(said) ?? []
  if (factor !== undefined) return Number(factor) > 0 ? {do: 'speed', times: Number(factor)} : undefined
  if (digits !== undefined) return sign ? {do: 'step', by: Number(`${sign}${digits}`)} : {do: 'seek', to: Number(digits)}
  return ['', 'pause', 'play', 'stop', 'go', 'go on', 'resume'].includes(said) ? {do: 'turn'} : undefined
}
