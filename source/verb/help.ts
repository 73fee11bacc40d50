// The verb `help`: a verb from the table, a page from docs/, or the JSON Schema of every event line.

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {exitCodes} from '../../engine/contract/outcome.ts'
import type {VerbRun} from '../context.ts'
import {programHelp, verbHelp} from '../help-text.ts'
import {nearest} from '../nearest.ts'
import {packageRoot} from '../package-root.ts'
import {findVerb, type Verb, verbs} from '../verbs.ts'

const docs = join(packageRoot, 'docs')

export const pageNames = (folder = docs): string[] => {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .map((file) => file.slice(0, -'.md'.length))
      .sort()
  } catch {
    return []
  }
}

export const helpOn = (verb: Verb | undefined): string => (verb ? verbHelp(verb) : programHelp(pageNames()))

export const help: VerbRun = async (context) => {
  const [word] = context.words
  if (context.flags.schema === true) {
    if (word !== 'events') {
      context.err('penguin: --schema goes with the page `events`\npenguin help events --schema\n')
      return exitCodes.usage
    }
    const {eventSchema} = await import('../../engine/journal/schema.ts')
    return (await context.out(`${JSON.stringify(await eventSchema(), null, 2)}\n`)) ? 0 : exitCodes.failed
  }
  const verb = word === undefined ? undefined : findVerb(word)
  const pages = pageNames()
  // A page that is called as a verb is goes on where the verb's own help ends.
  const more = verb && pages.includes(verb.name) ? `\n${readFileSync(join(docs, `${verb.name}.md`), 'utf8')}` : ''
  if (word === undefined || verb) return (await context.out(`${helpOn(verb)}${more}`)) ? 0 : exitCodes.failed
  if (pages.includes(word)) return (await context.out(readFileSync(join(docs, `${word}.md`), 'utf8'))) ? 0 : exitCodes.failed
  const near = nearest(word, [...verbs.map((known) => known.name), ...pages])
  context.err(`penguin: there is no help on \`${word}\`\ndid you mean penguin help ${near}?\n`)
  return exitCodes.usage
}
