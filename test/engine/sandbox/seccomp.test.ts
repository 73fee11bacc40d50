import {describe, expect, it} from 'vitest'
import {seccompFilter} from '../../../engine/sandbox/seccomp.ts'

// A reader of the few instructions that the filter uses.
const judge = (program: Buffer, call: {arch: number; nr: number; args?: number[]}): string => {
  const word = (at: number): number => {
    if (at === 0) return call.nr
    if (at === 4) return call.arch
    return (call.args?.[(at - 16) / 8] ?? 0) >>> 0
  }
  let held = 0
  for (let at = 0; at * 8 < program.length; at += 1) {
    const code = program.readUInt16LE(at * 8)
    const value = program.readUInt32LE(at * 8 + 4)
    const jump = (truth: boolean) => {
      at += program[at * 8 + (truth ? 2 : 3)] ?? 0
    }
    if (code === 0x20) held = word(value)
    else if (code === 0x15) jump(held === value)
    else if (code === 0x35) jump(held >= value)
    else if (code === 0x45) jump((held & value) !== 0)
    else return ({2147418112: 'allow', 327681: 'EPERM', 327718: 'ENOSYS', 2147483648: 'kill'} as Record<number, string>)[value] ?? String(value)
  }
  return 'fell off the end'
}

const x64 = 0xc000003e
const arm64 = 0xc00000b7

describe.each([
  {
    machine: 'x64',
    arch: x64,
    nrs: {read: 0, openat: 257, ptrace: 101, unshare: 272, mount: 165, setns: 308, bpf: 321, clone: 56, ioctl: 16, mknodat: 259, keyctl: 250},
  },
  {
    machine: 'arm64',
    arch: arm64,
    nrs: {read: 63, openat: 56, ptrace: 117, unshare: 97, mount: 40, setns: 268, bpf: 280, clone: 220, ioctl: 29, mknodat: 33, keyctl: 219},
  },
])('the filter for $machine', ({machine, arch, nrs}) => {
  const program = seccompFilter(machine) ?? Buffer.alloc(0)
  const ask = (nr: number, ...args: number[]) => judge(program, {arch, nr, args})

  it.each(['ptrace', 'unshare', 'mount', 'setns', 'bpf', 'keyctl'] as const)('refuses %s', (name) => expect(ask(nrs[name])).toBe('EPERM'))
  it.each(['read', 'openat'] as const)('lets %s pass', (name) => expect(ask(nrs[name])).toBe('allow'))
  it('says that clone3 and io_uring do not exist', () => expect([435, 425, 426, 427].map((nr) => ask(nr))).toEqual(Array(4).fill('ENOSYS')))
  it('lets threads and forks be made, and no namespaces', () => {
    expect(ask(nrs.clone, 0x003d0f00)).toBe('allow')
    expect(ask(nrs.clone, 17)).toBe('allow')
    for (const flag of [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) expect(ask(nrs.clone, flag | 17)).toBe('EPERM')
  })
  it('refuses to push input into a terminal, and no other ioctl', () => {
    expect(ask(nrs.ioctl, 0, 0x5412)).toBe('EPERM')
    expect(ask(nrs.ioctl, 0, 0x541c)).toBe('EPERM')
    expect(ask(nrs.ioctl, 0, 0x5401)).toBe('allow')
  })
  it('refuses device nodes and lets fifos be made', () => {
    expect(ask(nrs.mknodat, 0, 0, 0o020666)).toBe('EPERM')
    expect(ask(nrs.mknodat, 0, 0, 0o060666)).toBe('EPERM')
    expect(ask(nrs.mknodat, 0, 0, 0o010666)).toBe('allow')
  })
  it('kills what speaks another machine', () => expect(judge(program, {arch: arch === x64 ? arm64 : x64, nr: nrs.read})).toBe('kill'))
})

describe('the filter', () => {
  it('kills the x32 table of x64', () => expect(judge(seccompFilter('x64') ?? Buffer.alloc(0), {arch: x64, nr: 0x40000000})).toBe('kill'))
  it('is absent for a machine whose numbers are not known', () => expect(seccompFilter('riscv64')).toBeNull())
})
