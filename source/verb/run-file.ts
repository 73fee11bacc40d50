// The file of `-o`. A text is there whole or not at all; what a link leads to is written, and a device or a pipe stays
// one. Nothing here may hold up the process: signals and the time must be heard while a pipe waits for its reader.

import {constants, readlinkSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs'
// Only functions: with a constant it would be loaded at each start.
import {type FileHandle, open} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {Clock} from '../../engine/base/clock.ts'
import {resolveLinks} from '../../engine/base/place.ts'

const pauseMs = 20

const linkAt = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Where a path leads through links, also when nothing is there yet. */
export const leadsTo = (file: string): string => resolveLinks(file, linkAt) ?? file

/** Does `step` as soon as it need not wait. A call that waits would keep even `process.exit` waiting for it. */
const whenReady = async <T>(clock: Clock, waits: string, step: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await step()
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== waits) throw thrown
      await clock.sleep(pauseMs)
    }
}

const pour = async (clock: Clock, file: FileHandle, text: string): Promise<void> => {
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const {bytesWritten} = await whenReady(clock, 'EAGAIN', () => file.write(rest))
    rest = rest.subarray(bytesWritten)
  }
}

export const writeWhole = async (clock: Clock, named: string, text: string): Promise<void> => {
  const found = statSync(named, {throwIfNoEntry: false})
  if (found && !found.isFile()) {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK
    // A pipe without a reader.
    await using file = await whenReady(clock, found.isFIFO() ? 'ENXIO' : '', () => open(named, flags))
    return await pour(clock, file, text)
  }
  const file = leadsTo(named)
  const part = join(dirname(file), `.${process.pid}.${Date.now()}.part`)
  try {
    writeFileSync(part, text, found && {mode: found.mode & 0o777})
    renameSync(part, file)
  } catch (thrown) {
    rmSync(part, {force: true})
    throw thrown
  }
}
