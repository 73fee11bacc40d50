// What an edit or a written file would change, with the lines around it, for the person who is asked about it. Only reads,
// and gives nothing rather than a guess: whoever gets nothing shows what the call itself says.

import type {Preview, Site} from '../../engine/plugin.ts'
import type {EditInput, WriteInput} from './input.ts'
import {findPlace} from './ladder.ts'
import {writablePlace} from './place.ts'
import {openText, type Splice, toLf} from './text.ts'

/** Lines before and after. */
const around = 3
/** A larger change is shown as the call has it. */
const mostChars = 48_000

const fits = (preview: Preview): Preview | undefined => (preview.old.length + preview.new.length > mostChars ? undefined : preview)

/** Whole lines around the splices, as they are and as they would be. */
const cut = (path: string, text: string, splices: readonly Splice[]): Preview => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset)
  const first = Math.max(0, lineAt(splices[0]?.from ?? 0) - around)
  const from = starts[first] ?? 0
  const to = starts[lineAt(splices.at(-1)?.to ?? 0) + around + 1] ?? text.length
  let now = ''
  let at = from
  for (const splice of splices) {
    now += text.slice(at, splice.from) + splice.text
    at = splice.to
  }
  return {path, line: first + 1, old: text.slice(from, to), new: now + text.slice(at, to)}
}

export const previewEdit = (input: EditInput, site: Site): Preview | undefined => {
  const file = openText(writablePlace(input.path, site).file, input.path)
  if (!file || input.old === '') return undefined
  const match = findPlace(file.text, toLf(input.old), toLf(input.new), input.all === true)
  return match.is === 'one' ? fits(cut(input.path, file.text, match.splices)) : undefined
}

export const previewWrite = (input: WriteInput, site: Site): Preview | undefined => {
  const file = openText(writablePlace(input.path, site).file, input.path)
  // Of a new file too: the call may name its text in a way that only the tool reads.
  return fits({path: input.path, line: 1, old: file?.text ?? '', new: toLf(input.text)})
}
