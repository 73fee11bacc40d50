// What a route takes: by its card at first, then by what its server refuses. A refusal that names what it does not take costs
// one request, not the run. Pure.

import type {Fault} from '../base/envelope.ts'
import type {ModelCard, Sampling, Turn} from '../contract/model.ts'
import {learnedThoughts, type ThoughtsTried} from './thoughts.ts'

export interface Takes {
  tools: boolean
  answer: boolean
  /** Calls are asked for under a schema; warm: with some chance, where the model repeated itself without end. */
  grammar?: 'on' | 'warm'
  /** Fields of the wire that were refused. */
  blamed?: readonly string[]
  /** What its refusals said of the thoughts that go back to it. */
  thoughts?: ThoughtsTried
  /** Most tokens of a reply, where the server named them. */
  output?: number
  /** Ids of calls are nine letters and digits (Mistral). */
  shortIds?: true
  /** Not as a stream (OpenAI, where nobody was verified for one). */
  whole?: true
  /** No system message, and never two of one role in a row (Gemma's and older Mistral's templates). */
  folded?: true
}

export const takesOf = ({tools, edits}: ModelCard): Takes => ({tools, answer: true, ...(edits === 'grammar' ? {grammar: 'on'} : {})})

/** Is the whole reply held to one schema of calls? Only where the server knows schemas and there is something to call. */
export const isByGrammar = (turn: Turn, takes: Takes): boolean =>
  (takes.grammar !== undefined || turn.byGrammar === true) && takes.answer && turn.tools.length > 0

const noTools =
  /(?:not|n't) support (?:the )?(?:tool|function)|support tools|tool.?choice|tool (?:calling|use)|function calling|tools param requires|(?:parameter|field|argument)s?(?: supplied)?:? ["'`]?tools\b(?!\[)/i
const noSchema = /response_format|json_schema|structured output|text\.format|output_config|["'`]format["'`]/i

const noStream = /verified to stream|(?:not|n't) support stream|stream(?:ing)?["'`]? (?:is )?not (?:supported|allowed|available)/i
const noSystem =
  /system (?:role|message|prompt|instruction)s? (?:is |are )?not|developer instruction is not|only user and assistant roles|roles must alternate/i
const noThinking = /(?:not|n't) support thinking|think value/i

/** Fields that a request can do without (or has another name for), and what of our sampling stands in them. */
const dispensable: Readonly<Record<string, readonly (keyof Sampling)[]>> = {
  temperature: ['temperature'],
  top_p: ['topP'],
  top_k: ['topK'],
  min_p: ['minP'],
  seed: ['seed'],
  repeat_penalty: ['repeatPenalty'],
  repetition_penalty: ['repeatPenalty'],
  reasoning_effort: ['effort'],
  chat_template_kwargs: ['think'],
  max_tokens: ['maxOutputTokens'],
}
/** Only Chat Completions has it, and where another protocol's server names it, leaving it out changes nothing. */
const ofTheWire = 'stream_options'
/** These have another name, under which they are sent all the same. */
const renamed = new Set(['max_tokens'])

const isNamed = (text: string, name: string): boolean => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(text)

/** Fields that were sent, as far as the text names them. */
const blamedIn = (text: string, sent: Sampling): string[] => {
  // Ollama's words name no field of its own.
  if (noThinking.test(text) && (sent.effort !== undefined || sent.think)) return ['reasoning_effort', 'chat_template_kwargs']
  const names = Object.entries(dispensable).flatMap(([name, fields]) => (fields.some((field) => sent[field] !== undefined) ? [name] : []))
  return [...names, ofTheWire].filter((name) => isNamed(text, name))
}

/** Where two exclude each other, one of them may stay. */
const onlyOne = /\bboth\b|only one/i

const leastOutput = 16

/** `max_tokens: 32000 > 8192`, `at most 4096 completion tokens`, `less than or equal to 8192`, `[1, 8192]`. */
const outputIn = (text: string): number | undefined => {
  if (!/max(?:_completion|_output)?_tokens|completion tokens|output tokens/i.test(text)) return undefined
  const found = /(?:>|at most|(?:less|greater) than(?: or equal to)?|<=|maximum (?:of|is)|\[\s*1\s*,)\s*["'`]?(\d{2,7})\b/i.exec(text)?.[1]
  return found && Number(found) >= leastOutput ? Number(found) : undefined
}

/** What a refusal says that the route does not take after all; the same object when it says nothing of the kind. `sent` is the sampling that was. */
export const learnedFrom = (error: Fault, turn: Turn, takes: Takes, sent: Sampling = turn.sampling, route = ''): Takes => {
  // A model that writes one thing over and over inside a text never closes it: once more, with some chance.
  if (error.code === 'model.length' && isByGrammar(turn, takes) && takes.grammar !== 'warm') return {...takes, grammar: 'warm'}
  if (error.code !== 'model.refused') return takes
  if (takes.answer && (turn.answer || isByGrammar(turn, takes)) && noSchema.test(error.msg)) return {...takes, answer: false}
  if (takes.tools && turn.tools.length > 0 && noTools.test(error.msg)) return {...takes, tools: false}
  if (!takes.whole && !turn.whole && noStream.test(error.msg)) return {...takes, whole: true}
  if (noSystem.test(error.msg)) {
    if (!takes.folded) return {...takes, folded: true}
    // Results of calls are a role of their own: the template knows of no tools either.
    if (takes.tools && turn.tools.length > 0) return {...takes, tools: false}
  }
  if (!takes.shortIds && /tool.?call.?id/i.test(error.msg) && /length of 9/.test(error.msg)) return {...takes, shortIds: true}
  const output = outputIn(error.msg)
  if (output !== undefined && output < (takes.output ?? Number.POSITIVE_INFINITY)) return {...takes, output}
  const before = takes.blamed ?? []
  const found = blamedIn(error.msg, sent).filter((name) => !before.includes(name))
  const blamed = onlyOne.test(error.msg) ? found.slice(-1) : found
  const thoughts = learnedThoughts(error.msg, turn, takes.thoughts ?? [], route)
  if (blamed.length === 0 && !thoughts) return takes
  return {...takes, ...(blamed.length > 0 ? {blamed: [...before, ...blamed]} : {}), ...(thoughts ? {thoughts} : {})}
}

/** The sampling as far as the route takes it. */
export const samplingTaken = (sampling: Sampling, {blamed = [], output}: Takes): Sampling => {
  const refused = new Set(blamed.flatMap((name) => (renamed.has(name) ? [] : (dispensable[name] ?? []))))
  const kept: Sampling = Object.fromEntries(Object.entries(sampling).filter(([name]) => !refused.has(name as keyof Sampling)))
  return output === undefined ? kept : {...kept, maxOutputTokens: Math.min(output, sampling.maxOutputTokens ?? output)}
}
