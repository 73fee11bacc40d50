import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, it, onTestFinished} from 'vitest'
import type {Config} from '../../../engine/contract/config.ts'
import {checkRoutes} from '../../../source/models/check-windows.ts'
import {windowOnceLoaded} from '../../../source/models/window.ts'
import {testContext} from '../../kit/context.ts'
import {bodies, calculator, cheapCheck, repository} from '../../kit/hosted.ts'
import {type LocalOptions, localServer} from '../../kit/local-server.ts'
import {type Asked, modelServer, type Step} from '../../kit/model-server.ts'
import {settingsOf} from '../../kit/model-turn.ts'
import {tempFolder} from '../../kit/temp.ts'

const mend: Step[] = [{calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}, {text: 'It adds now.'}]
const lab = (url: string): string => `  lab: {protocol: openai-chat, baseUrl: "${url}"}\n`

const runOn = async (options: LocalOptions, config: (url: string) => string, flags: Record<string, string> = {}) => {
  await using server = await localServer({calls: 'none', ...options})
  const repo = repository({...calculator, '.penguin/config.yml': config(options.kind === 'ollama' ? server.url : server.baseUrl)})
  const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true, ...flags}})
  return {...ran, context: server.context(), requests: server.requests.map(({body}) => body)}
}
const ollama = (url: string): string => `model: ollama/m\nproviders: {ollama: {protocol: ollama, baseUrl: "${url}"}}\n`

