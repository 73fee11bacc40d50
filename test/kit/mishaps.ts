// Everything that can go wrong between Penguin and a provider, as one table: what is met, which fault it is, how often
// it is tried on one route. The test plays each row on each provider; docs/providers.md shows the same rows.

import type {FaultCode} from '../../engine/contract/fault.ts'
import type {Timeouts} from '../../engine/contract/model.ts'
import type {Mishap, Protocol, Scripted} from './model-script.ts'

export interface Row {
  name: string
  /** An answer of the scripted server, or a place where there is none. */
  meets: Scripted | (() => Scripted) | Place
  /** What it is when it happens each time; 'none': the answer comes all the same. */
  code: FaultCode | 'none'
  /** Requests on one route when it never gets better; more than one: it is over with the next good answer. */
  tries: number
  /** The first wait before the next try, when the server named it, ms. */
  waitMs?: number
  timeouts?: Partial<Timeouts>
  /** Words of the hint. */
  says?: RegExp
  /** How a run ends by it; default: 'provider'. */
  outcome?: 'failed'
  /** It hangs: an abort must free its socket. */
  hangs?: true
  /** Where it is something else, or cannot be told at all (undefined). */
  but?: Partial<Record<Protocol, {code: FaultCode | 'none'; tries: number}>>
}

/** Where no scripted server answers. */
export type Place = 'no name' | 'nobody' | 'no handshake' | 'bad certificate' | 'no proxy' | 'proxy refuses'

export const answer = {text: 'The sum subtracts – I mend it. 両方'} as const
const call = {tool: 'read', input: {path: 'a/rather/long/path/that/needs/several/deltas.ts', note: 'ä–日本'}}
export const calling: Scripted = {text: answer.text, calls: [call, {...call, input: {...call.input, path: 'b.ts'}}]}

const status = (status: number, message = '', more: Partial<Extract<Mishap, {do: 'status'}>> = {}): Scripted => ({
  fault: {do: 'status', status, ...(message ? {message} : {}), ...more},
})
const limited = (headers: Record<string, string>): Scripted => status(429, 'Rate limit reached', {headers})
const inDate = (ms: number) => (): Scripted => {
  const now = Date.now()
  return limited({date: new Date(now).toUTCString(), 'retry-after': new Date(now + ms).toUTCString()})
}
const page = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'
const brief = {firstTokenSec: 0.09, idleSec: 0.09}

const connecting: Row[] = [
  {name: 'the name does not resolve (DNS)', meets: 'no name', code: 'model.unreachable', tries: 3, says: /baseUrl|OLLAMA_HOST/},
  {name: 'connection refused', meets: 'nobody', code: 'model.unreachable', tries: 3, says: /start/},
  {name: 'no connection in time', meets: 'no handshake', code: 'model.unreachable', tries: 3, timeouts: {connectSec: 0.06}, says: /baseUrl|OLLAMA_HOST/},
  {name: 'certificate not trusted (TLS)', meets: 'bad certificate', code: 'model.unreachable', tries: 1, says: /NODE_EXTRA_CA_CERTS/},
  {name: 'the proxy is not there', meets: 'no proxy', code: 'model.unreachable', tries: 3, says: /HTTP_PROXY/},
  {name: '407, the proxy wants a password', meets: 'proxy refuses', code: 'model.refused', tries: 1, says: /HTTP_PROXY/},
]

const refused: Row[] = [
  {name: '400, a parameter', meets: status(400, 'Unsupported parameter: top_k'), code: 'model.refused', tries: 1, says: /--model/},
  {
    name: '400, context overflow',
    meets: status(400, "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."),
    code: 'model.window',
    tries: 1,
    says: /larger window/,
  },
  {name: '401', meets: status(401, 'Incorrect API key provided: sk-test-1234567890'), code: 'model.credentials', tries: 1, says: /KEY|apiKeyEnv/},
  {name: '402, no credit left', meets: status(402, 'Insufficient credits'), code: 'model.refused', tries: 1, says: /add credit/},
  {name: '403', meets: status(403, 'You do not have access'), code: 'model.credentials', tries: 1, says: /KEY|apiKeyEnv/},
  {name: '404, no such model', meets: status(404, 'model "m" not found'), code: 'model.unknown', tries: 1, says: /check the name|ollama pull m/},
  {name: '408', meets: status(408, 'request timeout'), code: 'model.broken', tries: 4},
  {name: '409', meets: status(409, 'conflict'), code: 'model.broken', tries: 4},
  {name: '413', meets: status(413, 'request too large'), code: 'model.window', tries: 1, says: /larger window/},
  {name: '422', meets: status(422, 'unprocessable entity'), code: 'model.refused', tries: 1, says: /--model/},
  {name: '429', meets: limited({}), code: 'model.limited', tries: 4},
  {name: '429, Retry-After in seconds', meets: limited({'retry-after': '7'}), code: 'model.limited', tries: 4, waitMs: 7000},
  {name: '429, Retry-After as a date', meets: inDate(9000), code: 'model.limited', tries: 4, waitMs: 9000},
  {name: '429, Retry-After of an hour', meets: limited({'retry-after': '3600'}), code: 'model.limited', tries: 1},
  {name: '429, quota used up', meets: status(429, 'You exceeded your current quota'), code: 'model.refused', tries: 1, says: /add credit/},
  {name: '500', meets: status(500, 'internal error'), code: 'model.broken', tries: 4},
  {name: '502, a page of HTML', meets: status(502, '', {body: page}), code: 'model.broken', tries: 4},
  {name: '503, Retry-After', meets: status(503, 'overloaded', {headers: {'retry-after': '4'}}), code: 'model.broken', tries: 4, waitMs: 4000},
  {name: '504', meets: status(504, 'gateway timeout'), code: 'model.broken', tries: 4},
  {name: '529', meets: status(529, 'overloaded'), code: 'model.broken', tries: 4},
]

