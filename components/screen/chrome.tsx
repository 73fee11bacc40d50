// Draws a React element with Ink into a terminal that nobody sees, for the compositor to read as cells. Ink gets streams
// that lead nowhere: it never hears a key and never writes to the user's terminal, and it must not try.

import {EventEmitter} from 'node:events'
import {Box, type Instance, render} from 'ink'
import type {ReactNode} from 'react'
import type {Size} from '../../engine/contract/screen.ts'
import {type Canvas, openCanvas} from './canvas.ts'

export interface Chrome extends Canvas {
  /** The element has the whole screen to fill. */
  update(element: ReactNode): void
}

/** What Ink asks of an output stream, and no more. */
class Output extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  columns: number
  rows: number
  private readonly take: (frame: string) => void

  constructor(size: Size, take: (frame: string) => void) {
    super()
    this.columns = size.columns
    this.rows = size.rows
    this.take = take
  }

  write(frame: string, ...rest: unknown[]): boolean {
    this.take(frame)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
    return true
  }
}

/** An input that nothing ever comes from. */
class Silence extends EventEmitter {
  readonly isTTY = true
  setRawMode(): this {
    return this
  }
  setEncoding(): this {
    return this
  }
  read(): null {
    return null
  }
  resume(): this {
    return this
  }
  pause(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

export const mountChrome = (element: ReactNode, size: Size, canvas: Canvas = openCanvas(size)): Chrome => {
  let [isMuted, current] = [false, element]
  const show = (frame: string): void => {
    if (!isMuted) canvas.show(frame)
  }

  const output = new Output(size, show)
  const whole = (): ReactNode => (
    <Box width={output.columns} height={output.rows} overflow="hidden">
      {current}
    </Box>
  )
  // A debug frame is the whole picture in one write, made when React has committed and not by a timer.
  const app: Instance = render(whole(), {
    stdout: output as unknown as NodeJS.WriteStream,
    stdin: new Silence() as unknown as NodeJS.ReadStream,
    stderr: new Output(size, () => undefined) as unknown as NodeJS.WriteStream,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
    isScreenReaderEnabled: false,
  })

  return {
    ...canvas,
    update: (next) => {
      // The same element is the same picture.
      if (next === current) return
      current = next
      app.rerender(whole())
    },
    resize: (next) => {
      canvas.resize(next)
      ;[output.columns, output.rows] = [next.columns, next.rows]
      // Ink draws at once what was laid out for the old size; the frame after it is the one to show.
      isMuted = true
      output.emit('resize')
      isMuted = false
      app.rerender(whole())
    },
    close: () => {
      // What Ink says last is for nobody.
      isMuted = true
      app.unmount()
      canvas.close()
    },
  }
}
