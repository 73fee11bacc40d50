// The command line of the limits level, and the small shell prelude that both levels share: enter the control
// groups, set the limits, become the program. Pure: no files, no processes.

import type {JobLimits} from '../contract/sandbox.ts'

/** What the prelude must set; absent fields are left alone. */
export interface Ulimits {
  cpuSec?: number
  addressBytes?: number
  /** Private memory that may be written, of one process. */
  dataBytes?: number
  fileBytes?: number
  /** Tasks of this user (or of this user namespace). */
  tasks?: number
}

/** What the level adds to the limits of the job. */
export interface Bounds {
  /** True: a control group limits memory, so RLIMIT_AS is not needed and would only harm runtimes that reserve much. */
  memoryGroup: boolean
  pidsGroup: boolean
  /** Tasks that count against RLIMIT_NPROC without being the job's: 0 in a user namespace of its own. */
  otherTasks: number
  defaultProcesses: number
  defaultMemoryBytes: number
}

// Past this V8 and wasm need more room than an address limit leaves them.
const maxAddressBytes = 8 * 1024 ** 3

/** Reservations count against the address space and not against data, so a large limit is one of data. */
const memoryUlimits = ({memoryBytes}: JobLimits, bounds: Bounds): Pick<Ulimits, 'addressBytes' | 'dataBytes'> => {
  if (bounds.memoryGroup) return {}
  return memoryBytes !== undefined && memoryBytes <= maxAddressBytes ? {addressBytes: memoryBytes} : {dataBytes: memoryBytes ?? bounds.defaultMemoryBytes}
}

export const ulimitsOf = (limits: JobLimits, bounds: Bounds): Ulimits => ({
  cpuSec: limits.cpuMs === undefined ? undefined : Math.max(1, Math.ceil(limits.cpuMs / 1000)),
  ...memoryUlimits(limits, bounds),
  fileBytes: limits.fileBytes,
  tasks: bounds.pidsGroup ? undefined : bounds.otherTasks + (limits.processes ?? bounds.defaultProcesses),
})

const limitLines = (wanted: Ulimits): string[] => [
  'ulimit -c 0',
  // When the whole machine runs out of memory, the kernel ends commands first: not the editor, nor us.
  '{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null',
  ...(wanted.cpuSec === undefined ? [] : [`ulimit -S -t ${wanted.cpuSec}; ulimit -H -t ${wanted.cpuSec + 2}`]),
  ...(wanted.addressBytes === undefined ? [] : [`ulimit -v ${Math.ceil(wanted.addressBytes / 1024)}`]),
  ...(wanted.dataBytes === undefined ? [] : [`ulimit -d ${Math.ceil(wanted.dataBytes / 1024)}`]),
  ...(wanted.fileBytes === undefined ? [] : [`ulimit -f ${Math.ceil(wanted.fileBytes / 512)}`]),
  ...(wanted.tasks === undefined ? [] : [`ulimit -u ${wanted.tasks} 2>/dev/null || ulimit -p ${wanted.tasks} 2>/dev/null`]),
]

/**
 * A POSIX script that limits itself and then becomes "$@". The soft CPU limit comes first (SIGXCPU tells why), two
 * seconds before the hard one. `-u` is bash's and zsh's word for processes, `-p` that of dash.
 */
export const limitScript = (wanted: Ulimits): string => [...limitLines(wanted), 'exec "$@"'].join('\n')

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** The same for a shell that waits at its stdin for what it shall become; the program itself finds nothing there. */
export const waitedScript = (wanted: Ulimits, argv: readonly string[]): string =>
  [...limitLines(wanted), `exec ${argv.map(quoted).join(' ')} </dev/null`, ''].join('\n')

/** Exit code of the prelude when a control group could not be entered. */
export const doorClosed = 125

/** A POSIX script that enters `doors` control groups, given as its first words, and then becomes the rest. */
export const enterScript = (doors: number, rest: string): string =>
  doors === 0 ? rest : [...Array.from({length: doors}, (_, at) => `echo $$ >"$${at + 1}" || exit ${doorClosed}`), `shift ${doors}`, rest].join('\n')

export interface Owner {
  uid: number
  gid: number
}

/** Gives up root for the owner of the project, with every group and capability. */
export const dropArgv = (owner: Owner): string[] => [
  'setpriv',
  `--reuid=${owner.uid}`,
  `--regid=${owner.gid}`,
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
]

/** `sh` that enters the groups, limits itself, gives up root where an owner is named, and becomes `argv`. */
export const limitsArgv = (argv: readonly string[], wanted: Ulimits, doors: readonly string[], owner: Owner | null): string[] => [
  '/bin/sh',
  '-c',
  enterScript(doors.length, limitScript(wanted)),
  'sh',
  ...doors,
  ...(owner ? dropArgv(owner) : []),
  ...argv,
]
