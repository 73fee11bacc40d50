// From an assignment to the first messages. The system prompt depends on role, project and instructions only,
// never on time or turn, so that a provider's prompt cache can keep it for the whole conversation.

import type {Assignment} from '../contract/link.ts'
import type {Message} from '../contract/message.ts'

const permissionLine: Readonly<Record<Assignment['permissions']['mode'], string>> = {
  auto: '',
  edit: 'You may write files; commands need a person to allow them.',
  ask: 'Every write and every command needs a person to allow it.',
  plan: 'Read only: nothing may be written or run. Answer with a plan or an explanation.',
}

const maxChecksShown = 8

const checksLine = (checks: Assignment['checks']): string => {
  if (checks.length === 0) return ''
  const shown = checks.slice(0, maxChecksShown).map((check) => `${check.gate} = ${check.command}${check.dir ? ` (in ${check.dir})` : ''}`)
  const rest = checks.length - shown.length
  return `Checks that decide: ${shown.join('; ')}${rest > 0 ? `; and ${rest} more like these` : ''}.`
}

/** The system prompt of an assignment: the role's own words, the ground rules, then the project's instructions. */
export const compileSystem = (assignment: Assignment, guide = ''): string => {
  const {role, permissions, checks, instructions, root, addDirs} = assignment
  const parts = [
    role.prompt,
    `Project: ${root}. Paths are relative to it.${addDirs.length > 0 ? ` Also open: ${addDirs.join(', ')}.` : ''}`,
    role.writes ? permissionLine[permissions.mode] : 'You may not change files.',
    checksLine(checks),
    guide,
    ...instructions.map(({path, text}) => `# ${path}\n${text.trim()}`),
  ]
  return parts.filter(Boolean).join('\n\n')
}

// One message for all turns of an assignment: what was counted and looked through once is known by it.
const systems = new WeakMap<Assignment, {guide: string; message: Message}>()

const systemMessage = (assignment: Assignment, guide: string): Message => {
  const known = systems.get(assignment)
  if (known?.guide === guide) return known.message
  const message: Message = {from: 'system', text: compileSystem(assignment, guide)}
  systems.set(assignment, {guide, message})
  return message
}

/** The whole conversation to send: system prompt first, then what was said. */
export const compileMessages = (assignment: Assignment, conversation: readonly Message[], guide = ''): Message[] => [
  systemMessage(assignment, guide),
  ...conversation,
]
