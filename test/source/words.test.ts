import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {verbCode} from '../../source/verb-code.ts'
import {dashed, flagsOf, notYet, verbs} from '../../source/verbs.ts'
import {readWords} from '../../source/words.ts'

const read = (...argv: string[]) => {
  const found = readWords(argv)
  if (!found.ok) throw new Error(`${found.error.msg} / ${found.error.hint}`)
  const {verb, bare, words, flags} = found.result
  return {verb: verb.name, bare, words, flags}
}

const refused = (...argv: string[]): string => {
  const found = readWords(argv)
  if (found.ok) throw new Error(`was taken: ${JSON.stringify(found.result.flags)}`)
  expect(found.error.code).toBe('usage.words')
  return `${found.error.msg}\n${found.error.hint}`
}

describe('words that are taken', () => {
  it.each([
    [['run', 'fix it'], {verb: 'run', bare: false, words: ['fix it'], flags: {}}],
    [['fix it'], {verb: 'run', bare: true, words: ['fix it'], flags: {}}],
    [['--json', 'fix it'], {verb: 'run', bare: true, words: ['fix it'], flags: {json: true}}],
    [['--json', 'run', 'fix it'], {verb: 'run', bare: false, words: ['fix it'], flags: {json: true}}],
    [['run', 'p', '-'], {verb: 'run', bare: false, words: ['p', '-'], flags: {}}],
    [['run', '--', '--odd', '-x'], {verb: 'run', bare: false, words: ['--odd', '-x'], flags: {}}],
    [['--', '-q is not a flag here'], {verb: 'run', bare: true, words: ['-q is not a flag here'], flags: {}}],
    [['-C', 'run', 'hello there'], {verb: 'run', bare: true, words: ['hello there'], flags: {cwd: 'run'}}],
    [
      ['run', 'p', '-m', 'ollama/qwen3', '--max-calls=3', '--max-usd', '0.5'],
      {verb: 'run', bare: false, words: ['p'], flags: {model: 'ollama/qwen3', maxCalls: 3, maxUsd: 0.5}},
    ],
    [['run', 'p', '--check', 'a', '--check', 'b -c'], {verb: 'run', bare: false, words: ['p'], flags: {check: ['a', 'b -c']}}],
    [['run', '--role-model', 'coder=x/y', 'p'], {verb: 'run', bare: false, words: ['p'], flags: {roleModel: ['coder=x/y']}}],
    [
      ['run', 'p', '-mollama/qwen3', '-C/tmp', '-oout.txt'],
      {verb: 'run', bare: false, words: ['p'], flags: {model: 'ollama/qwen3', cwd: '/tmp', outputFile: 'out.txt'}},
    ],
    [['-mollama/qwen3', 'p'], {verb: 'run', bare: true, words: ['p'], flags: {model: 'ollama/qwen3'}}],
    [['run', 'p', '--seed', '-4'], {verb: 'run', bare: false, words: ['p'], flags: {seed: -4}}],
    [
      ['run', 'p', '--no-check', '--no-color', '-q', '-o', 'f'],
      {verb: 'run', bare: false, words: ['p'], flags: {noCheck: true, noColor: true, quiet: true, outputFile: 'f'}},
    ],
    [['config', 'set', 'a', 'b', '--project'], {verb: 'config', bare: false, words: ['set', 'a', 'b'], flags: {project: true}}],
    [['help', 'events', '--schema'], {verb: 'help', bare: false, words: ['events'], flags: {schema: true}}],
    [['--json', '--version'], {verb: 'run', bare: true, words: [], flags: {json: true, version: true}}],
    [[], {verb: 'run', bare: true, words: [], flags: {}}],
  ])('%j', (argv, expected) => expect(read(...argv)).toEqual(expected))
})

describe('words that are refused, with what to type', () => {
  it.each([
    [['run', '--maxcalls', '3'], '--max-calls'],
    [['run', '-x', 'p'], 'penguin help run shows those it has'],
    [['run', '--nope', 'p'], 'penguin help run shows those it has'],
    [['run', '-make it fast'], 'goes after --'],
    [['run', 'p', '--model'], '--model PROVIDER/MODEL'],
    [['run', 'p', '--model', '--json'], '--model PROVIDER/MODEL'],
    [['run', 'p', '--max-calls', 'many'], 'a whole number above 0, not "many"'],
    [['run', 'p', '--max-calls', '0'], 'above 0'],
    [['run', 'p', '--max-calls', '1.5'], 'a whole number'],
    [['run', 'p', '--max-usd', '-1'], 'above 0'],
    [['run', 'p', '--timeout', ''], '--timeout needs'],
    [['run', 'p', '--check', ' '], '--check needs CMD'],
    [['run', 'p', '--output', 'xml'], '--output FORMAT: text'],
    [['run', 'p', '--output', 'jsonn'], 'did you mean --output json?'],
    [['run', 'p', '--permission', 'all'], 'ask, edit, auto, plan'],
    [['run', 'p', '--sandbox', 'none'], 'bwrap'],
    [['run', 'p', '--json=yes'], 'takes no value'],
    [['run', 'p', '-m', 'a', '-m', 'b'], 'given twice'],
    [['run', 'p', '--check', 'x', '--no-check'], 'exclude'],
    [['run', 'p', '--resume', 'r_1', '--continue'], 'exclude'],
    [['run', 'p', '--json', '--output', 'text'], 'exclude'],
    [['rnu', 'p'], 'did you mean penguin run?'],
    [['doctr'], 'did you mean penguin doctor?'],
    [['continuous'], 'not in this version'],
    [['mcp', 'list'], 'not in this version'],
    [['fix', 'the', 'tests'], 'quotes'],
    [['doctor', 'now'], 'penguin doctor'],
    [['doctor', '--max-calls', '3'], 'it belongs to penguin run'],
    [['config'], 'needs one of: get, set'],
    [['config', 'explan', 'x'], 'did you mean penguin config explain?'],
    [['completion', 'tcsh'], 'penguin completion'],
  ])('%j', (argv, said) => expect(refused(...argv)).toContain(said))
})

describe('the table', () => {
  it('has code for every verb, and no verb twice or promised for later', () => {
    expect(Object.keys(verbCode).sort()).toEqual(verbs.map((verb) => verb.name).sort())
    expect(new Set(verbs.map((verb) => verb.name)).size).toBe(verbs.length)
    for (const verb of verbs) expect(notYet).not.toContain(verb.name)
  })

  it('names no flag of a verb twice', () => {
    for (const verb of verbs) {
      const names = flagsOf(verb).flatMap((flag) => [dashed(flag.name), ...(flag.short ? [flag.short] : [])])
      expect(new Set(names).size, verb.name).toBe(names.length)
    }
  })

  it('takes any prompt after -- as it is', () => {
    fc.assert(
      fc.property(fc.string({minLength: 1}), (prompt) => {
        expect(read('run', '--', prompt).words).toEqual([prompt])
      }),
    )
  })

  it('never throws, whatever is typed', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('run', 'config', '--json', '-m', '--max-calls', '--', '-', '=', '--=', '-C'))
    fc.assert(
      fc.property(fc.array(word, {maxLength: 8}), (argv) => {
        expect(typeof readWords(argv).ok).toBe('boolean')
      }),
    )
  })
})
