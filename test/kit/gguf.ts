// A GGUF file, written byte by byte: what llama.cpp and Ollama load models from. Only what our two models need: all
// tensors are 32-bit floats, the vocabulary is one of bytes, and nothing is read back.

export type Meta =
  | {is: 'u32' | 'i32' | 'f32'; value: number}
  | {is: 'bool'; value: boolean}
  | {is: 'text'; value: string}
  | {is: 'texts'; value: readonly string[]}
  | {is: 'i32s'; value: readonly number[]}

export interface Matrix {
  rows: number
  cols: number
  /** A vector has one row and is written with one dimension. */
  isVector: boolean
  data: Float32Array
}

export const matrix = (rows: number, cols: number): Matrix => ({rows, cols, isVector: false, data: new Float32Array(rows * cols)})
export const vector = (size: number, fill = 0): Matrix => ({rows: 1, cols: size, isVector: true, data: new Float32Array(size).fill(fill)})
export const put = (into: Matrix, row: number, col: number, value: number): void => {
  into.data[row * into.cols + col] = value
}

export const u32 = (value: number): Meta => ({is: 'u32', value})
export const f32 = (value: number): Meta => ({is: 'f32', value})
export const words = (value: string): Meta => ({is: 'text', value})

const version = 3
const alignment = 32
const codes = {u32: 4, i32: 5, f32: 6, bool: 7, text: 8} as const
const listCode = 9
const floatTensor = 0

const numeric = (write: (into: DataView) => void, bytes: number): Uint8Array => {
  const made = new Uint8Array(bytes)
  write(new DataView(made.buffer))
  return made
}
const int = (value: number): Uint8Array => numeric((into) => into.setUint32(0, value, true), 4)
const signed = (value: number): Uint8Array => numeric((into) => into.setInt32(0, value, true), 4)
const float = (value: number): Uint8Array => numeric((into) => into.setFloat32(0, value, true), 4)
const long = (value: number): Uint8Array => numeric((into) => into.setBigUint64(0, BigInt(value), true), 8)
const string = (value: string): Uint8Array => {
  const bytes = Buffer.from(value)
  return Buffer.concat([long(bytes.length), bytes])
}

const listOf = (code: number, rows: readonly Uint8Array[]): Uint8Array => Buffer.concat([int(listCode), int(code), long(rows.length), ...rows])

const encoded = (meta: Meta): Uint8Array => {
  switch (meta.is) {
    case 'u32':
      return Buffer.concat([int(codes.u32), int(meta.value)])
    case 'i32':
      return Buffer.concat([int(codes.i32), signed(meta.value)])
    case 'f32':
      return Buffer.concat([int(codes.f32), float(meta.value)])
    case 'bool':
      return Buffer.concat([int(codes.bool), Uint8Array.of(meta.value ? 1 : 0)])
    case 'text':
      return Buffer.concat([int(codes.text), string(meta.value)])
    case 'texts':
      return listOf(codes.text, meta.value.map(string))
    case 'i32s':
      return listOf(codes.i32, meta.value.map(signed))
  }
}

const padding = (size: number): Uint8Array => new Uint8Array((alignment - (size % alignment)) % alignment)

export const ggufFile = (meta: Readonly<Record<string, Meta>>, tensors: Readonly<Record<string, Matrix>>): Buffer => {
  const infos: Uint8Array[] = []
  const bodies: Uint8Array[] = []
  let offset = 0
  for (const [name, {rows, cols, isVector, data}] of Object.entries(tensors)) {
    const dims = isVector ? [cols] : [cols, rows]
    infos.push(string(name), int(dims.length), ...dims.map(long), int(floatTensor), long(offset))
    bodies.push(Buffer.from(data.buffer), padding(data.byteLength))
    offset += data.byteLength + padding(data.byteLength).length
  }
  const keys = Object.entries(meta).flatMap(([key, value]) => [string(key), encoded(value)])
  const head = Buffer.concat([Buffer.from('GGUF'), int(version), long(Object.keys(tensors).length), long(Object.keys(meta).length), ...keys, ...infos])
  return Buffer.concat([head, padding(head.length), ...bodies])
}

// A vocabulary of bytes, as GPT-2 writes them down: a letter for each byte, also for those that cannot be seen.
const isSeen = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
const hiddenFrom = 256
const byteTokens = (): string[] => {
  let hidden = hiddenFrom
  return Array.from({length: 256}, (_, byte) => String.fromCharCode(isSeen(byte) ? byte : hidden++))
}

const kinds = {plain: 1, control: 3, raw: 4} as const
export const ends = {text: '<|endoftext|>', begin: '<|im_start|>', turn: '<|im_end|>'} as const

export interface Vocabulary {
  tokens: string[]
  meta: Record<string, Meta>
  idOf(token: string): number
}

/** Bytes, the marks of a conversation, and whatever else shall be one token, as it is written. */
export const vocabularyOf = (more: readonly string[], template: string): Vocabulary => {
  const plain = [...byteTokens(), 'er']
  const control = Object.values(ends)
  const raw = [...new Set(more)]
  const tokens = [...plain, ...control, ...raw]
  const types = [...plain.map(() => kinds.plain), ...control.map(() => kinds.control), ...raw.map(() => kinds.raw)]
  const ids = new Map(tokens.map((token, id) => [token, id]))
  const idOf = (token: string): number => {
    const id = ids.get(token)
    if (id === undefined) throw new Error(`no token ${JSON.stringify(token)}`)
    return id
  }
  const meta: Record<string, Meta> = {
    'tokenizer.ggml.model': words('gpt2'),
    'tokenizer.ggml.pre': words('gpt-2'),
    'tokenizer.ggml.tokens': {is: 'texts', value: tokens},
    'tokenizer.ggml.token_type': {is: 'i32s', value: types},
    // Without one the file is refused.
    'tokenizer.ggml.merges': {is: 'texts', value: ['e r']},
    'tokenizer.ggml.bos_token_id': u32(idOf(ends.text)),
    'tokenizer.ggml.eos_token_id': u32(idOf(ends.turn)),
    'tokenizer.ggml.add_bos_token': {is: 'bool', value: false},
    'tokenizer.chat_template': words(template),
  }
  return {tokens, meta, idOf}
}
