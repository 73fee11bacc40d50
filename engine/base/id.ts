// Branded identifiers. Each is a plain string with a letter in front, so that a log line tells what it
// names. Randomness is handed in: this floor has no dice of its own.

declare const brand: unique symbol
type Id<Name extends string> = string & {readonly [brand]: Name}

export type RunId = Id<'run'>
export type TaskId = Id<'task'>
export type AgentId = Id<'agent'>
export type PatchId = Id<'patch'>
export type AskId = Id<'ask'>
export type CallId = Id<'call'>
/** 32 lower-case hex digits: the trace id of W3C Trace Context. */
export type TraceId = Id<'trace'>
/** 16 lower-case hex digits: the span id of W3C Trace Context. */
export type SpanId = Id<'span'>
/** 64 lower-case hex digits: SHA-256 of the content. */
export type BlobId = Id<'blob'>

/** A source of random bytes; the real one is made in `source`. */
export type Dice = (bytes: number) => Uint8Array

const hex = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1)
  return text
}

// 32 letters without the easily confused; 5 bits a letter, so 16 letters are 80 bits.
const letters = '0123456789abcdefghjkmnpqrstvwxyz'

export const newRunId = (dice: Dice): RunId => `r_${Array.from(dice(16), (byte) => letters[byte & 31]).join('')}` as RunId
export const newTraceId = (dice: Dice): TraceId => hex(dice(16)) as TraceId
export const newSpanId = (dice: Dice): SpanId => hex(dice(8)) as SpanId
export const taskId = (n: number): TaskId => `t_${n}` as TaskId
export const agentId = (n: number): AgentId => `a_${n}` as AgentId
export const patchId = (n: number): PatchId => `p_${n}` as PatchId
export const askId = (n: number): AskId => `q_${n}` as AskId
