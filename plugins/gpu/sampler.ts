// Looks at the GPUs every few seconds and tells what it found: by nvidia-smi, else by AMD's driver, else by what an Ollama
// holds in a GPU's memory. Where there is none of them it says so once, and nothing is left running.
//
//   open ─▶ nvidia-smi there? ─▶ its rows ─ ended by itself ─▶ quiet
//             └ no ─▶ AMD cards? ─▶ files ─┬─ else Ollama? ─▶ its memory
//                                           └─ else ─▶ one empty sample, quiet
//
// Law: after `close` nothing is taken any more, and no process of ours is left.

import {openWire, type ProviderSettings} from '../../engine/plugin.ts'
import {amdGpus} from './amd.ts'
import {findProgram, openNvidia} from './nvidia.ts'
import type {Gpu, Source} from './sample.ts'

export interface SamplerOptions {
  /** Where nvidia-smi is looked for, as PATH writes it. */
  path: string
  everyMs: number
  take(gpus: Gpu[]): void
  /** A whole address, and how it is reached. */
  ollama?: {baseUrl: string} & Pick<ProviderSettings, 'timeouts' | 'net'>
  /** Where the driver of AMD shows its cards, but for tests. */
  drm?: string
}

const repeated = (everyMs: number, look: () => void): Source => {
  look()
  const timer = setInterval(look, everyMs)
  // A run that is over does not wait for the next look.
  timer.unref()
  return {close: () => clearInterval(timer)}
}

interface Running {
  models?: {name: string; size_vram?: number}[]
}

const ollamaGpus = async ({baseUrl, timeouts, net}: NonNullable<SamplerOptions['ollama']>, signal: AbortSignal): Promise<Gpu[]> => {
  const {post} = await openWire()
  const response = await post({route: 'ollama', method: 'GET', url: `${baseUrl}/api/ps`, headers: {}, timeouts, net, hint: ''}, signal)
  const {models = []} = JSON.parse(await response.text()) as Running
  const usedBytes = models.reduce((sum, {size_vram = 0}) => sum + size_vram, 0)
  return usedBytes > 0 ? [{name: 'ollama', usedBytes}] : []
}

const openOllama = (place: NonNullable<SamplerOptions['ollama']>, everyMs: number, take: (gpus: Gpu[]) => void): Source => {
  const over = new AbortController()
  let asking = false
  const look = (): void => {
    if (asking) return
    asking = true
    ollamaGpus(place, over.signal)
      .then(
        (gpus) => !over.signal.aborted && take(gpus),
        () => undefined,
      )
      .finally(() => {
        asking = false
      })
  }
  const looking = repeated(everyMs, look)
  return {
    close: () => {
      looking.close()
      over.abort()
    },
  }
}

export const openSampler = ({path, everyMs, take, ollama, drm}: SamplerOptions): Source => {
  const program = findProgram('nvidia-smi', path)
  if (program) return openNvidia(program, everyMs, take, () => take([]))
  if (amdGpus(drm).length > 0) return repeated(everyMs, () => take(amdGpus(drm)))
  if (ollama) return openOllama(ollama, everyMs, take)
  take([])
  return {close: () => undefined}
}
