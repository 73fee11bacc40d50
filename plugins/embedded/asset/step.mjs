// Two faults, one after the other: where an edit fixes a part of what fails and breaks nothing, it is put in place on the copy
// and the rest is sought from there. Both edits are reported, or none.

import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {cold} from './cold.mjs'

/** Below this much time a second round sees too little to be worth its start. */
const leastMs = 6000
const reserveMs = 4000

// Kept for single edits, in case the first step was chance.
const keptMs = 20_000

/** Steps, and where they lead nowhere single edits again from where they were left. See `steps` for the arguments; `until` is the end of all. */
export const stepwise = async (found, bases, context) => {
  const kept = Math.min(keptMs, context.left() * 0.35)
  const stepped = await steps(found, bases, {...context, left: () => context.left() - kept})
  if (stepped.state === 'fixed' || context.left() < leastMs) return stepped
  const driver = await context.open()
  try {
    const next = await context.repair({driver, step: {until: context.until, from: found.reached}})
    const tried = stepped.tried + (next.tried ?? 0)
    return next.state === 'fixed' ? {...next, tried} : {...stepped, tried}
  } finally {
    driver?.close()
  }
}

/**
 * `found` is the first round's result, `bases` its best partial edits. `open()` gives a driver for the copy as it is then,
 * `repair({driver, step})` searches with it, `place` is {root, cwd, command}. Gives the first result, or one with `steps`: the edits in their order.
 */
const steps = async (found, bases, {left, open, repair, place}) => {
  let {tried} = found
  for (const [at, base] of bases.entries()) {
    if (left() < leastMs + reserveMs) break
    const {path} = base.candidate
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, base.after)
    const driver = await open()
    try {
      const until = performance.now() + (left() - reserveMs) / (bases.length - at)
      const next = await repair({driver, step: {until}})
      tried += next.tried ?? 0
      const last = next.finalists?.[0]
      if (last && (await passesAlone(last, path, before, {left, place})))
        return {...found, state: 'fixed', tried, plausible: next.plausible, refused: 0, refusal: null, finalists: [last]}
      if (last) return {...found, state: 'fixed', tried, plausible: next.plausible, refused: 0, refusal: null, finalists: [], steps: [base.told, last]}
    } finally {
      driver?.close()
      writeFileSync(path, before)
    }
  }
  return {...found, tried}
}

/** Does a patch that was found on top of another pass without that? `path` and `before`: what the other changed. */
const passesAlone = async (patch, path, before, {left, place}) => {
  const target = join(place.root, patch.path)
  const changed = readFileSync(path, 'utf8')
  const text = target === path ? before : readFileSync(target, 'utf8')
  if (text.split(patch.old).length !== 2 || left() < 1500) return false
  writeFileSync(path, before)
  writeFileSync(
    target,
    text.replace(patch.old, () => patch.new),
  )
  const {code} = await cold(place.command, place.cwd, Math.min(left(), 60_000))
  writeFileSync(target, text)
  writeFileSync(path, changed)
  return code === 0
}
