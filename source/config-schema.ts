// Every configuration key there is: its type, its default and what it does, in one table. The zod schema, the
// defaults, `config explain`, the file that `init` writes and docs/config.md are readings of it.
// `*` stands for a name of the user's own. A key belongs here only once something reads it.

import type {z} from 'zod'
import {type TaskKind, taskKinds} from '../engine/contract/learned.ts'
import {ownedFields} from '../engine/contract/model.ts'
import type {Zod} from '../engine/contract/schema.ts'

export interface Key {
  /** Thunk: zod is not loaded for a run that has no configuration. */
  type: (z: Zod) => z.ZodType
  /** Value without any layer; undefined = not set. */
  value?: unknown
  what: string
  /** As it would stand in a file, for `init` and the docs. */
  example: string
}

const key = (type: Key['type'], what: string, example: string, value?: unknown): Key => ({type, what, example, value})

const text = (z: Zod) => z.string().min(1)
const texts = (z: Zod) => z.array(z.string().min(1))
const whole = (z: Zod) => z.number().int().positive()
const positive = (z: Zod) => z.number().positive()
const price = (z: Zod) => z.number().nonnegative()
const oneOf =
  (...values: string[]) =>
  (z: Zod) =>
    z.enum(values)

export const protocols = ['openai-responses', 'openai-chat', 'anthropic', 'ollama'] as const
export const levels = ['auto', 'bwrap', 'srt', 'docker', 'limits', 'off'] as const
export const modes = ['ask', 'edit', 'auto', 'plan'] as const

export const policies = ['balanced', 'cost', 'latency', 'quality', 'local-first'] as const

const kindWords: Readonly<Record<TaskKind, string>> = {
  question: 'questions, which change nothing',
  edit: 'the change that was asked for, when it is a small one',
  complex: 'large changes and repairs',
  plan: 'the planner',
  find: 'the explorer',
  test: 'the tester',
  review: 'the reviewer',
}

// One rule is `{allow: "shell(npm test*)"}`, `{ask: …}` or `{deny: …}`.
const rules = (z: Zod) => z.array(z.union([z.strictObject({allow: text(z)}), z.strictObject({ask: text(z)}), z.strictObject({deny: text(z)})]))

const options = (z: Zod) =>
  z
    .record(z.string(), z.unknown())
    .refine((given) => !Object.keys(given).some((name) => ownedFields.includes(name)), `none of ${ownedFields.join(', ')}: these are Penguin's own`)

const sampling = (z: Zod) =>
  z.strictObject({
    temperature: z.number().min(0).max(2).optional(),
    topP: z.number().gt(0).max(1).optional(),
    topK: whole(z).optional(),
    minP: z.number().min(0).max(1).optional(),
    repeatPenalty: positive(z).optional(),
    effort: z.enum(['low', 'medium', 'high']).optional(),
    think: z.boolean().optional(),
    seed: z.number().int().optional(),
    maxOutputTokens: whole(z).optional(),
  })

