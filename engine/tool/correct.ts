// What a model is told when its call was no good: which field, what was expected, in a few lines.

import type {Fault} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import type {ToolDone} from '../contract/tool.ts'
import {nearestName} from './nearest.ts'

/** Lines that a correction may have at most, its first line and its hint counted. */
const maxWrong = 4
const maxLineChars = 160

const short = (text: string): string => {
  const line = text.replace(/\s*\n\s*/g, ' ')
  return line.length > maxLineChars ? `${line.slice(0, maxLineChars)}…` : line
}

export const inputFault = (tool: string, wrong: readonly string[]): Fault => {
  const shown = wrong.slice(0, wrong.length > maxWrong ? maxWrong - 1 : maxWrong).map(short)
  const more = wrong.length - shown.length
  const lines = more > 0 ? [...shown, `and ${more} more`] : shown
  return fault('tool.input', {name: tool, why: lines.length === 1 ? (lines[0] as string) : `\n${lines.join('\n')}`})
}

export const unknownFault = (tool: string, offered: readonly string[]): Fault => {
  const near = nearestName(tool, offered)
  const found = fault('tool.unknown', {name: short(tool), tools: offered.join(', ')})
  return near ? {...found, hint: `did you mean ${near}? ${found.hint}`} : found
}

/** A fault as a model reads it. */
export const toldOf = (error: NonNullable<ToolDone['error']>): string => (error.hint ? `${error.msg}\n${error.hint}` : error.msg)
