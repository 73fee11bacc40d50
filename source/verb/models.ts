// The verb `models`: which models are known, which servers answer, which route each role would take and why.
// Looking only: nothing is asked of a model, and nothing is kept.

import type {Config} from '../../engine/contract/config.ts'
import type {Probe} from '../../engine/contract/model.ts'
import {loadConfig} from '../config.ts'
import type {Context, VerbRun} from '../context.ts'
import {list, providersOf} from '../models/list.ts'
import {makerFor} from '../plugins.ts'
import {rootHere} from '../project-here.ts'
import {settingsWithKey} from '../secrets.ts'
import {checkTrust} from '../trust.ts'

/** A server that has not answered by then is told as silent. */
const probeMs = 5000

const probeOne = async (context: Context, config: Config, provider: string): Promise<{provider: string} & Partial<Probe>> => {
  const settings = await settingsWithKey(config, context.env, provider, context.cwd)
  if (!settings.ok) return {provider, ok: false, error: settings.error}
  const client = (await makerFor(settings.result.protocol))(settings.result)
  return {provider, ...(await client.probe(AbortSignal.timeout(probeMs)))}
}

/** 0 when every named provider answered; 1 when one did not. Without a name all are tried, and only told. */
const probe = async (context: Context, config: Config, wanted: string | undefined): Promise<number> => {
  const known = providersOf(config)
  if (wanted !== undefined && !known.includes(wanted)) {
    context.err(`penguin: there is no provider named ${wanted}\nproviders: ${known.join(', ')}\n`)
    return 2
  }
  const found = await Promise.all((wanted ? [wanted] : known.filter((name) => name !== 'replay')).map((name) => probeOne(context, config, name)))
  for (const one of found) {
    const told = one.ok
      ? `${one.models?.length ?? 0} models, ${one.wallMs} ms${one.notes?.length ? `; ${one.notes.join('; ')}` : ''}`
      : `${one.error?.msg ?? 'no answer'}${one.error?.hint ? ` (${one.error.hint})` : ''}`
    await context.out(context.flags.json ? `${JSON.stringify(one)}\n` : `${one.ok ? '✓' : '✗'} ${one.provider.padEnd(12)} ${told}\n`)
  }
  return wanted !== undefined && found.some((one) => !one.ok) ? 1 : 0
}

export const models: VerbRun = async (context) => {
  const [action = 'list', wanted] = context.words
  const root = rootHere(context)
  const trust = await checkTrust({context, root})
  const config = await loadConfig({context, root, trusted: trust.ok && trust.result.trusted})
  if (!config.ok) {
    context.err(`penguin: ${config.error.msg}\n${config.error.hint}\n`)
    return 1
  }
  if (action === 'probe') return probe(context, config.result, wanted)
  if (action === 'doctor') return (await import('../models/doctor.ts')).doctor(context, config.result)
  if (action === 'routes') return (await import('../models/routes.ts')).routes(context, config.result)
  return list(context, config.result)
}
