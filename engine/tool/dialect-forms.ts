// The dialects in which models leak calls into their text, each as the mark that opens it and a reader that says
// where the call ends and what it calls. A reader gives up rather than guess. Marks are compared in a copy in which
// the wide bars and blocks of some vendors' tokens are plain; the content is taken from the text itself.

import type {ToolSpec} from '../contract/model.ts'
import {callsByName, callsIn, jsonEnd, type LeakedCall, parsed, pythonCall, salvaged, verified} from './dialect-json.ts'
import {looseJson, looseValues} from './dialect-loose.ts'
import {namedTagsIn, parametersIn} from './dialect-params.ts'

export interface Source {
  text: string
  /** The same length, with `｜` as `|` and `▁` as `_`. */
  plain: string
  tools: readonly ToolSpec[]
  /** Arguments must stand in a field of their own. */
  strict?: boolean
  /** Marks that are known not to come any more. */
  absent?: Set<string>
  /** Readings of broken JSON so far: each may go through all of the text, so there are only so many. */
  loose?: number
}

const mostLoose = 40
const mayBeLoose = (source: Source): boolean => {
  source.loose = (source.loose ?? 0) + 1
  return source.loose <= mostLoose
}

export interface Found {
  calls: LeakedCall[]
  end: number
}

export interface Form {
  mark: RegExp
  read(source: Source, match: RegExpExecArray): Found | undefined
}

export const skip = (text: string, at: number, what: RegExp): number => {
  const sticky = new RegExp(what.source, `${what.flags.replace('y', '')}y`)
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : at
}

/** `plain.indexOf`, without looking twice through all of a long text for what is not in it. */
export const indexAfter = (source: Source, mark: string, from: number): number => {
  source.absent ??= new Set()
  if (source.absent.has(mark)) return -1
  const at = source.plain.indexOf(mark, from)
  if (at === -1) source.absent.add(mark)
  return at
}

/** One or more JSON values from `at` on, with blanks, commas or semicolons between them. */
const jsonRun = ({text, tools, strict}: Source, at: number): Found | undefined => {
  const calls: LeakedCall[] = []
  let end = at
  for (let next = skip(text, at, /\s*/); text[next] === '{' || text[next] === '['; next = skip(text, end, /[\s;,]*/)) {
    const stop = jsonEnd(text, next)
    const found = stop === -1 ? undefined : callsIn(parsed(text.slice(next, stop)), tools, !strict)
    if (!found) return calls.length > 0 ? {calls, end} : undefined
    calls.push(...found)
    end = stop
  }
  return calls.length > 0 ? {calls, end} : undefined
}

/** Calls of a stretch that its mark has ended, however its JSON is broken. */
export const looseCalls = (source: Source, body: string): LeakedCall[] | undefined => {
  const values = mayBeLoose(source) ? looseValues(body, true) : undefined
  const calls = values?.map((value) => callsIn(value, source.tools, !source.strict) ?? [])
  return calls?.every((some) => some.length > 0) ? calls.flat() : undefined
}

