// What the searcher reports: the one result line of `asset/search.mjs`, and what a model is told of it. Data only.

export interface Suspect {
  path: string
  /** Name of the function, `(module)` for a file's own code. */
  name: string
  line: number
  score: number
  lines: {line: number; ochiai: number; dstar: number | null}[]
}

export interface Edit {
  /** First line that changes, from 1. */
  line: number
  before: string[]
  after: string[]
}

export interface Finalist {
  path: string
  line: number
  template: string
  /** What is wrong, in the template's words. */
  say: string
  /** Failing tests that pass with it. */
  fixed: number
  cluster: number
  clusters: number
  /** Generated inputs on which the patches were compared. */
  inputs: number
  /** An input on which two passing patches differ. */
  difference: {input: string; outputs: string[]} | null
  confidence: 'high' | 'medium' | 'low'
  /** The project's own test command was run on it and ended with 0. */
  confirmed?: boolean
  edit: Edit
  /** Text that stands once in the file, and what takes its place. */
  old: string
  new: string
  /** The same as a unified diff. */
  patch: string
}

export interface Finding {
  state: 'fixed' | 'unfixed' | 'green' | 'located' | 'nowhere' | 'unsupported' | 'blind' | 'broken'
  wallMs: number
  runner?: string
  why?: string
  /** `warm`: in one process, thousands of candidates; `cold`: the test command for each. */
  mode?: 'warm' | 'cold'
  tests?: number
  failing?: number
  failures?: {name: string; file: string; message: string; at: string[]}[]
  suspects?: Suspect[]
  tried?: number
  space?: number
  timeouts?: number
  crashed?: number
  regions?: number
  plausible?: number
  /** Patches that passed warm and that the project's own command refused. */
  refused?: number
  /** The last words of that command when it refused. */
  refusal?: string | null
  firstMs?: number | null
  exhausted?: boolean
  finalists?: Finalist[]
  /** Where no single edit passes: edits that pass together, in the order in which they are made. */
  steps?: Finalist[]
  closest?: {fixes: number; of: number; breaks: number; path: string; line: number; say: string} | null
}

export interface Progress {
  tried: number
  space: number
  timeouts: number
  plausible: number
  best: number
  wallMs: number
  /** The end of the search, where the time that was asked for turned out too short for this machine. */
  untilMs?: number
}

const mostFinalists = 3

/** The part that goes back to a model: small, one JSON object, the best patches only. */
export const forModel = (finding: Finding): string =>
  JSON.stringify({
    ...finding,
    finalists: finding.finalists?.slice(0, mostFinalists),
    failures: finding.failures?.slice(0, 5),
    suspects: finding.suspects?.slice(0, 5),
  })

/** Reads what `forModel` wrote; undefined for anything else. */
export const findingIn = (text: string): Finding | undefined => {
  const from = text.indexOf('{')
  if (from === -1) return undefined
  try {
    const read = JSON.parse(text.slice(from, text.lastIndexOf('}') + 1)) as Partial<Finding>
    return typeof read.state === 'string' ? (read as Finding) : undefined
  } catch {
    return undefined
  }
}
