// What a shell line would run, part by part: every command in it, also those inside `$( )`, `bash -c "…"`, `eval`,
// and behind `sudo`, `env`, `xargs`, `find -exec` and the like. For deciding only; nothing is run.

import {lexed, type Word} from './command-lex.ts'

export interface Part {
  /** The command with its quotes removed and one space between words, assignments included. */
  text: string
  /** How many characters of `text` are known without running anything. */
  known: number
  /** Other readings of the same command, for rules that forbid: without path, assignments, wrappers, leading options. */
  also: {text: string; known: number}[]
  /** Files that its output is sent to. */
  writes: string[]
  /** Files named by redirections and arguments, for rules about files. */
  names: string[]
  /** Does it change files that its arguments name? */
  changes: boolean
}

export interface CommandLine {
  parts: Part[]
  /** False when part of the line could not be read: no rule may allow it. */
  sure: boolean
}

const maxDepth = 6
const maxChars = 65_536
const maxWrapped = 40

const shells = new Set(['bash', 'sh', 'dash', 'zsh', 'ksh', 'ash', 'fish', 'rbash'])
const evaluators = new Set(['eval', 'trap'])
const wrappers = new Set(
  'sudo doas env nohup time nice ionice setsid stdbuf timeout command builtin exec xargs chronic unbuffer watch strace ltrace flock chroot unshare nsenter firejail bwrap busybox toybox parallel entr su runuser script ssh find fd caffeinate taskset prlimit systemd-run npx'.split(
    ' ',
  ),
)
const reserved = new Set(['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'do', 'done', 'esac', '{', '}', '!', 'time', 'coproc'])
const heads = new Set(['for', 'select', 'case', 'function'])
const changers = new Set([
  'rm',
  'rmdir',
  'mv',
  'cp',
  'tee',
  'touch',
  'truncate',
  'ln',
  'chmod',
  'chown',
  'dd',
  'install',
  'shred',
  'unlink',
  'sed',
  'perl',
  'patch',
  'rsync',
])
const outputs = new Set(['>', '>>', '>|', '&>', '&>>', '<>'])
const separators = new Set(['&&', '||', ';', ';;', ';&', ';;&', '|', '|&', '&', '(', ')', '\n'])

interface Simple {
  words: Word[]
  writes: Word[]
  reads: Word[]
}

const simples = (source: string): {found: Simple[]; inner: string[]; sure: boolean} => {
  const {tokens, inner, broken} = lexed(source)
  const found: Simple[] = []
  let now: Simple = {words: [], writes: [], reads: []}
  let sure = !broken
  const flush = (): void => {
    if (now.words.length > 0 || now.writes.length > 0) found.push(now)
    now = {words: [], writes: [], reads: []}
  }
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as (typeof tokens)[number]
    if (token.is === 'op' && separators.has(token.text)) {
      // `name()` begins a function: its body is what runs.
      if (token.text === '(' && now.words.length === 1) now.words = []
      flush()
    } else if (token.is === 'op') {
      const next = tokens[at + 1]
      if (token.text === '<<' || token.text === '<<-') continue
      at += 1
      if (next?.is !== 'word') sure = false
      else if (outputs.has(token.text)) now.writes.push(next)
      else if (token.text === '>&' && !/^(?:\d+|-)$/.test(next.text)) now.writes.push(next)
      else if (token.text === '<') now.reads.push(next)
    } else if (now.words.length === 0 && !token.quoted && reserved.has(token.text)) {
    } else if (now.words.length === 0 && !token.quoted && heads.has(token.text)) {
      // `for x in …`, `case x in …`: what follows up to the body names things, it runs nothing.
      if (token.text === 'case') sure = false
      while (at + 1 < tokens.length && !(tokens[at + 1]?.is === 'op') && tokens[at + 1]?.text !== '{') at += 1
    } else if (token.is === 'word') {
      now.words.push(token)
    }
  }
  flush()
  return {found, inner, sure}
}

const joined = (words: readonly Word[]): {text: string; known: number} => {
  const text = words.map((word) => word.text).join(' ')
  let known = 0
  for (const [at, word] of words.entries()) {
    const dark = word.known < word.text.length || (at === 0 && word.spreads)
    known += dark && at === 0 && word.spreads ? 0 : word.known
    if (dark) return {text, known}
    known += 1
  }
  return {text, known: text.length}
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** `git -C dir push` read as `git push`: leading options dropped, with and without the word that follows them. */
const withoutOptions = (words: readonly Word[]): Word[][] => {
  const [program, ...rest] = words
  if (!program || !rest[0]?.text.startsWith('-')) return []
  const readings: Word[][] = []
  let lists: Word[][] = [rest]
  for (let round = 0; round < 8 && lists.length > 0; round++) {
    const next: Word[][] = []
    for (const list of lists) {
      const first = list[0]
      if (first?.text.startsWith('-')) next.push(list.slice(1), ...(first.text.includes('=') ? [] : [list.slice(2)]))
      else if (first) readings.push([program, ...list])
    }
    lists = next.slice(0, 16)
  }
  return readings
}

const renamed = (words: readonly Word[], text: string): Word[] =>
  words.map((word, at) => (at === 0 ? {...word, text, known: Math.min(word.known, text.length)} : word))

const braced = (words: readonly Word[]): Word[] | undefined => {
  const inside = /^\{([^{}]*,[^{}]*)\}$/.exec(words[0]?.text ?? '')?.[1]
  return inside
    ?.split(',')
    .map((text): Word => ({is: 'word', text, known: text.length, assigns: false, spreads: false, quoted: false}))
    .concat(words.slice(1))
}

const variants = (words: readonly Word[]): Word[][] => {
  const bare = words.slice(
    Math.max(
      0,
      words.findIndex((word) => !word.assigns),
    ),
  )
  const program = baseName(bare[0]?.text ?? '')
  const spread = braced(bare)
  return [
    ...(bare.length < words.length ? [bare] : []),
    ...(program === bare[0]?.text ? [] : [renamed(bare, program)]),
    ...withoutOptions(renamed(bare, program)),
    ...(spread ? [spread] : []),
  ]
}

/** Every other way to read the words as a command; behind a wrapper each later word may be the one that is run. */
const readings = (words: readonly Word[]): Word[][] => {
  const bare = words.slice(
    Math.max(
      0,
      words.findIndex((word) => !word.assigns),
    ),
  )
  const wrapped = wrappers.has(baseName(bare[0]?.text ?? '')) ? bare.slice(1, maxWrapped).map((_, at) => bare.slice(at + 1)) : []
  return [...variants(words), ...wrapped.flatMap((rest) => [rest, ...variants(rest)])]
}

/** Sources of shell code among the arguments: the line of `bash -c`, of `eval`, of a wrapper that takes one. */
const scripts = (words: readonly Word[]): {source: string; dark: boolean}[] => {
  const bare = words.slice(
    Math.max(
      0,
      words.findIndex((word) => !word.assigns),
    ),
  )
  const program = baseName(bare[0]?.text ?? '')
  const rest = bare.slice(1)
  const as = (list: readonly Word[]) => ({source: list.map((word) => word.text).join(' '), dark: list.some((word) => word.known < word.text.length)})
  if (evaluators.has(program)) return rest.length > 0 ? [as(program === 'trap' ? rest.slice(0, 1) : rest)] : []
  if (shells.has(program)) {
    const flag = rest.findIndex((word) => /^-[a-zA-Z]*c[a-zA-Z]*$/.test(word.text))
    const line = flag === -1 ? undefined : rest.slice(flag + 1).find((word) => !/^[-+]/.test(word.text))
    return line ? [as([line])] : []
  }
  if (!wrappers.has(program)) return []
  const nested = rest.flatMap((word, at) => (shells.has(baseName(word.text)) || evaluators.has(baseName(word.text)) ? scripts(rest.slice(at)) : []))
  return [...nested, ...rest.filter((word) => word.quoted && /\s/.test(word.text)).map((word) => as([word]))]
}

const partOf = (simple: Simple): Part => {
  const {words} = simple
  const program = baseName(words.find((word) => !word.assigns)?.text ?? '')
  const names = [...words.slice(1), ...simple.reads, ...simple.writes].flatMap(({text}) => [text, ...text.split(/[=@:]/).slice(1)])
  return {
    ...joined(words),
    also: readings(words).map(joined),
    writes: simple.writes.filter(({text}) => text !== '/dev/null').map(({text}) => text),
    names: names.filter((name) => name !== '' && !name.startsWith('-')),
    changes: changers.has(program) || words.some((word) => changers.has(baseName(word.text)) && wrappers.has(program)),
  }
}

const collect = (source: string, depth: number): CommandLine => {
  if (depth > maxDepth || source.length > maxChars) return {parts: [], sure: false}
  const {found, inner, sure} = simples(source)
  const deeper = found.flatMap(({words}) => scripts(words))
  const lines = [...inner, ...deeper.map((script) => script.source)].map((text) => collect(text, depth + 1))
  return {
    parts: [...found.map(partOf), ...lines.flatMap((line) => line.parts)],
    sure: sure && deeper.every((script) => !script.dark) && lines.every((line) => line.sure),
  }
}

/** Everything that a shell line would run. */
export const readCommand = (line: string): CommandLine => collect(line, 0)
