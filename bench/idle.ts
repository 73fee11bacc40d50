// What the program costs while nothing happens: bytes to the terminal, processor time of all its processes, memory. Once
// as it is started, and once with a whole crew that waits: explorer, planner and coder with their host, the coder stopped.
//
// PENGUIN_BENCH_SECONDS: how long each is watched (10; the acceptance says 60).

import {calculator, ways} from '../test/kit/flow.ts'
import {modelServer} from '../test/kit/model-server.ts'
import type {Figure} from './figure.ts'
import {cpuMs, openStage, proportionalMb, residentMb, type Stage, sum, wait, wished} from './stage.ts'

const seconds = wished('PENGUIN_BENCH_SECONDS', 10)
/** What a start leaves behind has settled by then: the keeper's first look at the project, the first collections. */
const settleMs = 4000

const watch = async (name: string, stage: Stage): Promise<Figure[]> => {
  await wait(settleMs)
  const {terminal} = stage
  const all = stage.ours()
  const [bytes, spentMs] = [terminal.heard.bytes, sum(all, cpuMs)]
  await wait(seconds * 1000)
  const parts = stage.processes()
  const told = Object.entries(parts)
    .filter(([, pids]) => pids.length > 0)
    .map(([part, pids]) => `${pids.length} ${part} ${sum(pids, residentMb).toFixed(0)}/${sum(pids, proportionalMb).toFixed(0)}`)
    .join(', ')
  return [
    {name: `${name}: written in ${seconds} s`, value: terminal.heard.bytes - bytes, unit: 'bytes'},
    {name: `${name}: CPU of ${all.length} processes`, value: (sum(all, cpuMs) - spentMs) / 10 / seconds, unit: '% of a core'},
    {name: `${name}: screen`, value: sum(parts.screen, residentMb), unit: 'MB RSS'},
    {name: `${name}: all processes`, value: sum(stage.ours(), proportionalMb), unit: 'MB PSS', note: `RSS/PSS: ${told}`},
  ]
}

const alone = async (): Promise<Figure[]> => {
  await using stage = openStage()
  await stage.terminal.until('what shall be done?')
  return await watch('idle', stage)
}

const withCrew = async (): Promise<Figure[]> => {
  await using server = await modelServer(({messages}) =>
    messages.some(({from, text}) => from === 'system' && text.includes('coder')) ? {fault: {do: 'silence'}} : {text: 'One step: mend sum.js.'},
  )
  const way = ways.chat(server)
  const roles = ['explorer', 'planner', 'tester'].flatMap((role) => ['--role-model', `${role}=vllm/m`])
  await using stage = openStage({files: calculator, env: way.env, args: [...way.args, ...roles]})
  const {terminal} = stage
  await terminal.until('what shall be done?')
  terminal.type('make sum add')
  terminal.key('enter')
  await terminal.until(/coder.*● thinking/, 30_000)
  await wait(500)
  terminal.key('escape')
  await terminal.until(/coder.*· idle/)
  return await watch('idle with a crew', stage)
}

export const bench = async (): Promise<Figure[]> => [...(await alone()), ...(await withCrew())]
