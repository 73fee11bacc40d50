// What a program wrote to its terminal, made into files that others can play: an asciicast (version 2), a film, a
// picture. Waiting is cut short, and pictures come no faster than an eye can follow; nothing else is changed.

import type {Chunk} from '../../test/kit/terminal.ts'
import {openEmulator} from '../../test/kit/terminal.ts'
import {openPictures} from './picture.ts'

export interface Recording {
  columns: number
  rows: number
  title: string
  chunks: readonly Chunk[]
}

export interface Pace {
  /** Nothing happened for longer: so much of it is shown. */
  idleMs: number
  /** The shortest time that a picture stands. */
  frameMs: number
  /** How long the last picture stands. */
  endMs: number
}

export const usualPace: Pace = {idleMs: 1500, frameMs: 80, endMs: 4000}

/** When each chunk comes once long waits are cut short. */
const shortened = (chunks: readonly Chunk[], idleMs: number): Chunk[] => {
  let last = 0
  let at = 0
  return chunks.map(({ms, data}) => {
    at += Math.min(idleMs, ms - last)
    last = ms
    return {ms: at, data}
  })
}

/** One line a chunk, after the header; text is whole even where a chunk ends in the middle of a character. */
export const castOf = ({columns, rows, title, chunks}: Recording, {idleMs}: Pace = usualPace): string => {
  const decoder = new TextDecoder()
  const header = {version: 2, width: columns, height: rows, title, env: {TERM: 'xterm-256color'}}
  const lines = shortened(chunks, idleMs).flatMap(({ms, data}) => {
    const text = decoder.decode(data, {stream: true})
    return text ? [JSON.stringify([Math.round(ms) / 1000, 'o', text])] : []
  })
  return `${[JSON.stringify(header), ...lines].join('\n')}\n`
}

const stage = ({columns, rows}: Recording) => {
  const emulator = openEmulator(columns, rows, 0)
  let visible = true
  const cursor = (on: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) visible = on
    return false
  }
  emulator.parser.registerCsiHandler({prefix: '?', final: 'h'}, cursor(true))
  emulator.parser.registerCsiHandler({prefix: '?', final: 'l'}, cursor(false))
  const pictures = openPictures(columns, rows)
  return {
    ...pictures,
    play: (data: Buffer): Promise<void> => new Promise((resolve) => emulator.write(data, resolve)),
    /** A frame that is being written is not shown. */
    isWhole: (): boolean => !emulator.modes.synchronizedOutputMode,
    look: (): string => pictures.frameOf(emulator, visible),
  }
}

/** The screen as it stood after everything was written. */
export const stillOf = async (recording: Recording): Promise<string> => {
  const {play, look, still} = stage(recording)
  for (const {data} of recording.chunks) await play(data)
  return still(recording.title, look())
}

export const filmOf = async (recording: Recording, {idleMs, frameMs, endMs}: Pace = usualPace): Promise<string> => {
  const {play, isWhole, look, film} = stage(recording)
  const frames: {at: number; frame: string}[] = []
  const chunks = shortened(recording.chunks, idleMs)
  for (const {ms, data} of chunks) {
    await play(data)
    if (!isWhole()) continue
    const frame = look()
    const last = frames.at(-1)
    // What stood for a blink only was on its way to what came next.
    if (last && ms - last.at * 1000 < frameMs) last.frame = frame
    else if (frame !== last?.frame) frames.push({at: ms / 1000, frame})
  }
  const seconds = ((chunks.at(-1)?.ms ?? 0) + endMs) / 1000
  const [first] = frames
  if (first) first.at = 0
  return film(recording.title, frames, seconds)
}
