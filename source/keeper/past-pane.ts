// A pane whose processes are of an earlier day, until something new is printed in it: its story is told once a screen has
// said how wide the pane is, and sent as it is told. No emulator reads it before one has to.
//
//   untold ──resized, or nobody says for a moment──▶ told at that width ──resized──▶ told anew
//
// Law: whoever asked for the whole of it gets it, once.

import type {Retold} from './retell.ts'

/** The size of a pane that is seen is said at once; of others nothing is heard. */
const waitMs = 100

export interface PastPane {
  /** Given once it is told. */
  whole(take: (text: string) => void): void
  /** What to send to those who were told already; '' when there is nothing to be told anew. */
  resized(): string
  /** All of it, now; whoever waits for it is given it. */
  take(): string
}

export const openPast = (past: Pick<Retold, 'told'>, columns: () => number): PastPane => {
  let text: string | undefined
  const waiting: ((text: string) => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const tell = (): string => {
    clearTimeout(timer)
    // '' where the width is the same: then it stands as it was told.
    text = past.told(columns()) || (text ?? '')
    for (const take of waiting.splice(0)) take(text)
    return text
  }
  return {
    whole: (take) => {
      if (text !== undefined) return take(text)
      waiting.push(take)
      timer ??= setTimeout(tell, waitMs)
    },
    resized: () => {
      const before = text
      const now = tell()
      return before === undefined || now === before ? '' : now
    },
    take: () => text ?? tell(),
  }
}
