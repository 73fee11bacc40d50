// The rule of 64 KiB: no line is longer. Of a body that would be, small fields stay and each large one goes to a
// blob, with `{blob, bytes}` in its place. Which fields those were is kept beside the event, because a body may hold
// such a pair of its own accord.

import type {BlobId} from '../base/id.ts'
import {fail} from '../contract/fault.ts'
import type {BlobStore} from '../contract/workspace.ts'

/** Of a line, its LF included. */
export const maxLineBytes = 65_536

type Body = Record<string, unknown>
/** Field → what its blob holds: the text itself, or JSON. */
export type Large = Record<string, 'text' | 'json'>

export interface Bounded {
  body: Body
  bodyText: string
  large: Large | null
  blobs: BlobId[]
}

// Fields over 8 KiB are large. Only a body that is still too long without them gives up smaller ones.
const floors = [8192, 1024, 160]

interface Spilled {
  ref: {blob: BlobId; bytes: number}
  kind: 'text' | 'json'
}

const spill = (value: unknown, blobs: BlobStore): Spilled => {
  // UTF-8 cannot hold half a surrogate pair; JSON can.
  const plain = typeof value === 'string' && value.isWellFormed()
  const content = Buffer.from(plain ? value : JSON.stringify(value))
  return {ref: {blob: blobs.put(content), bytes: content.length}, kind: plain ? 'text' : 'json'}
}

/** A body as JSON, without the texts that fit into no line: each copy of one costs as much memory as a model talks. */
export interface Written {
  bodyText: string
  /** Fields that stand as '' in it, and what they hold. */
  long: Readonly<Record<string, string>>
}

/** No character takes less than a byte. */
const isLong = (value: unknown): boolean => typeof value === 'string' && value.length > maxLineBytes

export const written = (body: object): Written => {
  const long = Object.fromEntries(Object.entries(body).filter(([, value]) => isLong(value)))
  const fields = Object.keys(long)
  if (fields.length === 0) return {bodyText: JSON.stringify(body), long}
  return {bodyText: JSON.stringify({...body, ...Object.fromEntries(fields.map((field) => [field, '']))}), long}
}

/** `restBytes`: what the line takes besides the body. Throws FaultError: journal.full, journal.readonly. */
export const bound = (body: Body, {bodyText, long}: Written, restBytes: number, blobs: BlobStore): Bounded => {
  const room = maxLineBytes - restBytes
  const fits = Object.keys(long).length === 0 && (bodyText.length * 3 <= room || Buffer.byteLength(bodyText) <= room)
  // No character takes more than 3 bytes of UTF-8 per unit of its length.
  if (fits) return {body, bodyText, large: null, blobs: []}
  const made: Body = {...JSON.parse(bodyText), ...long}
  const large: Large = {}
  const stored: BlobId[] = []
  for (const floor of floors) {
    for (const [field, value] of Object.entries(made)) {
      if (field in large || !(isLong(value) || Buffer.byteLength(JSON.stringify(value)) > floor)) continue
      const {ref, kind} = spill(value, blobs)
      made[field] = ref
      large[field] = kind
      stored.push(ref.blob)
    }
    const shorter = JSON.stringify(made)
    if (Buffer.byteLength(shorter) <= room) return {body: made, bodyText: shorter, large, blobs: stored}
  }
  return fail('internal', {why: `an event does not fit into ${maxLineBytes} bytes`})
}

/** Puts large fields back; one whose blob is gone keeps `{blob, bytes}`. */
export const inflate = (body: Body, large: Large, blobs: BlobStore): Body => {
  const whole: Body = {...body}
  for (const [field, kind] of Object.entries(large)) {
    const bytes = blobs.get((body[field] as {blob: BlobId}).blob)
    if (!bytes) continue
    const text = Buffer.from(bytes).toString('utf8')
    whole[field] = kind === 'text' ? text : JSON.parse(text)
  }
  return whole
}

const pieceChars = 8192

/** Cuts a passing text into pieces whose lines fit whatever they hold. */
export const pieces = (text: string): string[] => {
  if (text.length <= pieceChars) return [text]
  const made: string[] = []
  let from = 0
  while (from < text.length) {
    let to = Math.min(text.length, from + pieceChars)
    const code = text.charCodeAt(to)
    if (code >= 0xdc00 && code <= 0xdfff) to -= 1
    made.push(text.slice(from, to))
    from = to
  }
  return made
}
