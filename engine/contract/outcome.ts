// The endings of a run and their exit codes: one table, and nothing else decides an exit code.

export type Outcome =
  | 'done'
  | 'answered'
  | 'failed'
  | 'usage'
  | 'gate_failed'
  | 'capped'
  | 'needs_person'
  | 'provider'
  | 'sandbox'
  | 'config'
  | 'schema'
  | 'timeout'
  | 'interrupted'
  | 'terminated'

export const exitCodes: Readonly<Record<Outcome, number>> = {
  done: 0,
  answered: 0,
  failed: 1,
  usage: 2,
  gate_failed: 3,
  capped: 4,
  needs_person: 5,
  provider: 6,
  sandbox: 7,
  config: 8,
  schema: 9,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
}

// When several endings apply: signal, timeout, cap, provider, person, gate, schema, failed.
// Start-up refusals (usage, config, sandbox) happen alone, before any work.
const precedence: readonly Outcome[] = [
  'usage',
  'config',
  'sandbox',
  'terminated',
  'interrupted',
  'timeout',
  'capped',
  'provider',
  'needs_person',
  'gate_failed',
  'schema',
  'failed',
  'done',
  'answered',
]

/** The one ending that stands when several apply. */
export const strongest = (outcomes: readonly Outcome[]): Outcome => precedence.find((outcome) => outcomes.includes(outcome)) ?? 'failed'
