// NVIDIA's GPUs by nvidia-smi, which is started once and prints a row for each GPU again and again: starting it for each
// look costs more than the look. Told apart from its parsing so that the parsing needs no GPU.

import {spawn} from 'node:child_process'
import {accessSync, constants} from 'node:fs'
import {delimiter, join} from 'node:path'
import type {Gpu, Source} from './sample.ts'

const fields = 'index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw'
const mib = 2 ** 20
/** Rows of one look come together; so much later it is whole. */
const gatherMs = 40

/** `[N/A]` and the like are left out. */
const figure = (text: string | undefined): number | undefined => {
  const value = Number(text)
  return text !== undefined && text.trim() !== '' && Number.isFinite(value) ? value : undefined
}

/** One row of `--format=csv,noheader,nounits`; undefined for anything else. */
export const gpuIn = (row: string): (Gpu & {index: number}) | undefined => {
  const [at, name, busy, used, total, celsius, watts] = row.split(',').map((cell) => cell.trim())
  const index = figure(at)
  if (index === undefined || !name) return undefined
  const [busyPercent, usedMib, totalMib, degrees, power] = [figure(busy), figure(used), figure(total), figure(celsius), figure(watts)]
  return {
    index,
    name,
    ...(busyPercent === undefined ? {} : {busy: busyPercent / 100}),
    ...(usedMib === undefined ? {} : {usedBytes: usedMib * mib}),
    ...(totalMib === undefined ? {} : {totalBytes: totalMib * mib}),
    ...(degrees === undefined ? {} : {celsius: degrees}),
    ...(power === undefined ? {} : {watts: power}),
  }
}

export const findProgram = (name: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** Starts the program at `file`; `ended` is called when it stops by itself. */
export const openNvidia = (file: string, everyMs: number, take: (gpus: Gpu[]) => void, ended: () => void): Source => {
  const child = spawn(file, [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', `--loop-ms=${everyMs}`], {stdio: ['ignore', 'pipe', 'ignore'], env: {}})
  let rest = ''
  let closed = false
  let due: NodeJS.Timeout | undefined
  const gpus = new Map<number, Gpu>()
  const flush = (): void => {
    if (closed || gpus.size === 0) return
    take([...gpus.values()])
    gpus.clear()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const rows = `${rest}${text}`.split('\n')
    rest = rows.pop() ?? ''
    for (const row of rows) {
      const found = gpuIn(row)
      if (!found) continue
      const {index, ...gpu} = found
      if (gpus.has(index)) flush()
      gpus.set(index, gpu)
    }
    clearTimeout(due)
    due = setTimeout(flush, gatherMs)
  })
  const over = (): void => {
    clearTimeout(due)
    if (!closed) ended()
    closed = true
  }
  child.once('error', over)
  child.once('close', over)
  return {
    close: () => {
      closed = true
      clearTimeout(due)
      child.kill()
    },
  }
}
