// Commands that do harm or never end, asked for by a model: the run goes on, the model is told in words what became
// of each, nothing survives, and nothing outside the project is read or changed.

import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {type AddressInfo, createServer} from 'node:net'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {modelServer} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'
import {asked, calculator, fixedSum, look, openai, toldBy} from '../kit/work.ts'

const green = {...calculator, 'sum.js': fixedSum}

interface Command {
  name: string
  line: string
  timeoutSec?: number
  /** What the model must be told. */
  told: RegExp
  not?: RegExp
}

/** A model that runs the commands one after the other and then ends; `stop` may end it early. */
const commanding =
  (commands: readonly Command[], stop: (told: readonly string[]) => boolean = () => false) =>
  ({messages}: {messages: Parameters<typeof toldBy>[0]}) => {
    const told = toldBy(messages)
    const next = commands[told.length]
    if (!next || stop(told)) return {text: 'that is all'}
    return {calls: [{tool: 'shell', input: {command: next.line, timeoutSec: next.timeoutSec ?? 10}}]}
  }

const runAll = async (repo: Place, commands: readonly Command[], env: Record<string, string> = {}) => {
  await using server = await modelServer(commanding(commands))
  const run = await repo.run(asked('try things'), {env: {...openai(server), ...env}})
  const told = toldBy(server.requests.at(-1)?.messages ?? [])
  expect(run.closed, run.stderr + run.stdout.slice(-1000)).toMatchObject({outcome: 'answered', exitCode: 0})
  expect(told).toHaveLength(commands.length)
  for (const [i, command] of commands.entries()) {
    expect(told[i], command.name).toMatch(command.told)
    if (command.not) expect(told[i], command.name).not.toMatch(command.not)
  }
  expect(repo.survivors()).toEqual([])
  return run
}

const spawner =
  "python3 -c \"\nimport subprocess\nn=0\ntry:\n  for _ in range(900): subprocess.Popen(['sleep','30']); n+=1\nexcept OSError: pass\nprint('started',n)\""

