// A person's own commands in panes of the session: real shells on real terminals, seen by screens that come late, read
// slowly or not at all.

import {mkdirSync, writeFileSync} from 'node:fs'
import {connect} from 'node:net'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {isAlive} from '../kit/flow.ts'
import {openTestScreen, poll, startIn, type TestScreen} from '../kit/keeper.ts'
import {type Place, place} from '../kit/penguin.ts'

const secret = 'sk-test-secret-0000'
const keeperOf = async (files: Record<string, string> = {}) => {
  const here = place(
    {'package.json': '{"scripts":{"test":"true"}}', ...files},
    {env: {OPENAI_API_KEY: secret, SHELL: '/bin/bash', COLOUR: 'blue', TMUX: '/tmp/other,1,0', VLLM_KEY: secret}},
  )
  mkdirSync(join(here.home, '.config/penguin'), {recursive: true})
  writeFileSync(join(here.home, '.config/penguin/config.yml'), 'providers:\n  vllm:\n    apiKeyEnv: VLLM_KEY\n')
  const word = await startIn(here)
  return {here, word, screen: await openTestScreen(word)}
}
const size = {columns: 60, rows: 12}
const opened = async (screen: TestScreen, id: number, command: string): Promise<string> => {
  screen.says({do: 'open', id, command, size})
  const answer = await screen.until((message) => message.tell === 'answered' && message.id === id)
  if (answer.tell !== 'answered' || !answer.pane) throw new Error(JSON.stringify(answer))
  return answer.pane
}
const ended = (screen: TestScreen, pane: string) =>
  screen.until((message) => message.tell === 'pane' && message.pane.pane === pane && message.pane.ended !== undefined, `${pane} ends`)
const leave = async (screen: TestScreen, here: Place): Promise<void> => {
  screen.says({do: 'leave', stop: true})
  await screen.client.gone
  await poll(() => here.survivors().length === 0, 'nobody is left')
}

describe('a command of the person', () => {
  it('has their rights, folder and environment, without the keys of providers, and no terminal but its own', async () => {
    const {here, screen} = await keeperOf()
    using _ = here
    const first = await opened(screen, 1, 'cat')
    const second = await opened(
      screen,
      2,
      'pwd; echo "$COLOUR [$OPENAI_API_KEY$VLLM_KEY] $TERM $TERM_PROGRAM [$TMUX]"; tty; ls -l /proc/self/fd | grep -c -e ptmx -e socket -e penguin; printf "\\e[31mred\\e[0m"',
    )
    const third = await opened(screen, 3, '')
    await ended(screen, second)
    await screen.holds(() => screen.shows(second).includes('red'))
    expect(screen.shows(second)).toMatch(new RegExp(`^${here.dir}\\nblue \\[\\] xterm-256color penguin \\[\\]\\n/dev/pts/\\d+\\n0\\nred$`))
    screen.says({do: 'type', pane: first, data: 'hello\r'})
    await screen.holds(() => screen.shows(first) === 'hello\nhello')
    screen.says({do: 'size', pane: third, size: {columns: 91, rows: 17}})
    await screen.until((message) => message.tell === 'pane' && message.pane.pane === third && message.pane.size.columns === 91)
    screen.says({do: 'type', pane: third, data: 'stty size\r'})
    await screen.holds(() => screen.shows(third).includes('17 91'))
    await leave(screen, here)
  }, 20_000)

  it('is shown whole to whoever comes later: full-screen programs, modes and scrollback', async () => {
    const {here, screen, word} = await keeperOf()
    using _ = here
    const lines = await opened(screen, 1, 'for i in $(seq 1 300); do echo "line $i"; done; cat')
    const full = await opened(
      screen,
      2,
      'printf "before\\n\\e[?1049h\\e[H\\e[1;35mfull\\e[5;10Hscreen\\e[?2004h\\e[?1h\\e[?1000h\\e[?1006h日本 👩‍💻\\e[2 q\\e[?25l\\e]2;named\\a"; cat',
    )
    await screen.holds(() => screen.shows(full).includes('👩‍💻') && screen.shows(lines).includes('line 300'))
    const late = await openTestScreen(word)
    await late.holds(() => late.shows(full) === screen.shows(full) && late.shows(lines) === screen.shows(lines))
    const [early, now] = [screen.terminal(full), late.terminal(full)]
    expect(now).toMatchObject({modes: early?.modes, cursor: early?.cursor, title: 'named'})
    expect(late.terminal(lines)?.lineCount).toBe(screen.terminal(lines)?.lineCount)
    late.drop()
    await leave(screen, here)
  }, 20_000)

  it('is asked by its terminal only once, however many screens look on', async () => {
    const {here, screen, word} = await keeperOf()
    using _ = here
    const second = await openTestScreen(word)
    const pane = await opened(
      screen,
      1,
      'stty -echo -icanon; printf "\\e[6n"; IFS= read -r -d R answer; printf "%q" "$answer"; read -t 0.3 -n 1 more; echo " more[$more]"',
    )
    await ended(screen, pane)
    await second.holds(() => second.shows(pane).includes('more['))
    expect(second.shows(pane)).toContain("$'\\E[1;1' more[]")
    screen.drop()
    await leave(second, here)
  }, 20_000)

  it('ends with its whole group when it is shut, and its pane goes when it is shut again', async () => {
    const {here, screen} = await keeperOf()
    using _ = here
    const pane = await opened(screen, 1, `trap '' HUP; sleep 71 & echo "child $!"; wait`)
    await screen.holds(() => /child \d+/.test(screen.shows(pane)))
    const child = Number(/child (\d+)/.exec(screen.shows(pane))?.[1])
    screen.says({do: 'shut', pane})
    await ended(screen, pane)
    await poll(() => !isAlive(child), 'the child is gone')
    screen.says({do: 'shut', pane})
    await screen.until((message) => message.tell === 'gone' && message.pane === pane)
    await leave(screen, here)
  }, 20_000)

  it('does not survive a killed keeper: the next one who looks ends what ignored the hang-up', async () => {
    const {here, screen} = await keeperOf()
    using _ = here
    const pane = await opened(screen, 1, `trap '' HUP TERM; echo ready; while :; do sleep 0.2; done`)
    await screen.holds(() => screen.shows(pane).includes('ready'))
    process.kill(screen.session()?.pid as number, 'SIGKILL')
    await screen.client.gone
    expect(here.survivors().length).toBeGreaterThan(0)
    const next = await openTestScreen(await startIn(here))
    await poll(() => here.survivors().every((pid) => pid === next.session()?.pid), 'only the new keeper is left')
    await leave(next, here)
  }, 20_000)
})

