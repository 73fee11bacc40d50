// A failing test that says "X is not defined": the import that the task's own file lacks, where exactly one place offers
// the name. A standard module, or one file of the project. Two places are a choice, and choices are the model's.

import {builtinModules} from 'node:module'
import {dirname, relative} from 'node:path/posix'
import type {Path} from '../../engine/contract/workspace.ts'
import type {Proposal} from '../../engine/crew/mend.ts'
import type {Mending} from './open.ts'

/** Modules of Python's own that are used by their bare name. */
const pythonModules = new Set(
  'abc argparse array ast asyncio base64 bisect calendar collections contextlib copy csv dataclasses datetime decimal enum fractions functools glob hashlib heapq inspect io itertools json logging math operator os pathlib pickle platform random re secrets shutil socket sqlite3 statistics string struct subprocess sys tempfile textwrap threading time traceback types typing unicodedata unittest urllib uuid warnings weakref'.split(
    ' ',
  ),
)
/** What of them is used by name, and means nothing else. */
const pythonNames: Readonly<Record<string, string>> = {
  defaultdict: 'collections',
  Counter: 'collections',
  OrderedDict: 'collections',
  deque: 'collections',
  namedtuple: 'collections',
  dataclass: 'dataclasses',
  field: 'dataclasses',
  Decimal: 'decimal',
  Enum: 'enum',
  Fraction: 'fractions',
  lru_cache: 'functools',
  partial: 'functools',
  reduce: 'functools',
  wraps: 'functools',
  Path: 'pathlib',
  Any: 'typing',
  Optional: 'typing',
}

const missing = [/\bname '(\w+)' is not defined/, /(?:^|[\s:'])([A-Za-z_$][\w$]*) is not defined\b/]

/** The names that a report says are not there. */
export const missingNames = (messages: readonly string[]): string[] => [
  ...new Set(messages.flatMap((message) => missing.flatMap((pattern) => pattern.exec(message)?.[1] ?? []))),
]

const isPython = (path: Path): boolean => path.endsWith('.py')
const isScript = (path: Path): boolean => /\.[mc]?[jt]sx?$/.test(path)
const isTest = (path: Path): boolean => /(?:^|\/)(?:tests?|__tests__|spec)\/|[._]test\.|\.spec\.|(?:^|\/)test_/.test(path)

const mostFiles = 400
const word = (name: string): RegExp => new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`)

/** The import that brings the name from another file of the project; undefined when it offers none. */
const offered = (name: string, from: Path, to: Path, text: string): string | undefined => {
  if (isPython(to)) {
    if (!new RegExp(`^(?:def|class|async def) ${name}\\b|^${name}\\s*(?::[^=\\n]+)?=`, 'm').test(text)) return undefined
    return /^[\w/]+\.py$/.test(from) ? `from ${from.replace(/\.py$/, '').replaceAll('/', '.')} import ${name}` : undefined
  }
  if (!new RegExp(`^export (?:async )?(?:function\\*?|const|let|class) ${name.replaceAll('$', '\\$')}(?![\\w$])`, 'm').test(text)) return undefined
  const path = relative(dirname(to), from)
  return `import {${name}} from '${path.startsWith('.') ? path : `./${path}`}'`
}

const standard = (name: string, to: Path): string | undefined => {
  if (isPython(to)) return pythonModules.has(name) ? `import ${name}` : pythonNames[name] && `from ${pythonNames[name]} import ${name}`
  return builtinModules.includes(name) ? `import ${name} from 'node:${name}'` : undefined
}

/** Puts an import where imports stand: before the first, or after what must come first in a file. */
export const withImport = (text: string, line: string, python: boolean): string => {
  const rows = text.split('\n')
  const first = rows.findIndex((row) => (python ? /^(?:import|from) \w/.test(row) && !row.startsWith('from __future__') : /^import\b/.test(row)))
  const head = first === -1 ? rows.findIndex((row, at) => !isHead(row, at)) : first
  const at = head === -1 ? rows.length : head
  return [...rows.slice(0, at), line, ...rows.slice(at)].join('\n')
}
const isHead = (row: string, at: number): boolean =>
  (at === 0 && row.startsWith('#!')) || /^\s*(?:#|\/\/)|^from __future__|^(['"])use strict\1|^\s*$/.test(row) || /^(?:"""|''').*(?:"""|''')\s*$/.test(row)

export async function* missingImports(mending: Mending): AsyncIterable<Proposal> {
  const {ask, context, readFile} = mending
  const names = missingNames(ask.red.flatMap(({failures}) => failures.map(({message}) => message)))
  if (names.length === 0 || names.length > 3) return
  const from = context.clock.tick()
  const textOf = (path: Path): string => new TextDecoder().decode(readFile(ask.site, path))
  const writes = new Map<Path, string>()
  const lines: string[] = []
  for (const name of names) {
    const users = ask.files.filter((path) => (isPython(path) || isScript(path)) && !isTest(path) && word(name).test(writes.get(path) ?? textOf(path)))
    for (const path of users) {
      const text = writes.get(path) ?? textOf(path)
      // Another way to bring modules in, or a name that is there already: nothing that one line mends.
      if (isScript(path) && /\brequire\(/.test(text)) return
      const line = standard(name, path) ?? only(others(mending, path).flatMap((other) => offered(name, other, path, textOf(other)) ?? []))
      if (!line) return
      writes.set(path, withImport(text, line, isPython(path)))
      lines.push(`${path}: ${line}`)
    }
  }
  if (writes.size > 0) yield {by: 'imports', why: `a missing import (${lines.join('; ')})`, writes, confidence: 'high', wallMs: context.clock.tick() - from}
}

const only = (found: readonly string[]): string | undefined => (new Set(found).size === 1 ? found[0] : undefined)

const others = ({ask}: Mending, path: Path): Path[] =>
  [...ask.site.tracker.tree().keys()].filter((one) => one !== path && !isTest(one) && (isPython(path) ? isPython(one) : isScript(one))).slice(0, mostFiles)
