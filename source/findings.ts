// What `doctor` looks at, one function for each part of the machine. Each tries the thing itself where that is
// cheap, changes nothing, and names the command that mends what is wrong.

import {accessSync, constants, existsSync, mkdtempSync, realpathSync, rmSync, statfsSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {childPath, loadConfig} from './config.ts'
import type {Context} from './context.ts'
import {foldersOf, homeOf} from './folders.ts'
import {findProject} from './project.ts'
import {rootHere} from './project-here.ts'
import {checkTrust} from './trust.ts'

export interface Finding {
  name: string
  /** wrong: in the way of a run; note: worth knowing. */
  state: 'fine' | 'note' | 'wrong'
  says: string
  /** What to type; '' when there is nothing to mend. */
  mend: string
}

export type Look = (context: Context) => Finding[] | Promise<Finding[]>

const finding = (name: string, state: Finding['state'], says: string, mend = ''): Finding => ({name, state, says, mend})

const runtime: Look = () => [finding('runtime', 'fine', `Node ${process.versions.node} (${process.execPath})`)]

const onPath = (context: Context, program: string): string | undefined =>
  childPath(context.env)
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })

const programs: Look = (context) => {
  const git = onPath(context, 'git')
  const bash = onPath(context, 'bash')
  return [
    git ? finding('git', 'fine', git) : finding('git', 'note', 'not found; runs work, git status and diff do not', 'sudo apt install git'),
    bash ? finding('bash', 'fine', bash) : finding('bash', 'wrong', 'not found; commands are run with it', 'sudo apt install bash'),
  ]
}

const sandbox: Look = async (context) => {
  const {probeLevels} = await import('../engine/sandbox/open.ts')
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'penguin-doctor-')))
  try {
    const levels = await probeLevels({
      root: context.cwd,
      writes: [],
      network: 'off',
      home: homeOf(context.env),
      path: childPath(context.env),
      scratch,
      cache: join(scratch, 'cache'),
      ownPid: process.pid,
    })
    const best = levels.find((level) => level.ok)
    const blocked = levels.find((level) => level.level === 'bwrap' && !level.ok)
    if (blocked) return [finding('sandbox', 'wrong', `${best?.level ?? 'none'} at most: ${blocked.why}`, blocked.hint)]
    return [finding('sandbox', 'fine', `${best?.level}: ${best?.why}`)]
  } finally {
    rmSync(scratch, {recursive: true, force: true})
  }
}

const settings: Look = async (context) => {
  const root = rootHere(context)
  const trust = await checkTrust({context, root})
  const config = await loadConfig({context, root, trusted: trust.ok})
  if (!config.ok) return [finding('config', 'wrong', config.error.msg, config.error.hint)]
  const count = Object.keys(config.result.origins).length
  const read = finding('config', 'fine', count === 0 ? 'nothing set, defaults everywhere' : `${count} ${count === 1 ? 'key' : 'keys'} set`, '')
  if (trust.ok) return [read]
  return [read, finding('trust', 'wrong', trust.error.msg, trust.error.hint)]
}

/** OLLAMA_HOST as Ollama reads it: scheme and port may be left out. */
const ollamaUrl = (host: string | undefined): URL | undefined => {
  const text = (host ?? '').trim() || '127.0.0.1:11434'
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`)
    if (!url.port && !text.includes('://')) url.port = '11434'
    if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
    return url
  } catch {
    return undefined
  }
}

/** The status of a GET; 0 when nobody answers in time. */
const answers = async (url: URL, waitMs: number): Promise<number> => {
  const {get} = await import(url.protocol === 'https:' ? 'node:https' : 'node:http')
  return new Promise((resolve) => {
    const request = get(url, {timeout: waitMs}, (response: {statusCode?: number; resume(): void}) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(0))
  })
}

const providers: Look = async (context) => {
  const {env} = context
  const openai = env.OPENAI_API_KEY
    ? finding('openai', 'fine', `OPENAI_API_KEY is set${env.OPENAI_BASE_URL ? `, at ${env.OPENAI_BASE_URL}` : ''}`)
    : finding('openai', 'note', 'OPENAI_API_KEY is not set', 'export OPENAI_API_KEY=…')
  const anthropic = env.ANTHROPIC_API_KEY
    ? [finding('anthropic', 'fine', `ANTHROPIC_API_KEY is set${env.ANTHROPIC_BASE_URL ? `, at ${env.ANTHROPIC_BASE_URL}` : ''}`)]
    : []
  const url = ollamaUrl(env.OLLAMA_HOST)
  if (!url) return [openai, ...anthropic, finding('ollama', 'note', `OLLAMA_HOST is no address: ${env.OLLAMA_HOST}`, 'unset OLLAMA_HOST')]
  const status = await answers(new URL('/api/version', url), 1000)
  const ollama =
    status === 200 ? finding('ollama', 'fine', `answers at ${url.origin}`) : finding('ollama', 'note', `no answer at ${url.origin}`, 'ollama serve')
  const none = openai.state !== 'fine' && anthropic.length === 0 && ollama.state !== 'fine'
  const embedded = none
    ? 'is used when nothing else is there: it repairs small bugs that a test shows'
    : 'repairs small bugs that a test shows, without any model'
  return [openai, ...anthropic, ollama, finding('embedded', 'fine', `embedded/search ${embedded}`)]
}

const gigabyte = 1024 ** 3
/** Below this a run may not be able to keep its journal and checkpoints. */
const leastBytes = 200 * 1024 ** 2

const disk: Look = (context) => {
  const {bavail, bsize} = statfsSync(context.cwd)
  const freeBytes = bavail * bsize
  const says = `${(freeBytes / gigabyte).toFixed(1)} GB free at ${context.cwd}`
  return [freeBytes < leastBytes ? finding('disk', 'wrong', says, 'penguin gc') : finding('disk', 'fine', says)]
}

const terminal: Look = ({env, tty}) => {
  const lang = env.LC_ALL || env.LC_CTYPE || env.LANG || ''
  const utf8 = /utf-?8/i.test(lang)
  const says = `${env.TERM ?? 'TERM is not set'}, ${tty.out ? 'a terminal' : 'no terminal'} on stdout, ${lang || 'no locale'}`
  return [utf8 ? finding('terminal', 'fine', says) : finding('terminal', 'note', `${says}: not UTF-8`, 'export LANG=C.UTF-8')]
}

const writable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

const journal: Look = (context) => {
  const found = findProject(context.cwd, {home: homeOf(context.env), state: foldersOf(context.env).state})
  if (!found.ok) return [finding('journal', 'note', found.error.msg, found.error.hint)]
  const {root} = found.result
  const folder = join(root, '.penguin')
  const file = join(folder, 'journal.db')
  if (!writable(existsSync(folder) ? folder : root))
    return [
      finding('journal', 'note', `${root} cannot be written: the journal goes to ${foldersOf(context.env).state}, and runs only plan`, `chmod u+w ${root}`),
    ]
  if (!existsSync(file)) return [finding('journal', 'fine', `none yet; it will be ${file}`)]
  const sizeMb = (statSync(file).size / 1024 ** 2).toFixed(1)
  if (!writable(file)) return [finding('journal', 'wrong', `${file} cannot be written`, `chmod u+w ${file}`)]
  return [finding('journal', 'fine', `${file}, ${sizeMb} MB`)]
}

export const findings: readonly Look[] = [runtime, programs, sandbox, settings, providers, disk, terminal, journal]
