// plan: the tasks of the request, each with what must be true when it is done. Called again, it replaces the plan.

import {fail, type Tool} from '../../engine/plugin.ts'

interface Task {
  id?: string
  title: string
  accept?: string[]
  after?: string[]
  state?: 'open' | 'doing' | 'done'
}

interface PlanInput {
  tasks: Task[]
  note?: string
}

interface Planned {
  id: string
  title: string
  after: string[]
  accept: string[]
  state: string
}

const invalid = (why: string): never => fail('tool.input', {name: 'plan', why})

/** Tasks may name each other by id, by number or by title. */
const numbered = (tasks: readonly Task[]): Planned[] => {
  const ids = tasks.map((task, at) => task.id?.trim() || String(at + 1))
  const idOf = (name: string): string => {
    const at = tasks.findIndex((task, index) => ids[index] === name.trim() || String(index + 1) === name.trim() || task.title === name)
    return at === -1 ? invalid(`a task comes after "${name}", and there is no such task`) : (ids[at] as string)
  }
  if (new Set(ids).size < ids.length) return invalid('two tasks have the same id')
  return tasks.map((task, at) => ({
    id: ids[at] as string,
    title: task.title.trim() || invalid(`task ${at + 1} has no title`),
    after: (task.after ?? []).map(idOf),
    accept: task.accept ?? [],
    state: task.state ?? 'open',
  }))
}

/** Takes away tasks with nothing left before them until none remain; what cannot be taken goes round in circles. */
const refuseCircles = (tasks: readonly Planned[]): void => {
  let left = [...tasks]
  for (;;) {
    const waiting = new Set(left.map(({id}) => id))
    const next = left.filter(({after}) => after.some((id) => waiting.has(id)))
    if (next.length === 0) return
    if (next.length === left.length) invalid(`tasks ${next.map(({id}) => id).join(', ')} wait for each other`)
    left = next
  }
}

const plan: Tool<PlanInput> = {
  name: 'plan',
  does: 'Set the plan: tasks in order, each with what must be true when done. Call again to update states.',
  takes: (z) =>
    z.object({
      tasks: z.array(
        z.object({
          id: z.string().optional(),
          title: z.string(),
          accept: z.array(z.string()).optional(),
          after: z.array(z.string()).optional(),
          state: z.enum(['open', 'doing', 'done']).optional(),
        }),
      ),
      note: z.string().optional(),
    }),
  needs: () => [],
  touches: () => [],
  run: async (input, site) => {
    if (input.tasks.length === 0) return invalid('there are no tasks')
    const tasks = numbered(input.tasks)
    refuseCircles(tasks)
    site.note('plan.updated', {tasks, ...(input.note ? {note: input.note} : {})})
    const done = tasks.filter(({state}) => state === 'done').length
    const what = `plan of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}${done > 0 ? `, ${done} done` : ''}`
    return {model: `${what} noted`, line: what, result: {tasks: tasks.length, done}}
  },
}

export default plan
