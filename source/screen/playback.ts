// The keys of a replay: pause, faster and slower, back and forth. They stand where a prompt would be, because nothing can
// be said to what is over.

import type {InputEvent} from '../../engine/contract/screen.ts'

export interface Played {
  place(): {seq: number; speed: number; paused: boolean; ended: boolean}
  lastSeq: number
  pause(): void
  resume(): void
  seek(seq: number): void
  speed(times: number): void
}

const step = 10
const slowest = 0.125
const fastest = 64

/** True when the key was the replay's. */
export const playbackKey = (played: Played, event: InputEvent): boolean => {
  if (event.input !== 'key' || event.ctrl || event.alt) return false
  const {seq, speed, paused} = played.place()
  const deeds: Record<string, () => void> = {
    space: () => (paused ? played.resume() : played.pause()),
    ' ': () => (paused ? played.resume() : played.pause()),
    left: () => played.seek(Math.max(0, seq - step)),
    right: () => played.seek(Math.min(played.lastSeq, seq + step)),
    '+': () => played.speed(Math.min(fastest, speed * 2)),
    '-': () => played.speed(Math.max(slowest, speed / 2)),
    '0': () => played.seek(0),
  }
  const deed = deeds[event.key]
  if (!deed) return false
  deed()
  return true
}
