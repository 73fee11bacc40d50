// Calls that a model wrote into its text because its server did not take them out: found, cut out and handed back
// as the calls they are. Only tools that exist, only whole calls, and never what the reply merely shows or explains:
// a call that is missed costs one turn, a call that is invented changes the user's files.

import type {ToolSpec} from '../contract/model.ts'
import {type Form, type Found, forms, plainOf, readJson, readPython, type Source} from './dialect-forms.ts'
import {callsIn, jsonEnd, type LeakedCall, parsed, verified} from './dialect-json.ts'
import {looseValues} from './dialect-loose.ts'
import {marks} from './dialect-marks.ts'
import {beginsLine, fencesIn, followsSentence, isExplained, isShown} from './dialect-shown.ts'

export interface Recovered {
  calls: LeakedCall[]
  /** The text with the calls cut out. */
  text: string
}

const allForms: readonly Form[] = [...forms, ...marks]

/** Marks that stand around calls and mean nothing once these are gone. */
const leftovers =
  /\[\|endofturn\|\]|<\|python_(?:start|end)\|>|<\|(?:end_of_text|endoftext|return|eot)\|>|<end_of_turn>|<\/?longcat_tool_call>|<\|start_header_id\|>\w*<\|end_header_id\|>|<\|from\|>assistant|function<\|tool_sep\|>|^>>>all\n|<\|(?:(?:START|END)_(?:ACTION|RESPONSE)|tools_(?:prefix|suffix)|stop)\|>|<\/?(?:tool_calls?|function_calls?|functioncall|TOOLCALL|tool_use|tools|\w+:(?:function_calls|tool_call)|\|DSML\|(?:function_calls|tool_calls))>|<\|(?:tool_calls?_(?:section_)?(?:begin|end)|tool_calls?_?(?:begin|end)?|tool_call_(?:start|end)|python_tag|eom_id|eot_id|im_end|call|end|action_(?:start|end)|plugin|\/tool_call)\|>|<\|end_of_sentence\|>|<\/s>/g

const wordless = (text: string): string => {
  const plain = plainOf(text)
  let out = ''
  let at = 0
  for (const found of plain.matchAll(leftovers)) {
    out += text.slice(at, found.index)
    at = found.index + found[0].length
  }
  return (out + text.slice(at)).replace(/\n{3,}/g, '\n\n').trim()
}

