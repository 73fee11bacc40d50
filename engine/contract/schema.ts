// How a schema is declared without paying for zod at start: a thunk that receives `z`. Types are inferred,
// and only the validator, the schema printer and the tool runner ever call the thunk.

import type {z as zodNamespace} from 'zod'

export type Zod = typeof zodNamespace
export type Schema<T> = (z: Zod) => zodNamespace.ZodType<T>
export type Shape<S> = S extends (z: Zod) => zodNamespace.ZodType<infer T> ? T : never
