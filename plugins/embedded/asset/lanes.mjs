// Candidates tried side by side: what lies ahead in the order is tried on further copies of the project while the search
// waits for what is next. Verdicts are taken in order, so what is found never hangs on which worker was faster.

/** A driver that works on another copy of the project and is spoken to as if it were the first. `from`, `to`: the roots of both. */
export const movedDriver = (driver, from, to) => {
  const there = (path) => (path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path)
  const back = (id) => (id.startsWith(`${to}/`) ? from + id.slice(to.length) : id)
  return {
    async evaluate({path, edits}, plan) {
      const {
        passed = [],
        failed = [],
        broke = [],
        ...rest
      } = await driver.evaluate(
        {path: there(path), edits},
        plan.map((one) => ({...one, file: there(one.file)})),
      )
      return {...rest, passed: passed.map(back), failed: failed.map(back), broke: broke.map(back)}
    },
    close: () => driver.close(),
  }
}

/** Does a further lane see what the first one saw, with nothing changed: all that passed still passes? */
const agrees = async (lane, path, plan) => {
  const asked = plan.filter((one) => !one.must).map((one) => ({...one, must: true}))
  if (asked.length === 0) return false
  const {done, failed, passed} = await lane.evaluate({path, edits: []}, asked)
  return Boolean(done) && failed.length === 0 && passed.length > 0
}

/** So many candidates ahead for each lane: one that never ends must not hold up the others. */
const aheadOfEach = 4

export const lanesOf = (driver, planOf) => {
  const asked = new Map()
  const idle = [driver]
  const others = []
  const running = new Set()
  const opening = new Set()
  let waiting = []
  let over = false

  const pump = () => {
    while (idle.length > 0 && waiting.length > 0) begin(idle.pop(), waiting.shift())
  }
  const begin = (lane, {candidate, done}) => {
    const run = lane.evaluate(candidate, planOf(candidate.path)).then(done)
    running.add(run)
    run.finally(() => {
      running.delete(run)
      idle.push(lane)
      pump()
    })
  }
  const ask = (candidate, isNext) => {
    if (!asked.has(candidate)) asked.set(candidate, new Promise((done) => (isNext ? waiting.unshift({candidate, done}) : waiting.push({candidate, done}))))
    return asked.get(candidate)
  }
  const add = async (open, path) => {
    const lane = await open()
    if (over || !(await agrees(lane, path, planOf(path)))) return lane.close()
    others.push(lane)
    idle.push(lane)
    pump()
  }
  return {
    /** How many candidates after the next one are worth naming. */
    ahead: () => (others.length === 0 ? 0 : (others.length + 1) * aheadOfEach),
    /** The verdict on a candidate; `next` are those that are likely asked for after it. */
    async evaluate(candidate, next = []) {
      const verdict = ask(candidate, true)
      for (const one of next) ask(one, false)
      pump()
      const told = await verdict
      asked.delete(candidate)
      return told
    },
    /** `opens`: each gives a lane, or fails. A lane that sees other results than the first takes no part. */
    grow(opens, path) {
      for (const open of opens) {
        const one = add(open, path).catch(() => undefined)
        opening.add(one)
        one.finally(() => opening.delete(one))
      }
    },
    /** Ends all but the first; after this the first is free for other questions. */
    async end() {
      over = true
      waiting = []
      for (const lane of others) lane.close()
      await Promise.all([...running, ...opening])
    },
  }
}
