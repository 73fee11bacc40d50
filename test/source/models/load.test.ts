import {describe, expect, it} from 'vitest'
import {loadOf, metricsIn, sameModel} from '../../../source/models/load.ts'
import {localServer} from '../../kit/local-server.ts'
import {modelServer} from '../../kit/model-server.ts'
import {settingsOf} from '../../kit/model-turn.ts'

const soon = () => AbortSignal.timeout(5000)

describe('how busy a local server is', () => {
  it("is told by llama.cpp's slots, and its metrics where they are on", async () => {
    const slots = [{is_processing: true}, {is_processing: true}, {is_processing: false}]
    const metrics = '# HELP x\nllamacpp:requests_deferred 3\nllamacpp:predicted_tokens_seconds 41.5\n'
    const more = (path: string) => (path === '/slots' ? slots : path === '/metrics' ? metrics : path === '/props' ? {total_slots: 3} : undefined)
    await using server = await modelServer([], {more})
    for (const name of ['llamacpp', 'mine'])
      expect(await loadOf(settingsOf({name, baseUrl: server.baseUrl}), 'm', soon())).toEqual({loaded: true, slots: 3, busy: 2, queued: 3, tokensPerSec: 41.5})
  })
  it('is told by what waits at vLLM and SGLang', async () => {
    await using vllm = await localServer({
      kind: 'vllm',
      metrics: 'vllm:num_requests_running{model_name="m"} 4.0\nvllm:num_requests_waiting{model_name="m"} 2.0\n',
    })
    expect(await loadOf(settingsOf({name: 'vllm', baseUrl: vllm.baseUrl}), 'm', soon())).toEqual({loaded: true, slots: 4, busy: 4, queued: 2})
    await using sglang = await localServer({kind: 'sglang', metrics: 'sglang:num_running_reqs 2\nsglang:num_queue_reqs 0\nsglang:gen_throughput 100\n'})
    expect(await loadOf(settingsOf({name: 'mine', baseUrl: sglang.baseUrl}), 'm', soon())).toEqual({
      loaded: true,
      slots: 2,
      busy: 0,
      queued: 0,
      tokensPerSec: 50,
    })
  })
  it('is told by what an Ollama has in its memory', async () => {
    await using server = await localServer({kind: 'ollama', vramShare: 0.75})
    const settings = settingsOf({name: 'ollama', protocol: 'ollama', baseUrl: server.url})
    expect(await loadOf(settings, 'm', soon())).toEqual({loaded: false})
    await fetch(`${server.url}/api/chat`, {method: 'POST', body: JSON.stringify({model: 'm', messages: []})}).then((answer) => answer.text())
    expect(await loadOf(settings, 'm', soon())).toEqual({loaded: true, cpuShare: 0.25})
  })
  it('is unknown where nobody tells', async () => {
    await using silent = await modelServer([])
    expect(await loadOf(settingsOf({name: 'mine', baseUrl: silent.baseUrl}), 'm', soon())).toBeUndefined()
    expect(await loadOf(settingsOf({name: 'vllm', baseUrl: silent.baseUrl}), 'm', soon())).toBeUndefined()
  })
  it('is said where nobody is there', async () => {
    for (const name of ['mine', 'vllm', 'llamacpp'])
      expect(await loadOf(settingsOf({name, baseUrl: 'http://127.0.0.1:1/v1'}), 'm', soon())).toEqual({down: true})
    expect(await loadOf(settingsOf({protocol: 'ollama', baseUrl: 'http://127.0.0.1:1'}), 'm', soon())).toEqual({down: true})
  })
  it('reads figures off a Prometheus page, those of several models together', () => {
    expect([...metricsIn('# TYPE a gauge\na{m="x"} 1.5\na{m="y"} 2\nb 1e3\nnot a figure\n')]).toEqual([
      ['a', 3.5],
      ['b', 1000],
    ])
    expect([sameModel('m:latest', 'm'), sameModel('m', 'm'), sameModel('m:7b', 'm')]).toEqual([true, true, false])
  })
})
