// The table of verbs: name, one line, words, flags. The parser, `--help`, the help pages, the completions and
// docs/cli.md are readings of it; the code of each verb is named in verb-code.ts. A verb or flag stands here only when it works.

import {levels, modes} from './config-schema.ts'

export interface Flag {
  /** camelCase; `maxCalls` is `--max-calls`. */
  name: string
  short?: string
  type: 'boolean' | 'string' | 'number'
  /** What the value is called in help; FILE and DIR complete to paths. */
  value?: string
  /** The only values that are taken. */
  values?: readonly string[]
  /** May be given several times. */
  many?: boolean
  /** Whole numbers only. Numbers are positive, unless `any`. */
  whole?: boolean
  any?: boolean
  what: string
}

export interface Verb {
  name: string
  about: string
  /** Usage lines without `penguin `. */
  usage: readonly string[]
  /** First words that are taken, with one line each; none: the words are the verb's own. */
  actions?: Readonly<Record<string, string>>
  /** True when the first action is meant where none is typed. */
  first?: boolean
  /** Most words. */
  words: number
  flags: readonly Flag[]
}

const yes = (name: string, what: string, short?: string): Flag => ({name, short, type: 'boolean', what})
const text = (name: string, value: string, what: string, more: Partial<Flag> = {}): Flag => ({name, type: 'string', value, what, ...more})
const number = (name: string, what: string, more: Partial<Flag> = {}): Flag => ({name, type: 'number', value: 'N', what, ...more})
const many = {many: true}
const whole = {whole: true}

/** Taken by every verb. */
export const everywhere: readonly Flag[] = [
  text('cwd', 'DIR', 'the repository (default: here)', {short: 'C'}),
  yes('noColor', 'no colours; NO_COLOR in the environment says the same'),
  yes('help', 'show this help', 'h'),
  yes('version', 'print the version', 'v'),
]

const json = yes('json', 'print JSON')

const runFlags: readonly Flag[] = [
  yes('json', 'JSONL events on stdout; the same as --output stream-json'),
  text('output', 'FORMAT', 'text: the answer on stdout, progress on stderr; json: one result object; stream-json: events', {
    values: ['text', 'json', 'stream-json'],
  }),
  text('input', 'FORMAT', 'read lines {"say":…} {"answer":…,"choice":…} {"stop":true} from stdin while it runs', {values: ['stream-json']}),
  text('addDir', 'DIR', 'one more folder that may be read and written', many),
  text('model', 'PROVIDER/MODEL', 'model for all roles, or an alias of `routes`', {short: 'm'}),
  text('roleModel', 'ROLE=PROVIDER/MODEL', 'model for one role', many),
  text('check', 'CMD', 'the acceptance command; replaces detection', many),
  yes('noCheck', 'run no acceptance command'),
  number('candidates', 'builds per task; the best by evidence wins', whole),
  number('maxTokens', 'most tokens: input, output and reasoning', whole),
  number('maxUsd', 'most money, in usd'),
  number('maxCalls', 'most requests to providers, retries and all roles included', whole),
  number('maxTurns', 'most model replies, over all agents', whole),
  number('timeout', 'longest run in seconds, from the start of the process', {value: 'SECONDS'}),
  text('permission', 'MODE', 'ask: every write and command; edit: commands; auto: nothing inside the sandbox; plan: read only', {values: modes}),
  text('allow', 'RULE', 'let calls through, such as "shell(npm test*)"', many),
  text('deny', 'RULE', 'refuse calls, such as "read(.env*)"', many),
  text('testEdits', 'GLOB', 'existing tests that may change', many),
  text('sandbox', 'LEVEL', 'confinement of commands; auto is the strongest that can be had', {values: levels}),
  yes('trust', 'use what this folder brings (configuration that widens permissions, plugins, hooks), for this run'),
  yes('isolate', 'work on a copy, adopt the result at the end'),
  text('onFail', 'WHAT', 'what becomes of the files when the run fails (default: keep)', {values: ['keep', 'restore']}),
  yes('inProcess', 'roles without processes of their own; same events'),
  text('resume', 'RUN', 'go on with a run'),
  yes('continue', "go on with this project's newest run that no host works on"),
  text('outputFile', 'FILE', 'write the final text to a file', {short: 'o'}),
  text('schema', 'FILE', 'JSON Schema that the final answer must match'),
  text('record', 'FILE', 'record every model call; played again with -m replay/FILE'),
  number('seed', 'seed of everything that draws', {whole: true, any: true}),
  yes('screenReader', 'the screen as plain lines that are never moved or taken back'),
  yes('quiet', 'no progress', 'q'),
  yes('verbose', 'more progress'),
]

