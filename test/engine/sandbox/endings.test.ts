// How jobs end, at both levels: on time, when stopped, with background processes, with endless output, with too many
// processes. Whatever a command does, its report comes and nothing of it lives on.

import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openBwrap} from '../../../engine/sandbox/bwrap-level.ts'
import {openGroups} from '../../../engine/sandbox/cgroup.ts'
import {layGround} from '../../../engine/sandbox/ground.ts'
import {openLimits} from '../../../engine/sandbox/limits-level.ts'
import {findBwrap} from '../../../engine/sandbox/probe.ts'
import {hasPython} from '../../kit/parts.ts'
import {type Box, cleanUp, eventually, hasBwrap, isRoot, livingWith, never, openBox, project, tempDir, uniqueSleep} from './kit.ts'

const groups = openGroups(process.pid)
const processesAreLimited = !isRoot || groups?.pids === true
const levels = ['bwrap', 'limits'] as const

describe.each(levels.filter((level) => level !== 'bwrap' || hasBwrap))('at the %s level', (level) => {
  let box: Box
  beforeAll(async () => {
    box = await openBox(level, project())
  })
  afterAll(async () => {
    await groups?.close()
    await cleanUp()
  })

  it('a report holds exit code, both streams and the time', async () => {
    const report = await box.sh('echo out; echo err >&2; exit 3')
    expect(report).toMatchObject({exitCode: 3, stdout: 'out\n', stderr: 'err\n', cutBytes: 0})
    expect(report.wallMs).toBeGreaterThan(0)
    expect(report.killedFor).toBeUndefined()
    expect(report.error).toBeUndefined()
  })

  it('a command that is not there is told as such', async () => {
    const report = await box.sandbox.run({argv: ['no-such-program'], cwd: box.root, limits: {wallMs: 5000, outputBytes: 1000}}, new AbortController().signal)
    expect(report).toMatchObject({exitCode: null, error: {code: 'job.failed'}})
    expect(report.error?.msg).toContain('no-such-program')
  })

  it('a folder that is not there is told as such', async () => {
    const report = await box.sh('true', {cwd: join(box.root, 'nowhere')})
    expect(report).toMatchObject({exitCode: null, error: {code: 'job.failed'}})
  })

  it('stdin arrives whole, and is empty when none is given', async () => {
    const text = 'é'.repeat(100_000)
    expect((await box.sh('wc -c', {stdin: text})).stdout.trim()).toBe(String(Buffer.byteLength(text)))
    expect((await box.sh('cat')).stdout).toBe('')
    expect((await box.sh('true', {stdin: text})).exitCode).toBe(0)
  })

  it('the environment is clean', async () => {
    process.env.PENGUIN_TEST_SECRET = 'very-secret-value'
    process.env.NODE_COMPILE_CACHE = '/tmp/never'
    const report = await box.sh('env', {env: {MINE: 'yes', NODE_COMPILE_CACHE: '/tmp/never'}})
    delete process.env.PENGUIN_TEST_SECRET
    delete process.env.NODE_COMPILE_CACHE
    expect(report.stdout).not.toContain('very-secret-value')
    expect(report.stdout).not.toContain('NODE_COMPILE_CACHE')
    expect(report.stdout).toContain('MINE=yes\n')
    expect(report.stdout).toContain('TERM=dumb\n')
    expect(report.stdout).toMatch(/^LANG=C\.UTF-8$/m)
  })

  it('home and temporary folder are fresh for each job, unless the home is kept', async () => {
    const leave = 'touch ~/left $TMPDIR/left; ls ~ $TMPDIR'
    expect((await box.sh(leave)).exitCode).toBe(0)
    expect((await box.sh('ls -A ~/left $TMPDIR/left')).exitCode).not.toBe(0)
    await box.sh('echo kept > ~/note', {keepHome: true})
    expect((await box.sh('cat ~/note', {keepHome: true})).stdout).toBe('kept\n')
    expect((await box.sh('cat ~/note')).exitCode).not.toBe(0)
  })

  it('output is shown while it comes, cut nowhere within a character', async () => {
    const chunks: string[] = []
    const onOutput = (text: string, stream: 'out' | 'err'): void => {
      chunks.push(`${stream}:${text}`)
    }
    await box.sh("printf '\\303'; sleep 0.05; printf '\\251x'; echo e >&2", {onOutput})
    expect(
      chunks
        .filter((each) => each.startsWith('out'))
        .map((each) => each.slice(4))
        .join(''),
    ).toBe('éx')
    expect(chunks).toContain('err:e\n')
    expect(chunks.join('')).not.toContain('\uFFFD')
  })

  it('what does not end in time is ended, with everything it started', async () => {
    const mark = uniqueSleep()
    const report = await box.sh(`trap "" TERM; sleep ${mark} & setsid sleep ${mark} & sleep ${mark}; sleep ${mark}`, {wallMs: 300})
    expect(report).toMatchObject({exitCode: null, killedFor: 'wall'})
    expect(report.wallMs).toBeLessThan(2500)
    expect(livingWith(mark)).toEqual([])
  })

  it('a stop ends it within 100 ms', async () => {
    const mark = uniqueSleep()
    const stop = new AbortController()
    const running = box.sandbox.run({argv: ['bash', '-c', `sleep ${mark}; true`], cwd: box.root, limits: {wallMs: 20_000, outputBytes: 1000}}, stop.signal)
    expect(await eventually(() => livingWith(`\0${mark}`).length > 0, 5000)).toBe(true)
    const from = performance.now()
    stop.abort()
    const report = await running
    expect(performance.now() - from).toBeLessThan(100)
    expect(report).toMatchObject({exitCode: null, killedFor: 'stopped'})
    expect(livingWith(mark)).toEqual([])
  })

  it('what is stopped before it begins never begins', async () => {
    const report = await box.sandbox.run({argv: ['touch', 'never'], cwd: box.root, limits: {wallMs: 1000, outputBytes: 10}}, AbortSignal.abort())
    expect(report).toMatchObject({exitCode: null, killedFor: 'stopped'})
    expect(existsSync(join(box.root, 'never'))).toBe(false)
  })

  it.each([
    'sleep MARK & disown',
    'setsid nohup sleep MARK & true',
    '(setsid sleep MARK > /dev/null 2>&1 &)',
    'nohup bash -c "trap : TERM HUP; sleep MARK; sleep MARK" & sleep 0.05',
  ])('a daemon does not outlive its job: %s', async (line) => {
    const mark = uniqueSleep()
    const from = performance.now()
    const report = await box.sh(`${line.replaceAll('MARK', mark)}; echo done`)
    expect(report).toMatchObject({exitCode: 0, stdout: 'done\n'})
    expect(performance.now() - from).toBeLessThan(2000)
    expect(await eventually(() => livingWith(mark).length === 0, 50)).toBe(true)
  })

  it('1 GB of output is cut off early, and little of it is held', async () => {
    const before = process.memoryUsage.rss()
    const report = await box.sh('head -c 1073741824 /dev/zero | tr "\\0" x', {limits: {wallMs: 30_000, outputBytes: 64 * 1024}})
    expect(report).toMatchObject({exitCode: null, killedFor: 'output'})
    expect(report.stdout.length).toBeLessThan(66 * 1024)
    expect(report.cutBytes).toBeGreaterThan(4_000_000)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 ** 2)
  })

  it('long output within the bound keeps its end', async () => {
    const report = await box.sh('seq 200000; echo the end', {limits: {wallMs: 30_000, outputBytes: 64 * 1024}})
    expect(report.exitCode).toBe(0)
    expect(report.stdout.startsWith('1\n2\n')).toBe(true)
    expect(report.stdout.endsWith('200000\nthe end\n')).toBe(true)
    expect(report.cutBytes).toBeGreaterThan(1_000_000)
  })

  it('processor time is limited', async () => {
    const report = await box.sh('while :; do :; done', {limits: {wallMs: 20_000, outputBytes: 1000, cpuMs: 1000}})
    expect(report).toMatchObject({exitCode: null, killedFor: 'cpu'})
  })

  it('file size is limited', async () => {
    const report = await box.sh('head -c 3000000 /dev/zero > big; stat -c %s big; rm big', {limits: {wallMs: 9000, outputBytes: 1000, fileBytes: 1024 * 1024}})
    expect(report.stdout.trim()).toBe('1048576')
  })

  it.skipIf(!hasPython())('a memory hog ends alone', async () => {
    const hog = 'python3 -c "\na=[]\nwhile True: a.append(b\'x\'*10000000)"'
    const report = await box.sh(hog, {limits: {wallMs: 20_000, outputBytes: 4096, memoryBytes: 300 * 1024 ** 2}})
    expect(report.killedFor === 'memory' || /MemoryError/.test(report.stderr)).toBe(true)
    expect((await box.sh('echo alive')).stdout).toBe('alive\n')
  })

  it('two jobs run side by side', async () => {
    const from = performance.now()
    const [one, two] = await Promise.all([box.sh('echo 1 > one; sleep 0.5; cat two'), box.sh('echo 2 > two; sleep 0.5; cat one')])
    expect([one.stdout, two.stdout]).toEqual(['2\n', '1\n'])
    expect(performance.now() - from).toBeLessThan(950)
  })

  const spawned = `python3 - <<'PY'
import subprocess
n=0
try:
  for _ in range(100): subprocess.Popen(['sleep','30']); n+=1
except BlockingIOError: pass
print(n)
PY`
  it.skipIf(!processesAreLimited || !hasPython())('the number of processes is limited, and then a fork bomb is harmless', async () => {
    const limits = {wallMs: 2000, outputBytes: 4096, processes: 40}
    const proof = await box.sh(spawned, {limits: {...limits, wallMs: 10_000}})
    const started = Number(proof.stdout)
    expect(started).toBeGreaterThan(5)
    expect(started).toBeLessThanOrEqual(44)
    if (!(started <= 44)) return
    const mark = uniqueSleep()
    const bomb = await box.sh(`f() { : ${mark}; f | f & }; f; wait; sleep 60`, {limits})
    expect(bomb.wallMs).toBeLessThan(4000)
    expect(await eventually(() => livingWith(mark).length === 0, 500)).toBe(true)
    expect((await box.sh('echo alive')).stdout).toBe('alive\n')
  })

  it.skipIf(!isRoot)('without control groups too many processes of root are noticed and ended', async () => {
    const mark = uniqueSleep()
    const ground = layGround({...box.options, level, scratch: join(tempDir(), 'scratch')})
    if (!('root' in ground)) throw new Error(ground.msg)
    await ground.groups?.close()
    const bare = {...ground, groups: null}
    const opened = level === 'bwrap' ? openBwrap(bare, findBwrap('', []) ?? '') : openLimits(bare, 'limits')
    const line = `for i in $(seq 400); do sleep ${mark} & done; sleep ${mark}`
    const report = await opened.run({argv: ['bash', '-c', line], cwd: box.root, limits: {wallMs: 20_000, outputBytes: 1000, processes: 100}}, never)
    ground.removeBox()
    expect(report).toMatchObject({exitCode: null, killedFor: 'processes'})
    expect(await eventually(() => livingWith(mark).length === 0, 500)).toBe(true)
    expect(opened.state.why).toContain('only watched')
  })

  it('no descriptor of Penguin is inherited', async () => {
    const report = await box.sh('for f in /proc/self/fd/*; do readlink $f; done')
    const targets = report.stdout.split('\n').filter((target) => target && !/^\/dev\/null$|^socket:|^pipe:|^\/proc\//.test(target))
    expect(targets).toEqual([])
    const pipes = report.stdout.split('\n').filter((target) => /^socket:|^pipe:/.test(target))
    expect(pipes.length).toBeLessThanOrEqual(3)
  })

  it('closing ends what still runs and removes every folder and group it made', async () => {
    const mark = uniqueSleep()
    const brief = await openBox(level, box.root)
    const running = brief.sh(`sleep ${mark}; true`)
    expect(await eventually(() => livingWith(`\0${mark}`).length > 0, 5000)).toBe(true)
    await brief.sandbox.close()
    expect(await running).toMatchObject({killedFor: 'stopped'})
    expect(livingWith(mark)).toEqual([])
    expect(existsSync(brief.options.scratch) ? readdirSync(brief.options.scratch) : []).toEqual([])
  })
})

describe('control groups', () => {
  it.skipIf(!existsSync('/sys/fs/cgroup/pids'))('of this process are gone once closed', async () => {
    const own = openGroups(process.pid)
    if (!own) return
    const group = own.take({processes: 10, memoryBytes: 1e9})
    expect(group && existsSync(group.doors[0] ?? '')).toBe(true)
    expect(readFileSync((group?.doors[0] ?? '').replace('cgroup.procs', 'pids.max'), 'utf8').trim()).toBe('10')
    await own.close()
    expect(existsSync(group?.doors[0] ?? '')).toBe(false)
  })
})
