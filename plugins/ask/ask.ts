// ask: a question to the person in front of the screen, or to whoever answers for them.

import {FaultError, fail, type Tool} from '../../engine/plugin.ts'

interface AskInput {
  question: string
  choices?: string[]
}

const ask: Tool<AskInput> = {
  name: 'ask',
  does: 'Ask the user, only when you cannot go on without an answer.',
  takes: (z) => z.object({question: z.string(), choices: z.array(z.string()).optional()}),
  needs: (input) => [{kind: 'ask', what: input.question}],
  touches: () => [],
  run: async ({question, choices}, site) => {
    if (question.trim() === '') return fail('tool.input', {name: 'ask', why: 'question is empty'})
    const answer = await site.ask({text: question, ...(choices && choices.length > 0 ? {choices} : {})})
    if (!answer.ok) throw new FaultError(answer.error)
    return {model: answer.result, line: `asked: ${question.slice(0, 80)} → ${answer.result.slice(0, 40)}`, result: {answer: answer.result}}
  },
}

export default ask
