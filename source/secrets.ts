// Where a provider's key comes from when it is not a variable: a file, a command, or the keyring of the system. Read
// once for each process, and read anew when a server refuses it, so that a key is exchanged without a restart.
// A key never stands in a message, and a command's output is never shown.

import {execFile} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {isAbsolute, join} from 'node:path'
import {bad, type Envelope, good} from '../engine/base/envelope.ts'
import type {Config} from '../engine/contract/config.ts'
import {fault} from '../engine/contract/fault.ts'
import type {KeySource, ProviderSettings} from '../engine/contract/model.ts'
import {providerSettings} from '../engine/model/settings.ts'
import type {Environment} from './context.ts'
import {findable} from './secrets-forms.ts'

/** A password manager may ask for a finger or a password. */
const commandMs = 30_000
const mostBytes = 64 * 1024

/** What password managers and keyrings need to find their agent; nothing that may hold a key of ours. */
const passed =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|TZ|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|SSH_AUTH_SOCK|GNUPGHOME|GPG_[A-Z_]+|PASSWORD_STORE_[A-Z_]+|XDG_[A-Z_]+|VAULT_ADDR|AWS_PROFILE|AWS_REGION|BW_SESSION|OP_[A-Z_]+)$/

const environmentFor = (env: Environment): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (passed.test(name) && value !== undefined ? [[name, value]] : [])))

const refused = (source: KeySource, why: string) => bad(fault('config.invalid', {file: source.name, why, hint: 'penguin models probe shows whether it works'}))

/** The first line: a file or a program may end it, and say more below. */
const keyIn = (source: KeySource, text: string): Envelope<string> => {
  const key = text.split('\n')[0]?.trim() ?? ''
  return key ? good(key) : refused(source, 'it gave no key')
}

const fromFile = async (source: KeySource, file: string): Promise<Envelope<string>> => {
  const home = source.env.HOME ?? '/'
  const path = file.startsWith('~/') ? join(home, file.slice(2)) : isAbsolute(file) ? file : join(home, file)
  try {
    return keyIn(source, (await readFile(path, 'utf8')).slice(0, mostBytes))
  } catch (thrown) {
    return refused(source, `${file} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? 'error'})`)
  }
}

const whyOf = (error: Error & {code?: unknown; killed?: boolean}, said: string): string => {
  if (error.code === 'ENOENT') return 'the program is not there'
  if (error.killed) return `it took longer than ${commandMs / 1000} s`
  const line = said.split('\n')[0]?.slice(0, 200) ?? ''
  return `it ended with ${typeof error.code === 'number' ? `exit code ${error.code}` : 'an error'}${line ? `: ${line}` : ''}`
}

const fromCommand = (source: KeySource, argv: readonly string[]): Promise<Envelope<string>> => {
  const [program = '', ...words] = argv
  const options = {env: source.env, timeout: commandMs, maxBuffer: mostBytes, encoding: 'utf8' as const, windowsHide: true}
  return new Promise((resolve) => {
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      resolve(error ? refused(source, whyOf(error, stderr)) : keyIn(source, stdout))
    })
    child.stdin?.end()
  })
}

/** SERVICE or SERVICE/ACCOUNT, in the words of the system's own tool. */
const keyringArgv = (entry: string, platform: NodeJS.Platform): string[] => {
  const slash = entry.indexOf('/')
  const [service, account] = slash === -1 ? [entry, ''] : [entry.slice(0, slash), entry.slice(slash + 1)]
  if (platform === 'darwin') return ['security', 'find-generic-password', '-w', '-s', service, ...(account ? ['-a', account] : [])]
  return ['secret-tool', 'lookup', 'service', service, ...(account ? ['account', account] : [])]
}

const readKey = (source: KeySource): Promise<Envelope<string>> => {
  if (source.file !== undefined) return fromFile(source, source.file)
  if (source.command !== undefined) return fromCommand(source, typeof source.command === 'string' ? ['/bin/sh', '-c', source.command] : source.command)
  return fromCommand(source, keyringArgv(source.keyring ?? '', process.platform))
}

const known = new Map<string, Promise<Envelope<string>>>()
const nameOf = ({env: _, ...source}: KeySource): string => JSON.stringify(source)

/** The key of a source, read once. Faults: config.invalid. */
export const keyOf = async (source: KeySource): Promise<Envelope<string>> => {
  const name = nameOf(source)
  const reading = known.get(name) ?? readKey(source)
  known.set(name, reading)
  const read = await reading
  // What failed may work the next time.
  if (!read.ok) known.delete(name)
  return read
}

/** Reads it again, past what is known: what to do when a server refuses the key. */
export const renewedKeyOf = (source: KeySource): Promise<Envelope<string>> => {
  known.delete(nameOf(source))
  return keyOf(source)
}

