// Which repairs without a model a run may try, and when that is cheaper than asking one. Nothing of it is loaded before
// a check is red. Never where a person is asked about writes or commands, never for recordings (they are of models).

import type {MendAsk, MendPorts, Proposal, Red, StepCost} from '../../engine/crew/mend.ts'
import type {CrewPorts} from '../../engine/crew/ports.ts'
import {adopt} from '../../engine/workspace/lay.ts'
import type {Context} from '../context.ts'
import type {Gathered} from '../opening.ts'
import type {HostRequest} from '../run-options.ts'
import type {Sites} from '../sites.ts'

export interface MendFacts {
  context: Context
  request: HostRequest
  facts: Gathered
  sites: Sites
  runJob: CrewPorts['runJob']
  summarize: CrewPorts['summarize']
  readFile: CrewPorts['readFile']
}

/** What one way of mending is handed. */
export interface Mending extends MendFacts {
  ask: MendAsk
  /** Time that is left for it, ms. */
  leftMs(): number
}

/** One second of waiting, in usd: the same as the router counts. */
const waitUsdPerSec = 0.0005
/** Starting the search, and one run of the checks on its finding. */
const startSec = 2
/** Beyond this share of the time that is left, the model should have it. */
const shareOfRest = 0.1
/** Below this a search finds nothing. */
const leastMs = 3000

const isRecorded = ({request, facts}: MendFacts): boolean => {
  const route = (facts.roleRoutes.coder ?? facts.roleRoutes.default)?.[0]
  return request.record !== undefined || route?.provider === 'replay' || route?.provider === 'embedded'
}

const restMs = ({context, request, facts}: MendFacts): number => {
  const limit = request.caps.timeoutSec ?? facts.config.budgets.timeoutSec
  return limit === undefined ? Number.POSITIVE_INFINITY : limit * 1000 - (context.clock.tick() - context.startedTick)
}

const gateSec = (red: readonly Red[]): number => red.reduce((sum, {report}) => sum + report.wallMs / 1000, 0)

/** The rules and the mode must allow the check's command and the write without a person. */
const allowedOf = async ({facts}: MendFacts, {red, files}: MendAsk): Promise<string[]> => {
  const {decideCall} = await import('../../engine/tool/gate.ts')
  const commands = red.map(({check}) => ({kind: 'shell' as const, what: check.command}))
  return files.filter((what) => decideCall([...commands, {kind: 'write', what}], facts.permissions, facts.sandboxState).do === 'allow')
}

async function* proposals(mending: Mending): AsyncIterable<Proposal> {
  const {red} = mending.ask
  const isTests = (one: Red): boolean => /^(?:tests|check:)/.test(one.check.gate)
  if (red.every((one) => one.check.gate === 'lint')) yield* (await import('./lint.ts')).lintFixes(mending)
  else if (red.every(isTests)) {
    yield* (await import('./imports.ts')).missingImports(mending)
    if (mending.leftMs() >= leastMs) yield* (await import('./search.ts')).searched(mending)
  }
}

export const openMends = (all: MendFacts): MendPorts | undefined => {
  const {facts, sites, summarize} = all
  const {mend, mendSec} = facts.config.router
  if (mend === 'off' || facts.permissions.mode === 'plan' || isRecorded(all)) return undefined
  return {
    isWorth: (red: readonly Red[], step: StepCost) => {
      // A check so slow leaves no time to try anything.
      const budgetMs = Math.min(mendSec * 1000, restMs(all) * shareOfRest)
      if (budgetMs < leastMs || gateSec(red) * 3000 > budgetMs) return false
      const asking = step.usd + (step.wallMs / 1000) * waitUsdPerSec
      return mend === 'always' || asking > (startSec + gateSec(red) * 2) * waitUsdPerSec
    },
    propose: async function* (ask) {
      const files = await allowedOf(all, ask)
      const until = all.context.clock.tick() + Math.min(mendSec * 1000, restMs(all) * shareOfRest)
      if (files.length > 0) yield* proposals({...all, ask: {...ask, files}, leftMs: () => until - all.context.clock.tick()})
    },
    trial: (site, writes) => sites.trial(site, writes),
    apply: (changes, site) => adopt(changes, site.dir, facts.blobs),
    summarize,
  }
}
