// One local model put to the test, as a run would use it: its window read back, a call there and back, a schema, thinking,
// speed, memory. What is wrong is said with what to change. Some short requests are made; nothing is kept.

import type {Message} from '../../engine/contract/message.ts'
import type {ModelClient, ProviderSettings, Sampling, ToolSpec, Turn} from '../../engine/contract/model.ts'
import {cardOf} from '../../engine/model/cards.ts'
import {type Collected, collect} from '../../engine/model/collect.ts'
import {recoverCalls} from '../../engine/tool/dialects.ts'
import type {Finding} from '../findings.ts'
import {leastWindow} from './least-window.ts'
import {llamacppWindow, showOllama} from './listing.ts'
import {hiddenOllama, serverOf} from './server.ts'
import {type RealWindow, realWindow, runningWith} from './window.ts'

export interface Examined {
  findings: Finding[]
  window?: number
  slots?: number
  cpuShare?: number
  prefillPerSec?: number
  decodePerSec?: number
}

export interface Examination {
  settings: ProviderSettings
  model: string
  client: ModelClient
  /** Makes a prompt that no cache has seen. */
  nonce: string
  tick(): number
  signal: AbortSignal
}

const fine = (name: string, says: string): Finding => ({name, state: 'fine', says, mend: ''})
const note = (name: string, says: string, mend = ''): Finding => ({name, state: 'note', says, mend})
const wrong = (name: string, says: string, mend = ''): Finding => ({name, state: 'wrong', says, mend})

const adder: ToolSpec = {
  name: 'add',
  does: 'Adds two whole numbers.',
  input: {type: 'object', properties: {a: {type: 'integer'}, b: {type: 'integer'}}, required: ['a', 'b'], additionalProperties: false},
}
const place = {type: 'object', properties: {city: {type: 'string'}, country: {type: 'string'}}, required: ['city', 'country'], additionalProperties: false}

/** Enough for a model that thinks before it calls. */
const mostTokens = 1200

const ask = (exam: Examination, messages: Message[], more: Partial<Turn> = {}, sampling: Sampling = {}): Promise<Collected> => {
  const turn: Turn = {
    model: exam.model,
    messages,
    tools: [],
    sampling: {temperature: 0, maxOutputTokens: mostTokens, ...sampling},
    envelope: {role: 'doctor', goal: '', phase: 'probe', root: '', attempt: 1, seed: 0, checks: []},
    key: {role: 'doctor', agent: 1, call: 1},
    ...more,
  }
  return collect(exam.client.stream(turn, exam.signal), `${exam.settings.name}/${exam.model}`, () => undefined)
}

const configSet = ({settings, model}: Examination, field: string, value: string | number): string =>
  `penguin config set providers.${settings.name}.models.${model}.${field} ${value}`

const windowFinding = (exam: Examination, asked: number, real: RealWindow | undefined, loaded: number | undefined): Finding => {
  const tokens = loaded ?? real?.tokens
  const {mend = ''} = real ?? {}
  if (asked < leastWindow) return wrong('window', `${asked} tokens are asked for, a run needs ${leastWindow}`, configSet(exam, 'window', leastWindow))
  if (tokens === undefined) return note('window', `the server does not tell its window; ${asked} tokens are assumed`, configSet(exam, 'window', asked))
  const from = loaded === undefined ? (real?.from ?? '') : 'loaded with'
  if (tokens < leastWindow) return wrong('window', `${from} ${tokens} tokens, a run needs ${leastWindow}: penguin run refuses it`, mend)
  if (tokens < asked) return note('window', `${from} ${tokens} tokens, ${asked} were asked; a run works with ${tokens}`, mend)
  return fine('window', `${tokens} tokens, as asked${real?.slots && real.slots > 1 ? `, for each of ${real.slots} requests at once` : ''}`)
}

