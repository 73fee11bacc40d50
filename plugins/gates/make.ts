// Reads a Makefile just far enough to find the lines that run when a target is asked for, and a shell script that is
// nothing but lines. Where anything could make that uncertain (conditions, files that are included, targets that are
// files), it finds none, and the command is told by its exit code alone. It never evaluates anything.

import {isAssignment, type Part} from './words.ts'

export interface RecipeLine {
  /** As it stands in the file. */
  raw: string
  /** What stands before the command: a tab, and signs such as `@`. */
  lead: string
  /** For the shell: variables filled in. */
  text: string
}

export const makefiles = ['GNUmakefile', 'makefile', 'Makefile']

const uncertain =
  /^\s*(?:ifeq|ifneq|ifdef|ifndef|else|endif|define|[-s]?include|export|unexport|override|vpath)\b|^\.(?:ONESHELL|RECIPEPREFIX|SHELLFLAGS|NOTPARALLEL)|^(?:SHELL|MAKEFLAGS|\.SHELLFLAGS)\s*[:?+]?=/m

const valuesOf = (text: string): Map<string, string | null> => {
  const found = new Map<string, string | null>()
  for (const [, name = '', value = ''] of text.matchAll(/^([A-Za-z_][\w.-]*)[ \t]*(?:[:?]|::)?=[ \t]*(.*)$/gm))
    found.set(name, found.has(name) ? null : value.trim())
  for (const [, name = ''] of text.matchAll(/^([A-Za-z_][\w.-]*)[ \t]*[+!]=/gm)) found.set(name, null)
  return found
}

/** The line for the shell; undefined when it holds more than plain variables of this file. */
const filled = (line: string, values: ReadonlyMap<string, string | null>, depth = 0): string | undefined => {
  let sure = depth < 6
  const text = line.replace(/\$\$|\$\(([\w.-]+)\)|\$\{([\w.-]+)\}|\$./g, (sign, round?: string, curly?: string) => {
    if (sign === '$$') return depth === 0 ? '$' : sign
    const value = values.get(round ?? curly ?? '')
    const inner = value == null ? undefined : filled(value, values, depth + 1)
    if (inner === undefined) sure = false
    return inner ?? ''
  })
  return sure ? text : undefined
}

interface Rule {
  needs: string[]
  lines: string[]
}

const rulesOf = (text: string): Map<string, Rule> => {
  const rules = new Map<string, Rule>()
  let open: Rule[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('\t')) for (const rule of open) rule.lines.push(line)
    const head = /^([^\s#=:][^#=:]*)::?(?!=)([^;=#]*)$/.exec(line)
    if (!head) continue
    open = (head[1] as string)
      .trim()
      .split(/\s+/)
      .map((name) => {
        const rule = rules.get(name) ?? {needs: [], lines: []}
        rule.needs.push(...(head[2] as string).trim().split(/\s+/).filter(Boolean))
        rules.set(name, rule)
        return rule
      })
  }
  return rules
}

/** The lines that run, in order, when a part of a command is `make TARGET`; none where that is not certain. `isFile`: could the target be up to date? */
export const recipeOf = (part: Part, makefile: string, isFile: (name: string) => boolean): RecipeLine[] => {
  const [tool = '', ...rest] = part.words.map((one) => one.text)
  if (!/^g?make$/.test(tool) || rest.some((word) => word.startsWith('-') && !/^-(?:s|-silent|-no-print-directory)$/.test(word)) || rest.some(isAssignment))
    return []
  if (uncertain.test(makefile) || /\\\n/.test(makefile)) return []
  const rules = rulesOf(makefile)
  const phony = new Set(rules.get('.PHONY')?.needs)
  const lines = (name: string, seen: ReadonlySet<string>): string[] => {
    const rule = rules.get(name)
    if (rule === undefined || seen.has(name) || (!phony.has(name) && isFile(name))) return []
    return [...rule.needs.flatMap((need) => lines(need, new Set([...seen, name]))), ...rule.lines]
  }
  const values = valuesOf(makefile)
  return rest
    .filter((word) => !word.startsWith('-'))
    .flatMap((target) => lines(target, new Set()))
    .flatMap((raw): RecipeLine[] => {
      const lead = /^\t[\s@+-]*/.exec(raw)?.[0] ?? '\t'
      const text = filled(raw.slice(lead.length), values)
      // Were it there twice, the other one would be changed with it.
      return text === undefined || makefile.split('\n').filter((line) => line === raw).length !== 1 ? [] : [{raw, lead, text}]
    })
}

const winding = /^\s*(?:if|for|while|until|case|select|function|\w+\s*\(\))(?:\s|$)|<<|\\\n|^\s*(?:exit|return)\b(?!\s+[1-9])|[{(]\s*$/m

/** The script that a part of a command runs: `sh FILE`, `bash -e FILE`, `./FILE.sh`. */
export const scriptIn = (part: Part): string | undefined => {
  const [tool = '', ...rest] = part.words.map((one) => one.text).filter((word) => !isAssignment(word))
  if (/^(?:\.\/|[\w.-]+\/).*\.(?:sh|bash)$/.test(tool)) return tool
  return /^(?:ba|da)?sh$/.test(tool) ? rest.find((word, i) => !word.startsWith('-') && rest.slice(0, i).every((flag) => /^-[eux]+$/.test(flag))) : undefined
}

/** The lines of a shell script that has no turns; none otherwise. */
export const linesOf = (script: string): RecipeLine[] => {
  const lines = script.split('\n')
  if (winding.test(script)) return []
  return lines.flatMap((raw): RecipeLine[] => {
    const lead = /^\s*/.exec(raw)?.[0] ?? ''
    const text = raw.slice(lead.length)
    return text === '' || text.startsWith('#') || lines.filter((line) => line === raw).length !== 1 ? [] : [{raw, lead, text}]
  })
}

/** The file with another command in the place of a line. `make`: by the rules of a Makefile. */
export const withLine = (file: string, {raw, lead}: RecipeLine, command: string, make: boolean): string => {
  const text = make ? command.replaceAll('$', '$$$$').replaceAll('\n', ' ') : command
  return file
    .split('\n')
    .map((line) => (line === raw ? `${lead}${text}` : line))
    .join('\n')
}
