// What the scripted model says on the real servers: the small replies that single questions are answered with, the
// questions of the doctor, and the whole story of a crew that mends the calculator.

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {callText, type Reply, scriptedModel} from './gguf-scripted.ts'
import {jinja} from './gguf-templates.ts'
import {root} from './house.ts'

export const plainWords = 'I am a scripted test model. Nothing in the prompt asked for a known reply.'
export const spoken = {
  hello: 'Hello from the scripted model.',
  thought: 'The user wants a thought first.',
  afterThought: 'Thought, then answered.',
  afterTool: 'The tool answered; the task is finished.',
  json: '{"answer": "forty-two", "ok": true}',
  last: 'sum subtracted; it adds now.',
} as const

const single: Reply[] = [
  {on: '', say: plainWords},
  {on: '[[hello]]', say: spoken.hello},
  {on: '[[think]]', say: `<think>\n${spoken.thought}\n</think>\n\n${spoken.afterThought}`},
  {on: '[[read]]', say: callText('read', {path: 'README.md'})},
  {on: '[[two]]', say: ['a.ts', 'b.ts'].map((path) => callText('read', {path})).join('\n')},
  {
    on: '[[broken]]',
    say: 'I look.\n<tool_call>\n{"name": "read", "arguments": {"path": "README.md", "from": 1, "to": 20, "why": "to see what it is about"\n</tool_call>',
  },
  {on: '[[json]]', say: spoken.json},
  {on: '[[loop]]', say: 'The quick brown fox jumps over the lazy dog again and again. ', loop: true},
  {on: '<tool_response>', say: spoken.afterTool},
]

const doctor: Reply[] = [
  {on: 'Add 2 and 3 with the tool add', say: callText('add', {a: 2, b: 3})},
  {on: '<tool_response>\n5', say: 'Two and three are 5.'},
  {on: 'Where is the Eiffel tower?', say: '{"city": "Paris", "country": "France"}'},
  {on: 'Say the numbers from one to', say: 'One two three four five six seven eight nine ten, and so on.'},
]

/** Each role begins by its own name; from then on results pick what comes next. */
const crew: Reply[] = [
  {on: "Penguin's explorer", say: 'The sum is made in one file, and one test looks at it.'},
  {on: "Penguin's planner", say: 'One task: make the sum add. Accepted when its test is green.'},
  {on: "Penguin's coder", say: callText('read', {path: 'sum.js'})},
  {on: '(a, b) => a - b', say: callText('edit', {path: 'sum.js', old: 'a - b', new: 'a + b'})},
  {on: 'edited sum.js', say: callText('run_tests', {})},
  {on: "Penguin's tester", say: callText('run_tests', {only: 'test/sum.test.js'})},
  {on: 'tests: green', say: spoken.last},
]

const roles = join(root, 'plugins/roles')
const roleWords = readdirSync(roles).flatMap((file) => readFileSync(join(roles, file), 'utf8').match(/ [A-Za-z]{3,10}/g) ?? [])
const schemaWords = [
  '"type":"',
  'object',
  'string',
  'integer',
  'boolean',
  'array',
  '"properties":',
  'required',
  'function',
  'parameters',
  'description',
  'arguments',
]
/** The doctor's long prompt counts: ` w0 w1 w2 …`. */
const numbers = Array.from({length: 90}, (_, at) => [` w${at + 10}`, `${at + 10}`]).flat()
const common = [...roleWords, ...schemaWords, ...numbers]

export const singles = ({thinks = false, ...more}: {name?: string; context?: number; thinks?: boolean} = {}): Buffer =>
  scriptedModel({replies: [...single, ...doctor], words: common, template: jinja({thinks}), ...more})

export const crewModel = (name = 'scripted'): Buffer => scriptedModel({name, replies: [{on: '', say: plainWords}, ...crew], words: common, template: jinja()})