/** A server that keeps to schemas can hold the model to calls; else its edits can at least be read from its text. */
const callsOtherwise = async (exam: Examination): Promise<string> => {
  const isHeld = (await schemaFinding(exam)).state === 'fine'
  const other = isHeld
    ? `hold it to calls by their schema: ${configSet(exam, 'edits', 'grammar')}`
    : `let it write its edits as text: ${configSet(exam, 'edits', 'blocks')}`
  return `choose a model that calls tools, or ${other}`
}

const callFinding = async (exam: Examination): Promise<Finding[]> => {
  const begin: Message[] = [
    {from: 'system', text: 'You work through tools.'},
    {from: 'user', text: 'Add 2 and 3 with the tool add, then say the sum.'},
  ]
  const first = await ask(exam, begin, {tools: [adder]})
  if (first.error) return [wrong('call', first.error.msg, first.error.hint)]
  const leaked = first.calls.length === 0 ? recoverCalls(first.text, [adder]).calls : []
  const [call] = first.calls.length > 0 ? first.calls : leaked.map((one) => ({...one, id: 'c_1' as Collected['calls'][number]['id']}))
  if (!call) return [wrong('call', 'no call came: the model or its template does not call tools', await callsOtherwise(exam))]
  const how = leaked.length > 0 ? note('call', 'calls come written into the text; Penguin reads them all the same') : fine('call', 'a call came as a call')
  const second = await ask(
    exam,
    [...begin, {from: 'model', text: first.text, calls: [call]}, {from: 'tool', call: call.id, tool: 'add', ok: true, text: '5'}],
    {tools: [adder]},
  )
  if (second.error) return [how, wrong('result', second.error.msg, second.error.hint)]
  return [
    how,
    second.text.includes('5')
      ? fine('result', "the tool's result was taken up")
      : note('result', `the tool's result was not taken up: "${second.text.slice(0, 60)}"`),
  ]
}

const schemaFinding = async (exam: Examination): Promise<Finding> => {
  const got = await ask(exam, [{from: 'user', text: 'Where is the Eiffel tower? Answer as JSON with city and country.'}], {answer: place})
  if (got.error) return note('schema', `an answer by schema failed: ${got.error.msg}`)
  try {
    const answer = JSON.parse(got.text) as Record<string, unknown>
    if (typeof answer.city === 'string' && typeof answer.country === 'string') return fine('schema', 'answers keep to a JSON schema')
  } catch {
    // told below
  }
  return note('schema', 'the server does not hold the model to a JSON schema; answers are checked and asked for again')
}

const thinkFinding = async (exam: Examination): Promise<Finding> => {
  const question: Message[] = [{from: 'user', text: 'Say the numbers from one to ten.'}]
  const plain = await ask(exam, question)
  const asked = await ask(exam, question, {}, {effort: 'low'})
  const thinks = (got: Collected): boolean => got.thought !== '' || /<think>/.test(got.text)
  if (asked.error) return note('thinking', thinks(plain) ? 'it thinks, and refuses to be told how much' : 'it does not think')
  if (thinks(plain)) return note('thinking', 'it thinks unasked, before every call', 'if that is too slow, choose a variant that does not think')
  return thinks(asked) ? fine('thinking', 'it thinks when asked to (roles.*.effort)') : note('thinking', 'it does not think')
}

