// Asks the warm JavaScript worker how each passing patch behaves, and clusters the answers.

import {inspect} from 'node:util'
import {clusterBy} from './cluster.mjs'
import {isRegion} from './generate.mjs'
import {ownerOf, reach} from './node-behave.mjs'
import {walk} from './parse.mjs'
import {callProbe, sorted, splice} from './probe.mjs'

/** The innermost function around an offset that can be reached from the end of the module. */
const reachable = (root, offset) => {
  let found = null
  for (const node of walk(root)) if (isRegion(node) && node.start <= offset && offset < node.end && reach(node)) found = node
  return found
}

const show = (input) =>
  `(${input.args
    .map((one) => inspect(one, {depth: 4, breakLength: Number.POSITIVE_INFINITY}))
    .join(', ')
    .slice(0, 200)})`

// One function at a time: the one that most patches change. Patches of other places stay without a cluster.
const groupOf = (candidates, files) => {
  const groups = new Map()
  for (const [at, one] of candidates.entries()) {
    const root = files.get(one.path)
    const node = root && reachable(root, one.start)
    const key = node ? `${one.path}:${node.start}` : ''
    if (node) groups.set(key, {path: one.path, node, members: [...(groups.get(key)?.members ?? []), at]})
  }
  return [...groups.values()].sort((a, b) => b.members.length - a.members.length)[0]
}

export const clusterNode = async ({ask, baseOf, limits, seed}, candidates, {files, planOf, left}) => {
  const nothing = {of: candidates.map((_, at) => at), count: candidates.length, inputs: 0, difference: null, strain: candidates.map(() => 0), compared: false}
  const group = groupOf(candidates, files)
  if (!group || left() < 1500) return nothing
  const base = baseOf(group.path)
  const probe = callProbe(group.node, 0)
  if (probe.length === 0) return nothing
  const text = splice(base.text, sorted([...base.fuel, ...probe]))
  const captured = await ask({ask: 'capture', path: group.path, text, plan: planOf(group.path), limitMs: limits.test, seed}, limits.whole)
  if (!captured.ok || captured.inputs.length === 0) return nothing
  const tail = `\n;globalThis.__pgFn = {fn: ${reach(group.node)}, owner: ${ownerOf(group.node) || 'null'}};`
  const behaviour = async (edits) => {
    const answer = await ask(
      {ask: 'behave', path: group.path, text: splice(base.text, base.fuel, edits) + tail, inputs: captured.inputs, fuelLimit: limits.fuel},
      Math.min(6000, Math.max(500, left())),
    )
    return answer.ok ? answer.outputs : null
  }
  const original = await behaviour([])
  const outputs = []
  for (const [at, one] of candidates.entries()) outputs.push(group.members.includes(at) && left() > 500 ? await behaviour(one.edits) : null)
  return {...clusterBy(outputs, original, captured.inputs, show), compared: outputs.some((one) => one !== null)}
}
