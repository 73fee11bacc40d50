// Real model servers, started on a port of their own with a home of their own, over models that this kit writes. Where
// they come from says .ci/local-models.sh. Nothing is downloaded here, and no process or file outlives a test.

import {type ChildProcess, spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, it, onTestFinished} from 'vitest'
import {ollamaTemplate} from './gguf-templates.ts'
import {until} from './model-turn.ts'

const binaries = {ollama: process.env.PENGUIN_TEST_OLLAMA ?? '', 'llama-server': process.env.PENGUIN_TEST_LLAMA_SERVER ?? ''} as const
export type ServerName = keyof typeof binaries

const startMs = 30_000

/** Tests of a real server: skipped with the reason where it is not built; where CI says that they are required, a failure. */
export const describeReal = (needs: readonly ServerName[], name: string, tests: () => void): void => {
  const missing = needs.filter((one) => binaries[one] === '')
  const why = `${missing.join(' and ')} not built; to run these tests: export $(.ci/local-models.sh)`
  if (missing.length === 0) describe(name, tests)
  else if (process.env.PENGUIN_TEST_SERVERS === 'required')
    describe(name, () => {
      it('is there', () => {
        throw new Error(why)
      })
    })
  else {
    process.stderr.write(`skipped: ${name}: ${why}\n`)
    describe.skip(`${name} (${why})`, tests)
  }
}

export interface RealServer extends AsyncDisposable {
  url: string
  pid: number
  /** All that it has said so far. */
  log(): string
  get<T>(path: string): Promise<T>
  post(path: string, body: object, signal?: AbortSignal): Promise<Response>
}

interface Launch {
  command: string
  args: string[]
  env: Record<string, string>
  listening: RegExp
  ready: string
  home: string
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** The server and what it has started itself: they are a group of their own. */
const end = async (child: ChildProcess): Promise<void> => {
  const {pid} = child
  if (pid === undefined || ended(child)) return
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(-pid, name)
    } catch {
      // It ended by itself meanwhile.
    }
  }
  signal('SIGTERM')
  await until(() => ended(child), 5000).catch(() => undefined)
  signal('SIGKILL')
  await until(() => ended(child), 5000)
}

const launch = async ({command, args, env, listening, ready, home}: Launch): Promise<RealServer> => {
  let said = ''
  const child = spawn(command, args, {cwd: home, env: {PATH: process.env.PATH ?? '', HOME: home, ...env}, stdio: ['ignore', 'pipe', 'pipe'], detached: true})
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
  const close = async (): Promise<void> => {
    await end(child)
    rmSync(home, {recursive: true, force: true, maxRetries: 3})
  }
  try {
    // A test that runs out of time never leaves its block.
    onTestFinished(close)
  } catch {
    // Opened in a hook: another hook closes it.
  }
  try {
    await until(() => ended(child) || listening.test(said), startMs)
    const port = listening.exec(said)?.[1]
    if (port === undefined) throw new Error(`${command} did not start:\n${said.slice(-3000)}`)
    const url = `http://127.0.0.1:${port}`
    const deadline = performance.now() + startMs
    while (
      !(await fetch(url + ready).then(
        ({ok}) => ok,
        () => false,
      ))
    ) {
      if (ended(child) || performance.now() > deadline) throw new Error(`${command} is not ready:\n${said.slice(-3000)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return {
      url,
      pid: child.pid as number,
      log: () => said,
      get: async <T>(path: string) => (await (await fetch(url + path)).json()) as T,
      post: (path, body, signal) =>
        fetch(url + path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body), ...(signal ? {signal} : {})}),
      [Symbol.asyncDispose]: close,
    }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

const homeFor = (name: string): string => mkdtempSync(join(tmpdir(), `penguin-${name}-`))

export interface OllamaModel {
  gguf: Buffer
  tools?: boolean
  thinks?: boolean
  /** num_ctx, written into the model. */
  context?: number
}

const create = async (server: RealServer, name: string, {gguf, context, ...template}: OllamaModel): Promise<void> => {
  const digest = `sha256:${createHash('sha256').update(gguf).digest('hex')}`
  const kept = await fetch(`${server.url}/api/blobs/${digest}`, {method: 'POST', body: new Uint8Array(gguf)})
  if (!kept.ok) throw new Error(await kept.text())
  // One thread: more of them wait for one another longer than they compute.
  const parameters = {num_thread: 1, ...(context === undefined ? {} : {num_ctx: context})}
  const body = {model: name, files: {'model.gguf': digest}, template: ollamaTemplate(template), parameters, stream: false}
  const made = await server.post('/api/create', body)
  const told = await made.text()
  if (!made.ok || !told.includes('success')) throw new Error(`${name} was not made: ${told}`)
}

export const openOllama = async (models: Readonly<Record<string, OllamaModel>>, env: Record<string, string> = {}): Promise<RealServer> => {
  const home = homeFor('ollama')
  const server = await launch({
    command: binaries.ollama,
    args: ['serve'],
    env: {OLLAMA_HOST: '127.0.0.1:0', OLLAMA_MODELS: join(home, 'models'), OLLAMA_NO_CLOUD: '1', OLLAMA_NOHISTORY: '1', ...env},
    listening: /Listening on 127\.0\.0\.1:(\d+)/,
    ready: '/api/version',
    home,
  })
  try {
    for (const [name, model] of Object.entries(models)) await create(server, name, model)
    return server
  } catch (thrown) {
    await server[Symbol.asyncDispose]()
    throw thrown
  }
}

/** How often an Ollama has loaded a model since it began; looking for a GPU starts a runner too, without one. */
export const loadsOf = ({log}: Pick<RealServer, 'log'>): number => log().match(/starting runner".* --model /g)?.length ?? 0

export interface LlamaOptions {
  gguf: Buffer
  name?: string
  /** For all slots together. */
  context?: number
  slots?: number
  more?: string[]
}

export const openLlamaServer = ({gguf, name = 'scripted', context = 32_768, slots = 1, more = []}: LlamaOptions): Promise<RealServer> => {
  const home = homeFor('llama')
  const file = join(home, `${name}.gguf`)
  writeFileSync(file, gguf)
  const threads = ['-t', '1', '-tb', '1']
  return launch({
    command: binaries['llama-server'],
    args: [
      '-m',
      file,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--alias',
      name,
      '-c',
      `${context}`,
      '-np',
      `${slots}`,
      ...threads,
      '--jinja',
      '--metrics',
      ...more,
    ],
    env: {},
    listening: /listening on http:\/\/127\.0\.0\.1:(\d+)/,
    ready: '/health',
    home,
  })
}