/** A call's arguments at `at`, up to the next mark at most; `end` is after them. */
export const argumentsAt = (source: Source, at: number): {args: unknown; end: number} | undefined => {
  const {text, plain} = source
  const end = jsonEnd(text, at)
  const args = end === -1 ? undefined : parsed(text.slice(at, end))
  if (args !== undefined) return {args, end}
  if (!mayBeLoose(source)) return undefined
  const mark = /<[|/]|\n```|<end_/g
  mark.lastIndex = at
  const closing = mark.exec(plain)?.index
  const found = looseJson(text.slice(0, closing), at, closing !== undefined)
  if (!found) return undefined
  return {args: found.value, end: skip(text, found.end, /[\s}\]]*/)}
}

const pythonRun = ({text, tools}: Source, at: number): Found | undefined => {
  const calls: LeakedCall[] = []
  let next = skip(text, at, /\s*\[?\s*/)
  const bracketed = text.slice(at, next).includes('[')
  for (;;) {
    const found = pythonCall(text, next, tools)
    if (!found) return undefined
    calls.push(found.call)
    next = skip(text, found.end, /\s*/)
    if (text[next] === ',') next = skip(text, next + 1, /\s*/)
    // One call to a line needs no comma.
    else if (bracketed || !text.slice(found.end, next).includes('\n') || !pythonCall(text, next, tools)) break
  }
  if (bracketed && text[next] !== ']') return undefined
  return {calls, end: bracketed ? next + 1 : next}
}

/** `<name>read</name><arguments>{…}</arguments>` */
const namedParts = (source: Source, body: string): LeakedCall[] | undefined => {
  const found = /^\s*<name>\s*([\w.-]+)\s*<\/name>\s*<(arguments|parameters|args|input)>([\s\S]*)<\/\2>\s*$/.exec(body)
  const values = found && looseValues(found[3] as string, true)
  const call = values?.length === 1 ? verified(found?.[1], values[0], source.tools) : undefined
  return call && [call]
}

/** `name\n<arg_key>…` */
const keyed = ({tools}: Source, body: string): LeakedCall[] | undefined => {
  const found = /^\s*([\w.-]+)\s*(?:<tool_sep>)?\s*(?:\n|(?=<(?:longcat_)?arg_key>))([\s\S]*)$/.exec(body)
  const call = found && verified(found[1], parametersIn(found[2] as string), tools)
  return call ? [call] : undefined
}

const closingTags = /(?:[\s}\]]+(?=<[/|]))?\s*(?:<\/[\w:|-]+>|<\|[\w/]+\|>)?/

const callsOf = (source: Source, body: string, mark: string): LeakedCall[] | undefined => {
  const {tools} = source
  const value = parsed(body)
  if (mark === '<|tools_prefix|>') return callsByName(value, tools)
  if (value !== undefined) return undefined
  if (/^[{[]/.test(body)) return looseCalls(source, body) ?? (body.startsWith('{') ? salvaged(body, tools) : undefined)
  return keyed(source, body)
}

const tagged: Form = {
  mark: /<((?:longcat_)?tool_calls?|function_calls?|functioncall|TOOLCALL|tool_use|tool_code|tools|\|(?:tool_calls?|tool_call_start|python_tag|python_start|START_ACTION|tools_prefix|action_start\|><\|plugin)\|)>/g,
  read: (source, match) => {
    const {text, plain} = source
    const start = match.index + match[0].length
    const after = skip(text, start, /\s*/)
    const json = jsonRun(source, after)
    if (json) return {calls: json.calls, end: skip(plain, json.end, closingTags)}
    const python = /^\[?\s*\w+(?:\.\w+)*\(/.test(text.slice(after, after + 80)) ? pythonRun(source, after) : undefined
    if (python) return {calls: python.calls, end: skip(plain, python.end, closingTags)}
    const closing = indexAfter(source, match[0].startsWith('<|') ? '<|' : `</${match[1]}>`, after)
    if (closing === -1) return undefined
    const body = text.slice(after, closing)
    const calls = text[after] === '<' ? namedParts(source, body) : callsOf(source, body, match[0])
    return calls && {calls, end: skip(plain, closing, closingTags)}
  },
}

const bodyObject = (body: string, closed: boolean): unknown => {
  if (!body.startsWith('{')) return undefined
  const values = looseValues(body, closed)
  return parsed(body) ?? (values?.length === 1 ? values[0] : undefined)
}

const block = (source: Source, match: RegExpExecArray, close: RegExp): Found | undefined => {
  const {text, plain, tools} = source
  const start = match.index + match[0].length
  const ending = new RegExp(close.source, 'g')
  ending.lastIndex = start
  const closed = ending.exec(plain)
  const body = text.slice(start, closed?.index)
  const args = body.trim() === '' ? {} : (parametersIn(body) ?? bodyObject(body.trim(), closed !== null))
  // Without its end a call may have been cut between two arguments; only the end of the text closes it as well.
  if (!closed && !/<\/(?:\w+:|\|DSML\|)?parameter>\s*$/.test(plain)) return undefined
  const call = args === undefined ? undefined : verified(match[1], args, tools)
  return call && {calls: [call], end: closed ? ending.lastIndex : text.length}
}

const functionTag: Form = {
  mark: /<function(?:=|\s+name=|\()["']?([\w.-]+)["']?\)?\s*(?:>|(?=\{))/g,
  read: (source, match) => block(source, match, /<\/function>(?:\s*<\/tool_call>)?|<\/tool_call>/),
}

const invokeTag: Form = {
  mark: /<(?:\w+:|\|DSML\|)?invoke\s+name=["']([\w.-]+)["'][^>]*>/g,
  read: (source, match) => block(source, match, /<\/(?:\w+:|\|DSML\|)?invoke>/),
}

/** `…begin|>name<|tool_sep|>{…}<|tool_call_end|>`, with the arguments bare or in a fence, and `name:0<|tool_call_argument_begin|>{…}`. */
const beginToken: Form = {
  mark: /<\|tool_call_begin\|>\s*(?:function\s*<\|tool_sep\|>)?\s*([\w.-]+)(?::\d+)?\s*(?:<\|tool_sep\|>|<\|tool_call_argument_begin\|>|\n)\s*(?:```(?:json)?\s*)?(?=\{)/g,
  read: (source, match) => {
    const {plain, tools} = source
    const found = argumentsAt(source, match.index + match[0].length)
    const call = found && verified(match[1], found.args, tools)
    return call && {calls: [call], end: skip(plain, found.end, /\s*(?:```)?\s*(?:<\|tool_call_end\|>)?/)}
  },
}

/** `<|channel|>commentary to=functions.name …<|message|>{…}<|call|>` */
const channel: Form = {
  mark: /(?:<\|start\|>assistant)?(?:<\|channel\|>\w+\s+to=(?:functions\.)?([\w-]+)|\s?to=functions\.([\w-]+)<\|channel\|>\w+)[^{}]{0,60}?<\|message\|>\s*(?=\{)/g,
  read: (source, match) => {
    const {plain, tools} = source
    const found = argumentsAt(source, match.index + match[0].length)
    const call = found && verified(match[1] ?? match[2], found.args, tools)
    return call && {calls: [call], end: skip(plain, found.end, /\s*(?:<\|(?:call|end)\|>)?/)}
  },
}

const looseRun = (source: Source, at: number): Found | undefined => {
  const found = mayBeLoose(source) ? looseJson(source.text, at, false) : undefined
  const calls = found && callsIn(found.value, source.tools, true)
  return calls && {calls, end: found.end}
}

/** `[TOOL_CALLS][{…}]`, `[TOOL_CALLS]name{…}` and `[TOOL_CALLS]name[ARGS]{…}`. */
const bracketToken: Form = {
  mark: /\[TOOL_CALLS\]\s*/g,
  read: (source, match) => {
    const {text, tools} = source
    const start = match.index + match[0].length
    // A list whose end was forgotten still holds whole calls.
    if (text[start] === '[' || text[start] === '{') return jsonRun(source, start) ?? looseRun(source, start) ?? jsonRun(source, start + 1)
    const named = /([\w.-]+)\s*(?:\[CALL_ID\]\w+)?\s*(?:\[ARGS\])?\s*(?=\{)/y
    named.lastIndex = start
    const name = named.exec(text)
    const found = name ? argumentsAt(source, named.lastIndex) : undefined
    const call = found && verified(name?.[1], found.args, tools)
    return call && {calls: [call], end: found.end}
  },
}

/** `<read><path>a.ts</path></read>`: the tool's own name as the tag, its arguments as tags within. */
const nameTag: Form = {
  mark: /<([a-z_]+)>\s*(?=<([\w-]+)>)/g,
  read: (source, match) => {
    const {text, tools} = source
    const spec = tools.find((tool) => tool.name === match[1])
    const fields = Object.keys(spec?.input.properties ?? {})
    const close = fields.includes(match[2] as string) ? indexAfter(source, `</${match[1]}>`, match.index) : -1
    if (!spec || close === -1) return undefined
    const values = namedTagsIn(text.slice(match.index + spec.name.length + 2, close), fields)
    const call = values && verified(spec.name, values, tools)
    return call && {calls: [call], end: close + spec.name.length + 3}
  },
}

export const forms: readonly Form[] = [beginToken, channel, bracketToken, invokeTag, functionTag, tagged, nameTag]

export const plainOf = (text: string): string => text.replaceAll('｜', '|').replaceAll('▁', '_')

export const readJson = jsonRun
export const readPython = pythonRun
