// A screen lives long and mostly waits: its heap grows slowly, once everything is loaded. Before that, and at the end, the
// flag would cost something:
//
// - V8 takes compiled code only from a process with the same flags, and it is written at the end (bin/cached.mjs).
// - At the end Node waits for the threads that compile, and one of them that may not let the heap grow would wait for a
//   collection that nobody makes any more: the terminal would be back, and the shell not (nodejs/node#54918).

import {setFlagsFromString} from 'node:v8'

export const growSlowly = (): void => {
  setFlagsFromString('--optimize-for-size')
  process.prependOnceListener('exit', () => setFlagsFromString('--no-optimize-for-size'))
}
