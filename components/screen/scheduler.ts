// When to draw: after damage, at most thirty times a second, and almost at once where somebody waits for the echo of a
// key. Nothing ticks here: without damage no timer runs. It never draws while a frame is still on its way out.

export interface Clock {
  nowMs(): number
  /** Runs it after so long, 0: as soon as what waits has been heard; answers how to call it off. */
  later(waitMs: number, run: () => void): () => void
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  later: (waitMs, run) => {
    if (waitMs <= 0) {
      const handle = setImmediate(run)
      return () => clearImmediate(handle)
    }
    const handle = setTimeout(run, waitMs)
    return () => clearTimeout(handle)
  },
}

const frameMs = 1000 / 30
/** While frame after frame replaces the screen, which nobody can read: a third less of both ends' work. */
const heavyFrameMs = 50
const heavyAfter = 3
/** Between two frames, when somebody waits for an echo. */
const soonMs = 4
/** So long after a key its echo is waited for. */
const echoMs = 150

export interface Scheduler {
  damage(focused?: boolean): void
  key(): void
  /** A frame goes out: nothing is drawn until `release`. */
  hold(): void
  release(): void
  stop(): void
}

/** `draw` answers whether it had to draw much of the screen. */
export const createScheduler = (draw: () => boolean, clock: Clock = realClock): Scheduler => {
  let [lastMs, keyMs] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let [isDamaged, isSoon, isHeld, isStopped] = [false, false, false, false]
  let heavy = 0
  let planned: {dueMs: number; cancel: () => void} | undefined

  const run = (): void => {
    planned = undefined
    ;[isDamaged, isSoon, lastMs] = [false, false, clock.nowMs()]
    heavy = draw() ? heavy + 1 : 0
  }

  const plan = (): void => {
    if (!isDamaged || isHeld || isStopped) return
    const nowMs = clock.nowMs()
    const dueMs = Math.max(nowMs, lastMs + (isSoon ? soonMs : heavy < heavyAfter ? frameMs : heavyFrameMs))
    if (planned && planned.dueMs <= dueMs) return
    planned?.cancel()
    planned = {dueMs, cancel: clock.later(dueMs - nowMs, run)}
  }

  return {
    damage: (focused = false) => {
      isDamaged = true
      if (focused && clock.nowMs() - keyMs <= echoMs) isSoon = true
      plan()
    },
    key: () => {
      keyMs = clock.nowMs()
    },
    hold: () => {
      isHeld = true
      planned?.cancel()
      planned = undefined
    },
    release: () => {
      isHeld = false
      plan()
    },
    stop: () => {
      isStopped = true
      planned?.cancel()
      planned = undefined
    },
  }
}