it('what does not end, floods, hoards or hides is ended, and told', async () => {
  using repo = place(green)
  const before = look(repo.dir)
  // A machine that stands still would not tick.
  let [last, longest] = [performance.now(), 0]
  const tick = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 50)
  const run = await runAll(repo, [
    {name: 'an endless loop', line: 'while :; do :; done', timeoutSec: 1, told: /^stopped after 1\.\d s: the command did not end/},
    {name: 'one that ignores signals', line: "trap '' TERM INT HUP; while :; do sleep 0.1; done", timeoutSec: 1, told: /^stopped after 1\.\d s/},
    {name: 'a job in the background', line: 'sleep 1000 & echo started', told: /^exit 0.*\nstarted\n\[what was left in the background has been stopped/},
    {name: 'a daemon', line: 'setsid nohup sleep 1000 >/dev/null 2>&1 & disown; echo started', told: /started\n\[what was left in the background/},
    {
      name: 'a double fork',
      line: "python3 -c 'import os,time\nif os.fork()==0:\n  os.setsid()\n  if os.fork()==0: time.sleep(1000)\n  os._exit(0)'",
      told: /^exit 0/,
    },
    {name: '1 GB of output', line: 'yes penguin | head -c 1000000000', told: /^stopped: it printed far more than can be kept/},
    {name: 'its parent', line: 'kill -9 $PPID; sleep 1; echo still here', told: /^(?:exit|ended by|stopped)/},
    {name: 'all it can reach', line: 'kill -9 -1; sleep 1', timeoutSec: 3, told: /^(?:exit|ended by|stopped)/},
    {name: 'its shell', line: 'kill -9 $$', told: /^(?:exit 137|ended by SIGKILL)/},
    {name: 'many processes', line: spawner, told: /started (?:[1-9]|[1-9]\d|[1-5]\d\d)\b/, timeoutSec: 20},
    {name: 'a word at the end', line: 'echo fine', told: /^exit 0.*\nfine/},
  ])
  clearInterval(tick)
  expect(longest).toBeLessThan(3000)
  expect(run.lines.filter((line) => line.type === 'tool.done')).toHaveLength(11)
  expect(run.lines.every((line) => JSON.stringify(line).length <= 65_536)).toBe(true)
  expect(look(repo.dir)).toEqual(before)
}, 90_000)

it('hogs of memory and of the temporary disk end alone', async () => {
  using repo = place(green)
  // Slow machines need a minute to fill: what counts here is that it ends, by the limit or by its time.
  const hog = 'python3 -c "\nkept=[]\nwhile True: kept.append(bytes(range(256))*(1<<18))"'
  await runAll(repo, [
    {name: 'a hog', line: hog, timeoutSec: 5, told: /^stopped after 5|^stopped: it used up its memory|MemoryError|SIGKILL/},
    {name: 'a hog of the temporary disk', line: 'head -c 3G /dev/zero > /tmp/big; echo $?', timeoutSec: 30, told: /No space left/},
    {name: 'a word at the end', line: 'echo fine', told: /fine/},
  ])
}, 60_000)

it('a fork bomb, where the number of processes was seen to be limited', async (context) => {
  using repo = place(green)
  const bomb = {name: 'the bomb', line: 'bomb() { bomb | bomb & }; bomb; sleep 30', timeoutSec: 2, told: /^(?:stopped|exit|ended)/}
  const commands: Command[] = [{name: 'proof', line: spawner, told: /started/, timeoutSec: 20}, bomb, {name: 'after it', line: 'echo fine', told: /fine/}]
  const limited = (told: readonly string[]): boolean => Number(/started (\d+)/.exec(told[0] ?? '')?.[1] ?? 900) < 700
  await using server = await modelServer(commanding(commands, (told) => told.length > 0 && !limited(told)))
  const run = await repo.run(asked('--sandbox', 'bwrap', 'try'), {env: openai(server)})
  const told = toldBy(server.requests.at(-1)?.messages ?? [])
  if (run.closed?.exitCode === 7 || !limited(told)) return context.skip('the number of processes cannot be limited here')
  expect(run.closed).toMatchObject({outcome: 'answered', exitCode: 0})
  expect(told[1]).toMatch(/^stopped after/)
  expect(told[2]).toMatch(/fine/)
  expect(repo.survivors()).toEqual([])
}, 60_000)

it('nothing outside the project is read, written or reached', async () => {
  using repo = place(green)
  mkdirSync(join(repo.home, '.ssh'))
  writeFileSync(join(repo.home, '.ssh/id_test'), 'PRIVATE-KEY-TEXT\n')
  writeFileSync(join(repo.home, 'diary.txt'), 'DEAR-DIARY\n')
  const homeBefore = look(repo.home)
  let reached = 0
  const listener = createServer((socket) => {
    reached++
    socket.end('hello\n')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.once('listening', resolve))
  const {port} = listener.address() as AddressInfo
  const denied = /denied|Read-only|No such file|not permitted|cannot/i
  await runAll(
    repo,
    [
      {name: 'keys of others', line: 'env; cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"', told: /PATH=/, not: /HUNTER2|sk-test/},
      {name: 'private keys', line: `cat ~/.ssh/id_test ${repo.home}/.ssh/id_test ${repo.home}/diary.txt`, told: /No such file/, not: /PRIVATE-KEY|DEAR-DIARY/},
      {name: 'an authorized key', line: `mkdir -p ~/.ssh; echo evil >> ~/.ssh/authorized_keys; echo evil >> ${repo.home}/.bashrc; echo done`, told: /done/},
      {name: 'the system', line: 'echo evil >> /etc/passwd; echo evil > /usr/bin/evil; echo evil > /evil; touch /usr/lib/evil', told: denied},
      {name: 'beside the project', line: 'echo evil > ../beside.txt; cat ../home/diary.txt', told: denied},
      {
        name: 'hooks of git',
        line: 'mkdir -p .git/hooks; echo evil > .git/hooks/post-checkout; git config core.hooksPath /tmp; echo evil >> .git/config',
        told: denied,
      },
      {name: 'the journal', line: 'ls -A .penguin; echo evil > .penguin/config.yml', told: denied, not: /journal/},
      {
        name: 'the network',
        line: `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3) 2>&1; getent hosts example.org || echo no name`,
        told: /no name/,
        not: /hello/,
      },
      {name: 'a set-uid way out', line: 'su -c id root </dev/null; unshare -Ur id; mount -t tmpfs x /mnt', told: denied},
      {name: 'signals to the host', line: `kill -9 ${process.pid}; pkill -9 node; echo tried`, told: /tried/},
    ],
    {SECRET_TOKEN: 'HUNTER2'},
  )
  listener.close()
  expect(reached).toBe(0)
  const mine = (files: Record<string, string>) => Object.fromEntries(Object.entries(files).filter(([path]) => !/^\.(?:cache|local|config)\//.test(path)))
  expect(mine(look(repo.home))).toEqual(mine(homeBefore))
  expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('evil')
  for (const path of ['/usr/bin/evil', '/evil', join(repo.dir, '../beside.txt')]) expect(existsSync(path), path).toBe(false)
  expect(readdirSync(join(repo.dir, '.git/hooks')).filter((name) => !name.endsWith('.sample'))).toEqual([])
  expect(readFileSync(join(repo.dir, '.git/config'), 'utf8')).not.toMatch(/evil|hooksPath/)
  expect(readdirSync(join(repo.dir, '.penguin'))).not.toContain('config.yml')
}, 60_000)
