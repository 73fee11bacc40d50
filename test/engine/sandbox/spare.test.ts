// A sandbox that was made ready beforehand is the same sandbox: same answers, same walls, same limits; it is given up when
// anything behind its mounts was replaced, and nothing of it stays behind.

import {spawn} from 'node:child_process'
import {existsSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {limitScript, waitedScript} from '../../../engine/sandbox/limits-argv.ts'
import {type Box, cleanUp, eventually, hasBwrap, isRoot, livingWith, never, openBox, project, tempDir, uniqueSleep} from './kit.ts'

const host = new URL('./host.ts', import.meta.url).pathname

/** Pids of the sandboxes of a project, waiting or at work. */
const boxesOf = (root: string): number[] => livingWith(root)

const standsReady = async (box: Box): Promise<number[]> => {
  box.sandbox.prepare?.({cwd: box.root})
  expect(await eventually(() => boxesOf(box.root).length > 0, 5000)).toBe(true)
  return boxesOf(box.root)
}

/** The same line without and with a sandbox that stands ready. */
const bothWays = async (box: Box, line: string) => {
  const plain = await box.sh(line)
  const [first] = await standsReady(box)
  const spare = await box.sh(line)
  return {plain, spare, first}
}

describe.skipIf(!hasBwrap)('a sandbox that stands ready', () => {
  let box: Box
  beforeAll(async () => {
    box = await openBox('bwrap', project())
  })
  afterAll(cleanUp)

  it('is the one that the next command gets', async () => {
    const ready = await standsReady(box)
    const mark = uniqueSleep()
    const running = box.sh(`sleep ${mark} & wait`, {wallMs: 3000})
    expect(await eventually(() => livingWith(mark).length > 0, 5000)).toBe(true)
    expect(boxesOf(box.root).some((pid) => ready.includes(pid))).toBe(true)
    expect((await running).killedFor).toBe('wall')
    expect(await eventually(() => livingWith(mark).length === 0, 3000)).toBe(true)
    expect(ready.some((pid) => boxesOf(box.root).includes(pid))).toBe(false)
  })

  it('is followed by another while the command works', async () => {
    const ready = await standsReady(box)
    const mark = uniqueSleep()
    const running = box.sh(`sleep ${mark}`, {wallMs: 5000})
    expect(await eventually(() => boxesOf(box.root).some((pid) => !ready.includes(pid)), 4000)).toBe(true)
    const [next] = boxesOf(box.root).filter((pid) => !ready.includes(pid))
    expect((await running).killedFor).toBe('wall')
    expect(boxesOf(box.root)).toContain(next)
  })

  it.each([
    ['words in quotes, lines and other scripts', `printf '%s\\n' "it's" 'a "b"' $'t\\tab' 'naïve 🐧' 'a\\b' "$0" "$#"\n\necho "$(pwd)"; exit 7`],
    ['the environment', 'env | sort | grep -v "^_="'],
    ['an empty stdin', 'cat; read -r line; echo "read: $?"; [ -p /dev/stdin ] || [ -S /dev/stdin ] || echo "no pipe"'],
    ['open descriptors', 'ls /proc/self/fd | wc -l'],
    ['limits', 'ulimit -a'],
    ['what may be written', 'touch x .git/config .git/hooks/y /usr/z /etc/z 2>&1 | sed "s/.*: //"; rm -f x; ls -la / | wc -l'],
    ['who it is', 'id -u; cat /proc/self/status | grep -E "^(NoNewPrivs|Seccomp|CapEff|CapBnd)"; cat /proc/1/environ | tr "\\0" "\\n"'],
  ])('answers as any other: %s', async (_, line) => {
    const {plain, spare} = await bothWays(box, line)
    expect({...spare, wallMs: 0}).toEqual({...plain, wallMs: 0})
  })

  it('a long script arrives whole', async () => {
    await standsReady(box)
    const lines = Array.from({length: 2000}, (_, at) => `n=$((n + ${at})) # 'quoted' and more text`)
    expect((await box.sh([...lines, 'echo $n'].join('\n'))).stdout).toBe('1999000\n')
  })

  it('a program that is not there is told as such', async () => {
    await standsReady(box)
    const report = await box.sandbox.run({argv: ['no-such-program'], cwd: box.root, limits: {wallMs: 5000, outputBytes: 1000}}, never)
    expect(report).toMatchObject({exitCode: null, error: {code: 'job.failed'}})
    expect(report.error?.msg).toContain('no-such-program')
  })

  it('its memory is limited by the job that it gets', async () => {
    await standsReady(box)
    const line = 'head -c 400000000 /dev/zero | tail -c 399999999 | wc -c'
    const report = await box.sandbox.run(
      {argv: ['bash', '-c', line], cwd: box.root, limits: {wallMs: 20_000, outputBytes: 1000, memoryBytes: 64 * 1024 ** 2}},
      never,
    )
    expect(report.stdout.trim()).not.toBe('399999999')
  })

  it('a job with a stdin, another folder or another environment has its own', async () => {
    await standsReady(box)
    expect((await box.sh('cat', {stdin: 'given'})).stdout).toBe('given')
    await standsReady(box)
    expect((await box.sh('echo $MINE', {env: {MINE: 'yes'}})).stdout).toBe('yes\n')
    await standsReady(box)
    expect((await box.sh('touch a.txt', {writable: false})).exitCode).not.toBe(0)
  })

  it('a file that was replaced behind its mounts is not shown as it was, nor open to be written', async () => {
    await standsReady(box)
    const config = join(box.root, '.git/config')
    writeFileSync(`${config}.new`, '[user]\n\tname = Somebody Else\n')
    renameSync(`${config}.new`, config)
    const report = await box.sh('git config user.name; echo x >> .git/config')
    expect(report.stdout).toBe('Somebody Else\n')
    expect(report.exitCode).not.toBe(0)
    expect(await eventually(() => boxesOf(box.root).length === 0, 3000)).toBe(true)
  })

  it('settings that have come since are shielded', async () => {
    await standsReady(box)
    writeFileSync(join(box.root, '.envrc'), 'mine\n')
    const report = await box.sh('echo theirs > .envrc')
    expect(report.exitCode).not.toBe(0)
    rmSync(join(box.root, '.envrc'))
  })

  it('changes nothing in the project: where a mount would make a place, none stands ready', async () => {
    rmSync(join(box.root, '.git/hooks'), {recursive: true, force: true})
    box.sandbox.prepare?.({cwd: box.root})
    await new Promise((resolve) => setImmediate(resolve))
    expect(boxesOf(box.root)).toEqual([])
    expect(existsSync(join(box.root, '.git/hooks'))).toBe(false)
  })
})

describe.skipIf(!hasBwrap)('nothing of it stays behind', () => {
  afterAll(cleanUp)

  it('at the end of the sandbox', async () => {
    const box = await openBox('bwrap', project())
    await standsReady(box)
    await box.sandbox.close()
    expect(boxesOf(box.root)).toEqual([])
    box.sandbox.prepare?.({cwd: box.root})
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(boxesOf(box.root)).toEqual([])
  })

  it('when Penguin is killed without a word', async () => {
    const root = project()
    const child = spawn(process.execPath, [host, 'bwrap', root, join(tempDir(), 'scratch'), ''], {stdio: ['ignore', 'ignore', 'inherit']})
    const others = (): number[] => boxesOf(root).filter((pid) => pid !== child.pid)
    expect(await eventually(() => others().length > 0, 10_000)).toBe(true)
    child.kill('SIGKILL')
    expect(await eventually(() => boxesOf(root).length === 0, 3000)).toBe(true)
  })

  it.skipIf(!isRoot)('also where commands run as the owner of the project', async () => {
    const box = await openBox('bwrap', project({'a.txt': 'one\n'}, 4321))
    await standsReady(box)
    const {plain, spare} = await bothWays(box, 'id -u; id -G; touch mine && stat -c %u mine; grep CapEff /proc/self/status')
    expect(spare.stdout).toBe(plain.stdout)
    expect(spare.stdout).toContain('4321')
    await box.sandbox.close()
    expect(boxesOf(box.root)).toEqual([])
  })
})

describe('what a waiting shell is told', () => {
  it('sets the same limits as a shell that gets its words, and leaves the program no stdin', () => {
    const wanted = {cpuSec: 3, addressBytes: 1024, fileBytes: 1024, tasks: 9}
    const limits = limitScript(wanted).replace('exec "$@"', '')
    expect(waitedScript(wanted, ['bash', '-c', "echo 'a'"])).toBe(`${limits}exec 'bash' '-c' 'echo '\\''a'\\''' </dev/null\n`)
  })
})
