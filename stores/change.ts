// What a call of a tool would change, as far as its input, its result or the ask about it says so: the text that goes and
// the text that comes, or a patch, or a command. Nothing is read from a disk.

import type {DiffLine} from './diff.ts'
import {diffOf} from './diff.ts'
import type {AskView} from './view/asks.ts'
import type {CallView} from './view/calls.ts'

export interface Change {
  path: string
  lines: readonly DiffLine[]
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const kinds: Readonly<Record<string, DiffLine['kind']>> = {'+': 'added', '-': 'removed', ' ': 'same'}

/** Lines of a patch as they stand in it, cut at its files. */
export const patchChanges = (patch: string): Change[] => {
  const changes: {path: string; lines: DiffLine[]}[] = []
  for (const line of patch.split('\n')) {
    const named = /^(?:\+\+\+ (?:b\/)?|\*\*\* (?:Add|Update|Delete) File: )(.+)$/.exec(line)?.[1]
    if (named !== undefined) changes.push({path: named.trim(), lines: []})
    else if (line.startsWith('@@')) changes.at(-1)?.lines.push({kind: 'gap', words: [{text: line, changed: false}]})
    else if (!line.startsWith('---') && !line.startsWith('***')) {
      const kind = kinds[line.slice(0, 1)]
      if (kind) changes.at(-1)?.lines.push({kind, words: [{text: line.slice(1), changed: false}]})
    }
  }
  return changes
}

/** The changes that a call asks for; none for calls that change no file by their input. */
export const changesOf = (call: CallView): Change[] => {
  const input = call.input ?? {}
  const path = text(input.path) || text(input.file)
  if (path && typeof input.old === 'string' && typeof input.new === 'string') return [{path, lines: diffOf(input.old, input.new, call.firstLine)}]
  if (path && call.tool === 'write' && typeof input.text === 'string') return [{path, lines: diffOf('', input.text)}]
  const patch = text(input.patch)
  return patch ? patchChanges(patch) : []
}

/** The command line that a call runs; '' when it runs none. */
export const commandOf = (call: CallView): string => text(call.input?.command)

/** What a person is asked about: with the lines around it where the tool could say where it lands. */
export const askedChanges = ({preview, call}: Pick<AskView, 'preview' | 'call'>): Change[] => {
  if (preview) return [{path: preview.path, lines: diffOf(preview.old, preview.new, preview.line)}]
  return call ? changesOf(call) : []
}