describe('before a run', () => {
  it('a local model with a window of 4,096 is refused by name, with what to change', async () => {
    for (const [options, config] of [
      [{kind: 'ollama', window: 4096}, ollama],
      [{kind: 'llamacpp', window: 4096}, (url: string) => `model: lab/m\nproviders:\n${lab(url)}`],
      [{kind: 'vllm', window: 4096}, (url: string) => `model: lab/m\nproviders:\n${lab(url)}`],
    ] as const) {
      const {code, closed, requests, err, events} = await runOn(options, config)
      expect(code, err).toBe(8)
      expect(closed?.reason).toMatch(/^(ollama|lab)\/m has a window of 4096 tokens, a run needs 8192/)
      expect(bodies(events, 'error')[0]?.hint).not.toBe('')
      expect(requests).toEqual([])
    }
  })
  it('a smaller window than asked is used as it is, asked for by name, and said', async () => {
    const {events, requests, context} = await runOn({kind: 'ollama', window: 16_384}, ollama)
    expect(bodies(events, 'notice').find(({code}) => code === 'model.window')?.text).toMatch(
      /^ollama\/m: trained for 16384 tokens, 32768 were asked; working with 16384\. For more: /,
    )
    expect(requests[0]?.options).toMatchObject({num_ctx: 16_384})
    expect(context).toBe(16_384)
  })
  it('a larger window than is assumed is used, unless the configuration says how much', async () => {
    await using server = await localServer({kind: 'vllm', window: 131_072})
    const settings = settingsOf({name: 'lab', baseUrl: server.baseUrl})
    const context = testContext({env: {HOME: tempFolder()}})
    const chains = {coder: [{provider: 'lab', model: 'm'}]}
    const windowWith = async (declared: number | undefined) => {
      const models: Record<string, {window: number}> = declared ? {m: {window: declared}} : {}
      const config = {providers: {lab: {protocol: 'openai-chat', models}}} as unknown as Config
      const {providers, notices} = await checkRoutes(chains, {lab: {...settings, models}}, config, context)
      expect(notices).toEqual([])
      return providers.lab?.models?.m?.window
    }
    expect(await windowWith(undefined)).toBe(131_072)
    expect(await windowWith(20_000)).toBe(20_000)
  })
  it('a window that the configuration made too small is taken, and said with where it is written', async () => {
    const config = (url: string): string => `model: lab/m\nproviders:\n  lab: {protocol: openai-chat, baseUrl: "${url}", models: {m: {window: 4096}}}\n`
    const {events, requests} = await runOn({kind: 'vllm', window: 65_536}, config)
    expect(bodies(events, 'notice').find(({code}) => code === 'model.window')?.text).toMatch(
      /^lab\/m: providers\.lab\.models\.m\.window is 4096 tokens \(.*config\.yml:3\); a run needs 8192/,
    )
    expect(requests.length).toBeGreaterThan(0)
  })
  it('four roles on one model of an Ollama load it once', async () => {
    const edit = {tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}
    const isCoder = ({messages}: Asked): boolean => messages[0]?.text.includes("Penguin's coder") ?? false
    const reply = (asked: Asked) => (isCoder(asked) && asked.toolResults === 0 ? {calls: [edit]} : {text: 'The sum subtracts; it should add.'})
    await using server = await localServer({kind: 'ollama', window: 65_536, reply})
    const repo = repository({...calculator, '.penguin/config.yml': ollama(server.url)})
    const roleModel = ['explorer', 'planner', 'coder', 'tester'].map((role) => `${role}=ollama/m`)
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true, roleModel}})
    expect(ran.code, ran.err).toBe(0)
    expect(new Set(ran.events.filter(({type}) => type === 'model.asked').map(({role}) => role))).toEqual(new Set(['explorer', 'planner', 'coder', 'tester']))
    expect(server.loads()).toBe(1)
  })
  it('a route that is too small leaves its chain, and the next does the work', async () => {
    await using live = await modelServer(mend)
    const {code, events, requests} = await runOn(
      {kind: 'llamacpp', window: 2048},
      (url) => `model: any\nroutes: {any: [lab/m, big/m]}\nproviders:\n${lab(url)}  big: {protocol: openai-chat, baseUrl: "${live.baseUrl}"}\n`,
    )
    expect(code).toBe(0)
    expect(requests).toEqual([])
    expect(bodies(events, 'notice').find(({code: name}) => name === 'model.small')?.text).toMatch(
      /^lab\/m is left out: n_ctx 2048 tokens, a run needs 8192; start llama-server with -c 32768/,
    )
    expect(bodies(events, 'route.chosen')[0]).toMatchObject({route: 'big/m', others: []})
  })
  it('an Ollama behind /v1 is worked with in the window that it has loaded, and refused with 4,096', async () => {
    for (const loaded of [4096, 16_384]) {
      await using server = await localServer({kind: 'ollama', calls: 'none'})
      const body = JSON.stringify({model: 'm', messages: [], stream: false, options: {num_ctx: loaded}})
      await (await fetch(`${server.url}/api/chat`, {method: 'POST', body})).text()
      const repo = repository({...calculator, '.penguin/config.yml': `model: lab/m\nproviders:\n${lab(server.baseUrl)}`})
      const {code, closed, events} = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true}})
      if (loaded === 4096) {
        expect(code).toBe(8)
        expect(closed?.reason).toContain('lab/m has a window of 4096 tokens')
        expect(bodies(events, 'error')[0]?.hint).toContain(`--model ollama/m with OLLAMA_HOST=${server.url}`)
      } else expect(bodies(events, 'notice').find((notice) => notice.code === 'model.window')?.text).toMatch(/Ollama gives 16384 tokens, 32768 were asked/)
    }
  })
  it('a llama-server that still loads its model is waited for', async () => {
    await using server = await localServer({kind: 'llamacpp', window: 16_384})
    let refusals = 3
    const gate = createServer((request, response) => {
      if (refusals > 0) {
        refusals -= 1
        response.writeHead(503, {'content-type': 'application/json'}).end('{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}')
        return
      }
      void fetch(server.url + request.url).then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
    })
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void gate.close())
    const settings = settingsOf({name: 'llamacpp', baseUrl: `http://127.0.0.1:${(gate.address() as AddressInfo).port}/v1`})
    expect(await windowOnceLoaded(settings, 'm', 32_768, 2000)).toMatchObject({kind: 'llamacpp', tokens: 16_384})
    expect(refusals).toBe(0)
  })
  it('LM Studio is asked what it loaded the model with, and to load it first where it has not', async () => {
    let state = 'not-loaded'
    const studio = createServer((request, response) => {
      response.writeHead(200, {'content-type': 'application/json'})
      const entry = {id: 'm', object: 'model', owned_by: 'organization_owner'}
      if (request.url === '/v1/models') return response.end(JSON.stringify({data: [entry]}))
      if (request.url === '/v1/chat/completions') state = 'loaded'
      const loaded = {...entry, state, max_context_length: 32_768, ...(state === 'loaded' ? {loaded_context_length: 4096} : {})}
      if (request.url === '/api/v0/models') return response.end(JSON.stringify({data: [loaded]}))
      return response.end(JSON.stringify({error: `Unexpected endpoint or method. (${request.method} ${request.url})`}))
    })
    await new Promise<void>((resolve) => studio.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void studio.close())
    const settings = settingsOf({name: 'lab', baseUrl: `http://127.0.0.1:${(studio.address() as AddressInfo).port}/v1`})
    const {tokens, mend} = await windowOnceLoaded(settings, 'm', 32_768, 2000)
    expect([tokens, mend]).toEqual([4096, 'load it with more: lms unload m; lms load m --context-length 32768'])
    await expect(windowOnceLoaded(settings, 'other', 32_768, 2000)).resolves.toMatchObject({tellsNothing: true})
  })
  it("what a listing told before is nobody's wish: too small stays too small, and a larger one is asked for", async () => {
    for (const window of [4096, 32_768]) {
      await using server = await localServer({kind: 'ollama', window})
      const settings = settingsOf({name: 'ollama', protocol: 'ollama', baseUrl: server.url, models: {m: {window: 4096}}})
      const checked = checkRoutes(
        {coder: [{provider: 'ollama', model: 'm'}]},
        {ollama: settings},
        {providers: {}} as unknown as Config,
        testContext({env: {HOME: tempFolder()}}),
      )
      if (window === 4096) await expect(checked).rejects.toThrow(/4096/)
      else expect((await checked).providers.ollama?.models?.m?.window).toBe(32_768)
    }
  })
})
