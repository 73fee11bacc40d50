// What `doctor` wants to know of an Ollama server: does it answer, what does it hold, and do the models that are
// loaded or declared have the context and the memory that they were asked for.

import {type Probe, type ProviderSettings, probed} from '../../engine/plugin.ts'
import {ask, type Listed, type Place, type Running, type Shown} from './ask.ts'

const trainedContext = (shown: Shown): number | undefined => {
  const found = Object.entries(shown.model_info ?? {}).find(([key]) => key.endsWith('.context_length'))?.[1]
  return typeof found === 'number' ? found : undefined
}

/** Trouble with a model that is configured: no tools, or trained for less context than is asked of it. */
const declaredNotes = async (place: Place, models: ProviderSettings['models'], present: string[], signal: AbortSignal): Promise<string[]> => {
  const declared = Object.entries(models ?? {}).filter(([name]) => present.includes(name) || present.includes(`${name}:latest`))
  const each = declared.map(async ([model, card]) => {
    const shown = await ask<Shown>(place, '/api/show', {model}, signal)
    const trained = trainedContext(shown)
    return [
      ...(shown.capabilities && !shown.capabilities.includes('tools') ? [`${model} cannot call tools`] : []),
      ...(trained && card.window && card.window > trained ? [`${model} was trained for ${trained} tokens of context, ${card.window} are asked`] : []),
    ]
  })
  return (await Promise.all(each)).flat()
}

const loadedNotes = (running: Running, windowOf: (model: string) => number): string[] =>
  (running.models ?? []).flatMap(({name, size, size_vram, context_length}) => [
    ...(size_vram < size ? [`${name} runs ${Math.round((1 - size_vram / size) * 100)} % on the CPU`] : []),
    ...(context_length && context_length < windowOf(name) ? [`${name} is loaded with ${context_length} tokens of context, ${windowOf(name)} are asked`] : []),
  ])

/** `settings.baseUrl` is a whole address here. */
export const probe = (settings: ProviderSettings, headers: Record<string, string>, hint: string, signal: AbortSignal): Promise<Probe> =>
  probed(settings, async (timeouts) => {
    const place: Place = {...settings, timeouts, headers, hint}
    const [listed, running] = await Promise.all([
      ask<Listed>(place, '/api/tags', undefined, signal),
      ask<Running>(place, '/api/ps', undefined, signal).catch((): Running => ({})),
    ])
    const models = (listed.models ?? []).map(({name}) => name)
    const windowOf = (name: string) => settings.models?.[name]?.window ?? settings.models?.[name.replace(/:latest$/, '')]?.window ?? 32_768
    const notes = [...loadedNotes(running, windowOf), ...(await declaredNotes(place, settings.models, models, signal))]
    return {models, ...(notes.length > 0 ? {notes} : {})}
  })