describe('a screen that does not read', () => {
  it('slows nobody, and is shown the pane anew when it reads again', async () => {
    const {here, screen, word} = await keeperOf()
    using _ = here
    const cut = word.lastIndexOf('#')
    const deaf = connect(word.slice(0, cut))
    deaf.write(`${JSON.stringify({do: 'hello', token: word.slice(cut + 1), size})}\n`)
    deaf.pause()
    // Twice what a screen may be behind.
    const lines = 200_000
    const pane = await opened(screen, 1, `seq -f '%.0f ........................................' 1 ${lines}; echo over; cat`)
    await screen.holds(() => screen.shows(pane).includes('over'))
    // Typing is answered while the other screen still holds megabytes unread.
    const from = performance.now()
    screen.says({do: 'type', pane, data: 'echo\r'})
    await screen.holds(() => screen.shows(pane).endsWith('echo\necho'))
    expect(performance.now() - from).toBeLessThan(500)
    let read = ''
    deaf.setEncoding('utf8').on('data', (chunk: string) => {
      read += chunk
    })
    deaf.resume()
    await poll(() => read.includes('echo\r\necho'), 'the deaf screen hears again')
    // The megabytes that waited, and the whole of the pane: not the nine that were printed.
    expect(read.length).toBeLessThan(7_000_000)
    expect(read.match(/"whole":true/g)?.length).toBeGreaterThanOrEqual(2)
    deaf.destroy()
    await leave(screen, here)
  }, 30_000)

  it('or says nonsense, ends nothing', async () => {
    const {here, screen} = await keeperOf()
    using _ = here
    const pane = await opened(screen, 1, 'echo still here; cat')
    screen.says({do: 'size', pane} as never)
    await screen.until((message) => message.tell === 'trouble')
    screen.says({do: 'open', id: 2} as never)
    expect(await screen.until((message) => message.tell === 'answered' && message.id === 2)).toMatchObject({ok: false})
    screen.says({do: 'dance'} as never)
    screen.says({do: 'type', pane, data: 'and alive\r'})
    await screen.holds(() => screen.shows(pane) === 'still here\nand alive\nand alive')
    await leave(screen, here)
  }, 20_000)

  it('may say nothing without the token', async () => {
    const {here, screen, word} = await keeperOf()
    using _ = here
    const stranger = await openTestScreen(`${word.slice(0, word.lastIndexOf('#'))}#wrong`)
    await stranger.client.gone
    expect(stranger.told).toEqual([])
    await leave(screen, here)
  }, 20_000)
})
