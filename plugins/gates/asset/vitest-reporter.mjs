// Reporter for Vitest (0.34 up to now). It runs in the main process; tests run in workers.
import line from './line.cjs'

const first = (errors) => (errors && errors.length > 0 ? errors[0] : undefined)

const tell = (error) => {
  if (!error) return ''
  const diff = typeof error.diff === 'string' ? line.plain(error.diff) : ''
  return line.clip([line.tell(error), diff].filter(Boolean).join('\n'))
}

const stateOf = (state, mode) => {
  if (mode === 'skip' || mode === 'todo' || state === 'skipped' || state === 'pending' || state === undefined) return 'skipped'
  return state === 'passed' || state === 'pass' ? 'passed' : 'failed'
}

export default class PenguinReporter {
  constructor() {
    this.out = line.open()
    this.done = false
  }

  put(name, file, state, errors) {
    const error = first(errors)
    this.out.test({name, file, line: line.lineOf(error, file), state, ...(state === 'failed' ? {message: tell(error)} : {})})
  }

  whole(file, error) {
    this.out.test({name: file, file, state: 'failed', message: tell(error), whole: true})
  }

  finish(errors) {
    for (const error of errors ?? []) this.out.test({name: 'error outside of a test', state: 'failed', message: tell(error), whole: true})
    this.out.end()
    this.done = true
  }

  // Vitest 3 and later
  onTestRunEnd(modules, errors) {
    if (this.done) return
    for (const module of modules) {
      const file = module.moduleId
      for (const error of module.errors?.() ?? []) this.whole(file, error)
      for (const suite of module.children.allSuites?.() ?? []) for (const error of suite.errors?.() ?? []) this.whole(file, error)
      for (const test of module.children.allTests()) {
        const result = test.result()
        this.put(test.fullName, file, stateOf(result?.state, test.options?.mode), result?.errors)
      }
    }
    this.finish(errors)
  }

  // before Vitest 3
  onFinished(files = [], errors = []) {
    if (this.done || typeof files[0]?.tasks !== 'object') {
      if (!this.done && files.length === 0) this.finish(errors)
      return
    }
    const walk = (task, file, above) => {
      const name = [...above, task.name]
      if (task.type !== 'suite') return this.put(name.join(' > '), file, stateOf(task.result?.state, task.mode), task.result?.errors)
      for (const error of task.result?.errors ?? []) this.whole(file, error)
      for (const child of task.tasks) walk(child, file, name)
    }
    for (const file of files) {
      for (const error of file.result?.errors ?? []) this.whole(file.filepath, error)
      for (const task of file.tasks) walk(task, file.filepath, [])
    }
    this.finish(errors)
  }
}
