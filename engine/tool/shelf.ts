// The tools there are, each loaded when it is first needed, and what a model reads about them. Descriptions are
// printed, and good inputs told, without zod where they can be: a run in which no call is wrong never loads it.

import type {ToolSpec} from '../contract/model.ts'
import type {Lazy} from '../contract/plugin.ts'
import type {Schema} from '../contract/schema.ts'
import type {AnyTool} from '../contract/tool.ts'
import {accept} from './accept.ts'
import {compactSchema, sketchOf} from './sketch.ts'

export interface Shelf {
  readonly names: readonly string[]
  /** In the order asked for; names that are not on the shelf are left out. Rejects when a tool cannot be loaded. */
  spec(names: readonly string[]): Promise<ToolSpec[]>
  get(name: string): Promise<AnyTool | undefined>
  /** May calls of it run side by side? False for a tool that was not loaded yet. */
  isParallel(name: string): boolean
  /** What is wrong with an input, as `field: what was expected` lines; or the value with defaults filled in. */
  check(tool: AnyTool, input: unknown): Promise<{ok: true; value: unknown} | {ok: false; wrong: string[]}>
}

const sketched = (takes: Schema<unknown>): Record<string, unknown> | undefined => {
  try {
    return sketchOf(takes)
  } catch {
    return undefined
  }
}

const schemaOf = async (takes: Schema<unknown>): Promise<Record<string, unknown>> => {
  const sketch = sketched(takes)
  if (sketch) return sketch
  const {z} = await import('zod')
  return compactSchema(z.toJSONSchema(takes(z), {io: 'input', unrepresentable: 'any'})) as Record<string, unknown>
}

interface Issue {
  path: PropertyKey[]
  message: string
}

const wrongOf = (issues: readonly Issue[]): string[] =>
  issues.map(({path, message}) => `${path.map(String).join('.') || 'input'}: ${message.replace(/^Invalid (?:input|option): /, '')}`)

export const openShelf = (lazies: Lazy<AnyTool>): Shelf => {
  const loaded = new Map<string, Promise<AnyTool>>()
  const known = new Map<string, AnyTool>()
  const specs = new Map<string, ToolSpec>()
  const validators = new WeakMap<AnyTool, ReturnType<Schema<unknown>>>()

  const load = async (name: string): Promise<AnyTool> => {
    const tool = (await (lazies[name] as () => Promise<{default: AnyTool}>)()).default
    known.set(name, tool)
    return tool
  }

  const get = async (name: string): Promise<AnyTool | undefined> => {
    if (!Object.hasOwn(lazies, name)) return undefined
    const going = loaded.get(name) ?? load(name)
    loaded.set(name, going)
    return going
  }

  const specOf = async (name: string): Promise<ToolSpec[]> => {
    const tool = await get(name)
    if (!tool) return []
    const spec = specs.get(name) ?? {name, does: tool.does, input: await schemaOf(tool.takes)}
    specs.set(name, spec)
    return [spec]
  }

  const check: Shelf['check'] = async (tool, input) => {
    const sketch = sketched(tool.takes)
    const accepted = sketch && accept(sketch, input)
    if (accepted) return {ok: true, value: accepted.value}
    const {z} = await import('zod')
    const validator = validators.get(tool) ?? tool.takes(z)
    validators.set(tool, validator)
    const found = validator.safeParse(input)
    return found.success ? {ok: true, value: found.data} : {ok: false, wrong: wrongOf(found.error.issues)}
  }

  return {
    names: Object.keys(lazies),
    get,
    spec: async (names) => (await Promise.all(names.map(specOf))).flat(),
    isParallel: (name) => known.get(name)?.parallel === true,
    check,
  }
}
