// What a person should know of the model that will answer, in a line: where the choice came from, and what can be had
// instead when there was nothing to choose from.

import type {Gathered} from './opening.ts'

const searchWords = 'Embedded search engine: fixes small bugs shown by failing tests in Python, JavaScript and TypeScript. It does not write features.'
const keyWords = 'Set OPENAI_API_KEY, ANTHROPIC_API_KEY or OPENROUTER_API_KEY, start an Ollama, or name a model with --model (on the screen: /model) for more.'

type Known = Pick<Gathered, 'roleRoutes' | 'routes' | 'routeWhy' | 'chosen'>

const isEmbedded = ({roleRoutes}: Pick<Gathered, 'roleRoutes'>): boolean => roleRoutes.default?.[0]?.provider === 'embedded'

/** Said before a request too when nobody has named a model and there is none: what the embedded search can do, and how to have more. */
export const noModelWords = (facts: Partial<Gathered>): {noModel?: string} =>
  facts.roleRoutes && isEmbedded({roleRoutes: facts.roleRoutes}) && !facts.chosen ? {noModel: `No model configured. ${searchWords} ${keyWords}`} : {}

export const routeWords = (facts: Known): string => {
  if (!isEmbedded(facts)) return `${facts.routes.coder?.join(', ') ?? ''}: ${facts.routeWhy}`
  return noModelWords(facts).noModel ?? searchWords
}
