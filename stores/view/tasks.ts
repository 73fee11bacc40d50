// The plan and how far it is: tasks with what they wait for, in the states that the events gave them.

import type {Event} from '../../engine/contract/event.ts'

export interface TaskView {
  id: string
  title: string
  after: readonly string[]
  accept: readonly string[]
  /** `open`, `doing`, `done`, `held`, `failed`, `stale`, `approved`, as the plan or the crew said. */
  state: string
  why: string
}

export interface Plan {
  tasks: readonly TaskView[]
  note: string
  /** How often it was changed. */
  version: number
}

export const noPlan: Plan = {tasks: [], note: '', version: 0}

const most = 500

const states: Readonly<Record<string, string>> = {
  'task.started': 'doing',
  'task.held': 'held',
  'task.stale': 'stale',
  'task.approved': 'approved',
  'task.done': 'done',
  'task.failed': 'failed',
}

const whyOf = (event: Event): string =>
  event.type === 'task.held' || event.type === 'task.stale' || event.type === 'task.failed'
    ? event.body.why
    : event.type === 'task.done'
      ? event.body.summary
      : ''

export const stepPlan = (plan: Plan, event: Event): Plan => {
  if (event.type === 'run.opened') return plan.version === 0 ? plan : noPlan
  if (event.type === 'plan.updated') {
    const tasks = event.body.tasks.slice(0, most).map((task) => ({...task, why: plan.tasks.find(({id}) => id === task.id)?.why ?? ''}))
    return {tasks, note: event.body.note ?? '', version: plan.version + 1}
  }
  if (event.type === 'task.added' && event.task !== undefined && plan.tasks.length < most) {
    const {title, after, accept} = event.body
    const task: TaskView = {id: event.task, title, after, accept, state: 'open', why: ''}
    return {...plan, tasks: [...plan.tasks.filter(({id}) => id !== event.task), task], version: plan.version + 1}
  }
  const state = states[event.type]
  if (state === undefined || !plan.tasks.some(({id}) => id === event.task)) return plan
  return {...plan, tasks: plan.tasks.map((task) => (task.id === event.task ? {...task, state, why: whyOf(event) || task.why} : task))}
}

export const isDone = (task: TaskView): boolean => task.state === 'done'

/** Tasks that wait for nothing that is not done. */
export const isReady = (task: TaskView, plan: Plan): boolean =>
  !isDone(task) && task.after.every((id) => plan.tasks.every((other) => other.id !== id || isDone(other)))

/** How many steps after the first tasks each one comes; circles end where they begin. */
export const ranksOf = (plan: Plan): ReadonlyMap<string, number> => {
  const ranks = new Map<string, number>()
  const rank = (id: string, trail: readonly string[]): number => {
    const known = ranks.get(id)
    if (known !== undefined) return known
    const task = plan.tasks.find((one) => one.id === id)
    if (!task || trail.includes(id)) return -1
    const found = 1 + Math.max(-1, ...task.after.map((before) => rank(before, [...trail, id])))
    ranks.set(id, found)
    return found
  }
  for (const task of plan.tasks) rank(task.id, [])
  return ranks
}