const sourceOf = (config: Config, env: Environment, provider: string): KeySource | undefined => {
  const {apiKeyFile, apiKeyCommand, apiKeyKeyring} = config.providers[provider] ?? {}
  const of = (key: string, more: Partial<KeySource>): KeySource => ({name: `providers.${provider}.${key}`, env: environmentFor(env), ...more})
  if (apiKeyCommand !== undefined) return of('apiKeyCommand', {command: apiKeyCommand})
  if (apiKeyFile !== undefined) return of('apiKeyFile', {file: apiKeyFile})
  return apiKeyKeyring === undefined ? undefined : of('apiKeyKeyring', {keyring: apiKeyKeyring})
}

/** A provider's settings with its key, wherever that is. What the configuration names goes before a variable. Faults: config.invalid. */
export const settingsWithKey = async (config: Config, env: Environment, provider: string, cwd = ''): Promise<Envelope<ProviderSettings>> => {
  const settings = providerSettings(config, env, provider, cwd)
  const keyFrom = settings.ok ? sourceOf(config, env, provider) : undefined
  if (!settings.ok || !keyFrom) return settings
  const key = await keyOf(keyFrom)
  return key.ok ? good({...settings.result, apiKey: key.result, apiKeyEnv: keyFrom.name, keyFrom}) : key
}

/** The password in an address, as it was written and as it is meant. */
const passwordsIn = (url: string): string[] => {
  const written = URL.canParse(url) ? new URL(url).password : ''
  // What is no encoding stays as it is.
  const meant = written.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
  return written === '' ? [] : [written, meant]
}

const isSecretHeader = (name: string): boolean => /auth|key|token|secret|cookie/i.test(name)

/** Everything in the settings that must not be shown: the key, headers that carry one, a password in the address. */
export const secretsIn = (settings: Iterable<ProviderSettings>): string[] =>
  [...settings].flatMap(({apiKey, formerKey, headers = {}, baseUrl}) => [
    ...passwordsIn(baseUrl),
    ...(apiKey ? [apiKey] : []),
    ...(formerKey ? [formerKey] : []),
    ...Object.entries(headers).flatMap(([name, value]) => (isSecretHeader(name) ? [value.replace(/^Bearer\s+/i, '')] : [])),
  ])

export interface Keyring {
  /** All that must not be shown, as it is to be looked for; with keys that were exchanged meanwhile. The same list until one is. */
  secrets(): readonly string[]
  /** What was read since from the same source, if anything was. */
  latest(source: KeySource): string | undefined
  /** Reads it again; undefined when it cannot be had. */
  renew(source: KeySource): Promise<string | undefined>
}

/** What was read anew, by this process or another of the run, for all that this one works on. */
const renewed = new Map<string, string>()
/** How often that was changed. */
let renewals = 0
const listeners = new Set<(source: string, key: string) => void>()

/** Called with each key that this process reads anew. Answers how to stop it. */
export const onRenewed = (listen: (source: string, key: string) => void): (() => void) => {
  listeners.add(listen)
  return () => void listeners.delete(listen)
}

/** Takes a key that another process has read anew. */
export const takeRenewed = (source: string, key: string): void => {
  renewed.set(source, key)
  renewals += 1
  known.set(source, Promise.resolve(good(key)))
}

/** The settings with the newest key that was read from their source. */
export const withRenewed = (settings: ProviderSettings): ProviderSettings => {
  const key = settings.keyFrom && renewed.get(nameOf(settings.keyFrom))
  return key === undefined || key === settings.apiKey ? settings : {...settings, apiKey: key, ...(settings.apiKey ? {formerKey: settings.apiKey} : {})}
}

export const openKeyring = (settings: readonly ProviderSettings[]): Keyring => {
  const names = settings.flatMap(({headers = {}}) => Object.keys(headers).filter(isSecretHeader))
  const found = (values: Iterable<string>): string[] => [...values].flatMap((value) => findable(value, names))
  const secrets = found(secretsIn(settings))
  let all: readonly string[] = secrets
  let seen = 0
  return {
    secrets: () => {
      if (seen !== renewals) all = [...secrets, ...found(renewed.values())]
      seen = renewals
      return all
    },
    latest: (source) => renewed.get(nameOf(source)),
    renew: async (source) => {
      const key = await renewedKeyOf(source)
      if (key.ok && renewed.get(nameOf(source)) !== key.result) {
        renewed.set(nameOf(source), key.result)
        renewals += 1
        for (const listen of listeners) listen(nameOf(source), key.result)
      }
      return key.ok ? key.result : undefined
    },
  }
}
