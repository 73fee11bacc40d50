// The dialects in which models leak calls into their text, each as the mark that opens it and a reader that says
// where the call ends and what it calls. A reader gives up rather than guess. Marks are compared in a copy in which
// the wide bars and blocks of some vendors' tokens are plain; the content is taken from the text itself.

import type {ToolSpec} from '../contract/model.ts'
import {callsIn, jsonEnd, type LeakedCall, parsed, pythonCall, salvaged, verified} from './dialect-json.ts'
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
}

export interface Found {
  calls: LeakedCall[]
  end: number
}

interface Form {
  mark: RegExp
  read(source: Source, match: RegExpExecArray): Found | undefined
}

const skip = (text: string, at: number, what: RegExp): number => {
  const sticky = new RegExp(what.source, `${what.flags.replace('y', '')}y`)
  sticky.lastIndex = at
  return sticky.test(text) ? sticky.lastIndex : at
}

/** `plain.indexOf`, without looking twice through all of a long text for what is not in it. */
const indexAfter = (source: Source, mark: string, from: number): number => {
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

const pythonRun = ({text, tools}: Source, at: number): Found | undefined => {
  const calls: LeakedCall[] = []
  let next = skip(text, at, /\s*\[?\s*/)
  const bracketed = text.slice(at, next).includes('[')
  for (;;) {
    const found = pythonCall(text, next, tools)
    if (!found) return undefined
    calls.push(found.call)
    next = skip(text, found.end, /\s*/)
    if (text[next] !== ',') break
    next = skip(text, next + 1, /\s*/)
  }
  if (bracketed && text[next] !== ']') return undefined
  return {calls, end: bracketed ? next + 1 : next}
}

/** `name\n<arg_key>…` */
const keyed = ({text, tools}: Source, at: number, end: number): LeakedCall[] | undefined => {
  const found = /^\s*([\w.-]+)\s*(?:\n|(?=<arg_key>))([\s\S]*)$/.exec(text.slice(at, end))
  const call = found && verified(found[1], parametersIn(found[2] as string), tools)
  return call ? [call] : undefined
}

const closingTags = /\s*(?:<\/[\w:|-]+>|<\|[\w/]+\|>)?/

const tagged: Form = {
  mark: /<(tool_calls?|function_calls?|functioncall|TOOLCALL|tool_use|\|tool_calls?\||\|tool_call_start\||\|python_tag\||\|action_start\|><\|plugin\|)>/g,
  read: (source, match) => {
    const {text, plain, tools} = source
    const start = match.index + match[0].length
    const after = skip(text, start, /\s*/)
    const json = jsonRun(source, after)
    if (json) return {calls: json.calls, end: skip(plain, json.end, closingTags)}
    if (text[after] === '<') return undefined
    const python = /^\[?\s*\w+\(/.test(text.slice(after, after + 80)) ? pythonRun(source, after) : undefined
    if (python) return {calls: python.calls, end: skip(plain, python.end, closingTags)}
    const closing = indexAfter(source, match[0].startsWith('<|') ? '<|' : `</${match[1]}>`, after)
    if (closing === -1) return undefined
    const body = text.slice(after, closing)
    const calls = parsed(body) !== undefined ? undefined : body.startsWith('{') ? salvaged(body, tools) : keyed(source, after, closing)
    return calls && {calls, end: skip(plain, closing, closingTags)}
  },
}

const block = (source: Source, match: RegExpExecArray, close: RegExp): Found | undefined => {
  const {text, plain, tools} = source
  const start = match.index + match[0].length
  const ending = new RegExp(close.source, 'g')
  ending.lastIndex = start
  const closed = ending.exec(plain)
  const body = text.slice(start, closed?.index)
  const args = body.trim() === '' ? {} : (parametersIn(body) ?? (body.trim().startsWith('{') ? parsed(body.trim()) : undefined))
  // Without its end a call may have been cut between two arguments; only the end of the text closes it as well.
  if (!closed && !/<\/(?:\w+:|\|DSML\|)?parameter>\s*$/.test(plain)) return undefined
  const call = args === undefined ? undefined : verified(match[1], args, tools)
  return call && {calls: [call], end: closed ? ending.lastIndex : text.length}
}

const functionTag: Form = {
  mark: /<function(?:=|\s+name=)["']?([\w.-]+)["']?\s*>/g,
  read: (source, match) => block(source, match, /<\/function>(?:\s*<\/tool_call>)?|<\/tool_call>/),
}

const invokeTag: Form = {
  mark: /<(?:\w+:|\|DSML\|)?invoke\s+name=["']([\w.-]+)["'][^>]*>/g,
  read: (source, match) => block(source, match, /<\/(?:\w+:|\|DSML\|)?invoke>/),
}

/** `…begin|>name<|tool_sep|>{…}<|tool_call_end|>`, with the arguments bare or in a fence, and `name:0<|tool_call_argument_begin|>{…}`. */
const beginToken: Form = {
  mark: /<\|tool_call_begin\|>\s*(?:function\s*<\|tool_sep\|>)?\s*([\w.-]+)(?::\d+)?\s*(?:<\|tool_sep\|>|<\|tool_call_argument_begin\|>|\n)\s*(?:```(?:json)?\s*)?(?=\{)/g,
  read: ({text, plain, tools}, match) => {
    const start = match.index + match[0].length
    const end = jsonEnd(text, start)
    const call = end === -1 ? undefined : verified(match[1], parsed(text.slice(start, end)), tools)
    return call && {calls: [call], end: skip(plain, end, /\s*(?:```)?\s*(?:<\|tool_call_end\|>)?/)}
  },
}

/** `<|channel|>commentary to=functions.name …<|message|>{…}<|call|>` */
const channel: Form = {
  mark: /(?:<\|start\|>assistant)?(?:<\|channel\|>\w+\s+to=(?:functions\.)?([\w-]+)|\s?to=functions\.([\w-]+)<\|channel\|>\w+)[^{}]{0,60}?<\|message\|>\s*(?=\{)/g,
  read: ({text, plain, tools}, match) => {
    const start = match.index + match[0].length
    const end = jsonEnd(text, start)
    const call = end === -1 ? undefined : verified(match[1] ?? match[2], parsed(text.slice(start, end)), tools)
    return call && {calls: [call], end: skip(plain, end, /\s*(?:<\|(?:call|end)\|>)?/)}
  },
}

/** `[TOOL_CALLS][{…}]`, `[TOOL_CALLS]name{…}` and `[TOOL_CALLS]name[ARGS]{…}`. */
const bracketToken: Form = {
  mark: /\[TOOL_CALLS\]\s*/g,
  read: (source, match) => {
    const {text, tools} = source
    const start = match.index + match[0].length
    if (text[start] === '[' || text[start] === '{') return jsonRun(source, start)
    const named = /([\w.-]+)\s*(?:\[CALL_ID\]\w+)?\s*(?:\[ARGS\])?\s*(?=\{)/y
    named.lastIndex = start
    const name = named.exec(text)
    const end = name ? jsonEnd(text, named.lastIndex) : -1
    const call = end === -1 ? undefined : verified(name?.[1], parsed(text.slice(named.lastIndex, end)), tools)
    return call && {calls: [call], end}
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
