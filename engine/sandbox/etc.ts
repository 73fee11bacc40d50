// A small /etc for commands: what programs need to find their libraries, certificates, names and time zone, and
// nothing that is a secret. Copied once per state of the host into the cache, because one mount of a copy costs a
// fortieth of forty mounts. Never copied: shadow, ssh, sudoers, keys, package-manager settings.

import {createHash} from 'node:crypto'
import {copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const files = [
  'bash.bashrc',
  'debian_version',
  'gai.conf',
  'group',
  'host.conf',
  'hosts',
  'inputrc',
  'ld.so.cache',
  'ld.so.conf',
  'locale.alias',
  'locale.conf',
  'localtime',
  'lsb-release',
  'magic',
  'mime.types',
  'networks',
  'nsswitch.conf',
  'os-release',
  'protocols',
  'rpc',
  'services',
  'shells',
  'timezone',
  'ssl/openssl.cnf',
  'pki/tls/openssl.cnf',
]
const folders = [
  'alternatives',
  'crypto-policies/back-ends',
  'fonts',
  'java',
  'ld.so.conf.d',
  'perl',
  'pki/ca-trust/extracted',
  'pki/tls/certs',
  'ssl/certs',
  'terminfo',
]

export interface Person {
  uid: number
  gid: number
}

const javaFolders = (): string[] => {
  try {
    return readdirSync('/etc').filter((name) => /^java-[\w.-]+$/.test(name))
  } catch {
    return []
  }
}

/** The password table with the given people at home in `home`; others stay as they are. */
export const peopleTable = (table: string, people: readonly Person[], home: string): string => {
  const lines = table.split('\n').filter(Boolean)
  for (const {uid, gid} of people) {
    const at = lines.findIndex((entry) => entry.split(':')[2] === String(uid))
    const name = lines[at]?.split(':')[0] ?? 'penguin'
    const entry = `${name}:x:${uid}:${gid}::${home}:/bin/bash`
    if (at === -1) lines.push(entry)
    else lines[at] = entry
  }
  return `${lines.join('\n')}\n`
}

const stampOf = (path: string): string => {
  const found = statSync(path, {throwIfNoEntry: false})
  return found ? `${path}:${found.mtimeMs}:${found.size}` : ''
}

const copyAll = (to: string, people: readonly Person[], home: string): void => {
  mkdirSync(to, {recursive: true, mode: 0o755})
  for (const name of files) {
    if (!existsSync(join('/etc', name))) continue
    mkdirSync(dirname(join(to, name)), {recursive: true})
    copyFileSync(join('/etc', name), join(to, name))
  }
  for (const name of [...folders, ...javaFolders()]) {
    copyFolder(join('/etc', name), join(to, name))
  }
  writeFileSync(join(to, 'passwd'), peopleTable(readFileSync('/etc/passwd', 'utf8'), people, home))
  mkdirSync(join(to, '.empty'))
  writeFileSync(join(to, 'resolv.conf'), '')
  writeFileSync(join(to, 'mtab'), '')
}

/** Links stay links. What not everybody may read, commands do not need. */
const copyFolder = (from: string, to: string): void => {
  if (!existsSync(from)) return
  mkdirSync(to, {recursive: true})
  for (const entry of readdirSync(from, {withFileTypes: true})) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if ((statSync(source).mode & 0o004) === 0) continue
    else if (entry.isDirectory()) copyFolder(source, target)
    else if (entry.isFile()) copyFileSync(source, target)
  }
}

const weekMs = 7 * 24 * 3600 * 1000

const dropOld = (cache: string, now: number): void => {
  for (const name of readdirSync(cache)) {
    if (!name.startsWith('etc-')) continue
    const path = join(cache, name)
    if (now - (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? now) > weekMs) rmSync(path, {recursive: true, force: true})
  }
}

/**
 * The folder to bind at /etc; made when the host's /etc differs from that of every copy in `cache`. Holds an empty
 * folder `.empty` and an empty `resolv.conf` as mount points. Throws when `cache` cannot be written.
 */
export const layEtc = (cache: string, people: readonly Person[], home: string): string => {
  const stamps = [...files, ...folders, 'passwd'].map((name) => stampOf(join('/etc', name)))
  const key = createHash('sha1')
    .update(JSON.stringify([2, stamps, people, home]))
    .digest('hex')
    .slice(0, 16)
  const dir = join(cache, `etc-${key}`)
  if (existsSync(dir)) return dir
  mkdirSync(cache, {recursive: true})
  const fresh = `${dir}.${process.pid}.${Math.floor(performance.now() * 1000)}`
  copyAll(fresh, people, home)
  try {
    renameSync(fresh, dir)
  } catch {
    // Somebody else was quicker.
    rmSync(fresh, {recursive: true, force: true})
  }
  dropOld(cache, Date.now())
  return dir
}
