// Which files a search may not show the inside of: those that reading would ask or be refused for. Pure.

import {pathMatcher, type Rule, secretFiles, secretSamples} from '../../engine/plugin.ts'

const readPattern = (rule: Rule): string | undefined => /^\s*read\s*\(([\s\S]*)\)\s*$/.exec(rule.match)?.[1]?.trim()

/** True for a path whose matches stay out of sight. */
export const hiddenBy = (rules: readonly Rule[]): ((path: string) => boolean) => {
  const of = (kinds: readonly Rule['do'][]) =>
    rules.flatMap((rule) => {
      const pattern = kinds.includes(rule.do) ? readPattern(rule) : undefined
      return pattern === undefined ? [] : [pathMatcher(pattern)]
    })
  const closed = of(['deny', 'ask'])
  const opened = of(['allow'])
  const secret = secretFiles.map(pathMatcher)
  return (path) =>
    closed.some((matches) => matches(path)) ||
    (!secretSamples.test(path) && secret.some((matches) => matches(path)) && !opened.some((matches) => matches(path)))
}
