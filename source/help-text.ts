// Help as text, made from the table of verbs. Pure: docs/cli.md is this text, and a test holds them together.

import {dashed, everywhere, type Flag, type Verb, verbs} from './verbs.ts'

const columns = 100

/** Left column as wide as its longest entry, the right one wrapped. */
const table = (rows: readonly (readonly [string, string])[]): string => {
  const left = Math.min(34, Math.max(...rows.map(([name]) => name.length)))
  return rows.map(([name, what]) => row(name, what, left)).join('\n')
}

const row = (name: string, what: string, left: number): string => {
  const lines = ['']
  for (const word of what.split(' ')) {
    const last = lines.at(-1) as string
    if (last && last.length + word.length + 1 > columns - left - 4) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  const [first, ...rest] = lines
  const lead = name.length > left ? `  ${name}\n${' '.repeat(left + 4)}` : `  ${name.padEnd(left)}  `
  return [`${lead}${first}`, ...rest.map((part) => `${' '.repeat(left + 4)}${part}`)].join('\n')
}

const flagName = (flag: Flag): string => {
  const short = flag.short ? `-${flag.short}, ` : '    '
  return `${short}${dashed(flag.name)}${flag.type === 'boolean' ? '' : ` ${flag.value}`}`
}

const flagWhat = (flag: Flag): string => {
  const values = flag.values && flag.values.length > 1 ? ` [${flag.values.join(' | ')}]` : ''
  return `${flag.what}${values}${flag.many ? ' (may repeat)' : ''}`
}

const flagTable = (flags: readonly Flag[]): string => table(flags.map((flag) => [flagName(flag), flagWhat(flag)]))

/** One verb. */
export const verbHelp = (verb: Verb): string => {
  const parts = [`penguin ${verb.name}: ${verb.about}`, verb.usage.map((line) => `  penguin ${line}`).join('\n')]
  if (verb.actions) parts.push(table(Object.entries(verb.actions)))
  if (verb.flags.length > 0) parts.push(`Flags\n${flagTable(verb.flags)}`)
  parts.push(`Everywhere\n${flagTable(everywhere)}`)
  return `${parts.join('\n\n')}\n`
}

/** The whole program. */
export const programHelp = (pages: readonly string[]): string => {
  const run = verbs[0] as Verb
  return `${[
    'penguin: a crew of role agents that plans, writes, tests and repairs code in your repository',
    '  penguin run "fix the failing tests"\n  penguin --json "prompt"          JSONL events on stdout',
    `Verbs\n${table(verbs.map((verb) => [verb.name, verb.about]))}`,
    `Flags of a run\n${flagTable(run.flags)}`,
    `Everywhere\n${flagTable(everywhere)}`,
    `penguin help VERB, or a page: ${pages.join(', ')}`,
    'Exit codes: 0 done, 1 failed, 2 usage, 3 a gate is red, 4 a cap, 5 a person is needed, 6 provider,\n7 sandbox, 8 configuration or trust, 9 schema, 124 time-out, 130 interrupted, 143 terminated.',
  ].join('\n\n')}\n`
}

/** docs/cli.md. */
export const cliPage = (): string => {
  const fenced = (text: string): string => `\`\`\`text\n${text}\`\`\``
  const sections = verbs.map((verb) => `## penguin ${verb.name}\n\n${fenced(verbHelp(verb))}`)
  return `# The command line\n\nMade from \`source/verbs.ts\` by \`npm run docs\`; do not edit.\n\n${fenced(programHelp(['PAGE']))}\n\n${sections.join('\n\n')}\n`
}
