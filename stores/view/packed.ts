// A view on its way between processes that fold alike, as JSON can say it: what comes out is what went in.

import {type CallView, inputOf} from './calls.ts'
import type {View} from './view.ts'

export interface PackedView extends Omit<View, 'calls'> {
  calls: readonly (readonly [key: string, call: Omit<CallView, 'input'>])[]
}

export const packed = ({calls, ...view}: View): PackedView => ({...view, calls: [...calls].map(([key, {input: _, ...call}]) => [key, call])})

export const unpacked = ({calls, ...view}: PackedView): View => ({
  ...view,
  calls: new Map(calls.map(([key, call]) => [key, {...call, input: inputOf(call.raw)}])),
})

/** Of its texts that have no small bound, about. */
export const charsOf = ({calls, stories}: View): number => {
  const said = Object.values(stories).flatMap(({parts, streaming, thinking}) => [
    streaming.length + thinking.length,
    ...parts.map((part) => (part.is === 'call' ? part.key : part.text).length),
  ])
  return [...said, ...[...calls.values()].map(({raw, output}) => raw.length + output.length)].reduce((sum, chars) => sum + chars, 0)
}
