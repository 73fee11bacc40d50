// What `shell` does: hands the line to the sandbox and tells the model in words how it ended. A command that fails
// is an answer, not an error; only one that could not be started is.

import {lstatSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import {clip, FaultError, fail, type JobReport, placeOf, type Site, type Told} from '../../engine/plugin.ts'
import type {ShellInput} from './input.ts'

const maxWallSec = 3600
const outputBytes = 1_048_576
const maxToldChars = 10_000

// A number this large can only be meant in milliseconds.
const wallMsFor = (input: ShellInput, site: Site): number => {
  const asked = input.timeoutSec
  if (asked === undefined || !(asked > 0)) return site.commandMs
  return Math.ceil(asked > maxWallSec ? Math.min(asked, maxWallSec * 1000) : asked * 1000)
}

const readLink = (path: string): string | undefined => {
  try {
    return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

/** The folder as commands see it. */
const folderFor = (input: ShellInput, site: Site): string => {
  const asked = input.cwd?.trim()
  if (!asked) return site.root
  const place = placeOf(asked, site, readLink) ?? fail('file.outside', {path: asked})
  if (!lstatSync(place.file, {throwIfNoEntry: false})?.isDirectory()) return fail('file.missing', {path: asked, near: ''})
  return place.path.startsWith('/') ? place.path : join(site.root, place.path)
}

// Colours and cursor movements tell a model nothing. What each may hold is bounded: a command prints what it likes, and
// what is looked for to the end of the text at each of its places is looked for for hours.
const escapes = new RegExp(
  `${String.fromCharCode(27)}(?:\\[[0-9;?]{0,64}[ -/]{0,8}[@-~]|\\][^\u0007${String.fromCharCode(27)}]{0,4096}(?:\u0007|${String.fromCharCode(27)}\\\\)|[()][A-Z0-9]|[=>78])`,
  'g',
)

/** What stands after the last return within a line; one at its end draws nothing over. */
const drawnOnce = (line: string): string => (line.length < 2 ? line : line.slice(line.lastIndexOf('\r', line.length - 2) + 1))

/** What a terminal would have left standing: escape sequences gone, lines that were drawn over drawn once. */
const readable = (output: string): string => {
  const plain = output.replace(escapes, '').replaceAll('\r\n', '\n')
  return plain.includes('\r') ? plain.split('\n').map(drawnOnce).join('\n') : plain
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`

const killedWords: Readonly<Record<NonNullable<JobReport['killedFor']>, (report: JobReport, wallMs: number) => string>> = {
  wall: (_, wallMs) => `stopped after ${seconds(wallMs)}: the command did not end`,
  cpu: () => 'stopped: it used up its processor time',
  memory: () => 'stopped: it used up its memory',
  processes: () => 'stopped: it started more processes than are allowed',
  output: () => 'stopped: it printed far more than can be kept',
  stopped: (report) => `stopped by the user after ${seconds(report.wallMs)}`,
}

const ending = (report: JobReport, wallMs: number): string => {
  if (report.killedFor) return killedWords[report.killedFor](report, wallMs)
  if (report.exitCode === null) return `ended by ${report.signal ?? 'a signal'} after ${seconds(report.wallMs)}`
  return `exit ${report.exitCode} (${seconds(report.wallMs)})`
}

// Only a hint is given, so a rough look at the line is enough.
const leavesBehind = (command: string): boolean =>
  /(?:^|[^&>|<\\0-9])&\s*(?:$|[\n;)]|[^&>\s])/.test(command) || /\b(?:nohup|setsid|disown|daemonize)\b/.test(command)

const bodyOf = (report: JobReport): string => {
  const out = readable(report.stdout).trimEnd()
  const err = readable(report.stderr).trimEnd()
  if (out && err) return `${out}\n[stderr]\n${err}`
  return out || err
}

const told = (input: ShellInput, report: JobReport, wallMs: number): Told => {
  const body = bodyOf(report)
  const short = clip(body, maxToldChars)
  const end = ending(report, wallMs)
  const notes = [
    report.cutBytes > 0 ? `[${report.cutBytes} bytes of output were not kept]` : '',
    leavesBehind(input.command) ? '[what was left in the background has been stopped with the command]' : '',
  ].filter(Boolean)
  const {exitCode, signal, killedFor, cutBytes} = report
  return {
    model: [end, short.text, ...notes].filter(Boolean).join('\n'),
    line: `$ ${input.command.replace(/\s+/g, ' ').slice(0, 80)} → ${end}`,
    result: {exitCode, wallMs: Math.round(report.wallMs), ...(signal ? {signal} : {}), ...(killedFor ? {killedFor} : {}), ...(cutBytes > 0 ? {cutBytes} : {})},
    ...(short.cutChars > 0 ? {whole: body} : {}),
  }
}

export const runShell = async (input: ShellInput, site: Site): Promise<Told> => {
  if (input.command.trim() === '') return fail('tool.input', {name: 'shell', why: 'command is empty'})
  const wallMs = wallMsFor(input, site)
  const report = await site.sandbox.run(
    {argv: ['bash', '-c', input.command], cwd: folderFor(input, site), limits: {wallMs, outputBytes}, onOutput: (chunk) => site.say(chunk)},
    site.signal,
  )
  if (report.error) throw new FaultError(report.error)
  return told(input, report, wallMs)
}
