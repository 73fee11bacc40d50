// Everything that must be known before the first agent is hired, gathered in one pass and in the order in which
// it can fail: project, journal, configuration, trust, run to resume, routes, sandbox, checks. A failure is a
// refusal with what is known so far, so that even a run that never began can say how it ended.

import type {RunId} from '../engine/base/id.ts'
import type {Config} from '../engine/contract/config.ts'
import {asFault, type Envelope, type Fault, FaultError} from '../engine/contract/fault.ts'
import type {Caps, Route} from '../engine/contract/grant.ts'
import type {Assignment} from '../engine/contract/link.ts'
import type {Message} from '../engine/contract/message.ts'
import type {ProviderSettings} from '../engine/contract/model.ts'
import type {Permissions} from '../engine/contract/permission.ts'
import type {Role} from '../engine/contract/role.ts'
import type {Sandbox, SandboxState} from '../engine/contract/sandbox.ts'
import type {Limits} from '../engine/contract/task.ts'
import type {Check} from '../engine/contract/tool.ts'
import type {BlobStore} from '../engine/contract/workspace.ts'
import type {OpenJournal} from '../engine/journal/open.ts'
import type {Context} from './context.ts'
import type {ModelFacts} from './models/facts.ts'
import type {Past} from './past.ts'
import type {Project} from './project.ts'
import type {HostRequest} from './run-options.ts'

export interface Gathered {
  project: Project
  config: Config
  configSha256: string
  trusted: boolean
  journal: OpenJournal
  blobs: BlobStore
  instructions: {path: string; text: string}[]
  failedToLoad: string[]
  /** What the start should say of itself, one line each. */
  notices: {code: string; text: string}[]
  /** Route names by role, as `run.opened` lists them. */
  routes: Record<string, string[]>
  roleRoutes: Record<string, Route[]>
  /** One line: which route was taken and why. */
  routeWhy: string
  /** Was a model named by a flag, a file or a variable? */
  chosen: boolean
  providers: Record<string, ProviderSettings>
  unpriced: string[]
  /** What is known of the routes beside their cards: experience, and the load of local servers. */
  models?: ModelFacts
  roles: Record<string, Role>
  sandbox: Sandbox
  sandboxState: SandboxState
  sandboxSettings: Assignment['sandbox']
  /** Run at the end whatever was changed. */
  checks: Check[]
  /** Of the packages of a workspace without a test command of its own: run when files of the package changed. */
  byPackage: Check[]
  caps: Caps
  permissions: Permissions
  limits: Limits
  isolated: boolean
  addDirs: string[]
  guarded: {globs: string[]; why: string}[]
  /** Submodules that were named, relative to the root: they may be changed and are part of the tree. */
  nested: string[]
  commandMs: number
  goal: string
  /** A run without its last line that this host goes on with. */
  goesOn?: RunId
  /** A closed run that this one resumes. */
  resumes?: RunId
  /** What was said in the runs before this one. */
  inherited: Message[]
  past?: Past
  scratch: string
  trees: string
  release(): void
}

export interface Refusal {
  fault: Fault
}

export interface Opening {
  facts: Partial<Gathered>
  refusal?: Refusal
}

/** One thing to be known; it may read what the earlier ones found. Throws a FaultError to refuse the run. */
export type Gatherer = (facts: Partial<Gathered>, context: Context, request: HostRequest) => void | Promise<void>

/** The result, or the run is refused. */
export const needed = <T>(envelope: Envelope<T>): T => {
  if (!envelope.ok) throw new FaultError(envelope.error)
  return envelope.result
}

/** Runs the gatherers in order until one refuses. */
export const gatherBy =
  (gatherers: readonly Gatherer[]) =>
  async (context: Context, request: HostRequest): Promise<Opening> => {
    const facts: Partial<Gathered> = {inherited: [], failedToLoad: [], notices: [], release: () => undefined}
    for (const step of gatherers) {
      try {
        await step(facts, context, request)
      } catch (thrown) {
        return {facts, refusal: {fault: asFault(thrown)}}
      }
    }
    return {facts}
  }
