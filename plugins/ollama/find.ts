// Is there an Ollama with a model that can call tools? Asked at the start of a run that names no model, so it may
// cost 150 ms at most, and next to nothing where nothing listens.

import {connect} from 'node:net'
import {ask, type Listed, type Place, type Shown} from './ask.ts'
import {ollamaUrl} from './url.ts'

const wholeMs = 150
/** Of many models only the newest are asked what they can do. */
const asked = 6

const listens = (url: string, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const {hostname, port} = new URL(url)
    const socket = connect({host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (url.startsWith('https') ? 443 : 80))})
    const end = (found: boolean): void => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(found)
    }
    const onAbort = (): void => end(false)
    signal.addEventListener('abort', onAbort, {once: true})
    if (signal.aborted) return end(false)
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })

/** Name of a tool-capable model of the Ollama at `host` (as OLLAMA_HOST writes it), the newest first; undefined when there is none within 150 ms. */
export const findOllama = async (host: string, signal: AbortSignal): Promise<string | undefined> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(wholeMs)])
  const baseUrl = ollamaUrl(host)
  if (!(await listens(baseUrl, limit))) return undefined
  const seconds = wholeMs / 1000
  const timeouts = {connectSec: seconds, firstTokenSec: seconds, idleSec: seconds, callSec: seconds}
  const place: Place = {name: 'ollama', baseUrl, timeouts, net: {}, headers: {}, hint: ''}
  try {
    const {models = []} = await ask<Listed>(place, '/api/tags', undefined, limit)
    const names = models.slice(0, asked).map(({name}) => name)
    const able = await Promise.all(
      names.map((model) =>
        ask<Shown>(place, '/api/show', {model}, limit).then(
          ({capabilities}) => capabilities?.includes('tools') === true,
          () => false,
        ),
      ),
    )
    return names.find((_, index) => able[index])
  } catch {
    return undefined
  }
}