const broken: Row[] = [
  {name: 'reset before the answer', meets: {...answer, fault: {do: 'reset', after: 0}}, code: 'model.cut', tries: 4},
  {name: 'reset in the middle of the stream', meets: {...calling, everyMs: 1, fault: {do: 'reset'}}, code: 'model.cut', tries: 4},
  {name: 'clean end before any text', meets: {...answer, fault: {do: 'cut', after: 0}}, code: 'model.cut', tries: 4},
  {name: 'clean end in the middle', meets: {...answer, fault: {do: 'cut'}}, code: 'model.cut', tries: 4},
  {name: 'clean end after all text, before the end mark', meets: {...answer, fault: {do: 'cut', after: 999}}, code: 'model.cut', tries: 4},
  {name: 'half a tool call', meets: {...calling, fault: {do: 'halfcall'}}, code: 'model.cut', tries: 4},
  {name: 'an event that is not JSON', meets: {...answer, fault: {do: 'garbage'}}, code: 'model.garbled', tries: 4, says: /protocol/},
  {name: 'an error inside the stream', meets: {...answer, fault: {do: 'error', message: 'the engine crashed'}}, code: 'model.broken', tries: 4},
  {name: 'a page of HTML with 200', meets: status(200, '', {body: page}), code: 'model.garbled', tries: 4, says: /baseUrl/},
  {name: 'JSON that is no answer', meets: status(200, '', {body: {hello: 'world'}}), code: 'model.garbled', tries: 4, says: /baseUrl/},
  {name: 'no byte at all', meets: {fault: {do: 'mute'}}, code: 'model.silent', tries: 2, timeouts: brief, says: /timeouts/, hangs: true},
  {
    name: 'silence after the headers',
    meets: {...answer, fault: {do: 'silence'}},
    code: 'model.silent',
    tries: 2,
    timeouts: brief,
    says: /timeouts/,
    hangs: true,
  },
  {
    name: 'silence in the middle of the text',
    meets: {...answer, chunkChars: 4, fault: {do: 'silence', after: 5}},
    code: 'model.silent',
    tries: 2,
    timeouts: brief,
    says: /timeouts/,
    hangs: true,
  },
  {
    name: 'a reply without end',
    meets: {...answer, fault: {do: 'endless'}},
    code: 'model.broken',
    tries: 1,
    timeouts: {callSec: 0.15},
    says: /callSec/,
    hangs: true,
  },
  {name: 'an empty reply', meets: {}, code: 'model.empty', tries: 2, says: /--model/},
  {name: 'thoughts and nothing else', meets: {thought: 'hm'}, code: 'model.empty', tries: 2, says: /--model/},
  {name: 'the output limit inside a call', meets: {...calling, why: 'length'}, code: 'model.length', tries: 1, outcome: 'failed', says: /maxOutputTokens/},
  {
    name: "the provider's content filter",
    meets: {...answer, why: 'filter'},
    code: 'model.refused',
    tries: 1,
    says: /filter/,
    // Its done_reason knows no filter.
    but: {ollama: {code: 'none', tries: 1}},
  },
]

const harmless: Row[] = [
  {name: 'a reply that is lost in the stream', meets: {...answer, fault: {do: 'lost'}}, code: 'none', tries: 2},
  {name: '`stream` is ignored, the answer comes whole', meets: {...calling, fault: {do: 'unstreamed'}}, code: 'none', tries: 1},
  {name: 'a stream under a wrong content type', meets: {...calling, type: 'application/json'}, code: 'none', tries: 1},
  {name: 'gzip that nobody asked for', meets: {...calling, gzip: true}, code: 'none', tries: 1},
  {name: 'events and letters cut anywhere', meets: {...calling, pieceBytes: 7}, code: 'none', tries: 1},
  {name: 'events that come twice', meets: {...calling, fault: {do: 'duplicate'}}, code: 'none', tries: 1},
  {name: 'tool deltas out of order', meets: {...calling, fault: {do: 'weave'}}, code: 'none', tries: 1},
  {name: 'calls without an id', meets: {...calling, calls: calling.calls?.map((one) => ({...one, id: ''}))}, code: 'none', tries: 1},
  {name: 'calls with one id', meets: {...calling, calls: calling.calls?.map((one) => ({...one, id: 'same'}))}, code: 'none', tries: 1},
]

export const groups: Readonly<Record<string, readonly Row[]>> = {
  'No connection': connecting,
  'The server refuses': refused,
  'The answer is broken': broken,
  'Odd, and no trouble': harmless,
}

export const rows: readonly Row[] = Object.values(groups).flat()
