// AMD's GPUs by what their driver shows in /sys: files, so that a look costs no process.

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Gpu} from './sample.ts'

const amdVendor = '0x1002'

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

const numberOf = (file: string): number | undefined => {
  const text = textOf(file)
  return text && /^\d+$/.test(text) ? Number(text) : undefined
}

/** Empty where there is none. `drm` is /sys/class/drm, but for tests. */
export const amdGpus = (drm = '/sys/class/drm'): Gpu[] => {
  let cards: string[]
  try {
    cards = readdirSync(drm).filter((name) => /^card\d+$/.test(name))
  } catch {
    return []
  }
  return cards.sort().flatMap((card): Gpu[] => {
    const device = join(drm, card, 'device')
    if (textOf(join(device, 'vendor')) !== amdVendor) return []
    const busy = numberOf(join(device, 'gpu_busy_percent'))
    const used = numberOf(join(device, 'mem_info_vram_used'))
    const total = numberOf(join(device, 'mem_info_vram_total'))
    if (busy === undefined && total === undefined) return []
    return [
      {
        name: textOf(join(device, 'product_name')) || card,
        ...(busy === undefined ? {} : {busy: busy / 100}),
        ...(used === undefined ? {} : {usedBytes: used}),
        ...(total === undefined ? {} : {totalBytes: total}),
      },
    ]
  })
}
