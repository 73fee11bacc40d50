// Arguments written as tags instead of JSON: `<parameter=path>a.ts</parameter>`, `<parameter name="path">a.ts</parameter>`,
// `<arg_key>path</arg_key><arg_value>a.ts</arg_value>`, `<path>a.ts</path>`. Values stay text; the schema turns them into
// numbers later. A value without its end is a call that was cut: undefined.

type Values = Record<string, string>

// One line break after the opening and before the closing tag belongs to the writing, not to the value.
const trimmed = (value: string): string => value.replace(/^\r?\n/, '').replace(/\r?\n[ \t]*$/, '')

const forms: readonly {open: RegExp; close: string}[] = [
  {open: /<parameter=["']?([\w.-]+)["']?>/g, close: '</parameter>'},
  {open: /<(?:\w+:|｜DSML｜)?parameter\s+name=["']([\w.-]+)["'][^>]*>/g, close: 'parameter>'},
]

const collect = (body: string, open: RegExp, close: string): Values | undefined => {
  const values: Values = {}
  open.lastIndex = 0
  let found = open.exec(body)
  while (found) {
    const start = found.index + found[0].length
    const end = endOf(body, start, close)
    if (end === undefined) return undefined
    values[found[1] as string] = trimmed(body.slice(start, end.from))
    open.lastIndex = end.to
    found = open.exec(body)
  }
  return Object.keys(values).length > 0 ? values : undefined
}

const endOf = (body: string, start: number, close: string): {from: number; to: number} | undefined => {
  const at = body.indexOf(close, start)
  if (at === -1) return undefined
  const from = close.startsWith('<') ? at : body.lastIndexOf('</', at)
  return from < start ? undefined : {from, to: at + close.length}
}

const pairs = (body: string): Values | undefined => {
  const values: Values = {}
  let seen = 0
  const plain = body.replace(/<(\/?)longcat_(?=arg_)/g, '<$1')
  for (const [, key, value] of plain.matchAll(/<arg_key>\s*([\w.-]+)\s*<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g)) {
    values[key as string] = trimmed(value as string)
    seen += 1
  }
  return seen > 0 && seen === plain.split('<arg_key>').length - 1 ? values : undefined
}

/** Undefined when the text holds no argument in such a form, or a cut one. */
export const parametersIn = (body: string): Values | undefined => {
  for (const {open, close} of forms) {
    const values = collect(body, open, close)
    if (values) return values
  }
  return pairs(body)
}

/** `<path>a.ts</path>` for the names given; anything else between the tags than these makes it no call. */
export const namedTagsIn = (body: string, names: readonly string[]): Values | undefined => {
  const values: Values = {}
  let rest = body
  for (;;) {
    const open = /^\s*<([\w-]+)>/.exec(rest)
    if (!open) return rest.trim() === '' && Object.keys(values).length > 0 ? values : undefined
    const name = open[1] as string
    const start = open[0].length
    const end = rest.indexOf(`</${name}>`, start)
    if (!names.includes(name) || end === -1 || Object.hasOwn(values, name)) return undefined
    values[name] = trimmed(rest.slice(start, end))
    rest = rest.slice(end + name.length + 3)
  }
}
