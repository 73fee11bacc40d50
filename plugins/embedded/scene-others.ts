// The roles that change nothing: planner, tester, reviewer. They say what the tools told them, in order, and no more.

import type {Message, Turn} from '../../engine/plugin.ts'
import type {Move, Results} from './move.ts'

/** `- source/a.js:12 total (suspicion 0.71)` as the explorer writes it. */
const placeLine = /^- (\S+):(\d+) (\S+) \(suspicion ([\d.]+)\)$/gm

interface Place {
  path: string
  line: string
  name: string
}

const placesIn = (messages: readonly Message[]): Place[] => {
  const text = messages.map((message) => ('text' in message ? message.text : '')).join('\n')
  return [...text.matchAll(placeLine)].map(([, path = '', line = '', name = '']) => ({path, line, name})).slice(0, 3)
}

const stepsOf = (places: readonly Place[]): {title: string; accept: string[]}[] => [
  ...places.map(({path, line, name}) => ({
    title: `Search for a one-edit repair of ${name} (${path}:${line})`,
    accept: ['the failing tests pass', 'no passing test breaks'],
  })),
  ...(places.length === 0
    ? [{title: 'Search for a one-edit repair of the code that the failing tests run', accept: ['the failing tests pass', 'no passing test breaks']}]
    : []),
  {title: "Run the project's own test command on the result", accept: ['it exits with 0']},
]

/** Fills the plan tool's own schema: whatever names it has for a step's title and acceptance. */
const planInput = (turn: Turn, steps: ReturnType<typeof stepsOf>): Record<string, unknown> => {
  const schema = JSON.stringify(turn.tools.find((tool) => tool.name === 'plan')?.input ?? {})
  const list = /"steps"/.test(schema) ? 'steps' : 'tasks'
  const hasField = (name: string): boolean => schema.includes(`"${name}"`)
  return {
    [list]: steps.map((step, at) => ({
      ...(hasField('id') ? {id: `s${at + 1}`} : {}),
      title: step.title,
      ...(hasField('after') ? {after: at === steps.length - 1 ? steps.slice(0, -1).map((_, n) => `s${n + 1}`) : []} : {}),
      ...(hasField('accept') ? {accept: step.accept} : {}),
      ...(hasField('state') ? {state: 'open'} : {}),
    })),
  }
}

export const planOf = (turn: Turn, results: Results): Move => {
  const steps = stepsOf(placesIn(turn.messages))
  const words = steps.map((step, at) => `${at + 1}. ${step.title}: ${step.accept.join(', ')}.`).join('\n')
  const planned = results.some((one) => one.tool === 'plan')
  if (planned || !turn.tools.some((tool) => tool.name === 'plan')) return {text: words}
  return {call: {tool: 'plan', input: planInput(turn, steps)}}
}

export const testedText = (tested: string | undefined): string => tested?.slice(0, 4000) ?? 'No tests could be run.'

/** No invented explanation: what fails now, and what the last patch was. */
export const reviewOf = (turn: Turn, tested: string | undefined): string => {
  const patch = turn.messages.findLast((message) => message.from === 'model' && /Applying:|Not fixed/.test(message.text))
  return [
    'What the evidence says:',
    (tested ?? 'no test run').slice(0, 2500),
    patch && 'text' in patch ? `Last patch: ${patch.text.split('\n')[0]}` : '',
    'Hypothesis: no single edit in the space that was searched is the cause; the code likely lacks logic that search cannot write.',
  ]
    .filter(Boolean)
    .join('\n')
}
