// The recorded trace of bench/trace as jobs, and the clusters that it is replayed on. Recorded are the moment of each request,
// its tokens in and out, and whether it was conversation or code; all else is drawn (docs/routing.md says which).

import {readFileSync} from 'node:fs'
import {drawsOf, type Job, type Provider, providers} from './router-day.ts'

const file = new URL('trace/azure-llm-2023.csv', import.meta.url)

/** Of the requests for code, those that are taken for large changes. */
const complexShare = 0.25

export const recordedJobs = (random: () => number): Job[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [ms, service, input, output] = line.split(',')
      const kind = service === 't' ? 'question' : random() < complexShare ? 'complex' : 'edit'
      return {kind, atMs: Number(ms), input: Number(input), output: Number(output), ...drawsOf(random)}
    })

/** The providers of the drawn day with as many slots as such traffic needs: what a team rents, and one server of its own. */
const slots: Readonly<Record<string, number>> = {'p/best': 40, 'p/mid': 24, 'p/small': 16, 'own/local': 2}
export const mixedCluster: readonly Provider[] = providers.map((one) => ({...one, slots: slots[one.name] ?? one.slots}))

/** Four equal servers of one's own: no route is better or cheaper, only less busy. */
export const equalCluster: readonly Provider[] = ['a', 'b', 'c', 'd'].map((name) => ({
  name: `${name}/m`,
  local: true,
  slots: 8,
  usdIn: 0,
  usdOut: 0,
  firstMs: 500,
  tokensPerSec: 60,
  failing: 0.01,
  skill: {question: 0.95, edit: 0.9, complex: 0.6},
  down: [2, 2],
}))
