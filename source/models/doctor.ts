// `penguin models doctor [PROVIDER/MODEL]`: local models put to the test. 0 when there is nothing to change, 1 when there
// is, 2 for a route that is not there or not local.

import type {Config} from '../../engine/contract/config.ts'
import {FaultError} from '../../engine/contract/fault.ts'
import {type Route, routeName} from '../../engine/contract/grant.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {resolveRoutes} from '../../engine/model/routes.ts'
import {isLocal, providerSettings} from '../../engine/model/settings.ts'
import type {Context} from '../context.ts'
import type {Finding} from '../findings.ts'
import {makerFor} from '../plugins.ts'
import {settingsWithKey} from '../secrets.ts'
import {type Examined, examine} from './examine.ts'
import {type Listing, listingOf} from './listing.ts'
import type {Running} from './load.ts'
import {jsonFrom, serverOf, troubleWith} from './server.ts'

const listingMs = 5000
/** Loading a large model from a slow disk takes minutes. */
const examMs = 15 * 60_000

const localProviders = ['ollama', 'llamacpp', 'vllm', 'sglang']

interface Patient {
  settings: ProviderSettings
  model: string
}

const isServer = ({protocol, baseUrl}: ProviderSettings): boolean => protocol !== 'embedded' && protocol !== 'replay' && isLocal(protocol, baseUrl)

const settingsOf = (context: Context, config: Config, name: string): ProviderSettings | undefined => {
  const found = providerSettings(config, context.env, name, context.cwd)
  return found.ok ? found.result : undefined
}

/** A local server may want a key too. */
const withKey = async (context: Context, config: Config, settings: ProviderSettings): Promise<ProviderSettings> => {
  const found = await settingsWithKey(config, context.env, settings.name, context.cwd)
  if (!found.ok) throw new FaultError(found.error)
  return found.result
}

/** What is loaded, else the only model there is, else the first. */
const usualModel = async (settings: ProviderSettings, {kind, models}: Listing): Promise<string | undefined> => {
  const names = Object.keys(models)
  if (kind !== 'ollama' || names.length < 2) return names[0]
  const server = serverOf(settings)
  const running = await jsonFrom<Running>(server, `${server.base}/api/ps`, AbortSignal.timeout(listingMs)).catch(() => undefined)
  return running?.models?.[0]?.name ?? names[0]
}

const patientAt = async (settings: ProviderSettings): Promise<Patient | undefined> => {
  const listing = await listingOf(settings, AbortSignal.timeout(listingMs))
  const model = await usualModel(settings, listing)
  return model === undefined ? undefined : {settings, model}
}

/** Without a name: the local routes that runs would take, else whatever local server answers. */
const patientsHere = async (context: Context, config: Config): Promise<Patient[]> => {
  const texts = [config.model, ...Object.values(config.roles).map(({model}) => model)].filter((text) => text !== null && text !== undefined)
  const routes: Route[] = texts.flatMap((text) => {
    const found = resolveRoutes(config, context.env, {text, from: 'config'})
    return found.ok ? found.result.routes : []
  })
  const named = [...new Map(routes.map((route) => [routeName(route), route])).values()].flatMap(({provider, model}): Patient[] => {
    const settings = settingsOf(context, config, provider)
    return settings && isServer(settings) ? [{settings, model}] : []
  })
  if (named.length > 0) return named
  const names = [...new Set([...localProviders, ...Object.keys(config.providers)])]
  const found = await Promise.all(
    names.map(async (name) => {
      const settings = settingsOf(context, config, name)
      if (!settings || !isServer(settings)) return undefined
      return withKey(context, config, settings)
        .then(patientAt)
        .catch(() => undefined)
    }),
  )
  return found.filter((one) => one !== undefined)
}

const misused = (context: Context, why: string, hint: string): undefined => {
  context.err(`penguin: ${why}\n${hint}\n`)
}

const patientsNamed = async (context: Context, config: Config, wanted: string): Promise<Patient[] | undefined> => {
  const whole = !wanted.includes('/') && config.routes[wanted] === undefined ? settingsOf(context, config, wanted) : undefined
  if (whole) {
    if (!isServer(whole)) return misused(context, `${wanted} is not a local server`, `local: ${localProviders.join(', ')}`)
    try {
      const patient = await patientAt(await withKey(context, config, whole))
      return patient ? [patient] : misused(context, `${wanted} has no model`, wanted === 'ollama' ? 'ollama pull qwen3-coder' : 'start it with a model')
    } catch (thrown) {
      const {msg, hint} = troubleWith(thrown, wanted)
      await tell(context, wanted, {findings: [{name: 'server', state: 'wrong', says: msg, mend: hint}]})
      return []
    }
  }
  const found = resolveRoutes(config, context.env, {text: wanted})
  if (!found.ok) return misused(context, found.error.msg, found.error.hint)
  const patients = found.result.routes.flatMap(({provider, model}): Patient[] => {
    const settings = settingsOf(context, config, provider)
    return settings && isServer(settings) ? [{settings, model}] : []
  })
  return patients.length > 0 ? patients : misused(context, `${wanted} leads to no local server`, `local: ${localProviders.join(', ')}`)
}

const signs = {fine: '✓', note: '·', wrong: '✗'} as const
const line = ({name, state, says, mend}: Finding): string => `${signs[state]} ${name.padEnd(9)} ${says}${mend ? `\n  ${' '.repeat(9)} → ${mend}` : ''}\n`

const isWell = ({findings}: Examined): boolean => findings.every(({state, mend}) => state === 'fine' || (state === 'note' && mend === ''))

const tell = async (context: Context, route: string, examined: Examined): Promise<void> => {
  if (context.flags.json) await context.out(`${JSON.stringify({route, ok: isWell(examined), ...examined})}\n`)
  else await context.out(`${route}\n${examined.findings.map(line).join('')}\n`)
}

const examineOne = async (context: Context, config: Config, {settings: keyless, model}: Patient): Promise<Examined> => {
  const nonce = Buffer.from(context.dice(8)).toString('hex')
  try {
    const settings = await withKey(context, config, keyless)
    const client = (await makerFor(settings.protocol))(settings)
    return await examine({settings, model, client, nonce, tick: context.clock.tick, signal: AbortSignal.timeout(examMs)})
  } catch (thrown) {
    const {msg, hint} = troubleWith(thrown, keyless.name)
    return {findings: [{name: 'server', state: 'wrong', says: msg, mend: hint}]}
  }
}

export const doctor = async (context: Context, config: Config): Promise<number> => {
  const [, wanted] = context.words
  const patients = wanted === undefined ? await patientsHere(context, config) : await patientsNamed(context, config, wanted)
  if (!patients) return 2
  if (patients.length === 0 && wanted === undefined && !context.flags.json)
    await context.out('no local model server answers (ollama, llamacpp, vllm, sglang)\nstart one, or name it: penguin models doctor PROVIDER/MODEL\n')
  let isAllWell = patients.length > 0 || wanted === undefined
  for (const patient of patients) {
    const examined = await examineOne(context, config, patient)
    await tell(context, `${patient.settings.name}/${patient.model}`, examined)
    isAllWell &&= isWell(examined)
  }
  return isAllWell ? 0 : 1
}
