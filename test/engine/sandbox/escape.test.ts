// What a command in the bwrap level cannot do, as a table, for a project of the user who runs Penguin and, when
// that is root, for a project of somebody else.

import {existsSync, mkdirSync, readFileSync, statSync} from 'node:fs'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {JobReport} from '../../../engine/contract/sandbox.ts'
import {type Box, cleanUp, hasBwrap, isRoot, openBox, project, tempDir, write} from './kit.ts'

const owners = [
  {who: isRoot ? 'root' : 'the user', uid: undefined},
  {who: 'uid 1001', uid: 1001},
]

interface Row {
  name: string
  line: string
  more?: Parameters<Box['sh']>[1]
  check(report: JobReport, box: Box): void
}

const says =
  (pattern: RegExp) =>
  (report: JobReport): void =>
    expect(report.stdout + report.stderr).toMatch(pattern)
const python = (code: string): string => `python3 - <<'PY'\nimport ctypes,errno,os,sys\nlibc=ctypes.CDLL(None,use_errno=True)\n${code}\nPY`
const MiB = 1024 ** 2

let outside: string
let loopback: Server
let abstract: Server
let port = 0
const mine = `penguin-escape-${process.pid}`
const abstractName = `penguin-test-${process.pid}`

const rows = (): Row[] => [
  {
    name: 'writes /etc, /usr and the root',
    line: 'touch /etc/x /usr/x /x',
    check: (report) => expect(report.stderr.match(/Read-only file system/g)).toHaveLength(3),
  },
  {
    name: 'reads keys, other homes, shadow or the docker socket',
    line: `cat ~/.ssh/* ~/.npmrc ~/.gitconfig /etc/shadow /etc/npmrc ${outside}/secret; ls /home /run/docker.sock /var/run/docker.sock; ls -A ~ | tr '\\n' ' '`,
    check: (report) => {
      expect(report.stdout + report.stderr).not.toContain('top secret')
      expect(report.stderr.match(/No such file or directory/g)?.length).toBeGreaterThanOrEqual(7)
      expect(report.stdout).not.toMatch(/\.(ssh|npmrc|gitconfig|bashrc|config|claude|docker|aws)\b/)
    },
  },
  {
    name: 'sees the environment of Penguin',
    line: 'env; cat /proc/*/environ | tr "\\0" "\\n"; cat /proc/*/cmdline | tr "\\0" "\\n"',
    check: (report) => expect(report.stdout).not.toContain('very-secret-value'),
  },
  {name: "sees the host's processes", line: 'ls /proc | grep -c "^[0-9]"', check: (report) => expect(Number(report.stdout)).toBeLessThan(8)},
  {
    name: 'reaches the host through /proc/1/root',
    line: `cat /proc/1/root${outside}/secret; ls /proc/1/root/home`,
    check: (report) => expect(report.exitCode).not.toBe(0),
  },
  {
    name: 'writes core_pattern',
    line: 'cat /proc/sys/kernel/core_pattern > /tmp/same && cat /tmp/same > /proc/sys/kernel/core_pattern',
    check: says(/Read-only file system|Permission denied/),
  },
  {
    name: 'goes out by symbolic link, by .. or by hard link',
    line: `ln -s / root && touch root/etc/${mine}; ln -s ${outside} out; cat out/secret; cat ${outside}/secret; touch ../../x; ln /etc/passwd hard`,
    check: (report, box) => {
      expect(report.stdout).not.toContain('top secret')
      expect(existsSync(`/etc/${mine}`)).toBe(false)
      expect(existsSync(join(box.root, 'hard'))).toBe(false)
    },
  },
  {name: 'reaches the network', line: 'timeout 5 bash -c "echo x > /dev/tcp/192.0.2.1/80"', check: says(/Network is unreachable/)},
  {name: "reaches the host's loopback", line: `timeout 5 bash -c "echo x > /dev/tcp/127.0.0.1/${port}"`, check: says(/Connection refused/)},
  {
    name: 'reaches an abstract socket of the host',
    line: python(`import socket\ns=socket.socket(socket.AF_UNIX)\ntry:\n  s.connect('\\0${abstractName}'); print('connected')\nexcept OSError as e: print(e)`),
    check: says(/Connection refused/),
  },
  {name: 'makes a user namespace', line: 'unshare --user true', check: says(/Operation not permitted/)},
  {name: 'mounts', line: python("print(libc.mount(b'none',b'/tmp',b'tmpfs',0,None), errno.errorcode[ctypes.get_errno()])"), check: says(/-1 EPERM/)},
  {name: 'traces pid 1', line: python('print(libc.ptrace(16,1,0,0), errno.errorcode[ctypes.get_errno()])'), check: says(/-1 EPERM/)},
  {name: 'makes a device', line: 'mknod /tmp/null c 1 3', check: says(/Operation not permitted/)},
  {
    name: 'pushes input into a terminal',
    line: python(
      "import fcntl\ntry:\n  fcntl.ioctl(os.open('/dev/null',os.O_RDWR),0x5412,b'x'); print('pushed')\nexcept OSError as e: print(errno.errorcode[e.errno])",
    ),
    check: says(/EPERM/),
  },
  {
    name: 'gains anything by a setuid program',
    line: 'grep -E "NoNewPrivs|CapEff|CapBnd|Seccomp:" /proc/self/status; su -c "touch /etc/x" root < /dev/null',
    check: (report) => {
      expect(report.stdout).toMatch(/CapEff:\t0+\n/)
      expect(report.stdout).toMatch(/NoNewPrivs:\t1/)
      expect(report.stdout).toMatch(/Seccomp:\t2/)
      expect(report.exitCode).not.toBe(0)
    },
  },
  {
    name: 'uses more memory than it may',
    line: python("a=[]\ntry:\n  while True: a.append(b'x'*10_000_000)\nexcept MemoryError: print('MemoryError'); sys.exit(7)"),
    more: {limits: {wallMs: 20_000, outputBytes: 4096, memoryBytes: 300 * MiB}},
    check: (report) => expect(report.killedFor === 'memory' || report.exitCode === 7).toBe(true),
  },
  {
    name: 'uses more processor time than it may',
    line: 'while :; do :; done',
    more: {limits: {wallMs: 20_000, outputBytes: 4096, cpuMs: 1000}},
    check: (report) => expect(report).toMatchObject({exitCode: null, killedFor: 'cpu'}),
  },
  {
    name: 'sleeps for ever',
    line: 'sleep 1000',
    more: {wallMs: 300},
    check: (report) => {
      expect(report).toMatchObject({exitCode: null, killedFor: 'wall'})
      expect(report.wallMs).toBeLessThan(2000)
    },
  },
  {
    name: 'writes a larger file than it may',
    line: 'head -c 50000000 /dev/zero > big; stat -c %s big; rm big',
    more: {limits: {wallMs: 20_000, outputBytes: 4096, fileBytes: 20 * MiB}},
    check: (report) => expect(report.stdout.trim()).toBe(String(20 * MiB)),
  },
  {
    name: 'prints for ever',
    line: 'yes',
    more: {limits: {wallMs: 20_000, outputBytes: 4096}},
    check: (report) => {
      expect(report).toMatchObject({exitCode: null, killedFor: 'output'})
      expect(report.stdout.length).toBeLessThan(5000)
      expect(report.cutBytes).toBeGreaterThan(64 * 4000)
    },
  },
  {
    name: 'fills the memory with files in /tmp',
    line: 'stat -f -c "%b %S" /tmp; stat -f -c "%b %S" /dev/shm; stat -f -c "%b %S" ~',
    check: (report) => {
      for (const line of report.stdout.trim().split('\n')) {
        const [blocks = 0, size = 0] = line.split(' ').map(Number)
        expect(blocks * size).toBeGreaterThan(0)
        expect(blocks * size).toBeLessThanOrEqual(1024 * MiB)
      }
    },
  },
  {
    name: 'writes the root that bwrap made',
    line: 'touch /x; touch /run/x; touch /var/x; mkdir /new',
    check: (report) => expect(report.stderr.match(/Read-only file system/g)).toHaveLength(4),
  },
  {
    name: 'reads the journal',
    line: 'ls -A .penguin; cat .penguin/journal; touch .penguin/x',
    check: (report, box) => {
      expect(report.stdout).toBe('')
      expect(readFileSync(join(box.root, '.penguin/journal'), 'utf8')).toBe('private')
      expect(existsSync(join(box.root, '.penguin/x'))).toBe(false)
    },
  },
  {
    name: 'plants what git or an editor would run later',
    line: 'echo x > .git/hooks/pre-commit; git config core.fsmonitor evil; echo x >> .git/config; echo x > .vscode/tasks.json; echo x > .mcp.json; mv .git/hooks .git/h; rm -rf .git/config',
    check: (_, box) => {
      expect(existsSync(join(box.root, '.git/hooks/pre-commit'))).toBe(false)
      expect(readFileSync(join(box.root, '.git/config'), 'utf8')).not.toMatch(/evil|x\n/)
      expect(readFileSync(join(box.root, '.vscode/tasks.json'), 'utf8')).toBe('{}')
      expect(readFileSync(join(box.root, '.mcp.json'), 'utf8')).toBe('{}')
    },
  },
]

