// Bringing what a model meant into the shape a schema asks for: other names for the same field, numbers and
// booleans in quotes, one value where a list is wanted, lists in quotes. Pure, generic, and never a guess at
// content: what does not fit is left as it is, and the validator says so.

type Json = Record<string, unknown>

/** Names that models use for one and the same thing; the field that a schema has among them is meant. */
const families: readonly (readonly string[])[] = [
  ['path', 'filepath', 'file', 'filename', 'targetfile', 'absolutepath', 'relativepath', 'filepathname', 'dir', 'directory', 'folder', 'relativeworkspacepath'],
  ['cwd', 'workdir', 'workingdirectory', 'workingdir', 'dir', 'directory'],
  ['command', 'cmd', 'commandline', 'script', 'bash', 'shell', 'code'],
  ['old', 'oldstring', 'oldstr', 'oldtext', 'oldcode', 'search', 'find', 'original', 'before'],
  ['new', 'newstring', 'newstr', 'newtext', 'newcode', 'replace', 'replacement', 'replacewith', 'updated', 'after'],
  ['all', 'replaceall', 'global', 'everywhere'],
  ['text', 'content', 'contents', 'filetext', 'filecontent', 'filecontents', 'body', 'data', 'code', 'answer', 'message', 'summary', 'result'],
  ['pattern', 'query', 'regex', 'regexp', 'search', 'q', 'searchterm', 'needle'],
  ['glob', 'include', 'includepattern', 'fileglob', 'filepattern', 'pattern'],
  ['path', 'glob', 'pattern'],
  ['from', 'start', 'startline', 'linestart', 'fromline', 'offset', 'begin'],
  ['to', 'end', 'endline', 'lineend', 'toline', 'until'],
  ['timeoutsec', 'timeout', 'timeouts', 'timeoutseconds', 'timeoutsecs', 'seconds'],
  ['patch', 'diff', 'patchtext', 'unifieddiff', 'input'],
  ['question', 'text', 'prompt', 'message', 'q'],
  ['choices', 'options', 'answers'],
  ['tasks', 'plan', 'steps', 'todos', 'items'],
  ['title', 'task', 'name', 'step', 'content', 'description', 'text'],
  ['accept', 'acceptance', 'acceptancecriteria', 'criteria', 'donewhen'],
  ['after', 'dependson', 'deps', 'dependencies'],
  ['state', 'status'],
  ['args', 'arguments', 'params', 'flags', 'options'],
  ['do', 'command', 'subcommand', 'action', 'verb', 'cmd'],
]

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const toNumber = (value: unknown): unknown => (typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value)

const truths: Readonly<Record<string, boolean>> = {true: true, yes: true, '1': true, false: false, no: false, '0': false}

const toBoolean = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'number' ? (truths[String(value).trim().toLowerCase()] ?? value) : value

const toText = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') return value[0]
  // The argument vector of a shell stands for its line.
  if (Array.isArray(value) && value.length === 3 && /^-l?c$/.test(String(value[1])) && typeof value[2] === 'string') return value[2]
  return value
}

const toList = (value: unknown, schema: Json): unknown => {
  const list = typeof value === 'string' && /^\s*\[/.test(value) ? (parsed(value) ?? value) : value
  const items = Array.isArray(list) ? list : [list]
  return isObject(schema.items) ? items.map((item) => coerce(item, schema.items as Json)) : items
}

const toObject = (value: unknown, schema: Json): unknown => {
  const given = typeof value === 'string' && /^\s*\{/.test(value) ? (parsed(value) ?? value) : value
  if (isObject(given)) return fields(given, schema)
  const first = (schema.required as string[] | undefined)?.[0]
  const properties = schema.properties as Record<string, Json> | undefined
  return typeof given === 'string' && first && properties?.[first]?.type === 'string' ? {[first]: given} : given
}

const toOption = (value: unknown, options: readonly unknown[]): unknown =>
  typeof value === 'string' ? (options.find((option) => plain(String(option)) === plain(value)) ?? value) : value

const meant = (name: string, properties: Json, taken: ReadonlySet<string>): string | undefined => {
  const free = Object.keys(properties).filter((key) => !taken.has(key))
  const same = free.find((key) => plain(key) === plain(name))
  if (same) return same
  const relatives = families.filter((family) => family.includes(plain(name)))
  return free.find((key) => relatives.some((family) => family.includes(plain(key))))
}

const fields = (given: Json, schema: Json): Json => {
  const properties = (schema.properties ?? {}) as Record<string, Json>
  const required = new Set((schema.required as string[] | undefined) ?? [])
  const out: Json = {}
  const strangers: [string, unknown][] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === null && !required.has(name)) continue
    if (Object.hasOwn(properties, name)) out[name] = coerce(value, properties[name] as Json)
    else strangers.push([name, value])
  }
  for (const [name, value] of strangers) {
    const key = meant(name, properties, new Set(Object.keys(out)))
    out[key ?? name] = key ? coerce(value, properties[key] as Json) : value
  }
  return out
}

/** The value in the shape of the schema as far as that needs no guessing. */
export const coerce = (value: unknown, schema: Json): unknown => {
  if (Array.isArray(schema.enum)) return toOption(toText(value), schema.enum)
  if (schema.type === 'string') return toText(value)
  if (schema.type === 'number' || schema.type === 'integer') return toNumber(value)
  if (schema.type === 'boolean') return toBoolean(value)
  if (schema.type === 'array') return toList(value, schema)
  if (schema.type === 'object') return toObject(value, schema)
  return value
}
