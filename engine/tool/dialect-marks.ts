// The rarer dialects, in the same shape as those of dialect-forms.ts: a mark that opens a call and a reader that says
// where it ends and what it calls.

import {argumentsAt, type Form, type Found, indexAfter, looseCalls, type Source} from './dialect-forms.ts'
import {type LeakedCall, verified} from './dialect-json.ts'
import {namedTagsIn} from './dialect-params.ts'

/** A name and the arguments that follow it. */
const named = (mark: RegExp): Form => ({
  mark,
  read: (source, match): Found | undefined => {
    const found = argumentsAt(source, match.index + match[0].length)
    const call = found && verified(match[1], found.args, source.tools)
    return call && {calls: [call], end: found.end}
  },
})

/** JSON between two marks. */
const between = (mark: RegExp, close: (match: RegExpExecArray) => string): Form => ({
  mark,
  read: (source, match): Found | undefined => {
    const closing = close(match)
    const start = match.index + match[0].length
    const end = indexAfter(source, closing, start)
    const calls = end === -1 ? undefined : looseCalls(source, source.text.slice(start, end))
    return calls && {calls, end: end + closing.length}
  },
})

/** `[TOOL_CALL]{…}[/TOOL_CALL]` and `[TOOL_REQUEST]{…}[END_TOOL_REQUEST]` */
const square = between(/\[(TOOL_CALL|TOOL_REQUEST)\]\s*/g, ([, name]) => (name === 'TOOL_CALL' ? '[/TOOL_CALL]' : '[END_TOOL_REQUEST]'))

/** `functools[{…}]` */
const functools: Form = {
  mark: /functools(?=\[)/g,
  read: (source, match) => {
    const start = match.index + match[0].length
    const found = argumentsAt(source, start)
    const calls = found && looseCalls(source, source.text.slice(start, found.end))
    return calls && {calls, end: found.end}
  },
}

/** `<tool name="read">{…}</tool>` */
const attribute: Form = {
  mark: /<(tool|tool_call|function_call|call)\s+name=["']([\w.-]+)["']\s*>\s*(?=\{)/g,
  read: (source, match) => {
    const closing = `</${match[1]}>`
    const start = match.index + match[0].length
    const end = indexAfter(source, closing, start)
    const found = end === -1 ? undefined : argumentsAt(source, start)
    const call = found && source.text.slice(found.end, end).trim() === '' ? verified(match[2], found.args, source.tools) : undefined
    return call && {calls: [call], end: end + closing.length}
  },
}

const fieldsOf = (name: string, {tools}: Source): string[] => Object.keys(tools.find((tool) => tool.name === name)?.input.properties ?? {})

/** `<invoke><tool_name>read</tool_name><parameters><path>…</path></parameters></invoke>` */
const namedInvoke: Form = {
  mark: /<invoke>\s*<tool_name>\s*([\w.-]+)\s*<\/tool_name>\s*<parameters>/g,
  read: (source, match) => {
    const closing = /<\/parameters>\s*<\/invoke>/g
    closing.lastIndex = match.index
    const found = closing.exec(source.text)
    const body = source.text.slice(match.index + match[0].length, found?.index)
    const values = found ? namedTagsIn(body, fieldsOf(match[1] as string, source)) : undefined
    const call = values && verified(match[1], values, source.tools)
    return call && {calls: [call], end: closing.lastIndex}
  },
}

const pair = /([\w.-]+):(?:(<escape>|<\|"\|>)([\s\S]*?)\2|(-?[\d.]+|true|false|null))(?:,\s*|$)/y

const escapedValues = (body: string): Record<string, unknown> | undefined => {
  const values: Record<string, unknown> = {}
  let at = 0
  while (at < body.length) {
    pair.lastIndex = at
    const found = pair.exec(body)
    if (!found) return undefined
    values[found[1] as string] = found[3] ?? JSON.parse(found[4] as string)
    at = pair.lastIndex
  }
  return values
}

/** `<start_function_call>call:read{path:<escape>a.ts<escape>}<end_function_call>` and `<|tool_call>call:read{path:<|"|>a.ts<|"|>}<tool_call|>` */
const escaped: Form = {
  mark: /<(?:start_function_call|\|tool_call)>\s*call:([\w.-]+)\{/g,
  read: (source, match) => {
    const closing = match[0].startsWith('<|') ? '}<tool_call|>' : '}<end_function_call>'
    const start = match.index + match[0].length
    const end = indexAfter(source, closing, start)
    const values = end === -1 ? undefined : escapedValues(source.text.slice(start, end))
    const call: LeakedCall | undefined = values && verified(match[1], values, source.tools)
    return call && {calls: [call], end: end + closing.length}
  },
}

/** `>>>read` and its arguments on the next line. */
const arrows = named(/(?<![>\w])>>>([\w.-]+)\n\s*(?=\{)/g)
/** `<|recipient|>read\n<|content|>{…}` */
const recipient = named(/<\|recipient\|>\s*([\w.-]+)\s*<\|content\|>\s*(?=\{)/g)
/** `✿FUNCTION✿: read\n✿ARGS✿: {…}` */
const flowers = named(/✿FUNCTION✿:\s*([\w.-]+)\s*✿ARGS✿:\s*(?=\{)/g)

export const marks: readonly Form[] = [square, functools, attribute, namedInvoke, escaped, arrows, recipient, flowers]