describe.skipIf(!hasBwrap).each(owners.filter(({uid}) => uid === undefined || isRoot))('in a project of $who, a command never', ({uid}) => {
  let box: Box
  beforeAll(async () => {
    process.env.PENGUIN_TEST_SECRET = 'very-secret-value'
    outside = tempDir()
    write(outside, {secret: 'top secret'})
    loopback = createServer().listen(0, '127.0.0.1')
    abstract = createServer().listen(`\0${abstractName}`)
    await Promise.all([loopback, abstract].map((server) => new Promise((resolve) => server.once('listening', resolve))))
    const address = loopback.address()
    port = typeof address === 'object' && address ? address.port : 0
    const root = project({'a.txt': 'one\n', '.penguin/journal': 'private', '.vscode/tasks.json': '{}', '.mcp.json': '{}'}, uid)
    box = await openBox('bwrap', root)
  })
  afterAll(async () => {
    delete process.env.PENGUIN_TEST_SECRET
    await Promise.all([loopback, abstract].map((server) => new Promise((resolve) => server.close(resolve))))
    await cleanUp()
  })

  // The rows need a port and a folder that exist only later; their names do not.
  outside = ''
  it.each(rows().map(({name}) => name))('%s', async (name) => {
    const row = rows().find((each) => each.name === name)
    if (!row) throw new Error(`no row ${name}`)
    const report = await box.sh(row.line, row.more)
    row.check(report, box)
  })

  it('but does work: edits, tools, temporary files, git', async () => {
    const report = await box.sh(
      'echo two > b.txt && mkdir -p ~/.cache/x /tmp/y && touch ~/.cache/x/1 /tmp/y/1 && mkfifo /tmp/f && git status --short && id -u && python3 -c "print(6*7)" && node -p "require(\'os\').userInfo().homedir"',
    )
    expect(report).toMatchObject({exitCode: 0})
    expect(report.stdout).toContain('?? b.txt')
    expect(report.stdout).toContain('42')
    expect(statSync(join(box.root, 'b.txt')).uid).toBe(uid ?? process.getuid?.())
  })

  it('but tools of the home folder are there, read-only', async () => {
    const report = await box.sh('IFS=:; for d in $PATH; do test -d $d || echo missing $d; touch $d/x 2>/dev/null && echo wrote $d; done; true')
    expect(report.stdout).toBe('')
  })

  it('but added folders may be written', async () => {
    const more = tempDir()
    mkdirSync(join(more, 'sub'))
    const wide = await openBox('bwrap', box.root, {writes: [more]})
    if (uid === undefined) expect(await wide.sh(`echo x > ${more}/sub/x`)).toMatchObject({exitCode: 0})
    else expect((await wide.sh(`ls ${more}`)).stdout).toBe('sub\n')
  })
})

describe('the bwrap level', () => {
  it.skipIf(hasBwrap)('is not tested here: bubblewrap is not installed', () => expect(hasBwrap).toBe(false))
})
