// The plugins that come with Penguin, by what they bring. Manifests are light; what they name is loaded on use.

import type {Gate} from '../engine/contract/gate.ts'
import type {ModelMaker, ProviderSettings} from '../engine/contract/model.ts'
import type {Lazy, Plugin} from '../engine/contract/plugin.ts'
import type {AnyTool, Check} from '../engine/contract/tool.ts'
import anthropic from '../plugins/anthropic/plugin.ts'
import ask from '../plugins/ask/plugin.ts'
import embedded from '../plugins/embedded/plugin.ts'
import files from '../plugins/files/plugin.ts'
import gates from '../plugins/gates/plugin.ts'
import git from '../plugins/git/plugin.ts'
import ollama from '../plugins/ollama/plugin.ts'
import openai from '../plugins/openai/plugin.ts'
import replay from '../plugins/replay/plugin.ts'
import search from '../plugins/search/plugin.ts'
import shell from '../plugins/shell/plugin.ts'

export const plugins: readonly Plugin[] = [files, search, shell, git, ask, gates, embedded, openai, anthropic, ollama, replay]

const joined = <T>(pick: (plugin: Plugin) => Lazy<T> | undefined): Lazy<T> => Object.assign({}, ...plugins.map((plugin) => pick(plugin) ?? {}))

export const tools: Lazy<AnyTool> = joined((plugin) => plugin.tools)

const makers: Lazy<ModelMaker> = joined((plugin) => plugin.models)

/** Throws when no plugin speaks the protocol: the schema of the configuration allows only those that are there. */
export const makerFor = async (protocol: ProviderSettings['protocol']): Promise<ModelMaker> => {
  const load = makers[protocol]
  if (!load) throw new Error(`no plugin speaks ${protocol}`)
  return (await load()).default
}

const allGates: Lazy<Gate> = joined((plugin) => plugin.gates)

/** Tests are run with Penguin's own reporter and canary; any other command by its exit code. */
export const gateFor = async (check: Check): Promise<Gate> => {
  const {gateNameOf} = await import('../plugins/gates/detect.ts')
  const load = allGates[gateNameOf(check)]
  if (!load) throw new Error(`no plugin runs the gate ${check.gate}`)
  return (await load()).default
}
