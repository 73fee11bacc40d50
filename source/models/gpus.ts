// GPUs as events, for whoever watches: a screen, or `--verbose`. Passing events: shown, never kept.

import type {ProviderSettings} from '../../engine/contract/model.ts'
import type {Scribe} from '../../engine/crew/scribe.ts'
import {isLocal} from '../../engine/model/settings.ts'
import {childPath} from '../config.ts'
import type {Context} from '../context.ts'
import type {HostRequest} from '../run-options.ts'

const everyMs = 2000

/** Loaded only when somebody wants it; closes at once when the run is over before that. */
export const watchGpus = (context: Context, request: HostRequest, providers: Readonly<Record<string, ProviderSettings>>, scribe: Scribe): {close(): void} => {
  if (!request.verbose && !request.attended) return {close: () => undefined}
  let closed = false
  const opening = Promise.all([import('../../plugins/gpu/sampler.ts'), import('../../plugins/ollama/url.ts')]).then(([{openSampler}, {ollamaUrl}]) => {
    if (closed) return undefined
    const found = Object.values(providers).find(({protocol, baseUrl}) => protocol === 'ollama' && isLocal(protocol, baseUrl))
    return openSampler({
      path: childPath(context.env),
      everyMs,
      take: (gpus) => void scribe.note('gpu.sampled', {gpus}),
      ...(found ? {ollama: {baseUrl: ollamaUrl(found.baseUrl), timeouts: found.timeouts, net: found.net}} : {}),
    })
  })
  return {
    close: () => {
      closed = true
      void opening.then((source) => source?.close())
    },
  }
}
