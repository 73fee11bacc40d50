// One run of the project's own command, with a limit; nothing of it is left behind.

import {spawn} from 'node:child_process'

/** Runs the project's own command on the copy, as a person would. */
export const cold = (command, cwd, wallMs) =>
  new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], {cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true})
    let output = ''
    const take = (chunk) => {
      output = (output + chunk).slice(-60_000)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const timer = setTimeout(() => end(child), wallMs)
    child.on('error', () => resolve({code: null, output}))
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({code, output})
    })
  })
const end = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
