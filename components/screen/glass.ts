// The glass: everything that is shown on the user's terminal passes here and nowhere else. Damage comes in, frames go
// out, each made against what the terminal really got. It looks at the scene when a frame is due, not before.

import {createCompositor} from './compositor.ts'
import {createFrameWriter, openDoor} from './frame-writer.ts'
import type {Glass, GlassOptions} from './scene.ts'
import {createScheduler} from './scheduler.ts'

const keptTimes = 512
const patienceMs = 250
/** Bytes for each cell of the screen from which a frame counts as heavy. */
const heavyShare = 0.25

export const openGlass = ({fd, size, features, chrome, scene, out, gone}: GlassOptions): Glass => {
  const compositor = createCompositor(size, features)
  const frameMs: number[] = []
  let [frames, bytes, extra, isClosed, isLent] = [0, 0, '', false, false]
  let cells = size.columns * size.rows
  let whenIdle: (() => void) | undefined

  const door = openDoor(fd)
  const writer = createFrameWriter(
    door.fd,
    (code) => {
      isClosed = true
      scheduler.stop()
      whenIdle?.()
      gone?.(code)
    },
    door.write,
  )

  const build = (): string => {
    const startMs = performance.now()
    const picture = compositor.frame(chrome, scene())
    if (picture === '') return ''
    frames += 1
    frameMs.push(performance.now() - startMs)
    if (frameMs.length > keptTimes) frameMs.shift()
    return picture
  }

  const scheduler = createScheduler(() => {
    if (isClosed) return false
    const picture = build()
    const text = extra + picture
    extra = ''
    if (text === '') return false
    bytes += Buffer.byteLength(text)
    scheduler.hold()
    writer.send(text, () => {
      if (!isLent) scheduler.release()
      whenIdle?.()
      out?.()
    })
    return picture.length > cells * heavyShare
  })

  /** Resolves when no frame is on its way, or when the terminal has not taken it for too long. */
  const idle = async (): Promise<void> => {
    if (!writer.isBusy) return
    const out = Promise.withResolvers<void>()
    const timer = setTimeout(out.resolve, patienceMs)
    whenIdle = out.resolve
    await out.promise
    clearTimeout(timer)
  }

  return {
    damage: scheduler.damage,
    key: scheduler.key,
    say: (text) => {
      extra += text
      scheduler.damage(true)
    },
    learn: (next) => {
      compositor.learn(next)
      scheduler.damage()
    },
    resize: (next) => {
      cells = next.columns * next.rows
      compositor.resize(next)
      scheduler.damage()
    },
    repaint: () => {
      compositor.forget()
      scheduler.damage()
    },
    lend: async () => {
      isLent = true
      scheduler.hold()
      await idle()
    },
    takeBack: () => {
      isLent = false
      compositor.forget()
      if (!writer.isBusy) scheduler.release()
      scheduler.damage()
    },
    stats: () => ({frames, bytes, frameMs, stalls: writer.stalls}),
    close: async () => {
      if (isClosed) return
      isClosed = true
      scheduler.stop()
      await idle()
      writer.abandon()
      door.close()
    },
  }
}
