// The same promises without role processes: `--in-process` ends as well as a crew of processes does.

import {describe, expect, it} from 'vitest'
import {bodies, calculator, codes, edit, fix, fixed, green, read, survivorsAfter, types, ways} from '../kit/flow.ts'
import {modelServer, type Step} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'

const play = async (script: Step[], args: string[] = [], files: Record<string, string> = calculator) => {
  await using server = await modelServer(script)
  using repo = place(files)
  const {args: model, env} = ways.responses(server)
  const run = await repo.run(['run', '--json', '--in-process', ...model, ...args, 'fix it'], {env})
  expect(repo.survivors()).toEqual([])
  return {run, requests: server.requests, sum: repo.read('sum.js')}
}

describe('in this process', () => {
  it('recovers from faults', async () => {
    const {run, sum} = await play([{...read, fault: {do: 'reset'}}, {...read, fault: {do: 'status', status: 500}}, ...fix])
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(codes(run.lines)).toEqual(['model.cut', 'model.broken'])
    expect(sum).toBe(fixed)
  })

  it('repairs, and holds its caps', async () => {
    const {run, requests} = await play(
      [
        {...edit, calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a * b'}}]},
        {text: 'done', times: 0},
      ],
      ['--max-calls', '3'],
    )
    expect(run.closed).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(requests).toHaveLength(3)
    expect(requests[2]?.last).toContain('Work from the evidence')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends in order on %s while a command runs, and the command with it', async (signal, code) => {
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: 'echo begun > begun.txt; sleep 60; echo late > late.txt'}}]}])
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--in-process', ...args, 'x'], {env})
    await started.until((line) => line.type === 'tool.called')
    while (!repo.git('status', '--porcelain').includes('begun.txt')) await new Promise((resolve) => setTimeout(resolve, 20))
    started.child.kill(signal)
    const run = await started.ended
    expect(run).toMatchObject({code, closed: {exitCode: code}})
    // The command was ended before the run was closed, and what it had done is on record.
    expect(bodies(run.lines, 'tool.done')).toMatchObject([{ok: false, changes: [{path: 'begun.txt'}]}])
    expect(run.closed?.files).toMatchObject([{path: 'begun.txt', change: 'added'}])
    expect(await survivorsAfter(repo, 2000)).toEqual([])
  })

  it('builds candidates side by side', async () => {
    const {run, sum} = await play(
      [
        {...edit, times: 2, when: {toolResults: 0, system: "Penguin's coder"}},
        {text: 'mended', times: 0},
      ],
      ['--candidates', '2'],
    )
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(types(run.lines)).toContain('patch.adopted')
    expect(sum).toBe(fixed)
  })

  it('is stopped in a silent model by its time', async () => {
    const {run} = await play([{fault: {do: 'mute'}}], ['--timeout', '2'])
    expect(run.closed).toMatchObject({outcome: 'timeout', exitCode: 124})
    expect(run.wallMs).toBeLessThan(7000)
  })
})
