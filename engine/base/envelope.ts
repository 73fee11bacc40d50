// The one shape for "it worked, or here is why not". Expected trouble is a value of this shape;
// `throw` is for bugs and for Faults inside a tool's `run`. Never import anything here.

/** What went wrong, in words a person and a model can act on. */
export interface Fault {
  /** Dotted code from `contract/fault.ts`, such as `tool.interrupted`. */
  code: string
  msg: string
  /** What to do or type next; '' if there is nothing to say. */
  hint: string
  /** True when the very same attempt may succeed if repeated. */
  again: boolean
}

export type Envelope<T> = {ok: true; result: T} | {ok: false; error: Fault}

export const good = <T>(result: T): Envelope<T> => ({ok: true, result})
export const bad = (error: Fault): {ok: false; error: Fault} => ({ok: false, error})
