// Git commands that would change the repository itself: its commits, index, branches, stash, HEAD. Penguin does none
// of that unasked, and neither do its agents. Pure; for deciding only. What git only reads, or only does to files of
// the working tree, is no concern of this file, and neither is a repository somewhere else.

import type {CommandLine, Part} from './command.ts'

type Changes = (args: readonly string[]) => boolean

const always: Changes = () => true
const has = (args: readonly string[], flags: readonly string[]): boolean => args.some((arg) => flags.includes(arg.split('=')[0] as string))
const plain = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith('-'))
const unlessFirst =
  (...reads: string[]): Changes =>
  (args) => {
    const [first] = plain(args)
    return first !== undefined && !reads.includes(first)
  }
/** Lists without names, makes or moves with one. */
const listing =
  (lists: readonly string[], makes: readonly string[]): Changes =>
  (args) =>
    has(args, makes) || (plain(args).length > 0 && !has(args, lists))

const changing: Readonly<Record<string, Changes>> = {
  ...Object.fromEntries(
    'add am cherry-pick commit commit-tree fetch filter-branch filter-repo merge mv pull push read-tree rebase replace reset revert rm stage switch update-index update-ref'
      .split(' ')
      .map((name) => [name, always]),
  ),
  apply: (args) => has(args, ['--index', '--cached', '--3way', '-3']),
  bisect: unlessFirst('log', 'view', 'visualize', 'help'),
  branch: listing(
    [
      '-l',
      '--list',
      '-a',
      '--all',
      '-r',
      '--remotes',
      '--contains',
      '--no-contains',
      '--merged',
      '--no-merged',
      '--points-at',
      '--show-current',
      '--format',
      '--sort',
    ],
    ['-d', '-D', '-m', '-M', '-c', '-C', '-f', '-u', '--delete', '--move', '--copy', '--force', '--set-upstream-to', '--unset-upstream', '--edit-description'],
  ),
  // `git checkout -- FILE` and `git checkout .` give files back and touch nothing else.
  checkout: (args) => !(args.find((arg) => !/^-[qf]$|^--(?:quiet|force|ours|theirs)$/.test(arg)) === '--' || (plain(args).join() === '.' && args.length === 1)),
  notes: unlessFirst('list', 'show'),
  reflog: (args) => ['expire', 'delete', 'drop', 'write'].includes(args[0] ?? ''),
  remote: unlessFirst('show', 'get-url'),
  restore: (args) => has(args, ['--staged', '-S', '-SW', '-WS']),
  stash: (args) => !['list', 'show'].includes(args[0] ?? ''),
  submodule: unlessFirst('status', 'summary'),
  'symbolic-ref': (args) => plain(args).length > 1 || has(args, ['-d', '--delete']),
  tag: listing(['-l', '--list', '-n', '--contains', '--no-contains', '--merged', '--no-merged', '--points-at', '-v', '--verify'], ['-d', '--delete']),
  worktree: unlessFirst('list'),
}

const readingsOf = (part: Part): string[] => [part.text, ...part.also.map(({text}) => text)]

const changeIn = (part: Part): string | undefined => {
  for (const reading of readingsOf(part)) {
    const [program, name = '', ...args] = reading.split(' ')
    if (program === 'git' && Object.hasOwn(changing, name) && changing[name]?.(args)) return `git ${name}`
  }
  return undefined
}

const isElsewhere = (path: string, root: string): boolean => /^[$~`]/.test(path) || (path.startsWith('/') && path !== root && !path.startsWith(`${root}/`))

/** Does this part, or one before it in the line, turn to a repository that is not the project's? */
const turnsAway = (part: Part, root: string): boolean => {
  const words = part.text.split(' ')
  const [program, first = ''] = words
  if (program === 'cd' || program === 'pushd') return part.known < part.text.length || isElsewhere(first, root)
  if (program !== 'git') return false
  const at = words.indexOf('-C')
  if (at > 0) return isElsewhere(words[at + 1] ?? '', root)
  // A new repository in a folder of its own: what follows is about that one.
  return (words[1] === 'init' || words[1] === 'clone') && plain(words.slice(2)).length > 0
}

/** The first command of a line that would change the project's repository, such as `git commit`. */
export const gitChange = (line: CommandLine, root: string): string | undefined => {
  for (const part of line.parts) {
    if (turnsAway(part, root)) return undefined
    const found = changeIn(part)
    if (found) return found
  }
  return undefined
}