export const keys: Readonly<Record<string, Key>> = {
  model: key(text, 'Default route, PROVIDER/MODEL or an alias of `routes`; not set: the first that is there.', 'openai/gpt-5.2'),

  'roles.*.model': key(text, 'Route of one role, such as `roles.coder.model`.', 'ollama/qwen3-coder'),
  'roles.*.candidates': key(whole, 'Builds per task for this role; the best by evidence wins.', '2'),
  'roles.*.tokens': key(whole, 'Most tokens of one agent of this role, within what the run has left.', '60000'),
  'roles.*.usd': key(positive, 'Most money of one agent of this role, in usd, within what the run has left.', '0.5'),
  'roles.*.calls': key(whole, 'Most requests of one agent of this role, within what the run has left.', '40'),
  'roles.*.temperature': key((z) => z.number().min(0).max(2), 'Sampling temperature; not set: 0 where tools are called.', '0'),
  'roles.*.topP': key((z) => z.number().gt(0).max(1), 'Nucleus sampling.', '0.95'),
  'roles.*.seed': key((z) => z.number().int(), 'Seed for providers that take one.', '7'),
  'roles.*.maxOutputTokens': key(whole, 'Most tokens of one reply.', '8192'),
  'roles.*.effort': key(oneOf('low', 'medium', 'high'), 'Reasoning effort, for models that know it.', 'medium'),
  'roles.*.think': key((z) => z.boolean(), 'Thinking switched on or off, for models that have the switch.', 'false'),
  'roles.*.topK': key(whole, 'Tokens to choose from, for servers that take it.', '40'),
  'roles.*.minP': key((z) => z.number().min(0).max(1), 'Least share of the likeliest token, for servers that take it.', '0.05'),
  'roles.*.repeatPenalty': key(positive, 'Penalty on repetition, 1 for none, for servers that take it.', '1.05'),

  'providers.*.protocol': key(oneOf(...protocols), `How the server is spoken to: ${protocols.join(', ')}.`, 'openai-chat'),
  'providers.*.baseUrl': key((z) => z.url({protocol: /^https?$/}), 'Where the server is.', 'http://127.0.0.1:8000/v1'),
  'providers.*.apiKeyEnv': key(text, 'Name of the variable that holds the key; the key itself never stands in a file.', 'LAB_KEY'),
  'providers.*.apiKeyFile': key(text, 'File whose first line is the key; ~/ is your home.', '~/.secrets/lab'),
  'providers.*.apiKeyCommand': key(
    (z) => z.union([text(z), texts(z).min(1)]),
    'Command that prints the key: a line for the shell, or a list of program and arguments. Run once, and again when the server refuses the key.',
    'pass show lab',
  ),
  'providers.*.apiKeyKeyring': key(
    text,
    "The system's keyring holds the key, as SERVICE or SERVICE/ACCOUNT (secret-tool, or security on macOS).",
    'penguin/lab',
  ),
  'providers.*.headers': key((z) => z.record(z.string(), z.string()), 'More headers for every request.', '{X-Team: blue}'),
  'providers.*.options': key(options, 'Fields for every request as they are, for what only this server knows (docs/providers.md).', '{service_tier: flex}'),
  'providers.*.models.*.options': key(options, 'The same for one model; they go over those of the provider.', '{keep_alive: -1}'),
  'providers.*.models.*.sampling': key(
    sampling,
    'Sampling that its vendor names for the model; a role may ask for another.',
    '{temperature: 1, topP: 0.95, topK: 40}',
  ),
  'providers.*.models.*.window': key(whole, 'Tokens of input and output together.', '65536'),
  'providers.*.models.*.output': key(whole, 'Most tokens of one reply.', '8192'),
  'providers.*.models.*.usdIn': key(price, 'usd per 1e6 tokens of input.', '0.2'),
  'providers.*.models.*.usdCached': key(price, "usd per 1e6 tokens that came from the provider's cache.", '0.02'),
  'providers.*.models.*.usdOut': key(price, 'usd per 1e6 tokens of output.', '0.8'),
  'providers.*.models.*.tools': key((z) => z.boolean(), 'Does the model call tools?', 'true'),
  'providers.*.models.*.vision': key((z) => z.boolean(), 'Does the model see images?', 'true'),
  'providers.*.models.*.quality': key((z) => z.number().min(0).max(1), 'How good it is at hard work, 0 to 1; not set: guessed from its price or size.', '0.8'),
  'providers.*.models.*.edits': key(
    oneOf('calls', 'blocks', 'grammar'),
    'How the model edits best: by tool calls, by plain-text blocks, or by calls that the server holds to their schema (llama.cpp, Ollama, vLLM, SGLang).',
    'calls',
  ),

  'routes.*': key(
    texts,
    'An alias usable wherever PROVIDER/MODEL is; the first healthy one wins, the next on failure.',
    '[lab/qwen3-coder, openai/gpt-5-mini]',
  ),

  'router.policy': key(
    oneOf(...policies),
    'Order in which the routes of an alias are tried: as written among those that are well and not busy (balanced), cheapest first (cost), soonest done (latency), best first (quality), own machine first (local-first).',
    'balanced',
    'balanced',
  ),
  ...Object.fromEntries(
    taskKinds.map((kind) => [
      `router.rules.${kind}`,
      key(oneOf(...policies), `Policy for ${kindWords[kind]}, before router.policy.`, kind === 'question' ? 'cost' : 'quality'),
    ]),
  ),
  'router.mend': key(
    oneOf('auto', 'always', 'off'),
    "After a red check, repairs that ask no model (the linter's own fix, a missing import, the search over small edits) are tried before a model is asked to repair: where that is cheaper than the model (auto), each time (always), or never (off).",
    'off',
    'auto',
  ),
  'router.mendSec': key(positive, 'Longest that such repairs may take after one red check, in seconds.', '10', 10),
  'router.explore': key(
    (z) => z.number().min(0).max(0.2),
    'Share of choices, at most 0.2, that try a route of an alias of which little is known; 0 never does.',
    '0.05',
  ),

  'timeouts.connectSec': key(positive, 'Seconds until a provider must have accepted the connection.', '10', 10),
  'timeouts.firstTokenSec': key(positive, 'Seconds until the first token; 600 for local servers when not set.', '120', 120),
  'timeouts.idleSec': key(positive, 'Longest silence between two pieces of a reply, in seconds.', '60', 60),
  'timeouts.callSec': key(positive, 'Longest model call, in seconds.', '600', 600),
  'timeouts.askSec': key(positive, 'How long a headless run with --input stream-json waits for an answer, in seconds.', '300', 300),

  'budgets.tokens': key(whole, 'Most tokens of a run: input, output and reasoning.', '200000'),
  'budgets.usd': key(positive, 'Most money of a run, in usd.', '2.0'),
  'budgets.calls': key(whole, 'Most requests of a run to providers, retries and all roles included.', '200'),
  'budgets.turns': key(whole, 'Most model replies of a run, over all agents.', '100'),
  'budgets.timeoutSec': key(positive, 'Longest run, in seconds; it ends with exit code 124.', '1800'),

  'permissions.mode': key(oneOf(...modes), 'ask, edit, auto or plan; not set: auto where the sandbox confines writes, else ask.', 'ask'),
  'permissions.rules': key(rules, 'Rules for calls: first deny, then ask, then allow. The rules of all layers apply together.', '[{deny: "read(.env*)"}]', []),

  'sandbox.level': key(oneOf(...levels), 'auto is the strongest whose probe passes; a level that cannot be had ends with exit code 7.', 'auto', 'auto'),
  'sandbox.network.allow': key(
    texts,
    'The network for commands: empty for none, ["*"] for all of it, or the hosts that they may reach through HTTP (bwrap only): example.com, example.com:8080, *.example.com.',
    '[packages.example.com]',
    [],
  ),
  'sandbox.writes': key(texts, 'Folders outside the project that commands may write.', '[~/.cache/pip]', []),

  'verification.when': key(oneOf('always', 'changed'), 'Run the test gate at every end, or only when files changed.', 'always', 'always'),
  'verification.checks.*': key(text, 'A command by gate name that replaces detection: tests, lint, types, build.', 'npm test'),
  'verification.testEdits': key(texts, 'Globs of existing tests that may change.', '[test/snapshot/**]', []),
  'verification.wallSec': key(positive, 'Longest run of one gate, in seconds.', '600', 600),

  'ui.theme': key(
    oneOf('dark', 'light', 'contrast', 'none'),
    'Colours of the screen; not set: by what the terminal says of its background. NO_COLOR means none.',
    'light',
  ),
  'ui.motion': key((z) => z.boolean(), 'May anything move that need not: spinners, pulses.', 'false', true),
  'ui.mouse': key((z) => z.boolean(), 'Clicks, drags and the wheel go to the screen instead of to the terminal.', 'false', true),
  'ui.vim': key((z) => z.boolean(), 'Vim keys in the prompt.', 'true', false),
  'ui.keys.*': key(texts, 'The keys of a command, by its name in `penguin help keys`; an empty list takes them away.', '[ctrl+t]'),

  'storage.maxBytes': key(whole, 'Most that .penguin/ may take; gc drops the oldest first.', '2147483648', 2_147_483_648),
}

