// The corpus of leaked calls, played through recovery and repair, and the page that shows its figures.
//   node test/kit/dialect-corpus.ts     writes the figures into docs/dialects.md

import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import type {ToolSpec} from '../../engine/contract/model.ts'
import {recoverCalls} from '../../engine/tool/dialects.ts'
import {readInput} from '../../engine/tool/input.ts'

export interface Case {
  name: string
  text: string
  calls: {tool: string; input: Record<string, unknown>}[]
  /** What is left of the text; not compared where a call is only expected after repair. */
  rest: string
}

export interface Played extends Case {
  file: string
  /** The calls after repair, as a tool would get them. */
  got: Case['calls']
  left: string
  right: boolean
}

const text = {type: 'string'}
const spec = (name: string, properties: Record<string, unknown>, required: string[]): ToolSpec => ({
  name,
  does: '',
  input: {type: 'object', properties, required},
})

export const corpusTools: readonly ToolSpec[] = [
  spec('read', {path: text, from: {type: 'integer'}}, ['path']),
  spec('list', {path: text}, []),
  spec('search', {pattern: text, path: text}, ['pattern']),
  spec('edit', {path: text, old: text, new: text}, ['path', 'old', 'new']),
  spec('write', {path: text, text}, ['path', 'text']),
  spec('shell', {command: text}, ['command']),
]

const folder = join(import.meta.dirname, '../engine/tool/corpus')

export const corpus: readonly {file: string; cases: Case[]}[] = readdirSync(folder)
  .sort()
  .map((file) => ({file, cases: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[]}))

/** An input in the shape that its tool takes; what cannot be read stays the text it was. */
const repaired = async (tool: string, input: string): Promise<unknown> => {
  const schema = corpusTools.find(({name}) => name === tool)?.input ?? {}
  const read = await readInput(input, schema)
  return read.ok ? read.value : input
}

const shaped = async (calls: readonly {tool: string; input: string}[]): Promise<Case['calls']> =>
  Promise.all(calls.map(async ({tool, input}) => ({tool, input: (await repaired(tool, input)) as Record<string, unknown>})))

export const play = async (file: string, one: Case): Promise<Played> => {
  const found = recoverCalls(one.text, corpusTools)
  const got = await shaped(found.calls)
  const wanted = await shaped(one.calls.map(({tool, input}) => ({tool, input: JSON.stringify(input)})))
  return {...one, file, got, left: found.text, right: isDeepStrictEqual(got, wanted) && found.text === one.rest}
}

export const playAll = async (): Promise<Played[]> => Promise.all(corpus.flatMap(({file, cases}) => cases.map((one) => play(file, one))))

/** Calls that were found where there are none, or that are not those which were made. */
export const invented = ({calls, got}: Played): number => got.filter((call) => !calls.some((wanted) => wanted.tool === call.tool) || calls.length === 0).length

const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`
const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |\n`

const titles: Readonly<Record<string, string>> = {
  'after-sentences.json': 'Calls after a sentence that tells of tests, servers and tries',
  'broken.json': 'Broken JSON inside a call',
  'more-not-calls.json': 'No calls: prose, code, logs, examples, cut calls',
  'more-tags.json': 'XML tags: Qwen, Hermes, GLM, MiniMax, Seed, Step, Llama, Cline',
  'more-tokens.json': 'Tokens and bare JSON: Command-R, Functionary, Phi, Gemma, Olmo, Llama, Mistral, DeepSeek, Kimi, harmony',
  'not-calls.json': 'No calls: documentation, quotations, unknown tools',
  'outside-not-calls.json': 'No calls: quoted, asked, refused, told, in other tongues, in thoughts of any mark',
  'outside.json': 'More calls: Kimi, Llama 4, LFM, Gemma, Hunyuan, LongCat, Magistral, Seed and others',
  'tagged-arguments.json': 'Arguments as tags: Qwen3-Coder, Anthropic, MiniMax, GLM, Cline',
  'tagged-json.json': 'JSON in tags: Hermes, Qwen, Granite, Phi, Nemotron, InternLM, LFM',
  'tokens-and-bare.json': 'Tokens and bare JSON: Mistral, Llama, DeepSeek, Kimi, harmony, Gemma, ReAct',
}

export const figures = (played: readonly Played[]): string => {
  const rows = Object.entries(Object.groupBy(played, ({file}) => file)).map(([file, cases = []]) => {
    const right = cases.filter((one) => one.right).length
    return line([titles[file] ?? file, `\`${file}\``, cases.length, right, cases.reduce((sum, one) => sum + invented(one), 0)])
  })
  const withCalls = played.filter(({calls}) => calls.length > 0)
  const right = withCalls.filter((one) => one.right).length
  const none = played.filter(({calls}) => calls.length === 0)
  const sum = played.reduce((count, one) => count + invented(one), 0)
  const missed = withCalls.filter((one) => !one.right).map(({name}) => name)
  return (
    line(['what', 'file', 'cases', 'right', 'calls invented']) +
    line(['---', '---', '---', '---', '---']) +
    rows.join('') +
    `\n${withCalls.length} texts with calls, ${right} of them right (${percent(right, withCalls.length)}); ${none.length} texts without, ${sum} calls invented.` +
    `${missed.length > 0 ? ` Missed: ${missed.join('; ')}.` : ''}\n`
  )
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '../../docs/dialects.md')
  const made = figures(await playAll())
  const page = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    page.replace(/(<!-- made from test\/kit\/dialect-corpus.ts -->\n)[\s\S]*?(<!-- end -->)/, (_, start, end) => `${start}${made}${end}`),
  )
}
