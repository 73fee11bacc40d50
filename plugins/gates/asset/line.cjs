// Writes what a runner reports, one JSON line each, and seals it: the last line carries a digest over all lines and a
// secret, which the first to load this file takes away. Nothing here may depend on the project under test.
'use strict'
const {createHash} = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const {stripVTControlCharacters} = require('node:util')

const {openSync, writeSync, closeSync} = fs
const {stringify} = JSON
const file = process.env.PENGUIN_GATE_REPORT

// A file and no variable: the environment of a process can be read by its children for as long as it lives.
const take = () => {
  try {
    const text = fs.readFileSync(`${file}.secret`, 'utf8')
    fs.unlinkSync(`${file}.secret`)
    return text
  } catch {
    return undefined
  }
}
const secret = file && take()

const maxChars = 4000

const clip = (text) => (text.length <= maxChars ? text : `${text.slice(0, maxChars)} …`)

/** Message and the few frames that lie in the project. */
const tell = (error) => {
  if (!error) return ''
  const message = plain(error.message ?? error)
  const frames = String(error.stack ?? '')
    .split('\n')
    .filter((one) => /^\s*at /.test(one) && !/node:|node_modules|\.penguin-gate-/.test(one))
    .slice(0, 4)
  return clip([message, ...frames].join('\n'))
}

/** Where an error says it happened: the first frame in `file`, else the first of the project. */
const lineOf = (error, inFile) => {
  const stack = String(error?.stack ?? '').split('\n')
  const name = inFile && path.basename(inFile)
  const hit = name ? stack.find((one) => one.includes(`${name}:`)) : undefined
  const found = hit && /:(\d+):\d+\)?$/.exec(hit.trim())
  return found ? Number(found[1]) : undefined
}

const open = () => {
  const digest = createHash('sha256').update(`${secret}\n`)
  let out
  try {
    out = secret ? openSync(file, 'wx') : undefined
  } catch {
    out = undefined
  }
  const put = (value) => {
    if (out === undefined) return
    const text = `${stringify(value)}\n`
    digest.update(text)
    writeSync(out, text)
  }
  return {
    /** `{name, file?, line?, state: 'passed'|'failed'|'skipped', message?, whole?}`; whole: a file that counts as one test. */
    test: (one) => put({t: 'test', ...one}),
    end: () => {
      if (out === undefined) return
      writeSync(out, `${stringify({t: 'end', seal: digest.digest('hex')})}\n`)
      closeSync(out)
      out = undefined
    },
  }
}

const plain = (text) => stripVTControlCharacters(String(text ?? ''))

module.exports = {open, tell, lineOf, clip, plain}
