// Draws a React element with Ink into a terminal that nobody sees, for the compositor to read as cells. Ink gets streams
// that lead nowhere: it never hears a key and never writes to the user's terminal, and it must not try.

import {EventEmitter} from 'node:events'
import {Box, type Instance, render} from 'ink'
import type {ReactNode} from 'react'
import type {Size} from '../../engine/contract/screen.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'

export interface Chrome {
  /** The cells of the newest frame; the element has the whole screen to fill. */
  readonly terminal: PaneTerminal
  update(element: ReactNode): void
  /** Bytes that draw a part of the picture by themselves: written now, and again over every frame until they are others. */
  over(bytes: string): void
  resize(size: Size): void
  /** A new frame can be read. */
  onFrame(hear: () => void): void
  close(): void
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

export const mountChrome = (element: ReactNode, size: Size): Chrome => {
  const terminal = openTerminal(size, {scrollbackLines: 0, convertEol: true})
  const hears: (() => void)[] = []
  let [shown, isOpen, isMuted, current, above] = ['', true, false, element, '']
  const write = (bytes: string): void =>
    terminal.write(bytes, () => {
      for (const hear of hears) hear()
    })

  const show = (frame: string): void => {
    if (!isOpen || isMuted || frame === shown) return
    shown = frame
    // No line is wrapped and none scrolls: what is too wide or too high is cut off.
    const lines = frame.split('\n', terminal.size.rows)
    write(`\x1b[?7l\x1b[m\x1b[2J\x1b[H${lines.join('\n')}${above}`)
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
    terminal,
    update: (next) => {
      // The same element is the same picture.
      if (next === current) return
      current = next
      app.rerender(whole())
    },
    over: (bytes) => {
      if (bytes === above) return
      above = bytes
      if (isOpen && shown !== '') write(bytes)
    },
    resize: (next) => {
      terminal.resize(next)
      // Rows have moved: whoever drew over them draws again.
      ;[shown, above] = ['', '']
      ;[output.columns, output.rows] = [next.columns, next.rows]
      // Ink draws at once what was laid out for the old size; the frame after it is the one to show.
      isMuted = true
      output.emit('resize')
      isMuted = false
      app.rerender(whole())
    },
    onFrame: (hear) => {
      hears.push(hear)
    },
    close: () => {
      isOpen = false
      app.unmount()
      terminal.close()
    },
  }
}
