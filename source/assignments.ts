// What an agent is told when it is given work: everything that stays the same over a run, joined with what the
// crew decides from step to step.

import {join} from 'node:path'
import type {Config} from '../engine/contract/config.ts'
import type {Caps} from '../engine/contract/grant.ts'
import type {Assignment} from '../engine/contract/link.ts'
import type {Sampling} from '../engine/contract/model.ts'
import type {CandidateSite} from '../engine/contract/workspace.ts'
import type {StepWork} from '../engine/crew/ports.ts'
import type {Scribe} from '../engine/crew/scribe.ts'
import {openRouting} from './models/routing.ts'
import type {Gathered} from './opening.ts'
import type {HostRequest} from './run-options.ts'
import {withRenewed} from './secrets.ts'

const samplingOf = (facts: Gathered, role: string, seed: number): Sampling => {
  const {temperature, topP, maxOutputTokens, effort, topK, minP, repeatPenalty, think, seed: own} = facts.config.roles[role] ?? {}
  const seeded = seed || own
  return {temperature, topP, maxOutputTokens, effort, topK, minP, repeatPenalty, think, ...(seeded ? {seed: seeded} : {})}
}

/** What `roles.NAME.tokens`, `usd` and `calls` grant an agent of the role. */
export const roleCapsOf = ({roles}: Pick<Config, 'roles'>): Record<string, Caps> =>
  Object.fromEntries(
    Object.entries(roles).flatMap(([role, {tokens, usd, calls}]) => {
      const caps = Object.fromEntries(Object.entries({tokens, usd, calls}).filter(([, cap]) => cap !== undefined))
      return Object.keys(caps).length > 0 ? [[role, caps]] : []
    }),
  )

export const assignmentMaker = (facts: Gathered, request: HostRequest, scribe: Scribe, site: (candidate: number) => CandidateSite, scratch: string) => {
  const routing = openRouting(facts, request, scribe)
  return (work: StepWork): Assignment => {
    const {step} = work
    const role = facts.roles[step.role]
    if (!role) throw new Error(`there is no role card for ${step.role}`)
    const where = site(step.candidate || 1)
    const chosen = routing.choose({
      role: step.role,
      attempt: step.attempt,
      key: `${work.agent}/${step.phase}/${step.attempt}`,
      brief: work.brief,
      history: work.history,
    })
    const {routes} = chosen
    const providers = Object.fromEntries(
      routes.flatMap(({provider}) => {
        const settings = facts.providers[provider]
        return settings ? [[provider, withRenewed(settings)]] : []
      }),
    )
    return {
      run: scribe.run,
      task: 't_1',
      phase: step.phase,
      attempt: step.attempt,
      role,
      agent: work.agent,
      ordinal: work.ordinal,
      goal: facts.goal,
      brief: work.brief,
      history: work.history,
      keep: work.keep,
      grant: {...chosen, caps: facts.caps},
      sampling: samplingOf(facts, step.role, request.seed),
      providers,
      root: where.root,
      dir: where.dir,
      overlays: where.overlays,
      addDirs: facts.addDirs,
      scratch: join(scratch, work.agent),
      permissions: facts.permissions,
      sandbox: facts.sandboxSettings,
      sandboxState: facts.sandboxState,
      checks: [...facts.checks, ...facts.byPackage],
      instructions: facts.instructions,
      guarded: facts.guarded,
      ...(step.role === 'coder' && request.answer ? {answer: request.answer} : {}),
      ...(step.candidate > 0 && facts.limits.candidates > 1 ? {slice: {index: step.candidate - 1, of: facts.limits.candidates}} : {}),
      seed: request.seed,
      nextCall: work.nextCall,
      turn: work.turn,
      trace: scribe.trace,
      span: step.span,
      parent: scribe.rootSpan,
      commandMs: facts.commandMs,
      ...(request.record ? {record: request.record} : {}),
      syntax: role.writes,
    }
  }
}
