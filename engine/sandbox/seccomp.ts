// The system-call filter of the bwrap level, assembled as classic BPF in plain bytes. Pure: a table of numbers per
// machine in, a program out. What is refused: ways out of the namespaces, ways into the kernel, ways into other
// processes. Programs must keep working: new calls answer ENOSYS so that the C library falls back to older ones.

interface Machine {
  /** AUDIT_ARCH_* as seccomp_data.arch holds it. */
  arch: number
  /** x32 calls have this bit set; 0 where there is no such second table. */
  foreignFrom: number
  clone: number
  ioctl: number
  /** Call number → index of the argument that holds the mode. */
  mknod: readonly (readonly [nr: number, arg: number])[]
  eperm: readonly number[]
}

// io_uring_setup/enter/register and clone3 have the same numbers everywhere.
const enosys = [425, 426, 427, 435]
// open_tree move_mount fsopen fsconfig fsmount fspick pidfd_getfd mount_setattr quotactl_fd
const epermEverywhere = [428, 429, 430, 431, 432, 433, 438, 442, 443]

const machines: Partial<Record<string, Machine>> = {
  x64: {
    arch: 0xc000003e,
    foreignFrom: 0x40000000,
    clone: 56,
    ioctl: 16,
    mknod: [
      [133, 1],
      [259, 2],
    ],
    // ptrace syslog vhangup pivot_root adjtimex acct settimeofday mount umount2 swapon swapoff reboot sethostname setdomainname iopl ioperm
    // init_module delete_module quotactl lookup_dcookie clock_settime kexec_load add_key request_key keyctl unshare perf_event_open
    // fanotify_init open_by_handle_at clock_adjtime setns process_vm_readv process_vm_writev kcmp finit_module kexec_file_load bpf userfaultfd
    eperm: [
      101, 103, 153, 155, 159, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 175, 176, 179, 212, 227, 246, 248, 249, 250, 272, 298, 300, 304, 305, 308,
      310, 311, 312, 313, 320, 321, 323,
    ],
  },
  arm64: {
    arch: 0xc00000b7,
    foreignFrom: 0,
    clone: 220,
    ioctl: 29,
    mknod: [[33, 2]],
    // lookup_dcookie umount2 mount pivot_root vhangup quotactl acct unshare kexec_load init_module delete_module clock_settime syslog ptrace reboot
    // sethostname setdomainname settimeofday adjtimex add_key request_key keyctl swapon swapoff perf_event_open fanotify_init open_by_handle_at
    // clock_adjtime setns process_vm_readv process_vm_writev kcmp finit_module bpf userfaultfd kexec_file_load
    eperm: [
      18, 39, 40, 41, 58, 60, 89, 97, 104, 105, 106, 112, 116, 117, 142, 161, 162, 170, 171, 217, 218, 219, 224, 225, 241, 262, 265, 266, 268, 270, 271, 272,
      273, 280, 282, 294,
    ],
  },
}

const load = 0x20
const jumpEqual = 0x15
const jumpAtLeast = 0x35
const jumpAnyBit = 0x45
const give = 0x06
const refuse = 0x00050001 // SECCOMP_RET_ERRNO | EPERM
const absent = 0x00050026 // SECCOMP_RET_ERRNO | ENOSYS
const allow = 0x7fff0000
const kill = 0x80000000
const deviceBit = 0x2000 // set in S_IFCHR and S_IFBLK, in no other file type
const newNamespaces = 0x7e020000 // CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
const pushInput = 0x5412 // TIOCSTI
const consoleInput = 0x541c // TIOCLINUX

/** One `struct sock_filter`, little-endian. */
const step = (code: number, whenTrue: number, whenFalse: number, value: number): number[] => [
  code & 255,
  code >> 8,
  whenTrue,
  whenFalse,
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  value >>> 24,
]

const returns = (value: number) => step(give, 0, 0, value)
const loadNr = () => step(load, 0, 0, 0)
const loadArch = () => step(load, 0, 0, 4)
/** The low half of argument `at`: all three users of it are 32-bit values on little-endian machines. */
const loadArg = (at: number) => step(load, 0, 0, 16 + 8 * at)
const answer = (nr: number, value: number) => [step(jumpEqual, 0, 1, nr), returns(value)]
const refuseBits = (nr: number, arg: number, bits: number) => [
  step(jumpEqual, 0, 4, nr),
  loadArg(arg),
  step(jumpAnyBit, 0, 1, bits),
  returns(refuse),
  returns(allow),
]

/** The program for `process.arch`, ready for bwrap's `--seccomp`; null where the numbers are not known. */
export const seccompFilter = (machine: string): Buffer | null => {
  const known = machines[machine]
  if (!known) return null
  const foreign = known.foreignFrom ? [step(jumpAtLeast, 0, 1, known.foreignFrom), returns(kill)] : []
  const program = [
    loadArch(),
    step(jumpEqual, 1, 0, known.arch),
    returns(kill),
    loadNr(),
    ...foreign,
    ...[...known.eperm, ...epermEverywhere].flatMap((nr) => answer(nr, refuse)),
    ...enosys.flatMap((nr) => answer(nr, absent)),
    ...known.mknod.flatMap(([nr, arg]) => refuseBits(nr, arg, deviceBit)),
    ...refuseBits(known.clone, 0, newNamespaces),
    step(jumpEqual, 0, 5, known.ioctl),
    loadArg(1),
    step(jumpEqual, 1, 0, pushInput),
    step(jumpEqual, 0, 1, consoleInput),
    returns(refuse),
    returns(allow),
    returns(allow),
  ]
  return Buffer.from(program.flat())
}

/** Are the call numbers of this machine known? */
export const hasFilter = (machine: string): boolean => machines[machine] !== undefined
