// Whether the model that would answer next can see images, as far as its card says: the person is told before a picture
// is sent in vain. No server is asked.

import type {Config} from '../../engine/contract/config.ts'
import {cardOf} from '../../engine/model/cards.ts'
import {providerSettings} from '../../engine/model/settings.ts'
import type {Context} from '../context.ts'
import {readCached, withListed} from '../models/card-cache.ts'

/** `route`: PROVIDER/MODEL or an alias. undefined: nobody knows. */
export const seesImages = (context: Context, config: Config, route: string): boolean | undefined => {
  const first = config.routes[route]?.[0] ?? route
  const at = first.indexOf('/')
  if (at <= 0) return undefined
  const [provider, model] = [first.slice(0, at), first.slice(at + 1)]
  const settings = providerSettings(config, context.env, provider, context.cwd)
  if (!settings.ok) return undefined
  const listed = readCached(context, settings.result)?.models
  return cardOf(withListed(settings.result, listed, config.providers[provider]?.models, [model]), model).vision
}
