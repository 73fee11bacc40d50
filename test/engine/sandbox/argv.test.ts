import {describe, expect, it} from 'vitest'
import {type BwrapJob, type BwrapPlan, bwrapArgv, enteredArgv} from '../../../engine/sandbox/bwrap-argv.ts'
import {limitScript, limitsArgv, ulimitsOf} from '../../../engine/sandbox/limits-argv.ts'

const plan: BwrapPlan = {
  program: '/usr/bin/bwrap',
  root: '/home/u/repo',
  writes: ['/data/more'],
  system: ['/usr', '/opt'],
  links: [{at: '/bin', from: 'usr/bin'}],
  reads: ['/home/u/.pyenv', '/home/u/.cargo/bin'],
  home: '/home/u',
  keptHome: '/scratch/home',
  identity: {uid: 1000, gid: 1000},
  tmpBytes: 1000,
  homeBytes: 2000,
  shmBytes: 3000,
}
const job: BwrapJob = {
  argv: ['bash', '-c', 'npm test'],
  cwd: '/home/u/repo',
  env: {PATH: '/usr/bin', HOME: '/home/u'},
  overlays: [],
  writable: true,
  network: 'off',
  wayOut: null,
  keepHome: false,
  etc: [{at: '/etc', from: '/cache/etc'}],
  shields: [{at: '/home/u/repo/.penguin', from: '/cache/empty'}],
  ulimits: {},
  owner: null,
  seccompFd: 3,
}
/** One option with its words per line. */
const lines = (argv: string[]): string => {
  const out: string[] = []
  for (const word of argv) {
    if (word.startsWith('--') || out.length === 0) out.push(word)
    else out[out.length - 1] += ` ${word.replaceAll('\n', ' ⏎ ')}`
  }
  return out.join('\n')
}

describe('the command line of bwrap', () => {
  it('of an ordinary job', () => expect(lines(bwrapArgv(plan, job))).toMatchSnapshot())
  it('of a job of another owner, when Penguin is root', () => expect(lines(bwrapArgv(plan, {...job, owner: {uid: 1001, gid: 1002}}))).toMatchSnapshot())
  it('of a job over a copy, with network, read-only folders and limits', () =>
    expect(
      lines(
        bwrapArgv(plan, {
          ...job,
          overlays: [
            {at: '/home/u/repo', from: '/trees/1', mode: 'rw'},
            {at: '/home/u/repo/node_modules', from: '/home/u/repo/node_modules', mode: 'ro'},
          ],
          network: 'open',
          keepHome: true,
          ulimits: {cpuSec: 10, tasks: 64, fileBytes: 1024},
          seccompFd: null,
        }),
      ),
    ).toMatchSnapshot())

  it('closes the root after the last mount and before the command', () => {
    const argv = bwrapArgv(plan, job)
    const closing = argv.indexOf('--remount-ro')
    expect(argv[closing + 1]).toBe('/')
    expect(Math.max(argv.lastIndexOf('--bind'), argv.lastIndexOf('--ro-bind'), argv.lastIndexOf('--tmpfs'))).toBeLessThan(closing)
    expect(argv.indexOf('--')).toBeGreaterThan(closing)
  })

  it('binds the project read-only when it may not be written', () => {
    const argv = bwrapArgv(plan, {...job, writable: false})
    expect(argv.join(' ')).toContain('--ro-bind /home/u/repo /home/u/repo')
    expect(argv.join(' ')).not.toContain(' --bind /home/u/repo ')
  })

  it('never binds the project itself under an overlay that covers it', () => {
    const argv = bwrapArgv(plan, {...job, overlays: [{at: '/home/u/repo', from: '/trees/1', mode: 'rw'}]}).join(' ')
    expect(argv).toContain('--bind /trees/1 /home/u/repo')
    expect(argv).not.toContain('--bind /home/u/repo /home/u/repo')
  })

  it('enters control groups before it starts', () =>
    expect(enteredArgv(['bwrap', 'x'], ['/a/cgroup.procs', '/b/cgroup.procs'])).toEqual([
      '/bin/sh',
      '-c',
      'echo $$ >"$1" || exit 125\necho $$ >"$2" || exit 125\nshift 2\nexec "$@"',
      'sh',
      '/a/cgroup.procs',
      '/b/cgroup.procs',
      'bwrap',
      'x',
    ]))
})

describe('the command line of limits', () => {
  const bounds = {memoryGroup: false, pidsGroup: false, otherTasks: 100, defaultProcesses: 512, defaultMemoryBytes: 2 ** 33}
  const limits = {wallMs: 1000, outputBytes: 10}
  it('sets what was asked, soft before hard', () =>
    expect(limitScript(ulimitsOf({...limits, cpuMs: 2500, memoryBytes: 2 ** 20, fileBytes: 2 ** 20, processes: 20}, bounds))).toBe(
      [
        'ulimit -c 0',
        '{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null',
        'ulimit -S -t 3; ulimit -H -t 5',
        'ulimit -v 1024',
        'ulimit -f 2048',
        'ulimit -u 120 2>/dev/null || ulimit -p 120 2>/dev/null',
        'exec "$@"',
      ].join('\n'),
    ))
  it('leaves memory and processes to control groups where there are any', () =>
    expect(ulimitsOf({...limits, memoryBytes: 2 ** 30, processes: 20}, {...bounds, memoryGroup: true, pidsGroup: true})).toEqual({}))
  it('leaves an address limit out that runtimes with large reservations could not bear', () =>
    expect(ulimitsOf({...limits, memoryBytes: 9 * 2 ** 30}, bounds)).toEqual({dataBytes: 9 * 2 ** 30, tasks: 612}))
  it('limits memory where nothing was asked and no control group can', () => {
    expect(ulimitsOf(limits, bounds).dataBytes).toBe(2 ** 33)
    expect(limitScript(ulimitsOf(limits, bounds))).toContain('ulimit -d 8388608')
  })
  it('becomes the owner last', () =>
    expect(limitsArgv(['npm', 'test'], {}, ['/a'], {uid: 5, gid: 6}).slice(3)).toEqual([
      'sh',
      '/a',
      'setpriv',
      '--reuid=5',
      '--regid=6',
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      'npm',
      'test',
    ]))
})
