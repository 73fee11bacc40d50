// Reporter for `node --test`. It runs in the parent process, apart from the code under test.
import path from 'node:path'
import line from './line.cjs'

const words = (error) => {
  const cause = error?.cause && typeof error.cause === 'object' ? error.cause : error
  return {message: line.tell(cause), cause}
}

// A file that ran without a single test of its own is reported under its own path.
const isFile = (data) => data.nesting === 0 && typeof data.file === 'string' && path.resolve(data.name) === data.file

const own = (data) => {
  if (data.details?.type !== 'suite') return true
  return data.details.error !== undefined && data.details.error.failureType !== 'subtestsFailed'
}

const stateOf = (type, data) => {
  if (data.skip !== undefined && data.skip !== false) return 'skipped'
  if (data.todo !== undefined && data.todo !== false) return 'skipped'
  return type === 'test:pass' ? 'passed' : 'failed'
}

export default async function* reporter(source) {
  const out = line.open()
  const above = []
  const said = new Map()
  for await (const {type, data} of source) {
    if (type === 'test:start') {
      above.length = data.nesting
      above[data.nesting] = data.name
    }
    if (type === 'test:stderr') said.set(data.file, ((said.get(data.file) ?? '') + data.message).slice(-2000))
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (!own(data)) continue
    const whole = isFile(data)
    const {message, cause} = words(data.details?.error)
    out.test({
      name: whole ? data.name : [...above.slice(0, data.nesting), data.name].join(' > '),
      file: data.entryFile ?? data.file,
      line: line.lineOf(cause, data.file) ?? (whole ? undefined : data.line),
      state: stateOf(type, data),
      ...(type === 'test:fail' ? {message: whole && said.has(data.file) ? line.clip(`${message}\n${said.get(data.file)}`) : message} : {}),
      ...(whole ? {whole: true} : {}),
    })
  }
  out.end()
  // Nothing goes to the destination: the lines are written by `line.cjs`.
  yield ''
}