export const verbs: readonly Verb[] = [
  {
    name: 'run',
    about: 'one request, headless: plan, write, test, repair, with evidence',
    usage: [
      'run [prompt]            one request in this repository',
      'run [prompt] -          read stdin (after a prompt: appended to it)',
      '[prompt]                the same with --output text',
    ],
    words: Number.POSITIVE_INFINITY,
    flags: runFlags,
  },
  {
    name: 'attach',
    about: 'the screen of a session of this project that lives; penguin alone joins one that was left',
    usage: ['attach          the only one', 'attach RUN      the session that began with RUN'],
    words: 1,
    flags: [yes('screenReader', 'the screen as plain lines that are never moved or taken back')],
  },
  {
    name: 'replay',
    about: 'a run of earlier days in its panes; without a terminal its story as lines',
    usage: ['replay RUN', 'replay RUN --speed 4 --at 120'],
    words: 1,
    flags: [
      number('speed', 'times as fast (default: 1; without a terminal: all at once)'),
      number('at', 'begin as it stood after this event', whole),
      yes('screenReader', 'its story as lines'),
    ],
  },
  {
    name: 'log',
    about: 'the events of a run, or whether a file is a whole log',
    usage: [
      'log [RUN]                the newest run when none is named',
      'log [RUN] --follow',
      'log --validate FILE      0, or 1 with line and reason; - is stdin',
    ],
    words: 1,
    flags: [
      yes('follow', 'go on until the run is closed', 'f'),
      text('type', 'GLOB', "kinds of events, such as 'tool.*'", many),
      text('role', 'ROLE', 'events of one role'),
      text('trace', 'TRACE', 'events of one trace'),
      text('validate', 'FILE', 'check a file of event lines'),
      json,
    ],
  },
  {
    name: 'gc',
    about: "free what the project's journal takes beyond storage.maxBytes",
    usage: ['gc'],
    words: 0,
    flags: [yes('dryRun', 'only say what would go'), json],
  },
  {
    name: 'sessions',
    about: 'the runs of this project, and those that went on from them',
    usage: ['sessions [list]', 'sessions show RUN', 'sessions resume RUN [PROMPT]', 'sessions export RUN', 'sessions fork RUN [SEQ]'],
    actions: {
      list: 'every run, newest first',
      show: 'the story of a run',
      resume: 'goes on with it, on the screen where there is one; the same as --resume RUN',
      export: 'its events as lines',
      fork: 'a run that begins where RUN stood after event SEQ (default: its end)',
    },
    first: true,
    words: 3,
    flags: [json],
  },
  {
    name: 'models',
    about: 'the models that are known, the servers that answer, the route of each role',
    usage: ['models [list] [PROVIDER] [--refresh]', 'models probe [PROVIDER]', 'models doctor [PROVIDER/MODEL]', 'models routes [--explain] [ROLE] [PROMPT]'],
    actions: {
      list: 'models with a card: window, price, where it comes from',
      probe: 'ask each server, or one, what it has',
      doctor: 'put local models to the test: window, calls, schema, thinking, speed, memory',
      routes: 'which model each role would take, and why',
    },
    first: true,
    words: 3,
    flags: [
      yes('refresh', 'ask the providers for their own listings first (list)'),
      yes('explain', "every route's case: score, cost, time, success (routes)"),
      json,
    ],
  },
  {
    name: 'checkpoint',
    about: 'states of the files that Penguin can go back to',
    usage: ['checkpoint [list]', 'checkpoint save [NAME]', 'checkpoint diff CHECKPOINT', 'checkpoint restore CHECKPOINT [--dry-run] [--force]'],
    actions: {
      list: 'every checkpoint, newest first',
      save: 'keep the state as it is now',
      diff: 'what Penguin changed since',
      restore: 'put back exactly what Penguin changed since; itself undoable',
    },
    first: true,
    words: 2,
    flags: [yes('dryRun', 'only say what would be put back'), yes('force', 'put back also what somebody else changed since'), json],
  },
  {
    name: 'undo',
    about: 'take back what the newest run, or restore, changed; typed again, the one before',
    usage: ['undo'],
    words: 0,
    flags: [yes('dryRun', 'only say what would be put back'), yes('force', 'put back also what somebody else changed since'), json],
  },
  {
    name: 'config',
    about: 'read and write settings',
    usage: ['config get KEY', 'config set KEY VALUE [--project]', 'config list', 'config explain KEY', 'config path'],
    actions: {
      get: 'print one value',
      set: 'write one value to the user file, or with --project to the project file',
      list: 'every key with its value and where it comes from',
      explain: 'value, where it comes from, what it does',
      path: 'the files that are read, lowest first',
    },
    words: 3,
    flags: [yes('project', 'write .penguin/config.yml, and let git see it'), json],
  },
  {
    name: 'init',
    about: 'write .penguin/config.yml with every key as a comment',
    usage: ['init'],
    words: 0,
    flags: [],
  },
  {
    name: 'doctor',
    about: 'what works on this machine, and the command that mends what does not',
    usage: ['doctor'],
    words: 0,
    flags: [json],
  },
  {
    name: 'completion',
    about: 'print the completions for a shell',
    usage: ['completion bash|zsh|fish'],
    actions: {bash: 'eval "$(penguin completion bash)"', zsh: 'eval "$(penguin completion zsh)"', fish: 'penguin completion fish | source'},
    words: 1,
    flags: [],
  },
  {
    name: 'help',
    about: 'help on a verb, or a page',
    usage: ['help [VERB | PAGE]', 'help events --schema'],
    words: 1,
    flags: [yes('schema', 'with `events`: the JSON Schema of every line')],
  },
]

/** Words of the public surface that are not in this version: never taken for a prompt. */
export const notYet: readonly string[] = [
  'continuous',
  'blueprint',
  'task',
  'workflow',
  'memory',
  'mcp',
  'acp',
  'serve',
  'plugin',
  'profile',
  'backup',
  'bench',
  'stats',
  'trace',
  'pr',
]

export const findVerb = (name: string): Verb | undefined => verbs.find((verb) => verb.name === name)
export const flagsOf = (verb: Verb): readonly Flag[] => [...verb.flags, ...everywhere]
export const dashed = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