const hint = /[<{[]|```tool/

/** How thoughts begin where they are marked, and the ends that go with them. */
const thoughtStart =
  /^\s*(?:<(?:(?:seed|mm):think|think(?:ing)?|thoughts?|reasoning|reflection|scratchpad)>|\[THINK\]|<\|(?:START_THINKING|begin_of_thought)\|>|◁think▷)/
const thoughtEnd =
  /<\/(?:(?:seed|mm):think|think)>|\[\/THINK\]|<\|(?:END_THINKING|end_of_thought)\|>|◁\/think▷|^<\|channel\|>analysis<\|message\|>[\s\S]*?<\|end\|>/g

/** What a model thinks aloud is not what it does: only the text after it is looked at. */
const afterThoughts = (text: string): number => {
  // A thought may hold half a fence; what stands in a whole one is only shown.
  const fences = fencesIn(text).filter((fence) => fence.closed)
  const closed = [...text.matchAll(thoughtEnd)].findLast((found) => found.index === 0 || !isShown(text, found.index, fences))
  if (closed) return closed.index + closed[0].length
  const opened = thoughtStart.exec(text)?.[0].trim()
  if (!opened) return 0
  const end = text.indexOf(`</${opened.slice(1)}`)
  return opened.startsWith('<') && end !== -1 ? end + opened.length + 1 : text.length
}

interface Ahead {
  match: RegExpExecArray | null
  form: Form
}

const advance = (ahead: Ahead, plain: string, from: number): void => {
  if (!ahead.match || ahead.match.index >= from) return
  ahead.form.mark.lastIndex = from
  ahead.match = ahead.form.mark.exec(plain)
}

const lookAhead = (plain: string): Ahead[] =>
  allForms.map((form) => {
    form.mark.lastIndex = 0
    return {form, match: form.mark.exec(plain)}
  })

/** The next mark at or after `from`, and what its reader makes of it; of several readers the first that finds a call. */
const earliest = (source: Source, ahead: readonly Ahead[], from: number): {at: number; found: Found | undefined} | undefined => {
  for (const one of ahead) advance(one, source.plain, from)
  const at = Math.min(...ahead.map(({match}) => match?.index ?? Number.POSITIVE_INFINITY))
  if (at === Number.POSITIVE_INFINITY) return undefined
  for (const {match, form} of ahead) {
    const found = match?.index === at ? form.read(source, match) : undefined
    if (found) return {at, found}
  }
  return {at, found: undefined}
}

const isBlank = (text: string): boolean => wordless(text) === ''

interface Cut extends Found {
  at: number
}

/** Is this the place of a call that is made, and not of one that is shown? */
const isMade = (text: string, cut: Cut, from: number): boolean => {
  const before = text.slice(0, cut.at)
  if (isShown(text.slice(from), cut.at - from, fencesIn(text.slice(from)))) return false
  const follows = isBlank(before.slice(from).split('\n').at(-1) ?? '')
  const after = text.slice(cut.end)
  if (beginsLine(text, cut.at) || follows) {
    const rest = after.split('\n')[0] ?? ''
    // LFM goes on to speak right after the mark that ends its calls.
    const speaksOn = text.startsWith('<|tool_call_start|>', cut.at) && /^\s*\p{Lu}/u.test(rest)
    const ends = isBlank(rest) || /^\s*(?:<|\[TOOL_CALLS\])/.test(plainOf(rest)) || speaksOn
    return ends && !isExplained(wordless(before.slice(from)), isBlank(after) ? '' : wordless(after))
  }
  const lead = wordless(before.slice(from))
  // Another call may follow; prose after the last is prose around all of them.
  const ends = isBlank(after) || /^\s*(?:(?:<\|tool_call_end\|>)?\s*<\|tool_call_begin\|>|<tool_call>|\[TOOL_CALLS\])[\s\S]*[}\]>]\s*$/.test(plainOf(after))
  return followsSentence(lead, lead.length) && ends && !isExplained(before.slice(from), '')
}

const scan = (source: Source): Cut[] => {
  const cuts: Cut[] = []
  const ahead = lookAhead(source.plain)
  let from = 0
  let at = 0
  // What follows a call that is only shown, with nothing between them, is shown as well.
  let shownTo = -1
  for (;;) {
    const next = earliest(source, ahead, at)
    if (!next) return cuts
    const cut = next.found && {...next.found, at: next.at}
    const isShownToo = cut && shownTo !== -1 && isBlank(source.text.slice(Math.min(shownTo, cut.at), cut.at))
    if (cut && !isShownToo && isMade(source.text, cut, from)) {
      cuts.push(cut)
      from = cut.end
      at = cut.end
    } else {
      if (cut) shownTo = Math.max(shownTo, cut.end)
      at = next.at + 1
    }
  }
}

const without = (text: string, cuts: readonly Cut[]): string => {
  let out = ''
  let at = 0
  for (const cut of cuts) {
    out += text.slice(at, cut.at)
    at = cut.end
  }
  return out + text.slice(at)
}

/** The text less the marks around it; what stands inside it is content and stays. */
const unmarked = (text: string): string => {
  const plain = plainOf(text)
  let from = 0
  let to = text.length
  for (const found of plain.matchAll(leftovers)) {
    if (plain.slice(from, found.index).trim() === '') from = found.index + found[0].length
  }
  for (const found of [...plain.matchAll(leftovers)].reverse()) {
    if (found.index >= from && plain.slice(found.index + found[0].length, to).trim() === '') to = found.index
  }
  return text.slice(from, to).trim()
}

/** The whole text is one or more calls and nothing else: names with their arguments, nothing beside them. */
const wholly = (text: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  if (/^\s*\n?(?: {4}|\t)/.test(text)) return undefined
  const body = unmarked(text)
  const source: Source = {text: body, plain: plainOf(body), tools, strict: true}
  if (body.startsWith('"')) return quotedCalls(body, tools)
  const isPython = /^\[?\s*(?:print\()?(?:default_api\.|functions\.)?\w+\(/.test(body)
  const found = isPython ? readPython(source, 0) : /^[[{]/.test(body) ? readJson(source, 0) : undefined
  if (found?.end === body.length) return found.calls
  return /^[[{]/.test(body) ? brokenCalls(body, tools) : namedBody(body, tools)
}

/** JSON that holds JSON. */
const quotedCalls = (body: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const inner = parsed(body)
  return typeof inner === 'string' && /^\s*[[{]/.test(inner) ? callsIn(parsed(inner), tools, false) : undefined
}

const brokenCalls = (body: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const calls = parsed(body) === undefined ? looseValues(body, false)?.map((value) => callsIn(value, tools, false) ?? []) : undefined
  return calls?.every((some) => some.length > 0) ? calls.flat() : undefined
}

const nameThenObject = /^(?:(?:assistant\s*)?(?:commentary\s+|analysis\s+)?to=functions\.([\w-]+)\s*(?:json|code)?\s*|([\w.-]+)\n)(\{[\s\S]*\})$/

/** `read`, a line break and its arguments; harmony whose tokens were taken out. */
const namedBody = (body: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const found = nameThenObject.exec(body)
  const call = found && verified(found[1] ?? found[2], parsed(found[3] as string), tools)
  return call ? [call] : undefined
}

/** An observation after it is the model's own invention. */
const actions = /^Action:[ \t]*`?([\w.-]+)`?[ \t]*\n+Action Input:[ \t]*(\{[^\n]*\}|\{[\s\S]*\})\s*(?:\nObservation:[\s\S]*)?(?![\s\S])/m
/** Command-R's: the fence begins on the line of the word. */
const actionFence = /^Action:[ \t]*```(?:json)?\n([\s\S]*?)\n```\s*(?![\s\S])/m
const callFence = /^(?:|json|json5|tool_call|tool_code|tool|xml)$/i

/** Calls in the fences that end a reply, one after the other with nothing between them. */
const endingFences = (text: string, tools: readonly ToolSpec[]): Recovered | undefined => {
  const found: LeakedCall[][] = []
  let to = text.length
  for (const fence of fencesIn(text).toReversed()) {
    if (!fence.closed || !isBlank(text.slice(fence.to, to)) || !callFence.test(fence.language)) break
    const calls = wholly(fence.body, tools) ?? tagsOnly(fence.body, tools)
    if (!calls) break
    found.unshift(calls)
    to = fence.from
  }
  const before = text.slice(0, to)
  return found.length === 0 || isExplained(before, '', true) ? undefined : {calls: found.flat(), text: wordless(before)}
}

const objectStart = /(?:^|\n|[.:!]\s)[ \t]*(?=[{[])/g

/** A reply that ends in a whole call as JSON, on a line of its own or after a sentence that leads up to it. */
const endingJson = (text: string, tools: readonly ToolSpec[]): Recovered | undefined => {
  for (const found of [...text.matchAll(objectStart)].slice(-20)) {
    const at = found.index + found[0].length
    const end = jsonEnd(text, at)
    const before = text.slice(0, at)
    if (end === -1 || !isBlank(text.slice(end)) || isExplained(wordless(before), '', true)) continue
    const calls = isShown(text, at, fencesIn(text)) ? undefined : callsIn(parsed(text.slice(at, end)), tools, false)
    if (calls) return {calls, text: wordless(before)}
  }
  return undefined
}

/** A reply that ends in calls: fenced, as JSON, or as `Action:` and `Action Input:`. */
const atEnd = (text: string, tools: readonly ToolSpec[]): Recovered | undefined => {
  const ending = endingFences(text, tools) ?? endingJson(text, tools)
  if (ending) return ending
  const fence = actionFence.exec(text)
  const fenced = fence && !isShown(text, fence.index, []) && !isExplained(text.slice(0, fence.index), '') ? wholly(fence[1] as string, tools) : undefined
  if (fence && fenced) return {calls: fenced, text: wordless(text.slice(0, fence.index))}
  const action = actions.exec(text)
  const read = action && callsIn({name: action[1], arguments: parsed(action[2] as string)}, tools, false)
  if (!action || !read || isShown(text, action.index, fencesIn(text)) || isExplained(text.slice(0, action.index), '')) return undefined
  return {calls: read, text: wordless(text.slice(0, action.index))}
}

const tagsOnly = (body: string, tools: readonly ToolSpec[]): LeakedCall[] | undefined => {
  const cuts = scan({text: body, plain: plainOf(body), tools})
  return cuts.length > 0 && isBlank(without(body, cuts)) ? cuts.flatMap((cut) => cut.calls) : undefined
}

/** Never throws; no calls and the text as it was when there is nothing to recover. */
export const recoverCalls = (text: string, tools: readonly ToolSpec[]): Recovered => {
  const none: Recovered = {calls: [], text}
  const start = afterThoughts(text)
  const said = text.slice(start).replace(/^\uFEFF/, '')
  if (tools.length === 0 || !hint.test(said)) return none
  const kept = (rest: string): string => (start === 0 ? rest : `${text.slice(0, start)}${rest ? `\n${rest}` : ''}`)
  const bare = wholly(said, tools)
  if (bare) return {calls: bare, text: kept('')}
  const cuts = scan({text: said, plain: plainOf(said), tools})
  if (cuts.length > 0) return {calls: cuts.flatMap((cut) => cut.calls), text: kept(wordless(without(said, cuts)))}
  const last = atEnd(said, tools)
  return last ? {calls: last.calls, text: kept(last.text)} : none
}
