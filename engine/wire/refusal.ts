// An answer that is an error: what the many servers write into it, and which fault it is. By code and words
// first, because the same trouble comes with different statuses; then by status.

import {type FaultCode, fault} from '../contract/fault.ts'
import {proxyHint, WireError} from './fault.ts'
import {waitMsOf} from './wait.ts'

export interface Refused {
  route: string
  model: string
  status: number
  headers: Record<string, string | undefined>
  /** The body, JSON or not. */
  body: string
  /** Name of the variable that holds the key, if any; and the key itself, to be kept out of messages. */
  apiKeyEnv?: string
  apiKey?: string
  /** What to do when the model is not there. */
  modelHint: string
}

interface Said {
  code: string
  message: string
}

/** OpenRouter's: what the server behind it said, which is all there is to know. */
const behind = (inner: Record<string, unknown>): string => {
  const {raw} = (inner.metadata ?? {}) as {raw?: unknown}
  return typeof raw === 'string' && raw.trim() !== '' ? `: ${readRefusal(raw).message}` : ''
}

const words = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const saidIn = (value: unknown): Said | undefined => {
  // Google's come as a list of one.
  if (Array.isArray(value)) return saidIn(value[0])
  if (typeof value !== 'object' || value === null) return undefined
  const {error, message, detail, code, type} = value as Record<string, unknown>
  if (typeof error === 'string') return {code: words(code), message: error}
  if (typeof error === 'object' && error !== null) {
    const inner = error as Record<string, unknown>
    const from = [inner.code, inner.type].map(words).filter(Boolean)
    return {code: from.join(' '), message: words(inner.message) ? words(inner.message) + behind(inner) : JSON.stringify(inner)}
  }
  if (typeof message === 'string') return {code: words(code) || words(type), message}
  if (detail !== undefined) return {code: '', message: typeof detail === 'string' ? detail : JSON.stringify(detail)}
  return undefined
}

/** What an error body says, whatever its shape; an HTML page becomes its text. */
export const readRefusal = (body: string): Said => {
  try {
    const said = saidIn(JSON.parse(body))
    if (said) return said
  } catch {
    // not JSON: its text is what there is
  }
  const text = body.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')
  return {code: '', message: text.replace(/\s+/g, ' ').trim()}
}

const window =
  /context_length_exceeded|exceed_context_size|max_prompt_tokens|maximum context|context (length|window|size|limit)|input length exceeds|(prompt|input) (is )?too (long|large)|too many (input )?tokens|max_model_len|longer than the (model|maximum)|maximum prompt length|prompt exceeds|token (count|limit)[^.]{0,40}exceeds|exceeded (the )?(model )?token limit|range of input length|`inputs`[^.]{0,40}must (be|have)/i
const unknownModel = /model_not_found|model .*(not found|does not exist|is not available)|no such model|unknown model|not a valid model|invalid model/i
const spent = /insufficient_quota|insufficient (credit|balance|funds)|credit balance|billing_|billing (details|hard limit)|exceeded your current quota/i
/** Over within minutes, whatever it says of plans and billing: links to them stand in every refusal of some. */
const passing = /rate.?limit|(?:try again|retry) (?:in|after) (?:about )?\d/i
const filtered = /content_filter|content_policy|flagged|moderation|safety/i
/** Nothing there answers to the path; of the model it says nothing. */
const nowhere = /^(?:404 )?(?:page |file |resource |url )?not found\W*$|cannot post|invalid url|no route|no handler|^\W*$|nginx/i
/** Some of its servers have the model and none of them will do this (OpenRouter). */
const unwilling = /no endpoints found (?:that|matching)/i
const unread = /pars(e|ing) tool call|tool_use_failed|failed to call a function/i
/** llama-server that was started without it. */
const needsFlag = /param requires --\w+/i

const byStatus = (status: number): FaultCode => {
  if (status === 401 || status === 403) return 'model.credentials'
  if (status === 429) return 'model.limited'
  if (status === 413) return 'model.window'
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'model.broken'
  return 'model.refused'
}

/** By the message and not the code: Anthropic's calls every 429 a rate limit. */
const isSpent = (status: number, {code, message}: Said): boolean =>
  status === 402 || /insufficient_quota/.test(code) || (spent.test(`${code} ${message}`) && !passing.test(message))

const codeOf = (status: number, said: Said): FaultCode => {
  const {code, message} = said
  const all = `${code} ${message}`
  if (status !== 401 && status !== 403 && status !== 429 && window.test(all)) return 'model.window'
  if (isSpent(status, said) || /more system memory|out of memory/i.test(message) || needsFlag.test(message)) return 'model.refused'
  if (status === 404 && (unwilling.test(message) || nowhere.test(message))) return 'model.refused'
  if (status === 404 || (status < 500 && unknownModel.test(all))) return 'model.unknown'
  if (unread.test(all)) return 'model.garbled'
  if (status !== 413 && /rate_limit|too many requests/i.test(code)) return 'model.limited'
  return status === 403 && filtered.test(all) ? 'model.refused' : byStatus(status)
}

const hintOf = (found: FaultCode, {status, apiKeyEnv, apiKey, modelHint}: Refused, said: Said): string | undefined => {
  if (found === 'model.credentials')
    return apiKeyEnv ? `${apiKey ? 'check' : 'set'} ${apiKeyEnv}` : 'name the variable of its key with apiKeyEnv in the configuration'
  if (found === 'model.unknown') return modelHint
  if (found !== 'model.refused') return undefined
  if (isSpent(status, said)) return 'add credit with the provider, or choose another model'
  if (/support tools|tool.choice|tool calling|tool use/i.test(said.message)) return 'choose a model that can call tools'
  if (filtered.test(`${said.code} ${said.message}`)) return 'the filter of the provider stopped it; say it differently'
  if (status === 407) return proxyHint
  return (status >= 300 && status < 400) || (status === 404 && nowhere.test(said.message)) ? 'check its baseUrl' : 'choose another model with --model'
}

const leastKey = 8

/** Google's: a wait that stands beside the message. */
const delayIn = (body: string): string => {
  const found = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?s)"/.exec(body)
  return found ? ` retry in ${found[1]}` : ''
}

/** The fault behind an HTTP error or an error inside a stream, with the time to wait if the server named one. */
export const refusalFault = (refused: Refused, nowMs: number): WireError => {
  const said = readRefusal(refused.body)
  const found = codeOf(refused.status, said)
  // Shorter ones are nobody's secret (`none`, `EMPTY`), and would hit words.
  const shown = refused.apiKey && refused.apiKey.length >= leastKey ? said.message.replaceAll(refused.apiKey, '[key]') : said.message
  const why = `${refused.status} ${shown.length > 500 ? `${shown.slice(0, 500)} …` : shown}`.trim()
  const waitMs = found === 'model.limited' || found === 'model.broken' ? waitMsOf(refused.headers, said.message + delayIn(refused.body), nowMs) : undefined
  const hint = hintOf(found, refused, said)
  return new WireError(fault(found, {route: refused.route, model: refused.model, why, ...(hint === undefined ? {} : {hint})}), waitMs)
}

/** Statuses for error codes that come inside a stream, after its 200. */
export const statusOfCode = (code: string): number => {
  const given = Number(/\b([45]\d\d)\b/.exec(code)?.[1])
  if (given) return given
  if (/rate_limit/i.test(code)) return 429
  return /invalid|context|policy|filter|quota|not_found/i.test(code) ? 400 : 500
}
