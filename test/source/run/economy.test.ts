import {describe, expect, it} from 'vitest'
import {estimateTokens} from '../../../engine/model/tokens.ts'
import {bodies, calculator, repository} from '../../kit/hosted.ts'
import {type Asked, type ModelServer, modelServer} from '../../kit/model-server.ts'

const turns = 50
const words = (seed: number, lines: number): string => Array.from({length: lines}, (_, at) => `line ${seed}.${at} of what a file may hold`).join('\n')

/** What a provider's cache sees, in its order: tools, then messages. */
const seenBy = ({body}: Asked): string => `${JSON.stringify(body.tools ?? [])}${JSON.stringify(body.messages ?? body.input)}`

const sharedChars = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}

/** Share of every request that the one before it had already, at the same place. */
const prefixShare = ({requests}: ModelServer): {share: number; worst: number; count: number} => {
  const texts = requests.map(seenBy)
  let shared = 0
  let all = 0
  let worst = 1
  for (const [at, text] of texts.entries()) {
    const before = texts[at - 1]
    if (before === undefined) continue
    // The closing bracket of the list before is no part of the prefix.
    const same = sharedChars(before, text) + 1
    shared += Math.min(same, before.length)
    all += before.length
    worst = Math.min(worst, same / before.length)
  }
  return {share: shared / all, worst, count: texts.length}
}

const longRun = async (protocol: 'openai-chat' | 'openai-responses', window: number, lines: number) => {
  await using server = await modelServer((asked) => {
    const turn = asked.toolResults
    if (turn >= turns) return {text: 'I have read everything.'}
    return {text: `I look at file ${turn}.`, calls: [{tool: 'read', input: {path: `f${turn}.txt`}}], usage: {input: Math.round(asked.bytes / 4), output: 20}}
  })
  const files = Object.fromEntries(Array.from({length: turns}, (_, at) => [`f${at}.txt`, words(at, lines)]))
  const config = `providers: {lab: {protocol: ${protocol}, baseUrl: "${server.baseUrl}", models: {m: {window: ${window}, output: 1024}}}}\n`
  const repo = repository({...calculator, ...files, '.penguin/config.yml': config})
  const ran = await repo.run({prompt: 'What do the files say?', flags: {model: 'lab/m', noCheck: true, trust: true}})
  expect(ran.code, ran.err).toBe(0)
  return {server, ran, ...prefixShare(server)}
}

describe('what is sent', () => {
  it.each(['openai-chat', 'openai-responses'] as const)('keeps its prefix over 50 turns (%s)', async (protocol) => {
    const {share, worst, count} = await longRun(protocol, 400_000, 30)
    process.stdout.write(`prefix over ${count} requests (${protocol}): ${(share * 100).toFixed(2)} %, worst ${(worst * 100).toFixed(2)} %\n`)
    expect(count).toBe(turns + 1)
    expect(share).toBeGreaterThan(0.99)
    expect(worst).toBeGreaterThan(0.95)
  })

  it('keeps most of its prefix though old outputs must go: tool output first, prose never', async () => {
    const {server, ran, share, count} = await longRun('openai-chat', 24_000, 120)
    process.stdout.write(`prefix over ${count} requests with eviction: ${(share * 100).toFixed(2)} %\n`)
    expect(bodies(ran.events, 'context.condensed').length).toBeGreaterThan(0)
    // It was 0.28 when each turn left out one more.
    expect(share).toBeGreaterThan(0.85)
    for (const {bytes, messages} of server.requests) {
      // As the server counts.
      expect(bytes / 4).toBeLessThan(24_000)
      for (const [at, message] of messages.filter(({from}) => from === 'model').entries()) expect(message.text).toBe(`I look at file ${at}.`)
    }
    const last = server.requests.at(-1)
    const results = last?.messages.filter(({from}) => from === 'tool') ?? []
    expect(results[0]?.text).toContain('left out to save room')
    for (const result of results.slice(-4)) expect(result.text).toContain('of what a file may hold')
  })

  it('begins with at most 3,000 tokens, every built-in tool of the coder among them', async () => {
    await using server = await modelServer([{text: 'Hello.', times: 0}])
    const config = `providers: {lab: {protocol: openai-chat, baseUrl: "${server.baseUrl}"}}\n`
    const repo = repository({...calculator, '.penguin/config.yml': config})
    await repo.run({prompt: 'What does sum do?', flags: {model: 'lab/m', trust: true}})
    const [first] = server.requests
    const tokens = estimateTokens(seenBy(first as Asked))
    process.stdout.write(`first request: ${first?.bytes} bytes, ${tokens} tokens by estimate, ${first?.tools.length} tools\n`)
    expect(first?.tools).toEqual(
      expect.arrayContaining(['read', 'list', 'search', 'edit', 'write', 'apply_patch', 'shell', 'run_tests', 'git', 'plan', 'ask', 'finish']),
    )
    expect(tokens).toBeLessThan(3000)
  })
})