// Promised for later versions; naming one is an error that says so instead of being ignored in silence.
export const later: readonly string[] = ['memory', 'profile', 'runmode', 'blueprints', 'usage_runner', 'scheduler', 'orchestration']

interface Branch {
  leaf?: Key
  under: Map<string, Branch>
}

const tree = (): Branch => {
  const root: Branch = {under: new Map()}
  for (const [path, leaf] of Object.entries(keys)) {
    let at = root
    for (const name of path.split('.')) {
      const next = at.under.get(name) ?? {under: new Map()}
      at.under.set(name, next)
      at = next
    }
    at.leaf = leaf
  }
  return root
}

const grow = (z: Zod, branch: Branch): z.ZodType => {
  if (branch.leaf) return branch.leaf.type(z)
  const any = branch.under.get('*')
  if (any) return z.record(z.string(), grow(z, any))
  return z.strictObject(Object.fromEntries([...branch.under].map(([name, below]) => [name, grow(z, below).optional()])))
}

/** The schema of one layer: every key may be absent, no other key may be there. */
export const layerSchema = (z: Zod): z.ZodType => grow(z, tree())

export interface Found {
  /** As the table writes it: `roles.*.model`. */
  name: string
  row: Key
  /** Names one by one: a model or an alias may have dots in its own name. */
  path: string[]
}

/** The row for the names of a key; undefined for a group or an unknown key. */
export const rowOf = (path: readonly string[]): Found | undefined => {
  for (const [name, row] of Object.entries(keys)) {
    const pattern = name.split('.')
    if (pattern.length === path.length && pattern.every((part, at) => part === '*' || part === path[at])) return {name, row, path: [...path]}
  }
}

/** The same for a key as a person writes it, `providers.lab.models.gpt-5.2.window`. */
export const rowOfDotted = (dotted: string): Found | undefined => {
  for (const [name, row] of Object.entries(keys)) {
    const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '(.+)')}$`)
    const names = pattern.exec(dotted)?.slice(1)
    if (names) return {name, row, path: name.split('.').map((part) => (part === '*' ? (names.shift() as string) : part))}
  }
}

/** Names that may stand under a group (the top is `[]`); `['*']` when the user chooses them. */
export const namesUnder = (path: readonly string[]): string[] => {
  let at: Branch | undefined = tree()
  for (const part of path) at = at?.under.get(part) ?? at?.under.get('*')
  return at && !at.leaf ? [...at.under.keys()] : []
}
