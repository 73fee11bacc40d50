// A model whose weights are set by hand, so that a real server tells a story: the last mark in the prompt, also one in a
// tool's result, picks the reply, at any temperature. One layer, one head; the attention finds the nearest mark
// (ALiBi takes something off for each token of distance), and each piece of a reply leads to the next one.

import {ends, f32, ggufFile, type Matrix, matrix, put, u32, vector, vocabularyOf, words} from './gguf.ts'

export interface Reply {
  /** The mark; '' for the reply where there is none. */
  on: string
  say: string
  /** Begins again at its end, and never ends. */
  loop?: true
}

export interface ScriptedOptions {
  replies: readonly Reply[]
  /** Words that shall be one token each, for speed: what is left is read byte by byte, and attention is quadratic. */
  words?: readonly string[]
  /** Servers tell models apart by their bytes: two of the same are loaded once. */
  name?: string
  /** Context that it claims to be trained for. */
  context?: number
  template: string
}

export const callText = (tool: string, input: object): string => `<tool_call>\n${JSON.stringify({name: tool, arguments: input})}\n</tool_call>`

const pieceChars = 4
const feedForward = 32
/** Past any distance that a mark may have. */
const loud = 200
const chosen = 10
const next = 20

/** Each reply in pieces that occur once in the whole vocabulary, so that a piece is a place in the story. */
const piecesOf = (replies: readonly Reply[], known: Iterable<string>): string[][] => {
  const taken = new Set(known)
  return replies.map(({say}) => {
    const cut: string[] = []
    for (let at = 0; at < say.length; ) {
      let chars = pieceChars
      while (at + chars < say.length && taken.has(say.slice(at, at + chars))) chars++
      let piece = say.slice(at, at + chars)
      if (taken.has(piece)) {
        // A tail that is known already joins the piece before it.
        const before = cut.pop()
        if (before === undefined) throw new Error(`the reply ${JSON.stringify(say)} begins with a word that is taken`)
        taken.delete(before)
        piece = before + piece
      }
      cut.push(piece)
      taken.add(piece)
      at += chars
    }
    return cut
  })
}

const check = (replies: readonly Reply[], chains: readonly string[][]): void => {
  if (replies[0]?.on !== '') throw new Error('the first reply is the one without a mark')
  for (const {on, say} of replies) if (/[^\n -~]/.test(on + say)) throw new Error(`only ASCII can be said: ${JSON.stringify(say)}`)
  for (const {on} of replies.slice(1))
    if (chains.flat().some((piece) => piece !== on && piece.includes(on))) throw new Error(`the mark ${on} stands inside a reply's piece; choose another`)
}

export const scriptedModel = ({replies, words: common = [], name = 'scripted', context = 32_768, template}: ScriptedOptions): Buffer => {
  const marks = replies.slice(1).map(({on}) => on)
  const {tokens: plain} = vocabularyOf([...marks, ...common], template)
  const chains = piecesOf(replies, plain)
  check(replies, chains)
  const {tokens, meta, idOf} = vocabularyOf([...marks, ...common, ...chains.flat()], template)

  // Dimensions: 0 plain, 1 mark, then which mark, then the reply that was chosen, then the places in all replies.
  const count = replies.length
  const [chosenAt, placesAt] = [2 + count, 2 + 2 * count]
  const dims = Math.ceil((placesAt + chains.flat().length) / 64) * 64
  const embedding = matrix(tokens.length, dims)
  const head = matrix(tokens.length, dims)
  for (let id = 0; id < tokens.length; id++) put(embedding, id, 0, 1)
  marks.forEach((mark, index) => {
    put(embedding, idOf(mark), 0, 0)
    put(embedding, idOf(mark), 1, 1)
    put(embedding, idOf(mark), 3 + index, 1)
  })
  let place = placesAt
  chains.forEach((chain, reply) => {
    const [first = ends.turn] = chain
    put(head, idOf(first), chosenAt + reply, chosen)
    chain.forEach((piece, index) => {
      const id = idOf(piece)
      put(embedding, id, 0, 0)
      put(embedding, id, place, 1)
      put(head, idOf(chain[index + 1] ?? (replies[reply]?.loop ? first : ends.turn)), place, next)
      place += 1
    })
  })

  // What the norm makes of a mark's two ones.
  const one = Math.sqrt(dims / 2)
  const [mixed, mixedBias, out, outBias] = [matrix(3 * dims, dims), vector(3 * dims), matrix(dims, dims), vector(dims)]
  put(mixedBias, 0, 0, loud * Math.sqrt(dims))
  put(mixed, dims, 1, loud / one)
  for (let reply = 0; reply < count; reply++) {
    put(mixed, 2 * dims + reply, 2 + reply, 1 / one)
    put(out, chosenAt + reply, reply, 1)
  }
  put(outBias, 0, chosenAt, 0.3)

  const tensors: Record<string, Matrix> = {
    'token_embd.weight': embedding,
    'output.weight': head,
    'output_norm.weight': vector(dims, 1),
    'blk.0.attn_norm.weight': vector(dims, 1),
    'blk.0.attn_qkv.weight': mixed,
    'blk.0.attn_qkv.bias': mixedBias,
    'blk.0.attn_output.weight': out,
    'blk.0.attn_output.bias': outBias,
    'blk.0.ffn_norm.weight': vector(dims, 1),
    'blk.0.ffn_up.weight': matrix(feedForward, dims),
    'blk.0.ffn_down.weight': matrix(dims, feedForward),
  }
  return ggufFile(
    {
      'general.architecture': words('mpt'),
      'general.name': words(name),
      'general.file_type': u32(0),
      'mpt.context_length': u32(context),
      'mpt.embedding_length': u32(dims),
      'mpt.block_count': u32(1),
      'mpt.feed_forward_length': u32(feedForward),
      'mpt.attention.head_count': u32(1),
      'mpt.attention.layer_norm_epsilon': f32(1e-5),
      'mpt.attention.max_alibi_bias': f32(0.1),
      ...meta,
    },
    tensors,
  )
}
