import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {amdGpus} from '../../../plugins/gpu/amd.ts'
import {findProgram, gpuIn} from '../../../plugins/gpu/nvidia.ts'
import type {Gpu} from '../../../plugins/gpu/sample.ts'
import {openSampler} from '../../../plugins/gpu/sampler.ts'
import {bodies, calculator, fix, repository} from '../../kit/hosted.ts'
import {localServer} from '../../kit/local-server.ts'
import {settingsOf, until} from '../../kit/model-turn.ts'
import {tempFolder} from '../../kit/temp.ts'

/** An nvidia-smi that writes down its process and prints a look every 20 ms. */
const fakeSmi = (rows: string): {path: string; pid: () => number} => {
  const path = tempFolder()
  const file = join(path, 'nvidia-smi')
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\necho $$ > ${path}/pid\nwhile :; do\ncat <<END\n${rows}\nEND\nsleep 0.02\ndone\n`)
  chmodSync(file, 0o755)
  return {path, pid: () => Number(readFileSync(join(path, 'pid'), 'utf8'))}
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const two = '0, NVIDIA H200, 71, 18432, 143771, 41, 310.5\n1, NVIDIA H200, 0, [N/A], 143771, 30, [N/A]'
const noDrm = '/nowhere'

describe('the GPU sampler', () => {
  it('reads a row of nvidia-smi, without what it does not know', () => {
    const [first = '', second = ''] = two.split('\n')
    expect(gpuIn(first)).toEqual({
      index: 0,
      name: 'NVIDIA H200',
      busy: 0.71,
      usedBytes: 18_432 * 2 ** 20,
      totalBytes: 143_771 * 2 ** 20,
      celsius: 41,
      watts: 310.5,
    })
    expect(gpuIn(second)).toEqual({index: 1, name: 'NVIDIA H200', busy: 0, totalBytes: 143_771 * 2 ** 20, celsius: 30})
    expect(gpuIn('NVIDIA-SMI has failed')).toBeUndefined()
    expect(gpuIn('')).toBeUndefined()
  })

  it('tells all GPUs of a look together, and leaves no process behind', async () => {
    const {path, pid} = fakeSmi(two)
    const samples: Gpu[][] = []
    const source = openSampler({path, everyMs: 20, drm: noDrm, take: (gpus) => samples.push(gpus)})
    await until(() => samples.length >= 2)
    expect(samples[0]?.map(({name, busy}) => [name, busy])).toEqual([
      ['NVIDIA H200', 0.71],
      ['NVIDIA H200', 0],
    ])
    expect(isAlive(pid())).toBe(true)
    source.close()
    const told = samples.length
    await until(() => !isAlive(pid()))
    expect(samples).toHaveLength(told)
  })

  it('says that there is none when the program fails, and when nothing is there', async () => {
    const path = tempFolder()
    writeFileSync(join(path, 'nvidia-smi'), '#!/bin/sh\nexit 9\n')
    chmodSync(join(path, 'nvidia-smi'), 0o755)
    for (const place of [path, tempFolder()]) {
      const samples: Gpu[][] = []
      openSampler({path: place, everyMs: 10, drm: noDrm, take: (gpus) => samples.push(gpus)})
      await until(() => samples.length > 0)
      expect(samples).toEqual([[]])
    }
    expect(findProgram('nvidia-smi', '')).toBeUndefined()
  })

  it("reads AMD's cards from the driver's files", () => {
    const drm = tempFolder()
    const put = (file: string, text: string): void => {
      mkdirSync(dirname(join(drm, file)), {recursive: true})
      writeFileSync(join(drm, file), `${text}\n`)
    }
    put('card0/device/vendor', '0x10de')
    put('card1/device/vendor', '0x1002')
    put('card1/device/gpu_busy_percent', '37')
    put('card1/device/mem_info_vram_used', '1000')
    put('card1/device/mem_info_vram_total', '4000')
    put('card1-DP-1/status', 'connected')
    expect(amdGpus(drm)).toEqual([{name: 'card1', busy: 0.37, usedBytes: 1000, totalBytes: 4000}])
    expect(amdGpus(noDrm)).toEqual([])
  })

  it("else tells what an Ollama holds in a GPU's memory", async () => {
    await using server = await localServer({kind: 'ollama', vramShare: 0.5})
    const {timeouts, net} = settingsOf({})
    const samples: Gpu[][] = []
    const source = openSampler({path: '', everyMs: 10, drm: noDrm, ollama: {baseUrl: server.url, timeouts, net}, take: (gpus) => samples.push(gpus)})
    await until(() => samples.length > 0)
    expect(samples[0]).toEqual([])
    await fetch(`${server.url}/api/chat`, {method: 'POST', body: JSON.stringify({model: 'm', messages: [{role: 'user', content: 'x'}]})}).then((answer) =>
      answer.text(),
    )
    await until(() => samples.at(-1)?.length === 1)
    source.close()
    expect(samples.at(-1)).toEqual([{name: 'ollama', usedBytes: 500_000}])
  })

  it('is part of a run only where somebody watches, as passing events', async () => {
    const {path} = fakeSmi(two)
    const repo = repository(calculator)
    const run = (verbose: boolean) =>
      repo.run({
        prompt: 'sum must add',
        env: {...repo.env, PATH: `${path}:${repo.env.PATH}`},
        flags: {check: ['grep -q sum sum.js'], verbose, model: repo.replay(fix.map((line) => ({...line, delayMs: 150})))},
      })
    const watched = await run(true)
    expect(watched.code, watched.err).toBe(0)
    expect(bodies(watched.events, 'gpu.sampled')[0]?.gpus).toMatchObject([{name: 'NVIDIA H200'}, {}])
    expect(watched.events.find(({type}) => type === 'gpu.sampled')).toMatchObject({passing: true})
    expect(bodies((await run(false)).events, 'gpu.sampled')).toEqual([])
  })
})
