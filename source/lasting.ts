// "Allow always": the rules that a person has a run write down. They go into the project's own settings that are not
// committed, with its comments kept, and are noted as this person's beside their answers about trust: what somebody
// wrote on this machine is nothing that the folder brings. Nothing is written that cannot be read again as a rule.

import {join} from 'node:path'
import {asFault, bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import type {Rule} from '../engine/contract/permission.ts'
import type {Lasting} from '../engine/crew/asks.ts'
import {parseRule, ruleOn} from '../engine/tool/rules.ts'
import {writeAllowed} from './config-write.ts'
import type {Context} from './context.ts'
import {keepRules, projectFiles} from './trust.ts'

const file = projectFiles[1]

const plain = (pattern: string): string => pattern.replace(/\\([\\*])/g, '$1')

export const openLasting = (context: Context, root: string): Lasting => {
  const kept: Rule[] = []
  return {
    keep: async (matches): Promise<Envelope<string>> => {
      const unread = matches.find((match) => !parseRule(match))
      if (unread !== undefined)
        return bad(fault('config.invalid', {file, why: `the rule "${unread}" cannot be read`, hint: 'write it as shell(npm test*) or read(docs/**)'}))
      try {
        // Trusted first: a run that begins in between must not find the rule a stranger's.
        keepRules(context, root, matches)
        await writeAllowed(join(root, file), matches)
      } catch (thrown) {
        return bad(asFault(thrown))
      }
      kept.push(...matches.map((match): Rule => ({do: 'allow', match, from: file})))
      return good(file)
    },
    covers: (matches) =>
      matches.every((match) => {
        const read = parseRule(match)
        return kept.some((rule) => rule.match === match) || (read !== undefined && ruleOn({kind: read.verb, what: plain(read.pattern)}, kept)?.do === 'allow')
      }),
  }
}
