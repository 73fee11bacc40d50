// What kind of work a step is, told from who does it and what was asked: by that, rules pick a policy and
// experience is kept apart. Pure, and deliberately simple: a person must be able to foresee it.

import type {TaskKind} from '../contract/learned.ts'

export interface StepWords {
  role: string
  /** 1 for the first try; a repair is harder than what it repairs. */
  attempt: number
  goal: string
  /** True when nothing may be changed. */
  readOnly?: boolean
}

/** What the other roles do whatever was asked. */
const byRole: Readonly<Record<string, TaskKind>> = {explorer: 'find', planner: 'plan', tester: 'test', reviewer: 'review'}

const change = 'fix|add|implement|change|make|write|create|remove|delete|rename|refactor|move|update|replace|convert|migrate|build|repair|support|rewrite|port'
const asks = /^(what|why|how|where|which|who|when|explain|describe|summari[sz]e|list|show|tell)\b/i
const changes = new RegExp(`\\b(${change})\\b`, 'i')
/** "Explain the build" asks only; "explain it, then fix it" does not. */
const thenChanges = new RegExp(`(?:[,;.]|\\band|\\bthen)\\s+(${change})\\b`, 'i')
const hard = /\b(refactor|migrate|rewrite|redesign|architecture|concurren\w*|race|deadlock|across|every|all files|whole|port)\b/i

/** Longer requests, in characters, name more than one thing to do. */
const longRequest = 600
const severalFiles = 3

const filesNamed = (goal: string): number => new Set(goal.match(/\b[\w./-]+\.[a-z]{1,5}\b/gi) ?? []).size

export const kindOf = ({role, attempt, goal, readOnly = false}: StepWords): TaskKind => {
  const other = byRole[role]
  if (other) return other
  const text = goal.trim()
  const question = asks.test(text) ? !thenChanges.test(text) : text.endsWith('?') && !changes.test(text)
  if (question || (readOnly && !changes.test(text))) return 'question'
  const isHard = attempt > 1 || text.length > longRequest || filesNamed(text) >= severalFiles || hard.test(text)
  return isHard ? 'complex' : 'edit'
}
