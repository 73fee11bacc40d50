// A model of random weights: it talks printable noise, the same for the same seed. Whatever sense comes out of it was
// forced on it, by a grammar or a schema; nothing here may help it to make any.

import {ends, f32, ggufFile, type Matrix, matrix, put, u32, vector, vocabularyOf, words} from './gguf.ts'

export interface NoiseOptions {
  context?: number
  template: string
  seed?: number
}

const dims = 64
const layers = 2
const heads = 4
const feedForward = 128
const spread = 0.02
/** So low that it is never said. */
const barred = -50
const ballast = 0.05

/** mulberry32: small, and alike everywhere. */
const diceOf = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const noiseModel = ({context = 32_768, template, seed = 1}: NoiseOptions): Buffer => {
  const dice = diceOf(seed)
  const bell = (): number => Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice())
  const random = (rows: number, cols: number): Matrix => {
    const made = matrix(rows, cols)
    made.data.forEach((_, at) => {
      made.data[at] = bell() * spread
    })
    return made
  }
  const {tokens, meta, idOf} = vocabularyOf([], template)
  const [embedding, head] = [random(tokens.length, dims), random(tokens.length, dims)]
  // The first dimension is a constant and works as a bias: bytes that are no text break the servers' own JSON.
  const isSaid = (id: number): boolean => (id >= 32 && id < 127) || id === 10 || id === idOf(ends.turn)
  for (let id = 0; id < tokens.length; id++) {
    put(embedding, id, 0, ballast)
    put(head, id, 0, isSaid(id) ? 0 : barred)
  }
  const tensors: Record<string, Matrix> = {'token_embd.weight': embedding, 'output_norm.weight': vector(dims, 1), 'output.weight': head}
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`
    tensors[`${at}.attn_norm.weight`] = vector(dims, 1)
    for (const part of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensors[`${at}.${part}.weight`] = random(dims, dims)
    tensors[`${at}.ffn_norm.weight`] = vector(dims, 1)
    tensors[`${at}.ffn_gate.weight`] = random(feedForward, dims)
    tensors[`${at}.ffn_up.weight`] = random(feedForward, dims)
    tensors[`${at}.ffn_down.weight`] = random(dims, feedForward)
    for (const part of ['attn_output', 'ffn_down']) tensors[`${at}.${part}.weight`]?.data.fill(0, 0, part === 'ffn_down' ? feedForward : dims)
  }
  return ggufFile(
    {
      'general.architecture': words('llama'),
      'general.name': words('noise'),
      'general.file_type': u32(0),
      'llama.context_length': u32(context),
      'llama.embedding_length': u32(dims),
      'llama.block_count': u32(layers),
      'llama.feed_forward_length': u32(feedForward),
      'llama.attention.head_count': u32(heads),
      'llama.attention.head_count_kv': u32(heads),
      'llama.attention.layer_norm_rms_epsilon': f32(1e-5),
      'llama.rope.dimension_count': u32(dims / heads),
      'llama.rope.freq_base': f32(10_000),
      'llama.vocab_size': u32(tokens.length),
      ...meta,
    },
    tensors,
  )
}
