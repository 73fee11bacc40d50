// The page docs/events.md: every event there is, with the fields of its body, made from the catalogue and the
// published schema. Only the one-liners are written by hand, and the compiler asks for one for each kind.

import {type EventType, events} from '../engine/contract/event.ts'
import {eventSchema} from '../engine/journal/schema.ts'

type Node = Record<string, unknown>

const about: Readonly<Record<EventType, string>> = {
  'run.opened': 'The first line of a run: what it will work with.',
  'run.resumed': 'A host goes on with a run whose host was gone; `interrupted` are the spans that were cut off.',
  'run.paused': 'The run waits and may be resumed.',
  'run.closed': 'The last line of a run, for every ending: what stands, and on what evidence.',
  'run.branched': 'This run begins where another one stood after an event.',
  'user.said': 'A request.',
  'user.steered': 'A word of the user while the run goes on.',
  'plan.updated': 'The plan, whole, after each change.',
  'task.added': 'A task was added.',
  'task.started': 'A role was given a piece of work.',
  'task.phase': 'A task entered a phase; after the checks with what they said.',
  'task.held': 'A task waits for somebody.',
  'task.stale': 'What a task was built on has changed.',
  'task.approved': 'Somebody approved a task.',
  'task.done': 'A task is done.',
  'task.failed': 'A task was given up.',
  'role.hired': 'An agent of a role was hired.',
  'role.ready': 'The agent can be given work.',
  'role.idle': 'The agent has nothing to do.',
  'role.lost': 'The process of an agent ended by itself.',
  'role.left': 'The agent left in order.',
  'route.chosen': 'Where the calls of a role go.',
  'breaker.turned': 'A route was taken out of use, or back in.',
  'model.asked': 'A call to a model is about to be sent.',
  'model.delta': 'A piece of a reply.',
  'model.replied': 'A whole reply.',
  'model.failed': 'A call that brought no reply; with `retryInMs` it is tried again.',
  'tool.called': 'A tool is about to run. An effect starts only after this line is on the disk.',
  'tool.output': 'A piece of what a tool prints.',
  'tool.done': 'The end of a call: `result` when `ok`, else `error`.',
  'phase.handed': 'An agent handed over its piece of work.',
  'ask.raised': 'Somebody has to allow, answer or approve something.',
  'ask.answered': 'What the answer was, and whose.',
  'patch.proposed': 'A candidate has changes to offer, or (`m_…`, with `by`) an edit was found that no model made.',
  'patch.scored': 'How a candidate did in the checks.',
  'patch.adopted': 'The changes of a candidate are in the tree of the user.',
  'patch.dropped': 'A candidate was not taken.',
  'gate.started': 'A check begins, on the tree with this hash.',
  'gate.passed': 'A check passed.',
  'gate.failed': 'A check failed.',
  'gate.stale': 'The tree changed after a check.',
  'budget.granted': 'The caps of the run.',
  'budget.spent': 'What has been spent so far.',
  'budget.exceeded': 'A cap was reached.',
  'memory.noted': 'Something was put into the memory of the project.',
  'memory.indexed': 'The index of the project was brought up to date.',
  'context.condensed': 'A conversation was shortened to fit its model.',
  'checkpoint.saved': 'A state of the tree that can be restored.',
  'checkpoint.restored': 'The tree, or part of it, was put back; `conflicts` were left alone.',
  'policy.changed': 'A rule of permissions changed.',
  'profile.changed': 'The profile changed.',
  'backup.saved': 'A backup was written.',
  'gpu.sampled': 'Load and memory of the GPUs.',
  'health.sampled': 'Load of the host and its agents.',
  notice: 'Something worth knowing that changes nothing.',
  error: 'What went wrong.',
}

const typeOf = (node: Node): string => {
  if (node.$ref) return 'blob'
  if ('const' in node) return JSON.stringify(node.const)
  if (Array.isArray(node.enum)) return node.enum.map((one) => JSON.stringify(one)).join(' \\| ')
  if (Array.isArray(node.anyOf)) return [...new Set((node.anyOf as Node[]).map(typeOf))].join(' \\| ')
  if (node.type === 'array') return `${typeOf((node.items ?? {}) as Node)}[]`
  if (node.type !== 'object') return node.type === undefined ? 'any' : [node.type].flat().join(' \\| ')
  if (!node.properties) return `{[name]: ${typeOf((node.additionalProperties || {}) as Node)}}`
  const required = new Set((node.required ?? []) as string[])
  const fields = Object.entries(node.properties as Record<string, Node>).map(([name, one]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(one)}`)
  return `{${fields.join(', ')}}`
}

// That a large field may stand in a blob is said once, not in every row.
const plain = (node: Node): Node => {
  if (!Array.isArray(node.anyOf)) return node
  const shapes = (node.anyOf as Node[]).filter((one) => !one.$ref)
  return shapes.length === 1 ? (shapes[0] as Node) : {anyOf: shapes}
}

const table = (body: Node): string => {
  const fields = Object.entries((body.properties ?? {}) as Record<string, Node>)
  if (fields.length === 0) return body.properties ? 'No fields.\n' : 'Fields of its own.\n'
  const required = new Set((body.required ?? []) as string[])
  const rows = fields.map(([name, one]) => `| \`${name}\` | \`${typeOf(plain(one))}\` | ${required.has(name) ? 'yes' : ''} |`)
  return ['| field | type | always |', '|---|---|---|', ...rows, ''].join('\n')
}

const opening = `# Events

Everything that happens in a run is an event: one JSON object per line, LF only, UTF-8, at most 64 KiB. \`penguin run --json\` prints
them as they get on record, \`penguin log [RUN] --json\` prints them later, and \`penguin log --validate FILE\` says whether a file is a
whole log. The JSON Schema of every line is printed by \`penguin help events --schema\`.

\`\`\`json
{"v":1,"seq":412,"at":1795600000000,"type":"tool.done","run":"r_…","task":"t_1","role":"coder","agent":"a_2","turn":3,"trace":"…","span":"…","parent":"…","body":{}}
\`\`\`

- \`v\` is the version of this envelope. \`run seq at type v trace span\` stand on every line, \`task role agent turn\` where they apply.
- \`seq\` is gapless from 1 within a run. Passing events are shown while they happen and not kept: they say \`"passing":true\` and carry
  the seq of the last kept event.
- \`at\` is in milliseconds since 1970.
- One request is one \`trace\` (32 hex digits); each call of a model, a tool or a check is a \`span\` (16 hex digits) below its \`parent\`.
- A field that would make its line longer than 64 KiB is replaced by \`{"blob": SHA-256, "bytes": n}\`; its content lies in
  \`.penguin/blobs/\`, in a file named by the hash: two digits for the folder, the rest for the file.
- The first line is \`run.opened\` (or \`run.resumed\` where a host goes on with a run), the last one \`run.closed\`.
- Kinds of plugins begin with \`x.\`. Readers ignore kinds and fields that they do not know.

`

/** Resolves with the whole page. */
export const eventPage = async (): Promise<string> => {
  const {oneOf} = (await eventSchema()) as {oneOf: {title: string; properties: {body: Node}}[]}
  const bodies = new Map(oneOf.map((kind) => [kind.title, kind.properties.body]))
  const sections = (Object.keys(events) as EventType[]).map((type) => {
    const {kept} = events[type]
    return `## ${type}\n\n${about[type]}${kept ? '' : ' Passing.'}\n\n${table(bodies.get(type) ?? {})}`
  })
  return `${opening}${sections.join('\n')}`
}
