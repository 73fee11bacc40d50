// Which levels can be had on this machine, and why not: found by trying, told with the command that mends it.
// A passed probe is remembered until the machine starts anew or bwrap changes.

import {accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {LevelProbe, SandboxLevel} from '../contract/sandbox.ts'
import {bootId, kernelKnob, kernelRelease} from './proc.ts'

export interface Blocked {
  why: string
  hint: string
}

const usualFolders = ['/usr/bin', '/usr/local/bin', '/bin', '/run/current-system/sw/bin', '/run/wrappers/bin']

/** bwrap from the usual places, then from PATH; never one that lies in a folder that commands may write. */
export const findBwrap = (path: string, writable: readonly string[]): string | undefined => {
  const dirs = [...usualFolders, ...path.split(':').filter((dir) => dir.startsWith('/'))]
  for (const dir of dirs) {
    const program = join(dir, 'bwrap')
    try {
      accessSync(program, constants.X_OK)
      const real = realpathSync(program)
      if (!writable.some((folder) => real.startsWith(`${folder}/`))) return real
    } catch {
      // Not here.
    }
  }
  return undefined
}

const orLimits = 'or accept weaker protection with --sandbox limits'

export const bwrapMissing: Blocked = {
  why: 'bubblewrap (bwrap) is not installed',
  hint: `install it: sudo apt install bubblewrap (dnf, pacman, zypper, apk: bubblewrap); ${orLimits}`,
}

const notLinux: Blocked = {why: `bubblewrap needs Linux, and this is ${process.platform}`, hint: orLimits.replace('or accept', 'accept')}

const inContainer = (): boolean => existsSync('/.dockerenv') || existsSync('/run/.containerenv') || kernelKnob('kernel/osrelease').includes('container')

/** What stops any program from being started, by the last word of Node about it. */
const notEnough: Readonly<Record<string, Blocked>> = {
  EMFILE: {why: 'too few files may be open', hint: 'raise the limit: ulimit -n 1024'},
  ENFILE: {why: 'the machine has too many files open', hint: 'end what holds them open'},
  EAGAIN: {why: 'no more processes may be started', hint: 'raise the limit (ulimit -u), or end some'},
  ENOMEM: {why: 'there is not enough memory to start a program', hint: 'end something that holds much of it'},
}

/** Why user namespaces do not work here, from what bwrap said and from the kernel's knobs. */
export const explain = (said: string): Blocked => {
  const words = said.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  const short = notEnough[/\bspawn (?:.* )?(E[A-Z]+)$/.exec(words)?.[1] ?? '']
  if (short) return {...short, why: `${short.why} (${words})`}
  if (/Unknown option/i.test(words)) return {why: `bwrap is too old (${words}); 0.8 or newer is needed`, hint: `install a newer bubblewrap; ${orLimits}`}
  if (kernelKnob('kernel/apparmor_restrict_unprivileged_userns') === '1' && process.getuid?.() !== 0)
    return {
      why: 'AppArmor forbids user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)',
      hint: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give bwrap an AppArmor profile with "userns,"; ${orLimits}`,
    }
  if (kernelKnob('kernel/unprivileged_userns_clone') === '0' && process.getuid?.() !== 0)
    return {
      why: 'the kernel forbids user namespaces (kernel.unprivileged_userns_clone is 0)',
      hint: `sudo sysctl -w kernel.unprivileged_userns_clone=1; ${orLimits}`,
    }
  if (kernelKnob('user/max_user_namespaces') === '0')
    return {why: 'the kernel forbids user namespaces (user.max_user_namespaces is 0)', hint: `sudo sysctl -w user.max_user_namespaces=10000; ${orLimits}`}
  if (inContainer())
    return {
      why: `this container does not allow namespaces (${words || 'bwrap failed'})`,
      hint: `start it with --security-opt seccomp=unconfined --security-opt systempaths=unconfined --cap-add SYS_ADMIN; ${orLimits}`,
    }
  return {why: `bwrap does not work here: ${words || 'no reason given'}`, hint: `run bwrap --unshare-all --ro-bind / / true to see why; ${orLimits}`}
}

/** Known without starting anything: why bwrap cannot work here; undefined when it may. */
export const plainlyBlocked = (bwrap: string | undefined): Blocked | undefined => {
  if (process.platform !== 'linux') return notLinux
  if (!bwrap) return bwrapMissing
  return undefined
}

const keyOf = (bwrap: string, mode: string): string =>
  JSON.stringify([kernelRelease(), bootId(), bwrap, statSync(bwrap, {throwIfNoEntry: false})?.mtimeMs, process.getuid?.(), mode])

const fileIn = (cache: string): string => join(cache, 'sandbox-probe.json')

const passes = (cache: string): string[] => {
  try {
    const known: unknown = JSON.parse(readFileSync(fileIn(cache), 'utf8'))
    return Array.isArray(known) ? known.filter((key) => typeof key === 'string') : []
  } catch {
    return []
  }
}

/** True when this very bwrap has passed since the machine started. `mode` tells profiles apart. */
export const passedBefore = (cache: string, bwrap: string, mode: string): boolean => passes(cache).includes(keyOf(bwrap, mode))

export const rememberPass = (cache: string, bwrap: string, mode: string): void => {
  try {
    mkdirSync(dirname(fileIn(cache)), {recursive: true})
    writeFileSync(
      fileIn(cache),
      JSON.stringify([
        ...passes(cache)
          .filter((key) => key.includes(bootId()))
          .slice(-8),
        keyOf(bwrap, mode),
      ]),
    )
  } catch {
    // Without the cache the probe runs at every start.
  }
}

export const forgetPass = (cache: string): void => rmSync(fileIn(cache), {force: true})

const unbuilt: Partial<Record<SandboxLevel, string>> = {
  srt: 'the sandbox-runtime level is not built in this version',
  docker: 'the docker level is not built in this version',
  unshare: 'the unshare level is not built in this version',
}

/** Why a level that has a name cannot be had in this version; undefined for the real ones. */
export const unbuiltWhy = (level: SandboxLevel): string | undefined => unbuilt[level]

/** What `doctor` shows: every level with what was found by trying. `tryBwrap` runs the full profile once. */
export const probeAll = async (tryBwrap: () => Promise<Blocked | undefined>): Promise<LevelProbe[]> => {
  const blocked = await tryBwrap()
  const bwrap: LevelProbe = blocked
    ? {level: 'bwrap', ok: false, ...blocked}
    : {level: 'bwrap', ok: true, why: 'bubblewrap works: files, processes and network are confined', hint: ''}
  const others = (['srt', 'docker', 'unshare'] as const).map((level) => ({level, ok: false, why: unbuilt[level] ?? '', hint: 'use --sandbox bwrap'}))
  const limits: LevelProbe = {
    level: 'limits',
    ok: true,
    why: 'time, processor, memory, process and file-size limits only; files and network are open',
    hint: '',
  }
  return [bwrap, ...others, limits, {level: 'off', ok: true, why: 'no protection: commands run with your rights', hint: ''}]
}
