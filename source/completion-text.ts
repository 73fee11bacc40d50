// Completion scripts made from the table of verbs: verbs, flags, the values of flags, files and folders.

import {dashed, type Flag, flagsOf, type Verb, verbs} from './verbs.ts'

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const namesOf = (flag: Flag): string[] => [dashed(flag.name), ...(flag.short ? [`-${flag.short}`] : [])]
const takes = (flag: Flag): 'files' | 'folders' | 'values' | 'text' | 'nothing' => {
  if (flag.type === 'boolean') return 'nothing'
  if (flag.values) return 'values'
  return flag.value === 'DIR' ? 'folders' : flag.value === 'FILE' ? 'files' : 'text'
}

const bashValue = (flag: Flag): string => {
  const kind = takes(flag)
  const reply = {
    values: `mapfile -t COMPREPLY < <(compgen -W ${quote((flag.values ?? []).join(' '))} -- "$word")`,
    folders: 'mapfile -t COMPREPLY < <(compgen -d -- "$word")',
    files: 'mapfile -t COMPREPLY < <(compgen -f -- "$word")',
    text: 'COMPREPLY=()',
    nothing: '',
  }[kind]
  return `        ${namesOf(flag).join('|')}) ${reply}; return ;;`
}

const bashVerb = (verb: Verb): string => {
  const words = [...Object.keys(verb.actions ?? {}), ...flagsOf(verb).flatMap(namesOf)]
  const valued = flagsOf(verb).filter((flag) => flag.type !== 'boolean')
  const lines = [`    ${verb.name})`, '      case $before in', ...valued.map(bashValue), '      esac', `      words=${quote(words.join(' '))} ;;`]
  return lines.join('\n')
}

export const bashScript = (): string => `# penguin completion bash
_penguin() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} verb=run words at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${verbs.map((verb) => verb.name).join('|')}) verb=\${COMP_WORDS[at]}; break ;;
    esac
  done
  case $verb in
${verbs.map(bashVerb).join('\n')}
  esac
  if ((at == COMP_CWORD)); then words="$words ${verbs.map((verb) => verb.name).join(' ')}"; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _penguin penguin
`

const zshText = (text: string): string => text.replace(/[[\]:\\]/g, (sign) => `\\${sign}`)

const zshFlag = (flag: Flag): string[] => {
  const action = {values: `:(${(flag.values ?? []).join(' ')})`, folders: ':_files -/', files: ':_files', text: ':', nothing: ''}[takes(flag)]
  const value = takes(flag) === 'nothing' ? '' : `:${flag.value}${action}`
  return namesOf(flag).map((name) => quote(`${flag.many ? '*' : ''}${name}[${zshText(flag.what)}]${value}`))
}

const zshVerb = (verb: Verb): string => {
  const words = verb.actions ? [quote(`:action:(${Object.keys(verb.actions).join(' ')})`)] : []
  return `    ${verb.name}) _arguments -s ${[...flagsOf(verb).flatMap(zshFlag), ...words, quote('*::')].join(' \\\n        ')} ;;`
}

export const zshScript = (): string => `#compdef penguin
_penguin() {
  local -a verbs=(
${verbs.map((verb) => `    ${quote(`${verb.name}:${zshText(verb.about)}`)}`).join('\n')}
  )
  local verb=run at
  for ((at = 2; at < CURRENT; at++)); do
    if [[ " ${verbs.map((verb) => verb.name).join(' ')} " == *" \${words[at]} "* ]]; then verb=\${words[at]}; break; fi
  done
  if ((at >= CURRENT)) && [[ \${words[CURRENT]} != -* ]]; then _describe verb verbs; return; fi
  case $verb in
${verbs.map(zshVerb).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _penguin "$@"; else compdef _penguin penguin; fi
`

const fishFlag = (verb: Verb, flag: Flag): string => {
  const kind = takes(flag)
  const value = {
    values: ` -x -a ${quote((flag.values ?? []).join(' '))}`,
    folders: " -x -a '(__fish_complete_directories)'",
    files: ' -r -F',
    text: ' -x',
    nothing: '',
  }[kind]
  const when =
    verb.name === 'run'
      ? "'not __fish_seen_subcommand_from $penguin_verbs; or __fish_seen_subcommand_from run'"
      : quote(`__fish_seen_subcommand_from ${verb.name}`)
  const short = flag.short ? ` -s ${flag.short}` : ''
  return `complete -c penguin -n ${when} -l ${dashed(flag.name).slice(2)}${short}${value} -d ${quote(flag.what)}`
}

export const fishScript = (): string =>
  `${[
    '# penguin completion fish',
    `set -g penguin_verbs ${verbs.map((verb) => verb.name).join(' ')}`,
    'complete -c penguin -f',
    ...verbs.map((verb) => `complete -c penguin -n 'not __fish_seen_subcommand_from $penguin_verbs' -a ${verb.name} -d ${quote(verb.about)}`),
    ...verbs.flatMap((verb) =>
      Object.entries(verb.actions ?? {}).map(
        ([name, what]) => `complete -c penguin -n '__fish_seen_subcommand_from ${verb.name}' -a ${name} -d ${quote(what)}`,
      ),
    ),
    ...verbs.flatMap((verb) => flagsOf(verb).map((flag) => fishFlag(verb, flag))),
  ].join('\n')}\n`