/** A long prompt that no cache has seen, and a short count. */
const speedOf = async (exam: Examination, window: number): Promise<Pick<Examined, 'prefillPerSec' | 'decodePerSec'> & {finding: Finding}> => {
  const words = Math.min(1500, Math.floor(window / 8))
  const text = `${exam.nonce} ${Array.from({length: words}, (_, at) => `w${at}`).join(' ')}`
  const began = exam.tick()
  const got = await ask(exam, [{from: 'user', text: `${text}\nIgnore the words above. Say the numbers from one to sixty.`}], {}, {maxOutputTokens: 128})
  const wallMs = exam.tick() - began
  if (got.error) return {finding: note('speed', `not measured: ${got.error.msg}`)}
  const firstMs = got.firstMs ?? 0
  const prefillPerSec = firstMs > 0 ? Math.round(((got.usage.input - got.usage.cached) / firstMs) * 1000) : undefined
  const decodePerSec = got.usage.output > 1 && wallMs > firstMs ? Math.round(((got.usage.output - 1) / (wallMs - firstMs)) * 1000) : undefined
  const says = `reads ${prefillPerSec ?? 'an unknown number of'} tokens a second, writes ${decodePerSec ?? 'an unknown number of'}`
  const slow = decodePerSec !== undefined && decodePerSec < 5
  const finding = slow
    ? note('speed', says, 'a smaller model, a smaller quantisation, or one that fits into the memory of the GPU is faster')
    : fine('speed', says)
  return {finding, ...(prefillPerSec ? {prefillPerSec} : {}), ...(decodePerSec ? {decodePerSec} : {})}
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

const memoryFinding = (running: {size: number; size_vram: number} | undefined): {finding?: Finding; cpuShare?: number} => {
  if (!running || running.size <= 0) return {}
  const cpuShare = Math.max(0, 1 - running.size_vram / running.size)
  if (cpuShare === 0) return {cpuShare, finding: fine('memory', `${gib(running.size)}, all of it in the memory of the GPU`)}
  if (cpuShare === 1) return {cpuShare, finding: note('memory', `${gib(running.size)}, on the CPU alone`)}
  const mend = 'a smaller window or quantisation, or OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0 for the server'
  return {cpuShare, finding: note('memory', `${Math.round(cpuShare * 100)} % of ${gib(running.size)} runs on the CPU`, mend)}
}

const templateFinding = async (exam: Examination, kind: RealWindow['kind']): Promise<Finding[]> => {
  const server = serverOf(exam.settings)
  if (kind === 'ollama') {
    const shown = await showOllama(server, exam.model, exam.signal)
    if (!shown) return [wrong('model', `${exam.settings.name} has no model ${exam.model}`, `ollama pull ${exam.model}`)]
    if (shown.abilities && !shown.abilities.includes('tools'))
      return [wrong('template', 'the template of the model has no place for tools', 'choose one that ollama lists with the capability tools')]
    return [fine('template', 'has a place for tools')]
  }
  if (kind === 'llamacpp') {
    const {template} = await llamacppWindow(server, exam.signal)
    if (template && !template.includes('tool'))
      return [wrong('template', 'the chat template has no place for tools', 'start llama-server with --jinja and a template that has, or choose another model')]
    return template ? [fine('template', 'has a place for tools')] : []
  }
  if (kind === 'other' && (await hiddenOllama(server, exam.signal)))
    return [
      wrong(
        'protocol',
        'this is an Ollama behind /v1, where nobody can set its window',
        `use protocol ollama: penguin config set providers.${exam.settings.name}.protocol ollama, and its address without /v1`,
      ),
    ]
  return []
}

export const examine = async (exam: Examination): Promise<Examined> => {
  const {settings, model, signal} = exam
  const asked = cardOf(settings, model).window
  const real = await realWindow(settings, model, asked, signal)
  const template = await templateFinding(exam, real.kind)
  if (template.some(({name}) => name === 'model')) return {findings: template}
  const calls = await callFinding(exam)
  // Only a loaded model has a window that can be read back.
  const running = real.kind === 'ollama' ? await runningWith(settings, model, signal) : undefined
  const window = windowFinding(exam, asked, real, running?.context_length)
  const memory = memoryFinding(running)
  const broken = calls.some(({name, state}) => name === 'call' && state === 'wrong') && calls.length === 1
  const findings = [window, ...template, ...calls]
  const tokens = running?.context_length ?? real.tokens
  const figures = {
    ...(tokens ? {window: tokens} : {}),
    ...(real.slots ? {slots: real.slots} : {}),
    ...(memory.cpuShare === undefined ? {} : {cpuShare: memory.cpuShare}),
  }
  const speed = await speedOf(exam, tokens ?? asked)
  const rest = broken && speed.finding.state !== 'fine' ? [] : [await schemaFinding(exam), await thinkFinding(exam)]
  const {finding, ...speeds} = speed
  return {findings: [...findings, ...rest, finding, ...(memory.finding ? [memory.finding] : [])], ...figures, ...speeds}
}
