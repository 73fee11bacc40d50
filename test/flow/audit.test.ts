// What the contract promises, letter by letter, where nobody had looked: words on stdin, answers in other words, a
// rule that names a whole line, the repository itself, a schema that most models miss, and why a gate is red.

import {describe, expect, it} from 'vitest'
import {calculator, edit, green, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {type Line, type Place, place} from '../kit/penguin.ts'

const sh = (command: string) => ({calls: [{tool: 'shell', input: {command}}]})
const bodies = (lines: Line[], type: string) => lines.filter((line) => line.type === type).map(({body}) => body)

const play = async (
  script: Parameters<typeof modelServer>[0],
  args: string[],
  more: {files?: Record<string, string>; input?: string; before?: (repo: Place) => void} = {},
) => {
  await using server = await modelServer(script)
  using repo = place(more.files ?? green)
  more.before?.(repo)
  const way = ways.responses(server)
  const ran = await repo.run(['run', '--json', ...way.args, ...args], {env: way.env, input: more.input})
  return {
    ...ran,
    requests: server.requests.length,
    head: repo.git('log', '--all', '--oneline'),
    status: repo.git('status', '--porcelain'),
    branch: repo.git('branch', '--show-current').trim(),
  }
}

describe('answers on stdin', () => {
  const answered = async (line: string | Buffer, more: string[] = []) => {
    await using server = await modelServer([sh('echo ran'), {text: 'fine'}])
    using repo = place(green)
    const way = ways.responses(server)
    const run = repo.start(['run', '--json', '--no-check', '--permission', 'ask', '--input', 'stream-json', ...way.args, 'hi', ...more], {
      env: way.env,
      input: '',
    })
    await run.until(({type}) => type === 'ask.raised')
    run.child.stdin?.end(line)
    return await run.ended
  }

  it('are taken from a last line without an end', async () => {
    const ran = await answered('{"answer":"q_1","choice":"once"}')
    expect(ran.closed).toMatchObject({outcome: 'answered'})
    expect(bodies(ran.lines, 'tool.done')).toMatchObject([{ok: true}])
  })

  it('may be plain words; one that is none leaves the question open, and is told', async () => {
    const ran = await answered('{"answer":"q_1","choice":"perhaps"}\n{"answer":"q_1","choice":"yes"}\n')
    expect(bodies(ran.lines, 'notice').map(({text}) => text)).toContainEqual(
      expect.stringContaining('is answered with once, run, always, deny, not with "perhaps"'),
    )
    expect(bodies(ran.lines, 'ask.answered')).toMatchObject([{choice: 'once', by: 'person'}])
    expect(bodies(ran.lines, 'tool.done')).toMatchObject([{ok: true}])
  })

  it('keep their letters when a pipe cuts them in the middle', async () => {
    await using server = await modelServer([sh('echo ran'), {text: 'fine'}])
    using repo = place(green)
    const way = ways.responses(server)
    const run = repo.start(['run', '--json', '--no-check', '--permission', 'ask', '--input', 'stream-json', ...way.args, 'hi'], {env: way.env, input: ''})
    await run.until(({type}) => type === 'ask.raised')
    const bytes = Buffer.from('{"answer":"q_1","choice":"deny","text":"für später"}\n')
    const cut = bytes.indexOf(0xc3) + 1
    run.child.stdin?.write(bytes.subarray(0, cut))
    await new Promise((resolve) => setTimeout(resolve, 100))
    run.child.stdin?.end(bytes.subarray(cut))
    expect(bodies((await run.ended).lines, 'ask.answered')).toMatchObject([{choice: 'deny', text: 'für später'}])
  })
})

describe('a permission', () => {
  it('is had with the very rule that the refusal names', async () => {
    const line = 'echo "hi" > f.txt; ls'
    const refused = await play([sh(line), {text: 'no'}], ['--no-check', '--permission', 'ask', 'hi'])
    expect(refused.code).toBe(5)
    const [{error}] = bodies(refused.lines, 'tool.done') as [{error: {hint: string}}]
    const [, rule] = /--allow '(.*?)', or/.exec(error.hint) ?? []
    const allowed = await play([sh(line), {text: 'yes'}], ['--no-check', '--permission', 'ask', '--allow', rule ?? '', 'hi'])
    expect(allowed.closed, error.hint).toMatchObject({outcome: 'done', files: [{path: 'f.txt', change: 'added'}]})
  })

  it('of a question is asked for in other words', async () => {
    const ran = await play([{calls: [{tool: 'ask', input: {question: 'Which one?'}}]}, {text: 'I asked.'}], ['--no-check', 'hi'])
    expect(ran.code).toBe(5)
    expect(bodies(ran.lines, 'tool.done')).toMatchObject([
      {error: {msg: expect.stringContaining('needs a person to answer it'), hint: expect.not.stringContaining('--allow')}},
    ])
  })
})

it('no commit, stash, index, branch or HEAD is touched in mode auto, unless a rule allows it', async () => {
  const script = [sh('git add -A; git commit -qm wip'), sh('git stash'), sh('git checkout -b other'), {text: 'I tried.'}]
  const mine = (repo: Place) => {
    repo.git('config', 'user.name', 'u')
    repo.git('config', 'user.email', 'u@example.org')
    repo.write({'sum.js': '// mine\n'})
  }
  const ran = await play(script, ['--no-check', 'hi'], {before: mine})
  expect(ran.closed).toMatchObject({outcome: 'answered'})
  expect(bodies(ran.lines, 'tool.done')).toMatchObject([{ok: false}, {ok: false}, {ok: false}])
  expect(ran).toMatchObject({status: ' M sum.js\n', branch: 'main'})
  expect(ran.head.trim().split('\n')).toHaveLength(1)
  const allowed = await play([sh('git commit -qam wip'), {text: 'done'}], ['--no-check', '--allow', 'shell(git commit*)', 'hi'], {before: mine})
  expect(allowed.head).toContain('wip')
})

it('a schema is held to where it has no type, and what cannot be held to is refused before the work', async () => {
  await using server = await modelServer((asked) => ({text: ['{"a":1}', '{"a":1,"b":[]}', '{"a":1,"b":[1]}'][asked.n - 1] ?? '{}'}))
  using repo = place({...green, 's.json': '{"required":["b"],"properties":{"b":{"minItems":1}}}', 'f.json': 'false', 'bad.json': '{"$ref":"other.json"}'})
  const way = ways.responses(server)
  const run = (schema: string) => repo.run(['run', '--json', '--no-check', ...way.args, '--schema', schema, 'hi'], {env: way.env})
  expect((await run('s.json')).closed).toMatchObject({outcome: 'answered', text: '{"a":1,"b":[1]}'})
  expect(server.requests).toHaveLength(3)
  expect(await run('bad.json')).toMatchObject({code: 2, stdout: '', stderr: expect.stringContaining('resolve reference')})
  expect((await run('f.json')).closed).toMatchObject({outcome: 'schema', exitCode: 9})
})

it('a red gate says whether it was red before', async () => {
  const before = await play([{text: 'I looked.'}], ['hi'], {files: calculator})
  expect(before).toMatchObject({code: 3, closed: {reason: expect.stringContaining('nothing was changed: it was red before')}})
  const still = await play(
    [edit, {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a + b', new: 'a * b'}}]}, {text: 'There.'}],
    ['--max-calls', '3', 'hi'],
    {files: calculator},
  )
  expect(bodies(still.lines, 'gate.failed')).toMatchObject([{counts: {failedBefore: 1}}])
  expect(bodies(still.lines, 'task.phase').map((body) => (body.checked as {summary: string} | undefined)?.summary)).toContainEqual(
    expect.stringContaining('it was red before: 1 failed'),
  )
})

it('every tool event says where it ran', async () => {
  const ran = await play([sh('echo one; echo two'), {text: 'fine'}], ['--no-check', 'hi'])
  const told = ran.lines.filter(({type}) => type.startsWith('tool.'))
  expect(told.map(({type}) => type)).toContain('tool.output')
  for (const line of told)
    expect(line.body.sandbox, line.type).toMatchObject({level: expect.any(String), writes: expect.any(String), network: expect.any(String)})
})

it('an empty prompt reads nothing in its stead', async () => {
  const ran = await play([{text: 'x'}], [''], {input: 'words of another\n'})
  expect(ran).toMatchObject({code: 2, stdout: '', requests: 0, stderr: expect.stringContaining('the prompt is empty')})
})

it('what is printed for a person steers no terminal; a pipe gets the answer byte for byte', async () => {
  await using server = await modelServer([{text: 'red \u001b[31m\u001b]0;title\u0007end'}])
  using repo = place(green)
  const way = ways.responses(server)
  const ran = await repo.run(['run', ...way.args, '--check', "printf '\\033]0;evil\\007bad'; false", 'hi'], {env: way.env})
  expect(ran.code).toBe(3)
  expect(ran.stderr).toContain('red end')
  expect(ran.stderr).toMatch(/check:1: exit code 1: bad/)
  for (const byte of ['\u0007', '\u001b']) expect(ran.stderr).not.toContain(byte)
  expect(ran.stdout).toContain('red \u001b[31m\u001b]0;title\u0007end')
  expect((await repo.run(['log'])).stdout).not.toContain('\u001b')
})
