// Runs a large chunk of dist/ from code that V8 compiled before, functions that were compiled while it ran included.
// Node's own cache of compiled code is written before a module runs, so each process compiled some 900 small functions
// again, 20 ms of a run of 150 (docs/benchmarks.md). The cache lies where Node's does, and is nothing but a cache.

const {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} = process.getBuiltinModule('node:fs')
const {join} = process.getBuiltinModule('node:path')
const {Script} = process.getBuiltinModule('node:vm')

const folder = process.env.NODE_COMPILE_CACHE
/** In front of the compiled code: how much processor time its process had used, in ms, and a sum over it. */
const headBytes = 8
const strideBytes = 512
/** A process that worked so much longer has compiled more. */
const worth = 1.5
const settledMs = 4000
const weekMs = 7 * 24 * 60 * 60 * 1000
// V8 takes code only from a process with the same options; those that tell them apart (the size of the heap) come last.
const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join('').replace(/\W+/g, '').slice(-60)
const kind = `.script-${process.version}-${process.arch}${options && `-${options}`}`

/** V8 looks at the head only; a page that a crash of the machine left empty is found here. */
const sumOf = (code) => {
  let sum = code.length
  for (let at = 0; at + 4 <= code.length; at += strideBytes) sum = (Math.imul(sum, 31) + code.readInt32LE(at)) | 0
  return sum >>> 0
}

const read = (path) => {
  try {
    const bytes = readFileSync(path)
    const code = bytes.subarray(headBytes)
    return bytes.length > headBytes && bytes.readUInt32LE(4) === sumOf(code) ? {ms: bytes.readUInt32LE(0), code} : undefined
  } catch {
    return undefined
  }
}

/** Compiled code of earlier builds, and what a killed process left half written. */
const dropOld = () => {
  for (const name of readdirSync(folder).filter((one) => one.includes('.script-'))) {
    const path = join(folder, name)
    if (Date.now() - (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0) > weekMs) rmSync(path, {force: true})
  }
}

const write = (path, ms, code) => {
  const part = `${path}.${process.pid}`
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(ms, 0)
  head.writeUInt32LE(sumOf(code), 4)
  try {
    mkdirSync(folder, {recursive: true})
    writeFileSync(part, Buffer.concat([head, code]), {mode: 0o600})
    renameSync(part, path)
    dropOld()
  } catch {
    // A cache that cannot be kept is no trouble; half of one goes with the old.
  }
}

/** What the chunk's function is: see `asScript` in mend-node.mjs. `file` lies beside the chunk whose `meta` this is. */
export const load = (file, meta) => {
  const source = readFileSync(join(meta.dirname, file), 'utf8')
  const at = {filename: meta.filename}
  if (!folder) return new Script(source, at).runInThisContext()
  const path = join(folder, file.replace(/\.script$/, kind))
  const known = read(path)
  const script = new Script(source, {...at, ...(known ? {cachedData: known.code} : {})})
  // Held no longer than it is needed: it is as large as the chunk.
  let knownMs = known && !script.cachedDataRejected ? known.ms : 0
  const keep = () => {
    const {user, system} = process.cpuUsage()
    const ms = Math.round((user + system) / 1000)
    if (ms <= knownMs * worth) return
    knownMs = ms
    write(path, ms, script.createCachedData())
  }
  process.once('exit', keep)
  // Whoever is killed has no such end: the first of a build keeps what there is once it has settled.
  if (knownMs === 0) setTimeout(keep, settledMs).unref()
  return script.runInThisContext()
}
