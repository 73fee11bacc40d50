// A client that is shown the images a person named, where its model can see. Of a model of which that is not known the
// server is asked by sending them; when it refuses, it is asked once more in words alone, and never sent one again.

import type {ModelClient, Part} from '../engine/contract/model.ts'
import type {Images} from './images.ts'

export const withSight = (client: Pick<ModelClient, 'card' | 'stream'>, images: Images): ModelClient['stream'] => {
  let refused = false
  return async function* (turn, signal): AsyncGenerator<Part> {
    const {vision} = client.card(turn.model)
    const shown = (sees: boolean) => ({...turn, messages: turn.messages.map((message) => images.shown(message, sees))})
    const asked = shown(vision ?? !refused)
    const isGuess = vision === undefined && asked.messages.some((message) => message.from === 'user' && message.images)
    let isFirst = true
    for await (const part of client.stream(asked, signal)) {
      if (isGuess && isFirst && part.is === 'end' && part.error?.code === 'model.refused') {
        refused = true
        yield* client.stream(shown(false), signal)
        return
      }
      isFirst = false
      yield part
    }
  }
}
