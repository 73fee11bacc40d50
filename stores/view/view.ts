// Everything that the screen says of the work, folded from the events of the session in one step each. Pure and total:
// unknown events change nothing; every list has an end.

import type {Event} from '../../engine/contract/event.ts'
import type {Fold} from '../../engine/contract/journal.ts'
import {type Agents, stepAgents} from './agents.ts'
import {type AskView, stepAsks} from './asks.ts'
import {type Calls, callKey, stepCalls} from './calls.ts'
import {type Evidence, stepEvidence} from './evidence.ts'
import {type LogLine, stepLog} from './log.ts'
import {noRun, type RunView, stepRun} from './run.ts'
import {nothingYet, type Spend, stepSpend} from './spend.ts'
import {type Stories, stepStories} from './story.ts'
import {noPlan, type Plan, stepPlan} from './tasks.ts'
import {stepTimeline, type Timeline} from './timeline.ts'

export interface View {
  run: RunView
  agents: Agents
  plan: Plan
  timeline: Timeline
  evidence: Evidence
  spend: Spend
  log: readonly LogLine[]
  asks: readonly AskView[]
  calls: Calls
  stories: Stories
}

export const viewFold: Fold<View> = {
  empty: {run: noRun, agents: {}, plan: noPlan, timeline: [], evidence: [], spend: nothingYet, log: [], asks: [], calls: new Map(), stories: {}},
  step: (view, event: Event): View => ({
    run: stepRun(view.run, event),
    agents: stepAgents(view.agents, event),
    plan: stepPlan(view.plan, event),
    timeline: stepTimeline(view.timeline, event),
    evidence: stepEvidence(view.evidence, event),
    spend: stepSpend(view.spend, event),
    log: stepLog(view.log, event),
    asks: stepAsks(view.asks, event, (id) => view.calls.get(callKey(event.agent, id))),
    calls: stepCalls(view.calls, event),
    stories: stepStories(view.stories, event, (id) => callKey(event.agent, id)),
  }),
}
