// The search over small edits (plugins/embedded), for a few seconds and only in what the task has changed. Never taken: a
// patch that other patches contradict, because a model can tell those apart and a search cannot.

import {rmSync} from 'node:fs'
import {join} from 'node:path'
import type {Site} from '../../engine/contract/tool.ts'
import type {Proposal} from '../../engine/crew/mend.ts'
import {tools} from '../plugins.ts'
import type {Mending} from './open.ts'

/** What is read of a search's result. */
interface Found {
  state?: string
  why?: string
  tried?: number
  space?: number
  finalists?: {path: string; line: number; say: string; old: string; new: string; confidence: 'high' | 'medium' | 'low'; confirmed?: boolean}[]
}

const siteOf = ({facts, ask}: Mending, scratch: string): Site => ({
  dir: ask.site.dir,
  root: ask.site.root,
  addDirs: [],
  sandbox: {
    state: facts.sandbox.state,
    run: (job, signal) => facts.sandbox.run({...job, overlays: [...ask.site.overlays, ...(job.overlays ?? [])]}, signal),
    close: async () => undefined,
  },
  permissions: facts.permissions,
  checks: ask.red.map(({check}) => check),
  guarded: () => '',
  say: () => undefined,
  ask: async () => ({ok: true, result: ''}),
  note: () => undefined,
  seen: new Map(),
  scratch,
  signal: ask.signal,
  commandMs: facts.commandMs,
})

export async function* searched(mending: Mending): AsyncIterable<Proposal> {
  const {ask, context, facts, readFile} = mending
  const {default: tool} = (await tools.eval_candidates?.()) ?? {}
  const [red] = ask.red
  if (!tool || !red) return
  const scratch = join(facts.scratch, `mend-${ask.candidate}`)
  const input = {
    gate: red.check.gate,
    seconds: Math.max(1, mending.leftMs() / 1000),
    seed: mending.request.seed,
    failing: red.failures.map((failure) => failure.test).slice(0, 60),
    only: ask.files,
  }
  const from = context.clock.tick()
  const found = (await tool.run(input, siteOf(mending, scratch)).finally(() => rmSync(scratch, {recursive: true, force: true}))).result as Found
  const best = found.finalists?.[0]
  if (!best?.confirmed)
    return ask.say(
      `search: ${found.state === 'unfixed' ? 'no single edit' : (found.why ?? found.state ?? 'nothing')} among ${found.tried ?? 0} tried of ${found.space ?? 0}`,
    )
  if (best.confidence === 'low' || !ask.files.includes(best.path)) return ask.say(`search: edits that pass contradict each other (${best.path}:${best.line})`)
  const text = new TextDecoder().decode(readFile(ask.site, best.path))
  if (text.split(best.old).length !== 2) return
  yield {
    by: 'embedded/search',
    why: `${best.say} (${best.path}:${best.line})`,
    writes: new Map([[best.path, text.replace(best.old, () => best.new)]]),
    confidence: best.confidence,
    wallMs: context.clock.tick() - from,
    tried: found.tried ?? 0,
    space: found.space ?? 0,
  }
}
